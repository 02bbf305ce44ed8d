"""The outlines a badge can have, on a canvas of 600 by 600, and where its words go in each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

CANVAS = 600
_BESIDE_A_CURVE = 0.85


class Shape(StrEnum):
    """What a badge's outline looks like."""

    SHIELD = "shield"
    CIRCLE = "circle"
    HEXAGON = "hexagon"
    RIBBON = "ribbon"
    LEAF = "leaf"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Column:
    """The space for abbreviation, name and level, one below the other, centred. All in canvas units."""

    centre_x: float
    top: float
    bottom: float
    abbreviation_width: float
    name_width: float = 0.0
    icon_lift: float = 40.0  # an icon is narrow: it may begin so much above the column, where outlines narrow too

    def for_icon(self) -> Column:
        """The space when an icon stands above the abbreviation, which then is lower, where a curved name ends."""
        width = self.abbreviation_width * (_BESIDE_A_CURVE if self.name_width == 0.0 else 1.0)
        return replace(self, top=self.top - self.icon_lift, abbreviation_width=width)


@dataclass(frozen=True, slots=True)
class Curve:
    """An arc over the top of a circle from which a name hangs; `radius` is that of the letters' heads."""

    centre_x: float
    centre_y: float
    radius: float
    degrees: float  # the most that a name may take


@dataclass(frozen=True, slots=True)
class Form:
    """One outline with its decoration. A name goes on the `curve` if there is one, else into the column."""

    outline: str
    column: Column
    curve: Curve | None = None
    rim: float = 24.0  # width of the accent at the edge
    line: float = 33.0  # distance of the fine line from the edge
    behind: tuple[str, ...] = ()  # paths that show from behind the outline, in the accent
    veins: str = ""  # strokes on the fill, in a shade of it


def form(shape: Shape) -> Form:
    """Outline, decoration and places for words of one shape."""
    match shape:
        case Shape.SHIELD:
            return _SHIELD
        case Shape.CIRCLE:
            return _CIRCLE
        case Shape.HEXAGON:
            return _HEXAGON
        case Shape.RIBBON:
            return _RIBBON
        case Shape.LEAF:
            return _LEAF
        case Shape.SQUARE:
            return _SQUARE


def _rounded(points: list[tuple[float, float]], radius: float) -> str:
    """A closed polygon whose corners are curves that begin `radius` before each point."""
    parts: list[str] = []
    for index, corner in enumerate(points):
        before = _towards(corner, points[index - 1], radius)
        after = _towards(corner, points[(index + 1) % len(points)], radius)
        parts.append(f"{'L' if parts else 'M'}{_at(before)}Q{_at(corner)} {_at(after)}")
    return "".join(parts) + "Z"


def _towards(start: tuple[float, float], end: tuple[float, float], distance: float) -> tuple[float, float]:
    share = distance / math.dist(start, end)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _circle(x: float, y: float, radius: float) -> str:
    return f"M{x - radius} {y}A{radius} {radius} 0 1 1 {x + radius} {y}A{radius} {radius} 0 1 1 {x - radius} {y}Z"


def _rosette(x: float, y: float, *, valley: float, petals: int) -> str:
    """A circle with a scalloped edge; each petal is a shallow arc between two valleys."""
    step = 2 * math.pi / petals
    ends = [(x + valley * math.sin((i + 0.5) * step), y - valley * math.cos((i + 0.5) * step)) for i in range(petals)]
    bulge = math.dist(ends[0], ends[1]) * 0.56
    arcs = "".join(f"A{bulge:.2f} {bulge:.2f} 0 0 1 {_at(end)}" for end in (*ends[1:], ends[0]))
    return f"M{_at(ends[0])}{arcs}Z"


_SHIELD = Form(
    outline=(
        "M300 14C372 58 452 74 536 76Q552 76 552 94V292C552 426 446 532 308 584Q300 587 292 584"
        "C154 532 48 426 48 292V94Q48 76 64 76C148 74 228 58 300 14Z"
    ),
    column=Column(300, top=126, bottom=492, abbreviation_width=372, name_width=366),
)
_CIRCLE = Form(
    outline=_circle(300, 300, 286),
    column=Column(300, top=176, bottom=484, abbreviation_width=332),
    curve=Curve(300, 300, radius=234, degrees=246),
)
_HEXAGON = Form(
    outline=_rounded([(300, 6), (555, 153), (555, 447), (300, 594), (45, 447), (45, 153)], 46),
    column=Column(300, top=160, bottom=490, abbreviation_width=376, name_width=380),
)
_RIBBON = Form(
    outline=_circle(300, 244, 208),
    column=Column(300, top=166, bottom=388, abbreviation_width=244),
    curve=Curve(300, 244, radius=180, degrees=216),
    rim=0.0,
    line=9.0,
    behind=(
        _rounded([(168, 350), (300, 410), (258, 592), (204, 540), (122, 560)], 10),
        _rounded([(432, 350), (300, 410), (342, 592), (396, 540), (478, 560)], 10),
        _rosette(300, 244, valley=219, petals=20),
    ),
)
_LEAF = Form(
    outline="M28 544V300A272 272 0 0 1 300 28H544Q572 28 572 56V300A272 272 0 0 1 300 572H56Q28 572 28 544Z",
    column=Column(300, top=146, bottom=480, abbreviation_width=360, name_width=392),
    veins=(
        "M28 572L572 28M118 482Q112 350 176 222M118 482Q250 488 378 424"
        "M226 374Q224 262 292 142M226 374Q338 376 458 308M336 264Q340 172 412 74M336 264Q428 260 526 188"
    ),
)
_SQUARE = Form(
    outline=_rounded([(28, 28), (572, 28), (572, 572), (28, 572)], 84),
    column=Column(300, top=104, bottom=500, abbreviation_width=424, name_width=424, icon_lift=8),
)
