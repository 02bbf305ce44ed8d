"""A pathway drawn as SVG: levels from the left to the right, a box for each step, a line from what is needed. Pure.

Nothing in it comes from elsewhere and nothing runs: colours are those of the page (`currentColor` and the classes of
`style.css`), letters those of its font. The list beside it, which `steps` gives, says the same in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from itertools import pairwise

BOX_WIDTH = 208  # pixels, as everything here
_COLUMN_GAP, _ROW_GAP, _LANE_HEIGHT = 72, 28, 14
_MARGIN, _HEADING = 16, 40
_INSET, _LINE, _SMALL_LINE = 14, 20, 18
_LETTERS, _SMALL_LETTERS = 18.5, 23.0  # of middling width, that fit into a box, in wide fonts too
_MOST_LINES = 4
_SWEEPS = 4  # over the columns, each of which takes lines out of one another's way
# Not allowed in XML, or turning the reading order around (T20).
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


class State(StrEnum):
    """Whether somebody has completed a step."""

    COMPLETE = "complete"
    BEGUN = "begun"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Box:
    """A step. `awards` is the stack that it awards, `note` what is said of it below; "" = nothing."""

    id: str
    name: str
    level: int = 1
    awards: str = ""
    note: str = ""
    state: State | None = None  # None = nobody is asked for
    is_goal: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """What to draw. `lines` lead from a step to one that needs it; `level` is the word before a level's number.

    `headings` stand above the levels in their place: that of level 1 first.
    """

    title: str
    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...] = ()
    description: str = ""
    level: str = "Level"
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the list has it, with the names of what it needs and of what needs it."""

    box: Box
    needs: tuple[str, ...]
    leads_to: tuple[str, ...]


@dataclass(slots=True)
class _Slot:
    """A place in a column: a box, or the lane of a line that goes on. `y` is its upper end."""

    key: str
    height: int
    box: Box | None = None
    texts: tuple[tuple[str, str], ...] = ()  # class and line
    y: float = 0
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def steps(graph: Graph) -> tuple[Step, ...]:
    """The steps in the order in which one can take them: by level, and within one, after what they need."""
    boxes = {box.id: box for box in graph.boxes}
    columns = _columns(graph)
    places = {box.id: number for number, box in enumerate(graph.boxes)}
    ordered = sorted(graph.boxes, key=lambda box: (columns[box.id], places[box.id]))
    lines = _lines(graph)
    return tuple(
        Step(
            box,
            tuple(boxes[source].name for source, target in lines if target == box.id),
            tuple(boxes[target].name for source, target in lines if source == box.id),
        )
        for box in ordered
    )


def svg(graph: Graph, *, id_: str = "graph") -> str:
    """The drawing, to stand in a page as it is; `id_` names its title and description there, and is unique in it."""
    columns = _columns(graph)
    ranks = {column: rank for rank, column in enumerate(sorted(set(columns.values())))}
    of_box = {box.id: ranks[columns[box.id]] for box in graph.boxes}
    slots, chains, back = _slots(graph, of_box)
    order = _ordered(slots, len(ranks))
    height = _place(order, slots) + (_ROW_GAP if back else 0)
    width = 2 * _MARGIN + len(ranks) * BOX_WIDTH + max(0, len(ranks) - 1) * _COLUMN_GAP
    rank_of = {key: rank for rank, keys in enumerate(order) for key in keys}
    parts = [*_headings(graph, ranks)]
    parts += [_path([(rank_of[key], slots[key]) for key in chain]) for chain in chains]
    parts += [_way_back((rank_of[one], slots[one]), (rank_of[other], slots[other])) for one, other in back]
    parts += [_box(rank_of[box.id], slots[box.id]) for box in graph.boxes]
    title = f'<title id="{id_}-title">{_text(graph.title)}</title>'
    description = f'<desc id="{id_}-desc">{_text(graph.description)}</desc>' if graph.description else ""
    described = f' aria-describedby="{id_}-desc"' if graph.description else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pathway" role="img" aria-labelledby="{id_}-title"{described} '
        f'width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}" fill="none" stroke="currentColor">'
        f"{title}{description}{''.join(parts)}</svg>"
    )


# -- where everything stands ----------------------------------------------------------------------------------


def _lines(graph: Graph) -> list[tuple[str, str]]:
    """The lines between boxes that are there, each once, and none from a box to itself."""
    known = {box.id for box in graph.boxes}
    return [each for each in dict.fromkeys(graph.lines) if set(each) <= known and each[0] != each[1]]


def _columns(graph: Graph) -> dict[str, tuple[int, int]]:
    """Box -> its level, and how many steps of the same level come before it. A circle is cut where it is met again."""
    levels = {box.id: box.level for box in graph.boxes}
    before: dict[str, list[str]] = defaultdict(list)
    for source, target in _lines(graph):
        if levels[source] == levels[target]:
            before[target].append(source)
    depths: dict[str, int] = {}
    for box in graph.boxes:
        _depth(box.id, before, depths)
    return {box.id: (box.level, depths[box.id]) for box in graph.boxes}


def _depth(start: str, before: Mapping[str, list[str]], depths: dict[str, int]) -> None:
    """Note the depth of a box and of all before it; without recursion, since a chain may be as long as a pathway."""
    open_, waiting = {start}, [start]
    while waiting:
        at = waiting[-1]
        ahead = next((each for each in before[at] if each not in depths and each not in open_), None)
        if at not in depths and ahead is not None:
            open_.add(ahead)
            waiting.append(ahead)
            continue
        depths.setdefault(at, 1 + max((depths[each] for each in before[at] if each in depths), default=-1))
        waiting.pop()


def _slots(graph: Graph, of_box: Mapping[str, int]) -> tuple[dict[str, _Slot], list[list[str]], list[tuple[str, str]]]:
    """A slot for each box and each lane, the lines as chains of slots, and the lines that lead back."""
    slots = {box.id: _slot(box) for box in graph.boxes}
    ranks = dict(of_box)
    chains: list[list[str]] = []
    back: list[tuple[str, str]] = []
    for source, target in _lines(graph):
        if of_box[source] >= of_box[target]:
            back.append((source, target))
            continue
        chain = [source]
        for rank in range(of_box[source] + 1, of_box[target]):
            key = f"{source} {rank}"  # no box is called so: ids have no blanks
            if key not in slots:
                slots[key], ranks[key] = _Slot(key, _LANE_HEIGHT), rank
            chain.append(key)
        chain.append(target)
        for one, other in pairwise(chain):
            if other not in slots[one].after:
                slots[one].after.append(other)
                slots[other].before.append(one)
        chains.append(chain)
    for key, rank in ranks.items():
        slots[key].y = rank  # until it is placed
    return slots, chains, back


def _ordered(slots: Mapping[str, _Slot], count: int) -> list[list[str]]:
    """The slots of each column from the top to the bottom, so that few lines cross (barycentres, a few times)."""
    order: list[list[str]] = [[] for _ in range(count)]
    for key, slot in slots.items():
        order[int(slot.y)].append(key)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for keys in order if forward else reversed(order):
            places = {key: place for each in order for place, key in enumerate(each)}
            keys.sort(key=lambda key: _wished(slots[key].before if forward else slots[key].after, places, key))
    return order


def _wished(beside: Sequence[str], places: Mapping[str, int], key: str) -> float:
    return sum(places[each] for each in beside) / len(beside) if beside else places[key]


def _place(order: Sequence[Sequence[str]], slots: Mapping[str, _Slot]) -> float:
    """Put every slot at its height, columns in the middle of the drawing; how high that is."""
    heights = [sum(slots[key].height for key in keys) + _ROW_GAP * max(0, len(keys) - 1) for keys in order]
    tallest = max(heights, default=0)
    for keys, height in zip(order, heights, strict=True):
        y = _HEADING + _MARGIN + (tallest - height) / 2
        for key in keys:
            slots[key].y = y
            y += slots[key].height + _ROW_GAP
    return _HEADING + tallest + 2 * _MARGIN


def _slot(box: Box) -> _Slot:
    texts = [("pathway-name", line) for line in _wrapped(box.name, _LETTERS)]
    texts += [("pathway-awards", line) for line in _wrapped(box.awards, _SMALL_LETTERS)]
    note = _wrapped(box.note, _SMALL_LETTERS - (3 if box.state else 0))
    texts += [("pathway-note", line) for line in note]
    if box.state is not None and not note:
        texts.append(("pathway-note", ""))
    high = sum(_LINE if kind == "pathway-name" else _SMALL_LINE for kind, _line in texts)
    return _Slot(box.id, high + 2 * _INSET, box, tuple(texts))


# -- ink --------------------------------------------------------------------------------------------------------


def _left(rank: int) -> int:
    return _MARGIN + rank * (BOX_WIDTH + _COLUMN_GAP)


def _headings(graph: Graph, ranks: Mapping[tuple[int, int], int]) -> Iterable[str]:
    """The number of each level above its first column."""
    seen: set[int] = set()
    for (level, _depth_in_it), rank in sorted(ranks.items()):
        if level not in seen and len(ranks) > 1:
            seen.add(level)
            yield f'<text class="pathway-level" x="{_left(rank)}" y="{_MARGIN + 8}" stroke="none" fill="currentColor">'
            named = graph.headings[level - 1] if level <= len(graph.headings) else f"{graph.level} {level}"
            yield f"{_text(named)}</text>"


def _path(chain: Sequence[tuple[int, _Slot]]) -> str:
    """A line through its lanes, with a point at its end."""
    rank, slot = chain[0]
    x, y = _left(rank) + BOX_WIDTH, slot.middle
    drawn = [f"M{x} {y:.1f}"]
    for rank, slot in chain[1:]:
        left, middle = _left(rank), slot.middle
        end = left - (0 if slot.box is None else 6)
        bend = (left - x) / 2
        drawn.append(f"C{x + bend:.1f} {y:.1f} {left - bend:.1f} {middle:.1f} {end} {middle:.1f}")
        if slot.box is None:
            drawn.append(f"H{left + BOX_WIDTH}")
        x, y = left + BOX_WIDTH, middle
    return _line("".join(drawn), _left(rank), y, "pathway-line")


def _way_back(source: tuple[int, _Slot], target: tuple[int, _Slot]) -> str:
    """A line that leads to the left or within a column, below the boxes: it is drawn in another way."""
    x, y = _left(source[0]) + BOX_WIDTH / 2, source[1].y + source[1].height
    end_x, end_y = _left(target[0]) + BOX_WIDTH / 2, target[1].y + target[1].height
    low = max(y, end_y) + _ROW_GAP * 0.8
    drawn = f"M{x} {y:.1f}C{x} {low:.1f} {end_x} {low:.1f} {end_x} {end_y + 6:.1f}"
    point = f"M{end_x - 5} {end_y + 7:.1f}L{end_x} {end_y:.1f}L{end_x + 5} {end_y + 7:.1f}Z"
    return f'<path class="pathway-line back" stroke-dasharray="5 4" d="{drawn}"/>{_point(point)}'


def _line(drawn: str, x: float, y: float, kind: str) -> str:
    return f'<path class="{kind}" d="{drawn}"/>' + _point(f"M{x - 7} {y - 5:.1f}L{x} {y:.1f}L{x - 7} {y + 5:.1f}Z")


def _point(drawn: str) -> str:
    return f'<path class="pathway-point" stroke="none" fill="currentColor" d="{drawn}"/>'


def _box(rank: int, slot: _Slot) -> str:
    assert slot.box is not None  # noqa: S101 - lanes are no boxes
    box, x = slot.box, _left(rank)
    kinds = ["pathway-box", *(["goal"] if box.is_goal else []), *([box.state.value] if box.state else [])]
    parts = [f'<g class="{" ".join(kinds)}">']
    parts.append(f'<rect x="{x}" y="{slot.y:.1f}" width="{BOX_WIDTH}" height="{slot.height}" rx="8"/>')
    if box.is_goal:
        parts.append(
            f'<rect class="pathway-rim" x="{x + 4}" y="{slot.y + 4:.1f}" width="{BOX_WIDTH - 8}" '
            f'height="{slot.height - 8}" rx="5"/>'
        )
    y, is_marked = slot.y + _INSET, False
    for kind, line in slot.texts:
        high = _LINE if kind == "pathway-name" else _SMALL_LINE
        indent = 22 if box.state is not None and kind == "pathway-note" else 0
        if indent and not is_marked and box.state is not None:
            parts.append(_mark(box.state, x + _INSET + 7, y + high / 2))
            is_marked = True
        parts.append(
            f'<text class="{kind}" x="{x + _INSET + indent}" y="{y + high * 0.74:.1f}" stroke="none" '
            f'fill="currentColor">{_text(line)}</text>'
        )
        y += high
    return "".join([*parts, "</g>"])


def _mark(state: State, x: float, y: float) -> str:
    """A tick in a circle, half a circle, or an empty one: shapes, since colours alone say nothing to some."""
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
    match state:
        case State.COMPLETE:
            inner = f'<path d="M{x - 3.5:.1f} {y:.1f}l2.5 2.5 4.5-5"/>'
        case State.BEGUN:
            half = f"M{x:.1f} {y - 7:.1f}a7 7 0 0 0 0 14z"
            inner = f'<path class="pathway-half" stroke="none" fill="currentColor" d="{half}"/>'
        case State.OPEN:
            inner = ""
    return f'<g class="pathway-mark {state.value}">{ring}{inner}</g>'


# -- letters ------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    return " ".join(_UNFIT.sub(" ", text).split())


def _wrapped(text: str, letters: float) -> list[str]:
    """The text in lines that fit; a word that is too long is broken, and what is too much ends with three dots."""
    lines: list[str] = []
    line = ""
    for word in _pieces(_clean(text), letters):
        longer = f"{line} {word}".strip()
        if line and _width(longer) > letters:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if len(lines) <= _MOST_LINES:
        return lines
    last = lines[_MOST_LINES - 1]
    while _width(f"{last}…") > letters:
        last = last[:-1]
    return [*lines[: _MOST_LINES - 1], f"{last.rstrip()}…"]


def _pieces(text: str, letters: float) -> Iterable[str]:
    for word in text.split(" "):
        piece = ""
        for letter in word:
            if piece and _width(piece + letter) > letters:
                yield piece
                piece = ""
            piece += letter
        if piece:
            yield piece


def _width(text: str) -> float:
    """How wide a text is about, in letters of middling width: fonts differ, so it is rather too much."""
    return sum(_width_of(letter) for letter in text)


def _width_of(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.9
    if letter in "MWmw@%":
        return 1.5
    if letter in "iljtf.,:;'|!()[] I":
        return 0.6
    return 1.25 if letter.isupper() else 1.0
