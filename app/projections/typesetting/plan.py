"""An individual development plan on paper: steps with dates and reasons, and lines for two signatures. Pure.

Every word of the page is handed in, in the reader's language; here is only how it is set.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from app.projections.typesetting import press
from app.projections.typesetting.certificate import Paper

MOST_STEPS = 14  # more do not fit on the page; the rest is counted


@dataclass(frozen=True, slots=True)
class PlanLabels:
    """Our own words on the page."""

    title: str
    step: str
    effort: str
    dates: str
    why: str
    outside: str
    more: str  # empty when all steps are shown
    learner: str
    manager: str
    date: str
    unwritable: str  # stands on the page when any word could not be written


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as it is printed."""

    name: str
    effort: str
    dates: str
    reasons: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """Everything on the page. `facts` are pairs of a label and a value."""

    language: str
    direction: str  # "ltr" or "rtl"
    labels: PlanLabels
    issuer: str
    learner: str
    target: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    outside: tuple[str, ...]
    as_of: datetime


def plan_sheet(stated: PlanSheet, *, paper: Paper = Paper.A4) -> bytes:
    """A PDF of one page; the same input gives the same bytes with the same fonts."""
    steps = stated.steps[:MOST_STEPS]
    said = [stated.issuer, stated.learner, stated.target, *stated.outside, *(value for _label, value in stated.facts)]
    said += [text for each in steps for text in (each.name, each.reasons)]
    found = press.words(said, language=stated.language)
    target = found.word(stated.target, "-")
    given = asdict(stated) | {
        "tone": "good",
        "is_dimmed": False,
        "abbreviation": "",
        "paper": paper.value,
        "is_whole": found.is_whole,
        "issuer": found.word(stated.issuer),
        "learner": found.word(stated.learner),
        "target": target,
        "facts": [(label, word) for label, value in stated.facts if (word := found.word(value))],
        "steps": [
            asdict(each) | {"name": found.word(each.name, "-"), "reasons": found.word(each.reasons)} for each in steps
        ],
        "outside": [word for each in stated.outside if (word := found.word(each))],
        "directions": {"target": press.direction(target), "learner": press.direction(stated.learner)},
        "as_of": {"year": stated.as_of.year, "month": stated.as_of.month, "day": stated.as_of.day},
        "fonts": press.families(stated.language),
    }
    return press.pdf("plan.typ", given, timestamp=int(stated.as_of.timestamp()), attached="")
