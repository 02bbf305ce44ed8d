"""Switches of what is automatic: stop the rules of one achievement at once, or bound their awards an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import InvalidInput
from app.issuing import audit, issuers
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer

MOST_AN_HOUR = 10_000_000


class RuleSwitch(Base):
    """What was set for an achievement's rules. `off_since` None: on; `awards_per_hour` None: the issuer's limit."""

    __tablename__ = "rule_switches"

    achievement_id: Mapped[str] = mapped_column(String(22), ForeignKey("achievements.id"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    off_since: Mapped[datetime | None]
    awards_per_hour: Mapped[int | None]


def of(session: Session, achievement_id: str) -> RuleSwitch | None:
    """What was set for the achievement; None where nothing ever was."""
    return session.get(RuleSwitch, achievement_id)


def turn(session: Session, achievement: Achievement, *, on: bool, actor: str) -> RuleSwitch:
    """Stop the achievement's rules, its mappings as well, or let them go on; awards stay as they are.

    Completions that come meanwhile are parked as `rule-switched-off`; a backfill decides them afterwards.
    """
    issuers.take_turn(session, achievement.issuer_id)  # whoever awards at this moment comes before or after
    switch = _switch(session, achievement)
    if (switch.off_since is None) != on:
        switch.off_since = None if on else clock.now()
        action = "rule.switched-on" if on else "rule.switched-off"
        audit.record(session, achievement.issuer_id, actor=actor, action=action, object_id=achievement.id)
        session.flush()
    return switch


def limit_achievement(session: Session, achievement: Achievement, per_hour: int | None, *, actor: str) -> RuleSwitch:
    """Bound what the achievement's rules award in an hour; None takes the bound away. Raises InvalidInput."""
    _check(per_hour)
    issuers.take_turn(session, achievement.issuer_id)
    switch = _switch(session, achievement)
    if switch.awards_per_hour != per_hour:
        switch.awards_per_hour = per_hour
        facts = {"awards_per_hour": per_hour}
        audit.record(
            session, achievement.issuer_id, actor=actor, action="rule.limited", object_id=achievement.id, **facts
        )
        session.flush()
    return switch


def limit_issuer(session: Session, issuer: Issuer, per_hour: int | None, *, actor: str) -> None:
    """Bound what rules award for the issuer in an hour; None: as the settings say. Raises InvalidInput."""
    _check(per_hour)
    issuers.take_turn(session, issuer.id)
    session.refresh(issuer)
    if issuer.awards_per_hour != per_hour:
        issuer.awards_per_hour = per_hour
        facts = {"awards_per_hour": per_hour}
        audit.record(session, issuer.id, actor=actor, action="issuer.limited", object_id=issuer.id, **facts)
        session.flush()


def _switch(session: Session, achievement: Achievement) -> RuleSwitch:
    made = claim(
        session,
        RuleSwitch,
        achievement_id=achievement.id,
        issuer_id=achievement.issuer_id,
        off_since=None,
        awards_per_hour=None,
    )
    return made or session.get_one(RuleSwitch, achievement.id, with_for_update=True)


def _check(per_hour: int | None) -> None:
    if per_hour is not None and not 1 <= per_hour <= MOST_AN_HOUR:
        raise InvalidInput(f"A limit is a number from 1 to {MOST_AN_HOUR:,} an hour", pointer="/awards_per_hour")
