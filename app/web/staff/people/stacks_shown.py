"""What the page of one person says of pathways, recognised credentials and work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.issuing import definitions, issuers
from app.issuing.definitions import Definition, Kind
from app.issuing.learners import Learner
from app.issuing.stacks import Recognition, RecognitionState, careers, recognitions, standing
from app.stacking.world import World
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Staff
from app.web.staff.awards.words import Pill
from app.web.staff.pathways import view
from app.web.staff.pathways import words as pathway_words
from app.web.states import Tone

Options = list[tuple[str, str]]

STATES = {
    RecognitionState.ASKED: (Tone.SOON, marked("Asked for")),
    RecognitionState.ACTIVE: (Tone.GOOD, marked("Recognised")),
    RecognitionState.REVOKED: (Tone.STOPPED, marked("Counts no more")),
    RecognitionState.REFUSED: (Tone.STOPPED, marked("Not recognised")),
}


@dataclass(frozen=True, slots=True)
class OnIt:
    """A pathway that somebody is on; `pill` None = under way."""

    pathway_id: str
    name: str
    pill: Pill | None
    percent: int
    missing: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody else's credential, as it is recorded."""

    row: Recognition
    name: str
    abbreviation: str
    issued_by: str
    pill: Pill


def of_person(session: Session, staff: Staff, learner: Learner) -> dict[str, Any]:
    """Everything of it, by the names that the template has for it."""
    stood = standing.of_learner(session, staff.issuer_id, learner.id, issuers.today(session, staff.issuer_id))
    kinds = (Kind.UNIT, Kind.ROLE, Kind.PROGRAMME, Kind.RECOGNISED)
    every = definitions.all_of(session, staff.issuer_id, *kinds)
    inside = careers.programmes_of(session, learner.id)
    programmes = _names(every, Kind.PROGRAMME)
    return {
        "on_pathways": [_on(stood.known.world, each) for each in stood.pathways],
        "recognised": [recognised(session, each) for each in recognitions.of_learner(session, learner.id)],
        "can_recognise": any(each.kind == Kind.RECOGNISED for each in every),
        "career": careers.names_of(session, learner.id),
        "units": _names(every, Kind.UNIT),
        "roles": _names(every, Kind.ROLE),
        "programmes": programmes,
        "in_programmes": [(slug, dict(programmes).get(slug, slug)) for slug in sorted(inside)],
    }


def recognised(session: Session, row: Recognition) -> Recognised:
    """A record with the names of what it is about."""
    facts: Any = definitions.facts_of(session.get_one(Definition, row.definition_id))
    return Recognised(row, facts.name, facts.abbreviation, facts.issued_by, pill(row))


def pill(row: Recognition) -> Pill:
    """How a record stands."""
    tone, word = STATES[RecognitionState(row.state)]
    if row.state == RecognitionState.ACTIVE and row.valid_until and row.valid_until < clock.now().date():
        return Pill(Tone.ENDED, _("Ended"))
    return Pill(tone, _(word))


def _on(world: World, found: standing.OnPathway) -> OnIt:
    evaluation = found.evaluation
    return OnIt(
        pathway_id=found.row.id,
        name=evaluation.pathway.name,
        pill=pathway_words.progress(found.enrolment, is_complete=evaluation.is_complete),
        percent=int(evaluation.progress * 100),
        missing=view.missing(world, evaluation),
    )


def _names(every: list[Definition], kind: Kind) -> Options:
    found: Any = [(each.slug, definitions.facts_of(each)) for each in every if each.kind == kind]
    return sorted(((slug, facts.name) for slug, facts in found), key=lambda pair: pair[1].casefold())
