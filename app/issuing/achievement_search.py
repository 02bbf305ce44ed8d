"""The achievements of an issuer as a choice: id and name, by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.achievements import Achievement, AchievementState, AchievementVersion


@dataclass(frozen=True, slots=True)
class Choice:
    """One achievement to choose."""

    id: str
    name: str
    abbreviation: str
    is_published: bool

    @property
    def words(self) -> str:
        """`Phlebotomy Fundamentals (PHLB)`."""
        return f"{self.name} ({self.abbreviation})" if self.abbreviation else self.name


def choices(session: Session, issuer_id: str, *, only_published: bool = False) -> list[Choice]:
    """Everything that was ever published, or what can be awarded now, with the name of its newest version."""
    newest = AchievementVersion.number == Achievement.current_version
    query = (
        select(Achievement, AchievementVersion.facts)
        .join(AchievementVersion, (AchievementVersion.achievement_id == Achievement.id) & newest)
        .where(Achievement.issuer_id == issuer_id)
    )
    if only_published:
        query = query.where(Achievement.state == AchievementState.PUBLISHED)
    found = [
        Choice(each.id, facts["name"], facts.get("abbreviation") or "", each.state == AchievementState.PUBLISHED)
        for each, facts in session.execute(query)
    ]
    return sorted(found, key=lambda choice: (choice.name.casefold(), choice.id))
