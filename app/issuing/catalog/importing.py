"""A plan is carried out: what is missing is made, what differs is changed, what agrees is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.issuing import achievements, issuers
from app.issuing.achievements import AchievementState
from app.issuing.catalog.reading import Plan, PlannedAchievement, PlannedIssuer
from app.issuing.issuers import Issuer
from app.issuing.office import Office

What = Literal["made", "changed", "unchanged", "archived"]


@dataclass(frozen=True, slots=True)
class Change:
    """What the import did to one thing; `archived` = it was archived here and is left alone."""

    kind: Literal["issuer", "achievement"]
    slug: str
    what: What


def import_plan(session: Session, office: Office, plan: Plan, *, actor: str) -> list[Change]:
    """See that everything in the plan is there and published. Doing it again changes nothing.

    Raises InvalidInput when the plan has problems: a catalogue is imported whole or not at all.
    """
    if plan.problems:
        raise InvalidInput(
            f"The catalogue has {len(plan.problems)} problems; nothing was imported",
            problems=[{"line": problem.line, "sentence": problem.sentence} for problem in plan.problems],
        )
    changes = []
    by_slug: dict[str, Issuer] = {}
    for wanted in plan.issuers:
        by_slug[wanted.slug], what = _issuer(session, wanted, actor)
        changes.append(Change("issuer", wanted.slug, what))
    for planned in plan.achievements:
        what = _achievement(session, office, by_slug[planned.issuer_slug], planned, actor=actor)
        changes.append(Change("achievement", planned.slug, what))
    return changes


def _issuer(session: Session, wanted: PlannedIssuer, actor: str) -> tuple[Issuer, What]:
    profile = {"parent_name": wanted.parent_name, "parent_url": wanted.parent_url}
    try:
        issuer = issuers.by_slug(session, wanted.slug)
    except NotFound:
        made = issuers.create(session, slug=wanted.slug, name=wanted.name, url=wanted.url, actor=actor, **profile)
        return made, "made"
    stated = {"name": wanted.name, "url": wanted.url, **profile}
    if all(getattr(issuer, name) == value for name, value in stated.items()):
        return issuer, "unchanged"
    return issuers.update(session, issuer, actor=actor, **stated), "changed"


def _achievement(session: Session, office: Office, issuer: Issuer, planned: PlannedAchievement, *, actor: str) -> What:
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
