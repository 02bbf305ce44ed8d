"""Which award follows which: whether a badge was renewed, and where its cycle began."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.days import day_in
from app.issuing.awards import Award, AwardState
from app.issuing.renewals.policies import Policy
from app.stacking.cycles import start_after

LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


def is_renewed() -> ColumnElement[bool]:
    """Whether a living award of the same person and achievement is good for longer, however it was earned; in SQL."""
    later = aliased(Award)
    return (
        select(later.id)
        .where(
            later.learner_id == Award.learner_id,
            later.achievement_id == Award.achievement_id,
            later.id != Award.id,
            later.state.in_(LIVING),
            Award.valid_until.is_not(None),
            or_(later.valid_until.is_(None), later.valid_until > Award.valid_until),
        )
        .exists()
    )


def renewed_among(session: Session, award_ids: Collection[str]) -> set[str]:
    """Which of these awards were renewed."""
    return set(session.scalars(select(Award.id).where(Award.id.in_(award_ids), is_renewed())))


def successor(session: Session, award: Award) -> Award | None:
    """The award that renewed this one: the one with the latest end; None = none did."""
    if award.valid_until is None:
        return None
    query = select(Award).where(
        Award.learner_id == award.learner_id,
        Award.achievement_id == award.achievement_id,
        Award.id != award.id,
        Award.state.in_(LIVING),
        or_(Award.valid_until.is_(None), Award.valid_until > award.valid_until),
    )
    found = session.scalars(query.order_by(Award.awarded_at, Award.id)).all()
    return next((each for each in found if each.follows_id == award.id), found[0] if found else None)


def predecessor(session: Session, award: Award) -> Award | None:
    """The award whose time this one follows; None = it opened a time of its own."""
    before = session.get(Award, award.follows_id) if award.follows_id is not None else None
    return before if before is not None and before.state in LIVING and before.valid_until is not None else None


def cycle_start(session: Session, award: Award, policy: Policy) -> date:
    """The first day of an award's cycle: after the old end where it renewed one in time, else its own day."""
    before = predecessor(session, award)
    if before is None or before.valid_until is None:
        return day_in(award.awarded_at, policy.zone)
    return start_after(award.awarded_at, policy.renewal, before.valid_until, policy.zone)
