"""The policy under which a badge is renewed: that of its achievement as it is published now.

A policy is about the work of renewing, and is signed in no badge; so a new version holds for badges of older ones too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.issuers import Issuer
from app.stacking.cycles import RenewalPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """An achievement's policy. `is_stated` = it says something of renewal, so that holders are reminded.

    `zone` is the issuer's.
    """

    achievement_id: str
    name: str
    names: dict[str, Any]  # in every language, for `tongues.name_in`
    abbreviation: str
    language: str
    renewal: RenewalPolicy
    zone: ZoneInfo
    is_stated: bool


def of_issuer(session: Session, issuer_id: str) -> dict[str, Policy]:
    """The policies of an issuer's published achievements, by the achievement's id; archived ones too."""
    return _read(session, Achievement.issuer_id == issuer_id)


def of_achievements(session: Session, achievement_ids: Collection[str]) -> dict[str, Policy]:
    """The policies of these achievements."""
    return _read(session, Achievement.id.in_(achievement_ids))


def of_achievement(session: Session, achievement_id: str) -> Policy:
    """The policy of one achievement, which has been published."""
    return of_achievements(session, [achievement_id])[achievement_id]


def _read(session: Session, which: object) -> dict[str, Policy]:
    newest = and_(
        AchievementVersion.achievement_id == Achievement.id,
        AchievementVersion.number == Achievement.current_version,
    )
    columns = Achievement.id, AchievementVersion.facts, Issuer.timezone
    query = select(*columns).join(AchievementVersion, newest).join(Issuer, Issuer.id == Achievement.issuer_id)
    rows = session.execute(query.where(which))  # type: ignore[arg-type]  # a column expression
    return {row.id: _policy(row.id, row.facts, ZoneInfo(row.timezone)) for row in rows}


def _policy(achievement_id: str, facts: dict[str, Any], zone: ZoneInfo) -> Policy:
    return Policy(
        achievement_id=achievement_id,
        name=facts["name"],
        names={each: facts[each] for each in ("name", "language", "translations") if each in facts},
        abbreviation=facts.get("abbreviation") or "",
        language=facts.get("language") or "en",
        renewal=achievement_facts.stored_renewal_policy(facts),
        zone=zone,
        is_stated=facts.get("renewal") is not None,
    )
