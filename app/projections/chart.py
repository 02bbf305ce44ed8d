"""Charts as SVG: one question, one hue and the colours of states, numbers written at the bars, a baseline at zero.

Pure: figures in, bytes out. The drawing is pygal's (decision 0018), without its scripts, comments and remarks, so that
it needs nothing from anywhere, runs nothing, and is the same bytes each time. It stands on a ground of its own, and
can be read on a light page and on a dark one. The table beside it is the truth.
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring
from pygal import PluginImportFixer
from pygal.graph.bar import Bar
from pygal.graph.horizontalbar import HorizontalBar
from pygal.style import Style

# The library leaves a finder of the old kind for every later import of the process, for plug-ins that nobody uses here,
# and Python warns of it.
sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, PluginImportFixer)]

SVG_TYPE = "image/svg+xml"
WIDTH, NARROW = 720, 360  # pixels, of a desk and of a phone; letters are of one size in both
_SVG = "http://www.w3.org/2000/svg"
_GROUND, _INK, _QUIET, _LINE = "#fffdf9", "#1d1c1a", "#4b473f", "#ded7c9"
_ROW_PIXELS, _AROUND_ROWS = 38, 36
_COLUMNS_PIXELS = 320
_LETTERS_OF_WIDTH = 20  # a label of a row has as many letters as this many pixels of the width give it
_PIXELS_OF_A_NUMBER = 24  # beside each other; where there is no room, an axis says how much it is
_LETTER_PIXELS = 9
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
# Not allowed in XML, or turning the reading order around (T20).
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


class Tone(StrEnum):
    """A colour by what it means: the one hue, its paler form, and the five states of the design."""

    PLAIN = "#0b5560"
    PALE = "#5b959d"
    GOOD = "#1c6638"
    SOON = "#b07400"
    ENDED = "#5f6c79"
    STOPPED = "#8c2d1d"
    UNKNOWN = "#584676"


class Shape(StrEnum):
    """`rows`: bars that lie, each with its name at the left; `columns`: bars that stand, as for months."""

    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one kind, one for each label (None = nothing to say). `tones`: one for each, or one for all."""

    name: str
    values: tuple[float | None, ...]
    tones: tuple[Tone, ...] = (Tone.PLAIN,)

    def tone(self, place: int) -> Tone:
        """The colour of one bar."""
        return self.tones[place] if place < len(self.tones) else self.tones[-1]


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. `title` is the question that it answers; with `is_share` the numbers are 0 to 1."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    shape: Shape = Shape.ROWS
    is_share: bool = False

    def in_words(self) -> str:
        """The chart as a sentence, for whoever does not see it."""
        told = []
        for place, label in enumerate(self.labels):
            numbers = [
                f"{_clean(each.name)} {written}" if len(self.series) > 1 else written
                for each in self.series
                if (written := self.written(each.values[place]))
            ]
            if numbers:
                told.append(f"{_clean(label)}: {', '.join(numbers)}")
        return f"{_clean(self.title)} {'; '.join(told) or 'No data'}."

    def written(self, value: float | None) -> str:
        """A number as it stands at its bar; "" for none."""
        if value is None:
            return ""
        if self.is_share:
            return f"{value * 100:.0f} %"
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing, and the hash of its one style as a Content-Security-Policy names it."""

    svg: bytes
    style_hash: str

    @property
    def policy(self) -> str:
        """The policy for the drawing as a page of its own: it has its style, and may do nothing."""
        return f"default-src 'none'; style-src '{self.style_hash}'; frame-ancestors 'none'; sandbox"


def drawn(chart: Chart, *, width: int = WIDTH) -> Drawn:
    """Draw it, so wide: `WIDTH`, or `NARROW` for where letters of the wide one would shrink with it."""
    root = fromstring(_by_pygal(chart, width))
    style = _tidied(root, chart, width)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Drawn(tostring(root, encoding="utf-8"), f"sha256-{digest}")


def _by_pygal(chart: Chart, width: int) -> bytes:
    is_rows = chart.shape is Shape.ROWS
    bars = max(1, len(chart.labels) * len(chart.series))
    height = _AROUND_ROWS + max(2, bars) * _ROW_PIXELS if is_rows else _COLUMNS_PIXELS
    is_crowded = not is_rows and bars > width // _PIXELS_OF_A_NUMBER
    kind: Any = HorizontalBar if is_rows else Bar
    made = kind(
        style=_style(chart),
        js=(),
        width=width,
        height=height + (30 if len(chart.series) > 1 else 0),
        margin=12,
        margin_right=64 if is_rows else 12,
        zero=0,
        show_legend=len(chart.series) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(chart.series),
        print_values=not is_crowded,
        print_values_position="top",
        show_x_guides=False,
        show_y_guides=is_crowded,
        show_x_labels=not is_rows,
        show_y_labels=is_rows or is_crowded,
        show_minor_x_labels=is_rows,
        x_labels_major_every=None if is_rows else _every(chart, width),
        max_scale=8,
        truncate_label=-1,
        rounded_bars=2,
        no_data_text="No data",
    )
    made.uuid = "drawn"  # otherwise a random one, in every rule of the style
    made.title = None
    # The first bar that is read stands at the top; pygal begins at the bottom.
    places = range(len(chart.labels))
    order = list(reversed(places)) if is_rows else list(places)
    made.x_labels = [_label(chart.labels[place], width) for place in order]
    for each in reversed(chart.series) if is_rows else chart.series:
        made.add(_clean(each.name), [_bar(each, place) for place in order], formatter=chart.written)
    rendered: bytes = made.render()
    return rendered


def _every(chart: Chart, width: int) -> int | None:
    """Every how-many-th label is written below the bars, so that they do not run into each other."""
    longest = max((len(_label(each, width)) for each in chart.labels), default=0)
    fit = max(1, width // (_LETTER_PIXELS * longest + _LETTER_PIXELS))
    return math.ceil(len(chart.labels) / fit) or None


def _bar(series: Series, place: int) -> dict[str, Any]:
    tone = series.tone(place)
    return {"value": series.values[place], "style": f"fill:{tone};stroke:{tone}"}


def _style(chart: Chart) -> Any:
    shown = reversed(chart.series) if chart.shape is Shape.ROWS else chart.series
    colours = tuple(str(each.tone(0)) for each in shown) or (str(Tone.PLAIN),)
    sizes = dict.fromkeys(
        ("label_font_size", "major_label_font_size", "value_font_size", "legend_font_size", "no_data_font_size"), 15
    )
    parts = ("", "label_", "major_label_", "value_", "value_label_", "legend_", "title_", "tooltip_", "no_data_")
    make: Any = Style
    return make(
        background=_GROUND,
        plot_background=_GROUND,
        foreground=_QUIET,
        foreground_strong=_INK,
        foreground_subtle=_LINE,
        colors=colours,
        value_colors=(_INK,) * len(colours),
        opacity="1",
        opacity_hover="1",
        transition="0s",
        **sizes,
        **{f"{part}font_family": _FONT for part in parts},
    )


# -- what pygal draws, as we show it ------------------------------------------------------------------------


def _tidied(root: Element, chart: Chart, width: int) -> str:
    """Take out what only a script would use, name the drawing, move its numbers; the text of its style."""
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]  # the namespace is said once, at the root
    _without(root, {"script", "desc", "title"})
    root.set("xmlns", _SVG)
    del root.attrib["class"]
    root.set("role", "img")
    root.set("width", str(width))
    root.set("height", root.get("viewBox", "").split()[-1])
    for place, (tag, said) in enumerate((("title", _clean(chart.title)), ("desc", chart.in_words()))):
        element = Element(tag)
        element.text = said
        root.insert(place, element)
    for text in root.iter("text"):
        if "value" in (text.get("class") or "").split() and chart.shape is Shape.ROWS:
            _move_beside(text)
    return _moved_style(root)


def _move_beside(text: Element) -> None:
    """Write the number beside the end of its bar, and not across it."""
    text.set("x", f"{float(text.get('x', '0')) + 10:.1f}")
    text.set("class", "value beside")


def _moved_style(root: Element) -> str:
    """Gather every style into the one element: no rule stands in an attribute, which a strict policy would ignore."""
    (sheet,) = (each for each in root.iter("style"))
    rules: dict[str, str] = {}
    for each in root.iter():
        stated = each.attrib.pop("style", None)
        if stated:
            name = rules.setdefault(stated, f"t{len(rules)}")
            each.set("class", f"{each.get('class', '')} {name}".strip())
    own = "#chart-drawn .beside{text-anchor:start}#chart-drawn .axis .line{stroke:none}"
    own += f"#chart-drawn .axis .guide.line,#chart-drawn .axis .major.guide.line{{stroke:{_LINE}}}"
    own += "".join(f"#chart-drawn .{name}{{{stated}}}" for stated, name in rules.items())
    sheet.text = f"{sheet.text or ''}\n{own}"
    return sheet.text


def _without(root: Element, names: set[str]) -> None:
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag in names]:
            parent.remove(child)


def _label(text: str, width: int) -> str:
    cleaned, most = _clean(text), width // _LETTERS_OF_WIDTH
    return cleaned if len(cleaned) <= most else cleaned[: most - 1].rstrip() + "…"


def _clean(text: str) -> str:
    """The text as XML may hold it, on one line."""
    return " ".join(_UNFIT.sub(" ", text).split())
