"""Achievements of a plan, stacks among them."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import NotFound
from app.issuing import achievements
from app.issuing.achievements import AchievementState
from app.issuing.catalog.importing.changes import Import, What, about
from app.issuing.catalog.plan import PlannedAchievement


def carry_out(done: Import, wanted: Iterable[PlannedAchievement]) -> None:
    """See that they are there and published. One that was archived here is left alone."""
    for planned in wanted:
        with about(planned.line, planned.slug):
            what = _achievement(done, planned)
            done.note("stack" if planned.facts.is_stack else "achievement", planned.slug, what)


def _achievement(done: Import, planned: PlannedAchievement) -> What:
    session, office, actor = done.session, done.office, done.actor
    issuer = done.issuers[planned.issuer_slug]
    try:
        achievement = achievements.by_slug(session, issuer, planned.slug)
    except NotFound:
        achievement = achievements.create(session, issuer, slug=planned.slug, facts=planned.facts, actor=actor)
        achievements.publish(session, office, achievement, actor=actor)
        return "made"
    if achievement.state == AchievementState.ARCHIVED:
        return "archived"
    has_changed = achievements.change(session, achievement, facts=planned.facts, actor=actor)
    if not has_changed and achievement.draft is None:
        return "unchanged"
    achievements.publish(session, office, achievement, actor=actor)
    return "changed"
