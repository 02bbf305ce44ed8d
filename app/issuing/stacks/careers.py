"""Where people work, what as, what they want to become, the programmes they are in, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput
from app.issuing import audit, definitions
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks.tables import Career, ProgrammeEnrolment, SkillRating

Rater = Literal["self", "manager", "assessment"]
UNSAID = ""  # leave it as it is
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class Names:
    """Where somebody works, what as, and what they want to become, by short names."""

    unit: str | None = None
    role: str | None = None
    target_role: str | None = None


def names_of(session: Session, learner_id: str) -> Names:
    """The same of one learner; nothing if nothing was said."""
    career = session.scalars(select(Career).where(Career.learner_id == learner_id)).one_or_none()
    if career is None:
        return Names()

    def name(definition_id: str | None) -> str | None:
        return None if definition_id is None else session.get_one(definitions.Definition, definition_id).slug

    return Names(name(career.unit_id), name(career.role_id), name(career.target_role_id))


def of_learner(session: Session, learner: Learner) -> Career:
    """Where the learner works and what they want; empty if nothing was said."""
    now = clock.now()
    claim(session, Career, id=clock.new_id(), learner_id=learner.id, issuer_id=learner.issuer_id, changed_at=now)
    return session.scalars(select(Career).where(Career.learner_id == learner.id)).one()


def put(
    session: Session,
    issuer: Issuer,
    learner: Learner,
    *,
    unit: str | None = UNSAID,
    role: str | None = UNSAID,
    target_role: str | None = UNSAID,
    actor: str,
) -> Career:
    """Say where somebody works, what as, and what they want to become, by short names; None = nowhere, nothing.

    Raises NotFound for a unit or role that is not there.
    """
    career = of_learner(session, learner)
    wanted = {
        "unit_id": (Kind.UNIT, unit),
        "role_id": (Kind.ROLE, role),
        "target_role_id": (Kind.ROLE, target_role),
    }
    changed = []
    for column, (kind, slug) in wanted.items():
        if slug == UNSAID:
            continue
        value = None if slug is None else definitions.by_slug(session, issuer, kind, slug).id
        if getattr(career, column) != value:
            setattr(career, column, value)
            changed.append(column)
    if changed:
        career.changed_at = clock.now()
        session.flush()
        audit.record(session, issuer.id, actor=actor, action="career.changed", object_id=learner.id, changed=changed)
    return career


def enrol_in_programme(session: Session, issuer: Issuer, learner: Learner, slug: str, *, on: date, actor: str) -> None:
    """The learner is in a formal programme, so that credit which was promised is realised. Raises NotFound."""
    programme = definitions.by_slug(session, issuer, Kind.PROGRAMME, slug)
    values = {"learner_id": learner.id, "definition_id": programme.id, "issuer_id": issuer.id, "enrolled_on": on}
    if claim(session, ProgrammeEnrolment, id=clock.new_id(), **values) is not None:
        _record(session, learner, "programme.entered", programme.id, actor)


def leave_programme(session: Session, issuer: Issuer, learner: Learner, slug: str, *, actor: str) -> None:
    """The learner is not in it any more. Raises NotFound for a programme that is not there."""
    programme = definitions.by_slug(session, issuer, Kind.PROGRAMME, slug, archived=True)
    ended = delete(ProgrammeEnrolment).where(
        ProgrammeEnrolment.learner_id == learner.id, ProgrammeEnrolment.definition_id == programme.id
    )
    if session.execute(ended.returning(ProgrammeEnrolment.learner_id)).all():
        _record(session, learner, "programme.left", programme.id, actor)


def programmes_of(session: Session, learner_id: str) -> frozenset[str]:
    """The short names of the programmes that a learner is in."""
    query = (
        select(definitions.Definition.slug)
        .join(ProgrammeEnrolment, ProgrammeEnrolment.definition_id == definitions.Definition.id)
        .where(ProgrammeEnrolment.learner_id == learner_id)
    )
    return frozenset(session.scalars(query))


def rate(
    session: Session, issuer: Issuer, learner: Learner, skill: str, level: int, *, rater: Rater, actor: str
) -> None:
    """Note what somebody says of a skill; what they said before gives way. Raises NotFound, InvalidInput."""
    definitions.by_slug(session, issuer, Kind.SKILL, skill)
    if not LOWEST <= level <= HIGHEST:
        raise InvalidInput(f"A level is a whole number from {LOWEST} to {HIGHEST}", pointer="/level")
    key = {"learner_id": learner.id, "skill": skill, "rater": rater}
    now = clock.now()
    values = {"issuer_id": issuer.id, "level": level, "rated_by": actor, "rated_at": now}
    if claim(session, SkillRating, id=clock.new_id(), **key, **values) is None:
        found = session.scalars(select(SkillRating).filter_by(**key).with_for_update()).one()
        found.level, found.rated_by, found.rated_at = level, actor, now
    session.flush()
    facts = {"skill": skill, "level": level, "rater": rater}
    audit.record(session, issuer.id, actor=actor, action="skill.rated", object_id=learner.id, **facts)


def take_rating_back(session: Session, learner: Learner, skill: str, *, actor: str) -> None:
    """Forget what the learner said of a skill of their own."""
    own = delete(SkillRating).where(
        SkillRating.learner_id == learner.id, SkillRating.skill == skill, SkillRating.rater == "self"
    )
    if session.execute(own.returning(SkillRating.id)).all():
        session.flush()
        facts = {"skill": skill, "rater": "self"}
        audit.record(
            session, learner.issuer_id, actor=actor, action="skill.rating-taken-back", object_id=learner.id, **facts
        )


def ratings_of(session: Session, learner_id: str) -> list[SkillRating]:
    """What was said of a learner's skills."""
    query = select(SkillRating).where(SkillRating.learner_id == learner_id)
    return list(session.scalars(query.order_by(SkillRating.skill, SkillRating.rater)))


def members(session: Session, issuer_id: str, unit_id: str | None = None) -> list[Career]:
    """Who works in a unit; in any, if none is named."""
    query = select(Career).where(Career.issuer_id == issuer_id, Career.unit_id.is_not(None))
    if unit_id is not None:
        query = query.where(Career.unit_id == unit_id)
    return list(session.scalars(query.order_by(Career.learner_id)))


def _record(session: Session, learner: Learner, action: str, programme_id: str, actor: str) -> None:
    session.flush()
    facts = {"programme_id": programme_id}
    audit.record(session, learner.issuer_id, actor=actor, action=action, object_id=learner.id, **facts)
