"""Which achievements take applications: every published one, unless its issuer switched that off."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, audit
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.issuers import Issuer


def set_open(session: Session, achievement: Achievement, *, is_open: bool, actor: str) -> None:
    """Take applications for an achievement, or take no new ones; those that wait are decided all the same."""
    session.refresh(achievement, with_for_update=True)
    if achievement.takes_applications == is_open:
        return
    achievement.takes_applications = is_open
    action = "achievement.applications-on" if is_open else "achievement.applications-off"
    audit.record(session, achievement.issuer_id, actor=actor, action=action, object_id=achievement.id)


def is_open(achievement: Achievement) -> bool:
    """Whether somebody may apply for it now."""
    return achievement.state == AchievementState.PUBLISHED and achievement.takes_applications


def published(session: Session, issuer: Issuer | None = None) -> list[tuple[Achievement, AchievementFacts, Issuer]]:
    """Achievements that can be earned, of one issuer or of all, with what they say now; by name."""
    query = (
        select(Achievement, AchievementVersion.facts, Issuer)
        .join(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .join(Issuer, Issuer.id == Achievement.issuer_id)
        .where(
            Achievement.state == AchievementState.PUBLISHED,
            Achievement.current_version == AchievementVersion.number,
        )
    )
    if issuer is not None:
        query = query.where(Achievement.issuer_id == issuer.id)
    found = [(one, achievement_facts.parse(facts), by) for one, facts, by in session.execute(query)]
    return sorted(found, key=lambda each: (each[1].name.casefold(), each[0].id))
