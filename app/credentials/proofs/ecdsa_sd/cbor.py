"""As much of CBOR as the proof values of `ecdsa-sd-2023` are made of, read in one spelling only.

Whole numbers, bytes, texts, arrays and maps of definite length, each length in its shortest form; no tags, floats or
simple values, which the suite forbids. Source: RFC 8949, sections 3 and 4.2.1.
"""

from __future__ import annotations

from typing import Any

from app.errors import InvalidInput

_MAX_DEPTH = 3
_MAX_ITEMS = 20_000
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5


def dumps(value: int | str | bytes | list[Any] | dict[int, Any]) -> bytes:
    """The CBOR of a value."""
    match value:
        case int():
            return _head(_UNSIGNED, value)
        case str():
            encoded = value.encode()
            return _head(_TEXT, len(encoded)) + encoded
        case bytes():
            return _head(_BYTES, len(value)) + value
        case list():
            return _head(_ARRAY, len(value)) + b"".join(dumps(item) for item in value)
        case dict():
            pairs = (dumps(key) + dumps(item) for key, item in sorted(value.items()))
            return _head(_MAP, len(value)) + b"".join(pairs)


def _head(major: int, number: int) -> bytes:
    """The first bytes of an item: its major type and a number in its shortest form."""
    if number < 24:  # noqa: PLR2004 - fits beside the major type
        return bytes([major << 5 | number])
    size = next((size for size in (1, 2, 4, 8) if number < 1 << 8 * size), None)
    if size is None:
        raise InvalidInput("A number is too large for CBOR")
    return bytes([major << 5 | 23 + size.bit_length()]) + number.to_bytes(size, "big")


def loads(data: bytes) -> Any:
    """The value that is all of `data`. Raises InvalidInput for anything else than the subset above."""
    reader = _Reader(data)
    try:
        value = reader.item(_MAX_DEPTH)
    except UnicodeDecodeError as error:
        raise _malformed() from error
    if reader.position != len(data):
        raise _malformed()
    return value


def _malformed() -> InvalidInput:
    return InvalidInput("This is not CBOR in the form of a proof value")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.items = 0

    def item(self, depth: int) -> Any:
        self.items += 1
        if depth == 0 or self.items > _MAX_ITEMS:
            raise _malformed()
        major, number = self._head()
        match major:
            case 0:
                return number
            case 2:
                return self._take(number)
            case 3:
                return self._take(number).decode()
            case 4:
                return [self.item(depth - 1) for _ in range(self._count(number))]
            case 5:
                return self._map(self._count(number), depth)
            case _:
                raise _malformed()

    def _map(self, count: int, depth: int) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for _ in range(count):
            key = self.item(1)
            if not isinstance(key, int) or key in found:
                raise _malformed()
            found[key] = self.item(depth - 1)
        return found

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:  # noqa: PLR2004 - the number itself
            return major, info
        if info > 27:  # noqa: PLR2004 - reserved, or of indefinite length
            raise _malformed()
        size = 1 << info - 24
        number = int.from_bytes(self._take(size), "big")
        if number < (24 if size == 1 else 1 << 4 * size):
            raise _malformed()  # a shorter form would have done
        return major, number

    def _count(self, number: int) -> int:
        if number > len(self.data) - self.position:
            raise _malformed()
        return number

    def _take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self.data):
            raise _malformed()
        taken = self.data[self.position : end]
        self.position = end
        return taken
