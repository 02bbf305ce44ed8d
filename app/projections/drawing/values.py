"""What an attribute of an uploaded drawing may say, each kind as a pattern; anything else is left out (T22)."""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_ID_LENGTH = 100
_LONGEST = 300  # characters of a value that is neither a path nor points
_LONGEST_PATH = 2 * 1_048_576  # as large as a drawing may be; `budget` says how much of it is too much
_NUMBER = r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE][+-]?\d{1,2})?"
_GAP = r"(?:[ \t\r\n]*,[ \t\r\n]*|[ \t\r\n]+)"
_ID = rf"[A-Za-z_][\w.-]{{0,{MAX_ID_LENGTH - 1}}}"

_LENGTH = re.compile(rf"{_NUMBER}(?:px|pt|mm|cm|in|%)?", re.ASCII)
_NUMBERS = re.compile(r"[0-9eE+\-.,%px \t\r\n]*", re.ASCII)
_PATH = re.compile(r"[MmZzLlHhVvCcSsQqTtAaEe0-9+\-., \t\r\n]*", re.ASCII)
_TRANSFORM = re.compile(
    rf"[ \t\r\n]*(?:(?:matrix|translate|scale|rotate|skewX|skewY)[ \t\r\n]*"
    rf"\([ \t\r\n]*{_NUMBER}(?:{_GAP}{_NUMBER}|(?=[-+.]){_NUMBER}){{0,5}}[ \t\r\n]*\)[ \t\r\n,]*)*",
    re.ASCII,
)
_KEYWORD = re.compile(r"[A-Za-z]{1,20}(?:[- ][A-Za-z]{1,20}){0,3}", re.ASCII)
_COLOUR = re.compile(
    r"#[0-9A-Fa-f]{3,8}|[A-Za-z]{3,24}|(?:rgb|hsl)a?\([0-9.,%/ deg+-]{1,60}\)",
    re.ASCII,
)
_REFERENCE = re.compile(rf"url\([ ]*['\"]?#({_ID})['\"]?[ ]*\)(?:[ ]+(\S.*))?", re.ASCII)
_LOCAL = re.compile(rf"#({_ID})", re.ASCII)
_IDENTIFIER = re.compile(_ID, re.ASCII)

Check = Callable[[str], str | None]


def identifier(value: str) -> str | None:
    """The value if it is a plain id, else None."""
    return value if _IDENTIFIER.fullmatch(value) else None


def local(value: str) -> str | None:
    """A reference to something in the same drawing, `#id`."""
    return value if _LOCAL.fullmatch(value) else None


def reference(value: str) -> str | None:
    """`url(#id)` in one spelling, or `none`."""
    match = _REFERENCE.fullmatch(value)
    if match is not None and match[2] is None:
        return f"url(#{match[1]})"
    return "none" if value == "none" else None


def paint(value: str) -> str | None:
    """A colour, `none` and its like, or a gradient of the same drawing with or without a colour behind it."""
    match = _REFERENCE.fullmatch(value)
    if match is None:
        return colour(value)
    behind = None if match[2] is None else colour(match[2])
    return f"url(#{match[1]})" if behind is None else f"url(#{match[1]}) {behind}"


def _matching(pattern: re.Pattern[str], longest: int = _LONGEST) -> Check:
    return lambda value: value if len(value) <= longest and pattern.fullmatch(value) else None


colour = _matching(_COLOUR)
length = _matching(_LENGTH)
numbers = _matching(_NUMBERS, _LONGEST_PATH)
path = _matching(_PATH, _LONGEST_PATH)
transform = _matching(_TRANSFORM)
keyword = _matching(_KEYWORD)


def target(value: str | None) -> str | None:
    """The id that a checked value points at, None if at nothing."""
    if value is None:
        return None
    match = _REFERENCE.fullmatch(value) or _LOCAL.fullmatch(value)
    return match[1] if match else None
