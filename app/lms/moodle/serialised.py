"""A flat list of named values as PHP writes it, in old rows of Moodle's log. Read, never executed: no objects.

Source: PHP manual, "serialize"; lengths of texts count bytes.
"""

from __future__ import annotations

import re

_HEAD = re.compile(rb"a:([0-9]{1,3}):\{")
_SCALAR = re.compile(rb"(?:i:(-?[0-9]{1,20})|d:(-?[0-9.E+-]{1,40})|b:([01])|(N));")
_TEXT = re.compile(rb's:([0-9]{1,6}):"')


def read(text: str) -> dict[str, str | None] | None:
    """The values by name, numbers as text; None when it is not such a list."""
    data = text.encode("utf-8", "surrogatepass")
    head = _HEAD.match(data)
    if head is None:
        return None
    place = head.end()
    values: list[str | None] = []
    for _ in range(2 * int(head[1])):
        step = _value(data, place)
        if step is None:
            return None
        value, place = step
        values.append(value)
    if data[place:] != b"}":
        return None
    return {str(name): value for name, value in zip(values[::2], values[1::2], strict=True)}


def _value(data: bytes, place: int) -> tuple[str | None, int] | None:
    scalar = _SCALAR.match(data, place)
    if scalar is not None:
        found = next((group for group in scalar.groups()[:3] if group is not None), None)
        return (None if found is None else found.decode()), scalar.end()
    head = _TEXT.match(data, place)
    if head is None:
        return None
    end = head.end() + int(head[1])
    if data[end : end + 2] != b'";':
        return None
    return data[head.end() : end].decode("utf-8", "replace"), end + 2
