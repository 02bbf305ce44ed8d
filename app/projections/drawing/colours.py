"""Colours of a badge: contrast by WCAG 2.2, and the smallest change that gives a colour enough of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import InvalidInput

WHITE = "#ffffff"
NEAR_BLACK = "#101417"
TEXT_CONTRAST = 7.0  # WCAG 2.2, 1.4.6
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Palette:
    """`ink` on `fill` has at least 7:1, `accent` on `fill` at least 3:1, so the image also reads in greyscale."""

    fill: str
    accent: str
    ink: str


def palette(*, fill: str, accent: str | None) -> Palette:
    """The issuer's colours with an ink that reads on them; `#rrggbb` each, `accent=None` takes a tint of the fill.

    A fill on which neither white nor near-black reaches 7:1 is deepened or lightened just enough, whichever
    changes it less. Raises InvalidInput for anything but `#rrggbb`.
    """
    _require_hex("fill", fill)
    if accent is not None:
        _require_hex("accent", accent)
    fill, ink = _legible(fill.lower())
    wish = mix(fill, ink, 0.45) if accent is None else accent.lower()
    return Palette(fill=fill, accent=_apart(wish, fill=fill, ink=ink), ink=ink)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1.0 to 21.0. Source: WCAG 2.2, "contrast ratio"."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`one` with `share` (0.0 to 1.0) of `other` mixed in, channel by channel."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _legible(fill: str) -> tuple[str, str]:
    for step in range(_STEPS + 1):
        for ink, towards in ((WHITE, NEAR_BLACK), (NEAR_BLACK, WHITE)):
            candidate = mix(fill, towards, step / _STEPS)
            if contrast(candidate, ink) >= TEXT_CONTRAST:
                return candidate, ink
    raise AssertionError("white on near-black has 18:1, so the loop ends")  # pragma: no cover


def _apart(accent: str, *, fill: str, ink: str) -> str:
    """The accent, moved towards the ink until its edge against the fill can be seen."""
    for step in range(_STEPS + 1):
        candidate = mix(accent, ink, step / _STEPS)
        if contrast(candidate, fill) >= SHAPE_CONTRAST:
            return candidate
    raise AssertionError("the ink itself has 7:1, so the loop ends")  # pragma: no cover


def _require_hex(name: str, value: str) -> None:
    if not _HEX.fullmatch(value):
        raise InvalidInput(f"A colour looks like #0b4f6c; this is not one: {value[:20]!r}", pointer=f"/{name}")


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
