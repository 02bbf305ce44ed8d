"""Credentials of others that a learner holds: recorded with evidence and with who verified them (SEED-27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, AlreadyRevoked, InvalidInput, NotFound, WrongState
from app.issuing import audit, definitions, issuers
from app.issuing.definitions import Definition
from app.issuing.definitions.kinds import Kind, RecognisedFacts
from app.issuing.learners import Learner, refuse_ended
from app.issuing.office import Office
from app.issuing.stacks.tables import Recognition, RecognitionState
from app.stacking import renewal


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of somebody else's credential: when it was issued, what shows it, how it was verified."""

    issued_on: date
    valid_until: date | None = None  # None = as the recognised credential says
    evidence_url: str | None = None
    evidence_text: str | None = None
    verified_how: str | None = None


def record(
    session: Session, office: Office, learner: Learner, definition: Definition, stated: Stated, *, actor: str
) -> Recognition:
    """Record a credential that staff have verified, and let it count at once.

    Raises InvalidInput without the evidence that it needs or for a day to come, AlreadyExists, LearnerErased.
    """
    made = _claimed(session, learner, definition, stated, RecognitionState.ACTIVE)
    made.verified_by, made.verified_at, made.verified_how = actor, clock.now(), stated.verified_how
    _record(session, made, "recognition.made", actor)
    office.follow(session, office, learner.id)
    return made


def ask(session: Session, learner: Learner, definition: Definition, stated: Stated, *, actor: str) -> Recognition:
    """A learner says that they hold one. It counts once somebody has looked at the evidence."""
    made = _claimed(session, learner, definition, stated, RecognitionState.ASKED)
    _record(session, made, "recognition.asked", actor)
    return made


def decide(session: Session, office: Office, found: Recognition, *, accepted: bool, words: str, actor: str) -> None:
    """Say yes or no to one that was asked for: how it was verified, or why not, which the learner reads.

    Raises WrongState when it was decided already, InvalidInput for a no without words.
    """
    session.refresh(found, with_for_update=True)
    if found.state != RecognitionState.ASKED:
        raise WrongState("This was decided already")
    if not accepted and not words.strip():
        raise InvalidInput("Say why it is not recognised: the learner reads it", pointer="/reason")
    now = clock.now()
    found.verified_by, found.verified_at = actor, now
    if accepted:
        found.state, found.verified_how = RecognitionState.ACTIVE, words or None
    else:
        found.state, found.reason, found.ended_at = RecognitionState.REFUSED, words, now
    _record(session, found, "recognition.accepted" if accepted else "recognition.refused", actor)
    if accepted:
        office.follow(session, office, found.learner_id)


def revoke(session: Session, office: Office, found: Recognition, *, reason: str, actor: str) -> None:
    """Let it count no more, and look at what was built on it. Raises AlreadyRevoked."""
    issuers.take_turn(session, found.issuer_id)
    session.refresh(found, with_for_update=True)
    if found.state != RecognitionState.ACTIVE:
        raise AlreadyRevoked("This does not count any more already")
    found.state, found.reason, found.ended_at = RecognitionState.REVOKED, reason, clock.now()
    _record(session, found, "recognition.revoked", actor)
    office.follow(session, office, found.learner_id)


def of_learner(session: Session, learner_id: str) -> list[Recognition]:
    """Everything recorded of a learner, newest first."""
    query = select(Recognition).where(Recognition.learner_id == learner_id)
    return list(session.scalars(query.order_by(Recognition.issued_on.desc(), Recognition.id)))


def waiting(session: Session, issuer_id: str) -> list[Recognition]:
    """What learners ask to have recognised, oldest first."""
    query = select(Recognition).where(Recognition.issuer_id == issuer_id, Recognition.state == RecognitionState.ASKED)
    return list(session.scalars(query.order_by(Recognition.created_at, Recognition.id)))


def by_id(session: Session, recognition_id: str, *, issuer_id: str) -> Recognition:
    """The record with this id, of this issuer. Raises NotFound."""
    found = session.get(Recognition, recognition_id)
    if found is None or found.issuer_id != issuer_id:
        raise NotFound("There is no such record of a recognised credential")
    return found


def _claimed(
    session: Session, learner: Learner, definition: Definition, stated: Stated, state: RecognitionState
) -> Recognition:
    refuse_ended(learner)
    issuers.take_turn(session, learner.issuer_id)
    facts = definitions.facts_of(definition)
    if definition.kind != Kind.RECOGNISED or not isinstance(facts, RecognisedFacts):
        raise InvalidInput("This is no credential that is recognised here")
    if stated.issued_on > issuers.today(session, learner.issuer_id):
        raise InvalidInput("A credential cannot have been issued on a day to come", pointer="/issued_on")
    if facts.evidence == "required" and not (stated.evidence_url or stated.evidence_text or stated.verified_how):
        raise InvalidInput(f"{facts.name} needs evidence: a link, or what you saw", pointer="/evidence_text")
    ends = stated.valid_until
    if ends is None:
        ends = renewal.last_good_day(stated.issued_on, facts.validity.rule())
    made = claim(
        session,
        Recognition,
        id=clock.new_id(),
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        definition_id=definition.id,
        issued_on=stated.issued_on,
        valid_until=ends,
        state=state,
        evidence_url=stated.evidence_url,
        evidence_text=stated.evidence_text,
        created_at=clock.now(),
    )
    if made is None:
        raise AlreadyExists("This credential with this date is recorded already")
    return made


def _record(session: Session, found: Recognition, action: str, actor: str) -> None:
    session.flush()
    facts = {"learner_id": found.learner_id, "definition_id": found.definition_id}
    audit.record(session, found.issuer_id, actor=actor, action=action, object_id=found.id, **facts)
