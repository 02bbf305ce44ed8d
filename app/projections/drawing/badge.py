"""A badge's image: an outline in the issuer's colours, the abbreviation, the name and a mark for the level."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from xml.etree import ElementTree as ET

import resvg_py

from app.errors import InvalidInput
from app.projections.drawing.colours import NEAR_BLACK, WHITE, Palette, mix, palette
from app.projections.drawing.icons import ICON_BOX, Icon, path_of
from app.projections.drawing.layout import Lines, Pen, on_a_curve, on_few_lines, on_one_line
from app.projections.drawing.lettering import CAP_HEIGHT, Glyph, advance, line_width, writable
from app.projections.drawing.shapes import CANVAS, Column, Curve, Form, Shape, form
from app.projections.drawing.uploaded import Drawing

HIGHEST_LEVEL = 5
DRAWINGS_KEPT = 128  # of at most some 60 kB; a badge is drawn again for each form, preview and version

_BOLD = Pen(width=21, spacing=17)
_PLAIN = Pen(width=14, spacing=19)
_TALLEST_ABBREVIATION = 128.0
_TALLEST_NAME = 34.0
_TALLEST_CURVED_NAME = 36.0
_TALLEST_ICON = 118.0
_ICON_PEN = 13.0  # in the icon's box of 100, so that its lines are as strong as those of the letters
_LONGEST_ABBREVIATION = 14  # glyphs; a longer one is cut, it could not be read
_GAP = 36.0
_GAP_WITH_ICON = 24.0
_SMALLEST_SHARE = 0.53  # of the tallest name: below it a name would be cut for want of height
_SMALLEST_SHARE_WITH_ICON = 0.1
_FOOT = 62.0  # stays free below a name that stands low
_FINE = 4.0  # width of the fine line inside the rim
_BAR_WIDTH, _BAR_GAP, _BAR_HEIGHTS = 26.0, 13.0, (18.0, 26.0, 34.0, 42.0, 50.0)
_TICK = (Glyph("M0 52L34 88L96 6", 96.0),)  # stands where an abbreviation cannot be written


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands on the fill; no name: there is none, or it cannot be written."""

    letters: tuple[Glyph, ...]
    name: tuple[Glyph, ...]
    level: int | None
    icon: Icon | None

    @property
    def gap(self) -> float:
        """Between two of them."""
        return _GAP if self.icon is None else _GAP_WITH_ICON


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How large it is, in canvas units; `small` is the name in the column."""

    big: Lines
    small: Lines | None
    icon: float

    def height(self, content: _Content) -> float:
        """Of all of it, with the gaps."""
        above = 0.0 if content.icon is None else self.icon + content.gap
        below = self.small.height(_PLAIN) + content.gap if self.small else 0.0
        level = 0.0 if content.level is None else _BAR_HEIGHTS[-1] + content.gap
        return above + self.big.height(_BOLD) + (below + level)


def draw_badge(
    *,
    shape: Shape,
    fill: str,
    accent: str | None,
    abbreviation: str,
    name: str,
    level: int | None,
    icon: Icon | None = None,
) -> bytes:
    """A PNG of 600 by 600 with a transparent ground; the same input gives the same bytes on every machine.

    Colours are `#rrggbb`; `accent=None` takes a tint of the fill, `level=None` draws no level mark (else 1 to 5), and
    `icon=None` no icon; a badge without one is the same, byte for byte, as before there were icons.
    Words that our letters cannot write are left out; a tick stands for an abbreviation that cannot be written.
    Raises InvalidInput for a colour or level that is none.
    """
    return drawn_badge(
        shape=shape, fill=fill, accent=accent, abbreviation=abbreviation, name=name, level=level, icon=icon
    ).png


@lru_cache(maxsize=DRAWINGS_KEPT)
def drawn_badge(
    *,
    shape: Shape,
    fill: str,
    accent: str | None,
    abbreviation: str,
    name: str,
    level: int | None,
    icon: Icon | None = None,
) -> Drawing:
    """The badge of `draw_badge` in both forms, of one drawing."""
    svg = svg_badge(shape=shape, fill=fill, accent=accent, abbreviation=abbreviation, name=name, level=level, icon=icon)
    picture = resvg_py.svg_to_bytes(svg_string=svg.decode(), width=CANVAS, height=CANVAS, skip_system_fonts=True)
    return Drawing(svg=svg, png=bytes(picture), width=CANVAS, height=CANVAS)


def svg_badge(
    *,
    shape: Shape,
    fill: str,
    accent: str | None,
    abbreviation: str,
    name: str,
    level: int | None,
    icon: Icon | None = None,
) -> bytes:
    """The same badge as SVG in UTF-8, without scripts, styles, fonts or references; its title is the alt text."""
    if level is not None and not 1 <= level <= HIGHEST_LEVEL:
        raise InvalidInput("A level is a whole number from 1 to 5", pointer="/level")
    colours = palette(fill=fill, accent=accent)
    drawn = form(shape)
    root = _canvas(abbreviation, name)
    _draw_ground(root, drawn, colours)
    letters = (writable(abbreviation[:200]) or _TICK)[:_LONGEST_ABBREVIATION]
    _draw_content(root, drawn, _Content(letters, writable(name[:2000]) or (), level, icon), colours=colours)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _canvas(abbreviation: str, name: str) -> ET.Element:
    root = ET.Element("svg")
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("viewBox", f"0 0 {CANVAS} {CANVAS}")
    root.set("width", str(CANVAS))
    root.set("height", str(CANVAS))
    root.set("role", "img")
    title = ET.SubElement(root, "title")
    title.text = f"Badge: {_printable(name)} ({_printable(abbreviation)})"
    return root


def _printable(text: str) -> str:
    """Without controls, surrogates and what XML 1.0 has no character for; at most 200 characters."""
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co"} else " " for c in text)
    return " ".join(kept.split())[:200]


def _draw_ground(root: ET.Element, drawn: Form, colours: Palette) -> None:
    """Fill, rim in the accent and a fine line inside it: strokes from the edge inwards, widest first."""
    for path in drawn.behind:
        ET.SubElement(root, "path", {"d": path, "fill": colours.accent, "stroke": colours.fill, "stroke-width": "8"})
    clip = ET.SubElement(ET.SubElement(root, "defs"), "clipPath", {"id": "edge"})
    ET.SubElement(clip, "path", {"d": drawn.outline})
    ground = ET.SubElement(root, "g", {"clip-path": "url(#edge)", "fill": "none"})
    ET.SubElement(ground, "path", {"d": drawn.outline, "fill": colours.fill})
    if drawn.veins:
        shade = mix(colours.fill, NEAR_BLACK if colours.ink == WHITE else WHITE, 0.2)
        ET.SubElement(ground, "path", {"d": drawn.veins, "stroke": shade, "stroke-width": "6"})
    edge = ((colours.accent, drawn.line + _FINE), (colours.fill, drawn.line), (colours.accent, drawn.rim))
    for colour, distance in edge:
        ET.SubElement(ground, "path", {"d": drawn.outline, "stroke": colour, "stroke-width": _number(2 * distance)})


def _draw_content(root: ET.Element, drawn: Form, content: _Content, *, colours: Palette) -> None:
    """Icon, abbreviation, name and level, one below the other, in the middle of the column."""
    if content.name and drawn.curve is not None:
        _draw_on_curve(root, drawn.curve, content.name, colour=colours.ink)
        content = replace(content, name=())
    column = drawn.column if content.icon is None else drawn.column.for_icon()
    sizes = _sized(column, content)
    y = column.top + (_room(column, content) - sizes.height(content)) / 2
    if content.icon is not None:
        _draw_icon(root, content.icon, side=sizes.icon, centre_x=column.centre_x, top=y, colour=colours.ink)
        y += sizes.icon + content.gap
    _draw_lines(root, sizes.big, pen=_BOLD, column=column, top=y, colour=colours.ink)
    y += sizes.big.height(_BOLD) + content.gap
    if sizes.small is not None:
        _draw_lines(root, sizes.small, pen=_PLAIN, column=column, top=y, colour=colours.ink)
        y += sizes.small.height(_PLAIN) + content.gap
    if content.level is not None:
        _draw_level(root, content.level, centre_x=column.centre_x, top=y, colours=colours)


def _sized(column: Column, content: _Content) -> _Sizes:
    """Everything as large as the column's width allows, then smaller until its height does too."""
    share = 1.0
    while True:
        sizes = _at_share(column, content, share)
        least = _SMALLEST_SHARE if content.icon is None else _SMALLEST_SHARE_WITH_ICON
        if sizes.height(content) <= _room(column, content) or share < least:
            return sizes
        share *= 0.94


def _at_share(column: Column, content: _Content, share: float) -> _Sizes:
    """With an icon, the icon and the abbreviation give way before the name does, which would not be read."""
    fixed = (0.4, 0.0) if content.icon is None else (0.36, 0.5)
    most_big, most_small = (kept + (1 - kept) * share for kept in fixed)
    big = on_one_line(
        content.letters, pen=_BOLD, width=column.abbreviation_width, most=_TALLEST_ABBREVIATION * most_big
    )
    small = None
    if content.name:
        small = on_few_lines(content.name, pen=_PLAIN, width=column.name_width, most=_TALLEST_NAME * most_small)
    return _Sizes(big, small, _TALLEST_ICON * most_big)


def _room(column: Column, content: _Content) -> float:
    """The height to be filled. A name below an icon stays off the foot of the column, where outlines narrow."""
    is_low = content.icon is not None and content.level is None and content.name
    return column.bottom - column.top - (_FOOT if is_low else 0.0)


def _draw_icon(root: ET.Element, icon: Icon, *, side: float, centre_x: float, top: float, colour: str) -> None:
    scale = side / (ICON_BOX + _ICON_PEN)
    edge = _ICON_PEN * scale / 2
    pen = Pen(width=_ICON_PEN, spacing=0)
    group = _pen_group(root, pen, colour=colour, transform=_placed(centre_x - side / 2 + edge, top + edge, scale))
    ET.SubElement(group, "path", {"d": path_of(icon)})


def _draw_lines(root: ET.Element, text: Lines, *, pen: Pen, column: Column, top: float, colour: str) -> None:
    scale = text.capitals / CAP_HEIGHT
    for row, line in enumerate(text.lines):
        x = column.centre_x - line_width(line, pen=pen.width, spacing=pen.spacing) * scale / 2
        y = top + row * text.line_step() + pen.width * scale / 2
        group = _pen_group(root, pen, colour=colour, transform=_placed(x, y, scale))
        at = pen.width / 2
        for glyph in line:
            _draw_glyph(group, glyph, move=f"translate({_number(at)} 0)")
            at += advance(glyph, pen=pen.width, spacing=pen.spacing)


def _draw_on_curve(root: ET.Element, curve: Curve, name: tuple[Glyph, ...], *, colour: str) -> None:
    length = math.radians(curve.degrees) * (curve.radius - _TALLEST_CURVED_NAME)
    text = on_a_curve(name, pen=_PLAIN, length=length, most=_TALLEST_CURVED_NAME)
    scale = text.capitals / CAP_HEIGHT
    (line,) = text.lines
    radius = curve.radius / scale - _PLAIN.width / 2 - CAP_HEIGHT  # of the letters' feet, in glyph units
    place = _placed(curve.centre_x, curve.centre_y, scale)
    group = _pen_group(root, _PLAIN, colour=colour, transform=place)
    at = -line_width(line, pen=_PLAIN.width, spacing=_PLAIN.spacing) / 2 + _PLAIN.width / 2
    for glyph in line:
        middle = at + glyph.width / 2
        turn = f"rotate({_number(math.degrees(middle / radius))}) "
        shift = f"translate({_number(-glyph.width / 2)} {_number(-radius - CAP_HEIGHT)})"
        _draw_glyph(group, glyph, move=turn + shift)
        at += advance(glyph, pen=_PLAIN.width, spacing=_PLAIN.spacing)


def _pen_group(root: ET.Element, pen: Pen, *, colour: str, transform: str) -> ET.Element:
    return ET.SubElement(
        root,
        "g",
        {
            "transform": transform,
            "fill": "none",
            "stroke": colour,
            "stroke-width": _number(pen.width),
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        },
    )


def _draw_glyph(group: ET.Element, glyph: Glyph, *, move: str) -> None:
    if not glyph.path:
        return
    ET.SubElement(group, "path", {"d": glyph.path, "transform": move})
    for mark in glyph.marks:
        ET.SubElement(group, "path", {"d": mark, "transform": f"{move} translate({_number(glyph.width / 2)} 0)"})


def _draw_level(root: ET.Element, level: int, *, centre_x: float, top: float, colours: Palette) -> None:
    """Five bars of rising height; as many as the level are in ink, the others are a faint tint of the fill."""
    faint = mix(colours.fill, colours.ink, 0.22)
    x = centre_x - (HIGHEST_LEVEL * _BAR_WIDTH + (HIGHEST_LEVEL - 1) * _BAR_GAP) / 2
    for index, height in enumerate(_BAR_HEIGHTS):
        ET.SubElement(
            root,
            "rect",
            {
                "x": _number(x + index * (_BAR_WIDTH + _BAR_GAP)),
                "y": _number(top + _BAR_HEIGHTS[-1] - height),
                "width": _number(_BAR_WIDTH),
                "height": _number(height),
                "rx": "5",
                "fill": colours.ink if index < level else faint,
            },
        )


def _placed(x: float, y: float, scale: float) -> str:
    return f"translate({_number(x)} {_number(y)}) scale({scale:.5f})"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
