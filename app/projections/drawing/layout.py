"""How large words can be: the largest capitals at which a text fits on a line, on up to four lines or on a curve."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from app.projections.drawing.lettering import CAP_HEIGHT, WORD_SPACE, Glyph, ellipsis, joined, line_width, words

LONGEST_NAME = 120  # glyphs; what is longer could not be read on an image anyway
MOST_LINES = 4
MOST_WORDS = 14  # above this a name is cut, so that trying the line breaks stays cheap
_WORTH_A_LINE = 1.05  # another line must make the capitals this much larger
SMALLEST_CAPITALS = 17.0  # canvas units of 600; below this a name is cut instead of shrunk


@dataclass(frozen=True, slots=True)
class Pen:
    """Stroke width and extra space between letters, in glyph units (capitals are 100 high)."""

    width: float
    spacing: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of text with one height of capitals, in canvas units."""

    lines: tuple[tuple[Glyph, ...], ...]
    capitals: float

    def height(self, pen: Pen) -> float:
        """From the top of the first line's ink to the bottom of the last line's, in canvas units."""
        return self.capitals * (1 + pen.width / CAP_HEIGHT) + (len(self.lines) - 1) * self.line_step()

    def line_step(self) -> float:
        """From one line's feet to the next one's."""
        return self.capitals * 1.62


def on_one_line(glyphs: tuple[Glyph, ...], *, pen: Pen, width: float, most: float) -> Lines:
    """The text on one line, as large as the width allows and no larger than `most`."""
    wide = line_width(glyphs, pen=pen.width, spacing=pen.spacing)
    return Lines((glyphs,), min(most, CAP_HEIGHT * width / wide))


def on_few_lines(glyphs: tuple[Glyph, ...], *, pen: Pen, width: float, most: float) -> Lines:
    """The text on one to four lines, whichever gives the largest capitals; cut with dots if still too small."""
    kept = glyphs[:LONGEST_NAME]
    while True:
        text = kept if len(kept) == len(glyphs) else ellipsis(kept)
        found = _broken(words(text), pen=pen, width=width, most=most)
        if found is not None and (found.capitals >= SMALLEST_CAPITALS or len(kept) <= 1):
            return found
        kept = kept[:-1]


def on_a_curve(glyphs: tuple[Glyph, ...], *, pen: Pen, length: float, most: float) -> Lines:
    """The text on an arc of `length`, cut with dots if its capitals would be too small."""
    kept = glyphs[:LONGEST_NAME]
    while True:
        text = kept if len(kept) == len(glyphs) else ellipsis(kept)
        found = on_one_line(text, pen=pen, width=length, most=most)
        if found.capitals >= SMALLEST_CAPITALS or len(kept) <= 1:
            return found
        kept = kept[:-1]


def _broken(parts: list[tuple[Glyph, ...]], *, pen: Pen, width: float, most: float) -> Lines | None:
    """The line breaks with the largest capitals; of equal ones the fewest lines, then the most even ones."""
    if len(parts) > MOST_WORDS:
        return None
    space = WORD_SPACE + pen.spacing + pen.width
    widths = [line_width(part, pen=pen.width, spacing=pen.spacing) for part in parts]
    best: tuple[float, float, tuple[int, ...]] | None = None
    for count in range(1, min(MOST_LINES, len(parts)) + 1):
        for breaks in combinations(range(1, len(parts)), count - 1):
            edges = (0, *breaks, len(parts))
            wide = [sum(widths[a:b]) + space * (b - a - 1) for a, b in pairwise(edges)]
            capitals = min(most, CAP_HEIGHT * width / max(wide))
            uneven = sum(one * one for one in wide) * count
            fewer = best is not None and len(edges) > len(best[2]) and capitals <= best[0] * _WORTH_A_LINE
            if best is None or (not fewer and (capitals, -uneven) > (best[0], -best[1])):
                best = capitals, uneven, edges
    if best is None:
        return None
    return Lines(tuple(joined(parts[a:b]) for a, b in pairwise(best[2])), best[0])
