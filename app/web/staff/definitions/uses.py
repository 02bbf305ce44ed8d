"""Where a definition is named: in other definitions, in pathways, in what people are said to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, definitions, pathways
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.definitions import Definition, Kind
from app.issuing.stacks import Career, ProgrammeEnrolment, Recognition, RecognitionState
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.staff.definitions.shapes import SHAPES

MOST_TOLD = 30


def of_definition(session: Session, found: Definition) -> list[str]:
    """Sentences, one for each thing that names it."""
    told = [*_in_definitions(session, found), *_in_pathways(session, found), *_in_achievements(session, found)]
    return [*told[:MOST_TOLD], *_of_people(session, found)]


def _in_definitions(session: Session, found: Definition) -> Iterator[str]:
    for each in definitions.all_of(session, found.issuer_id):
        if each.id != found.id and _names(each.facts, found.slug):
            name = each.facts.get("name", each.slug)
            yield _("%(kind)s %(name)s", kind=_(SHAPES[Kind(each.kind)].one).capitalize(), name=name)


def _in_pathways(session: Session, found: Definition) -> Iterator[str]:
    for row in pathways.all_of(session, found.issuer_id):
        facts = pathways.current_facts(session, row)
        if _names(facts.to_json(), found.slug):
            yield _("Pathway %(name)s", name=facts.name)


def _in_achievements(session: Session, found: Definition) -> Iterator[str]:
    if found.kind not in {Kind.SKILL, Kind.RECOGNISED}:
        return
    query = (
        select(AchievementVersion.facts)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == found.issuer_id, AchievementVersion.number == Achievement.current_version)
    )
    for stated in session.scalars(query.order_by(Achievement.slug)):
        facts = achievement_facts.parse(stated)
        shows = any(skill.code == found.slug for skill in facts.skills)
        if shows or _names(facts.prerequisites or {}, found.slug):
            yield _("Achievement %(name)s", name=facts.name)


def _of_people(session: Session, found: Definition) -> Iterator[str]:
    count = 0
    if found.kind in {Kind.UNIT, Kind.ROLE}:
        places = (Career.unit_id, Career.role_id, Career.target_role_id)
        query = select(func.count()).select_from(Career).where(or_(*(place == found.id for place in places)))
        count = session.scalar(query) or 0
    elif found.kind == Kind.PROGRAMME:
        count = session.scalar(select(func.count()).where(ProgrammeEnrolment.definition_id == found.id)) or 0
    elif found.kind == Kind.RECOGNISED:
        held = (Recognition.definition_id == found.id, Recognition.state == RecognitionState.ACTIVE)
        count = session.scalar(select(func.count()).where(*held)) or 0
    if count:
        yield ngettext("%(num)s person", "%(num)s people", count)


def _names(facts: Any, slug: str) -> bool:
    """Whether a value somewhere in facts is this short name."""
    if isinstance(facts, dict):
        return any(_names(value, slug) for value in facts.values())
    if isinstance(facts, list | tuple):
        return any(_names(value, slug) for value in facts)
    return bool(facts == slug)
