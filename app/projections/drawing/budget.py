"""How much work a drawing is, before anything is drawn: `use` multiplies, and masks and gradients cost much (T22)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from app.errors import UnreadableImage
from app.projections.drawing import values

# Units of about a quarter of a millisecond on a canvas of 600 by 600, as measured with resvg 0.5.0.
MOST_WORK = 40_000
_CHARACTERS_OF_A_PATH = 30
_REFERENCE = {"mask": 300, "clip-path": 150, "fill": 100, "stroke": 100, "href": 1}
_ALTOGETHER = 100  # something half transparent is drawn apart first
_DASHES = 500
_PICTURE = 500
_DEEPEST = 200  # elements inside or behind one another


def check_work(root: Element) -> None:
    """Raises UnreadableImage when the drawing would take too long, or is drawn inside itself."""
    by_id = {element.get("id", ""): element for element in root.iter()}
    known: dict[Element, int] = {}
    if _work(root, by_id, known, frozenset()) > MOST_WORK:
        raise UnreadableImage("The drawing takes too long to draw; make it simpler", code="too_much_work")


def _work(element: Element, by_id: dict[str, Element], known: dict[Element, int], within: frozenset[Element]) -> int:
    if element in within:
        raise UnreadableImage("Something in the drawing contains itself", code="contains_itself")
    if len(within) > _DEEPEST:
        raise UnreadableImage("The drawing is nested too deeply", code="too_deep", limit_depth=_DEEPEST)
    if element not in known:
        within |= {element}
        total = _own(element) + sum(_work(child, by_id, known, within) for child in element)
        for name, cost in _REFERENCE.items():
            target = values.target(element.get(name))
            if target is not None:
                total += cost
                if target in by_id:
                    total += _work(by_id[target], by_id, known, within)
        known[element] = min(total, MOST_WORK + 1)
    return known[element]


def _own(element: Element) -> int:
    drawn = len(element.get("d", "")) + len(element.get("points", ""))
    work = 1 + drawn // _CHARACTERS_OF_A_PATH
    if element.get("opacity", "1") not in ("1", "1.0") and len(element):
        work += _ALTOGETHER
    if element.get("stroke-dasharray", "none") != "none":
        work += _DASHES
    return work + (_PICTURE if element.tag == "image" else 0)
