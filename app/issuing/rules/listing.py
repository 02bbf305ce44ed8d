"""An issuer's achievements by name, and what decides about each of them: for lists, and for forms that choose one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.rules.mappings import Rule
from app.issuing.rules.switches import RuleSwitch
from app.issuing.rules.versions import RuleVersion


@dataclass(frozen=True, slots=True)
class Named:
    """An achievement as lists name it: as it was published last, or else as its draft says."""

    id: str
    slug: str
    name: str
    state: AchievementState

    @property
    def is_archived(self) -> bool:
        """Whether nothing can earn it any more."""
        return self.state is AchievementState.ARCHIVED


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What decides about an achievement. `version` is the newest document's number; None = it has mappings only.

    `begins_at` and `ends_at` are the newest document's. `off_since` None = its rules are on.
    """

    achievement: Named
    version: int | None
    begins_at: datetime | None
    ends_at: datetime | None
    mappings: int
    off_since: datetime | None
    per_hour: int | None

    @property
    def is_in_force(self) -> bool:
        """Whether the newest document decides at this moment; of mappings always."""
        now = clock.now()
        has_begun = self.begins_at is None or self.begins_at <= now
        return has_begun and (self.ends_at is None or self.ends_at > now)


def achievements_of(session: Session, issuer_id: str) -> list[Named]:
    """Every achievement of the issuer, by name."""
    query = (
        select(Achievement.id, Achievement.slug, Achievement.state, Achievement.draft, AchievementVersion.facts)
        .outerjoin(
            AchievementVersion,
            (AchievementVersion.achievement_id == Achievement.id)
            & (AchievementVersion.number == Achievement.current_version),
        )
        .where(Achievement.issuer_id == issuer_id)
    )
    found = [
        Named(row.id, row.slug, str((row.facts or row.draft or {}).get("name", row.slug)), AchievementState(row.state))
        for row in session.execute(query)
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def lines(session: Session, issuer_id: str) -> list[RuleLine]:
    """What decides about each achievement that has a document or a mapping, by the achievement's name."""
    newest = _newest_versions(session, issuer_id)
    mapped = _mapping_counts(session, issuer_id)
    of_issuer = select(RuleSwitch).where(RuleSwitch.issuer_id == issuer_id)
    switches = {switch.achievement_id: switch for switch in session.scalars(of_issuer)}
    found = []
    for achievement in achievements_of(session, issuer_id):
        version, switch = newest.get(achievement.id), switches.get(achievement.id)
        if version is None and achievement.id not in mapped:
            continue
        found.append(
            RuleLine(
                achievement=achievement,
                version=None if version is None else version.number,
                begins_at=None if version is None else version.effective_from,
                ends_at=None if version is None else version.effective_until,
                mappings=mapped.get(achievement.id, 0),
                off_since=None if switch is None else switch.off_since,
                per_hour=None if switch is None else switch.awards_per_hour,
            )
        )
    return found


_Newest = Row[str, int, datetime, datetime | None]


def _newest_versions(session: Session, issuer_id: str) -> dict[str, _Newest]:
    numbers = (
        select(RuleVersion.achievement_id, func.max(RuleVersion.number).label("number"))
        .where(RuleVersion.issuer_id == issuer_id)
        .group_by(RuleVersion.achievement_id)
        .subquery()
    )
    query = select(
        RuleVersion.achievement_id, RuleVersion.number, RuleVersion.effective_from, RuleVersion.effective_until
    ).join(numbers, (numbers.c.achievement_id == RuleVersion.achievement_id) & (numbers.c.number == RuleVersion.number))
    return {row.achievement_id: row for row in session.execute(query)}


def _mapping_counts(session: Session, issuer_id: str) -> dict[str, int]:
    query = (
        select(Rule.achievement_id, func.count())
        .join(Achievement, Achievement.id == Rule.achievement_id)
        .where(Achievement.issuer_id == issuer_id)
        .group_by(Rule.achievement_id)
    )
    return {achievement_id: int(count) for achievement_id, count in session.execute(query)}
