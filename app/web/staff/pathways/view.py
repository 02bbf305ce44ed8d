"""What conditions come to, as a tree of sentences; the drawing of a pathway is in `web/pathway_drawing.py`."""

from __future__ import annotations

from dataclasses import dataclass

from app.stacking import wording
from app.stacking.conditions import AllOf, AnyOf, NOf
from app.stacking.evaluate import Evaluation, Finding, Why
from app.stacking.world import Pathway, World
from app.web.languages import gettext as _
from app.web.learner.ways import words as ways
from app.web.pathway_drawing import drawn
from app.web.told import told as in_their_language

__all__ = ["Told", "drawn", "missing", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """A condition as a sentence, whether it holds, and the same of its parts."""

    is_met: bool
    sentence: str
    parts: tuple[Told, ...]


def told(world: World, finding: Finding, pathway: Pathway | None = None) -> Told:
    """What a condition comes to, with the same of its parts below it."""
    parts = tuple(told(world, each, pathway) for each in finding.parts)
    return Told(finding.is_met, _head(finding) if parts else _leaf(world, finding, pathway), parts)


def missing(world: World, evaluation: Evaluation) -> str:
    """What stands between a learner and the end of a pathway, in one line; "" = nothing."""
    return "; ".join(map(in_their_language, wording.lacking(world, evaluation)))


def _leaf(world: World, finding: Finding, pathway: Pathway | None) -> str:
    if finding.because.why is Why.SUM and not finding.is_met:
        return "".join(f"{each}." for each in ways.missing(world, finding, pathway))
    return in_their_language(wording.finding(world, finding, pathway))


def _head(finding: Finding) -> str:
    have = sum(each.is_met for each in finding.parts)
    match finding.condition:
        case AllOf(of):
            return _("All of these: %(have)s of %(need)s.", have=have, need=len(of))
        case AnyOf():
            return _("One of these: %(have)s there.", have=have) if have else _("One of these: none there yet.")
        case NOf(n, _of):
            return _("At least %(need)s of these: %(have)s there.", have=have, need=n)
        case _:
            return ""
