"""Where somebody is and the nearest moves from there as a drawing; the lists beside it say the same in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from markupsafe import Markup

from app.projections import pathway_graph
from app.projections.pathway_graph import Box, Graph, State
from app.web.languages import gettext as _
from app.web.languages import ngettext

MOST_DRAWN = 5  # in each direction, so that the drawing can be taken in at once
_HERE = "here"
_HERE_COLUMN, _ACROSS_COLUMN, _UP_COLUMN = 1, 2, 3


class Drawable(Protocol):
    """What is drawn of a move."""

    @property
    def name(self) -> str:
        """Where it leads."""

    @property
    def kind(self) -> str:
        """What that is: a role, or a step of a pathway."""

    @property
    def effort(self) -> str:
        """Hours and price; "" = no badge is missing."""

    @property
    def outside(self) -> Sequence[str]:
        """What is to be had elsewhere alone."""


def drawn(here: Sequence[str], up: Sequence[Drawable], across: Sequence[Drawable], *, id_: str) -> Markup:
    """The drawing: here on the left, moves across beside it, moves up on the right, each with its cost."""
    moves = [*_boxes("across", across, _ACROSS_COLUMN), *_boxes("up", up, _UP_COLUMN)]
    graph = Graph(
        title=_("Where I am, and the nearest moves from here"),
        boxes=(_here(here), *moves),
        lines=tuple((_HERE, each.id) for each in moves),
        description=_described(min(len(up), MOST_DRAWN), min(len(across), MOST_DRAWN)),
        headings=(_("Here"), _("Across"), _("Up")),
    )
    return Markup(pathway_graph.svg(graph, id_=id_))  # noqa: S704 - everything that people wrote is escaped in it


def _here(names: Sequence[str]) -> Box:
    name = ", ".join(names) or _("What I hold now")
    return Box(_HERE, name, _HERE_COLUMN, note=_("you are here"), state=State.COMPLETE)


def _boxes(direction: str, moves: Iterable[Drawable], column: int) -> Iterator[Box]:
    for number, move in enumerate(list(moves)[:MOST_DRAWN]):
        cost = move.effort or (_("Nothing is missing.") if not move.outside else "")
        note = ", ".join(each for each in (cost, _("and something from elsewhere") if move.outside else "") if each)
        yield Box(f"{direction}-{number}", move.name, column, awards=move.kind, note=note)


def _described(up: int, across: int) -> str:
    counts = (
        ngettext("%(num)s move up.", "%(num)s moves up.", up),
        ngettext("%(num)s move across.", "%(num)s moves across.", across),
    )
    return " ".join((*counts, _("The lists beside it say the same in words.")))
