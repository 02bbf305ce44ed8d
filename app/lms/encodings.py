"""A compressed body back into what was written, within a limit: a kilobyte of zeros must not become a gigabyte (T44).

Signatures are over the bytes on the wire, so whoever proves a signature does that first and opens the body after.
Source: RFC 9110, 8.4 (`Content-Encoding`: gzip, x-gzip, deflate, identity).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from app.credentials import strict_json
from app.errors import TooLarge, UnsupportedMediaType

MAX_INFLATED_BYTES = strict_json.MAX_BYTES
"""What may come out, the same as what may come uncompressed."""

MOST_MEMBERS = 16
"""How many gzip texts one after the other are read as one; each of thousands would cost a copy of all the others."""

KNOWN = ("gzip", "x-gzip", "deflate", "identity")
_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_WINDOWS: Mapping[str, tuple[int, ...]] = {
    "gzip": (_GZIP,),
    "x-gzip": (_GZIP,),
    "deflate": (_ZLIB, _RAW_DEFLATE),  # the standard says zlib's wrapping; some send it bare
}


def encoding_of(headers: Mapping[str, str]) -> str | None:
    """How the body is compressed; None when it is not. Raises UnsupportedMediaType for what nobody here can open."""
    named = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    named = [name for name in named if name not in {"", "identity"}]
    if not named:
        return None
    if len(named) > 1 or named[0] not in _WINDOWS:
        raise UnsupportedMediaType("The body is compressed in a way that is not read here", expected=", ".join(KNOWN))
    return named[0]


def opened(headers: Mapping[str, str], body: bytes, *, max_bytes: int = MAX_INFLATED_BYTES) -> bytes:
    """The body as it was before `Content-Encoding`; as it is where it names none.

    A body that is not compressed although the header says so is left as it is: a proxy on the way may have opened it,
    and what is no JSON is found out by whoever reads it. Raises TooLarge above `max_bytes`, and UnsupportedMediaType.
    """
    encoding = encoding_of(headers)
    if encoding is None:
        return body
    for window in _WINDOWS[encoding]:
        inflated = _inflated(body, window, max_bytes)
        if inflated is not None:
            return inflated
    return body


def _inflated(body: bytes, window: int, max_bytes: int) -> bytes | None:
    """All of it, or None when it is not compressed in this way or ends too early; several gzip members are one text."""
    pieces, left, taken = [], body, 0
    for _ in range(MOST_MEMBERS):
        machine = zlib.decompressobj(window)
        try:
            piece = machine.decompress(left, max_bytes + 1 - taken)
        except zlib.error:
            return None
        taken += len(piece)
        if taken > max_bytes:
            raise TooLarge("The body is larger than is accepted once it is decompressed", limit_bytes=max_bytes)
        if not machine.eof:
            return None
        pieces.append(piece)
        left = machine.unused_data
        if not left:
            return b"".join(pieces)
    return None
