"""Badges by achievement, by skill, by type of education (ISCED) or by type of achievement, and how they stand now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from app.db import json_objects, json_texts
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, AwardState
from app.projections.chart import Chart, Series
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_BARS, MOST_ROWS, Asked, Choice, Found, Parameter, Report

ACHIEVEMENT, SKILL, EDUCATION, TYPE = "achievement", "skill", "education-type", "achievement-type"
TAG, EMERGING = "tag", "emerging-technology"
SPONSOR = "sponsor"
EMERGING_TAG = "emerging-technology"
"""The tag by which an achievement says that it is of an emerging technology (SEED-65)."""

CHOICES = (
    Choice(ACHIEVEMENT, "Achievement"),
    Choice(SKILL, "Skill"),
    Choice(EDUCATION, "Type of education (ISCED)"),
    Choice(TYPE, "Type of achievement"),
    Choice(TAG, "Tag"),
    Choice(EMERGING, "Emerging technology"),
    Choice(SPONSOR, "Sponsor"),
)

COLUMNS = (
    Column(
        "what",
        "By",
        definition="By achievement: its name as it is published now. By skill: each skill that the badge shows, in the "
        "version that was awarded; a badge that shows several counts for each. By tag: likewise. Emerging technology: "
        "the achievements that carried the tag emerging-technology when they were awarded. By type of education: "
        "formal, non-formal or informal, as ISCED has it. By sponsor: who paid for it. Nothing where that is not said.",
    ),
    Column("awarded", "Awarded", Kind.COUNT, "Badges that were earned in the period."),
    Column("people", "People", Kind.COUNT, "Different people who earned them.", counts_people=True),
    Column("good", "Good", Kind.COUNT, "Those that are good now."),
    Column("ended", "Ended", Kind.COUNT, "Those that were good until a date that has passed."),
    Column("paused", "Paused", Kind.COUNT, "Those that are suspended now."),
    Column("withdrawn", "Withdrawn", Kind.COUNT, "Those that were taken back."),
    Column("replaced", "Replaced", Kind.COUNT, "Those in whose place there is a newer badge."),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each, the one with most badges first."""
    awarded = func.count().label("awarded")
    has_ended = and_(Award.valid_until.is_not(None), Award.valid_until <= asked.as_of)
    stands = Award.state == AwardState.ISSUED
    figures: tuple[ColumnElement[int], ...] = (
        awarded,
        func.count(Award.learner_id.distinct()),
        pieces.counted_if(and_(stands, or_(Award.valid_until.is_(None), Award.valid_until > asked.as_of))),
        pieces.counted_if(and_(stands, has_ended)),
        pieces.counted_if(Award.state == AwardState.SUSPENDED),
        pieces.counted_if(Award.state == AwardState.REVOKED),
        pieces.counted_if(Award.state == AwardState.SUPERSEDED),
    )
    query = _by(asked, figures).where(
        Award.issuer_id == asked.issuer_id,
        Award.state != AwardState.PENDING,
        asked.period.holds(Award.awarded_at),
        pieces.is_in_group(asked, Award.learner_id),
        *(() if asked.achievement_id is None else (Award.achievement_id == asked.achievement_id,)),
    )
    rows = [
        (None if name is None else pieces.named(str(name), short), *(int(number) for number in numbers))
        for name, short, *numbers in session.execute(query.limit(MOST_ROWS + 1))
    ]
    shown = rows[:MOST_BARS]
    labels = tuple(str(row[0] or "Not stated") for row in shown)
    chart = Chart(REPORT.title, labels, (Series("Awarded", tuple(int(str(row[1])) for row in shown)),))
    return Found(rows, chart if rows else None)


def _by(asked: Asked, figures: tuple[ColumnElement[int], ...]) -> Select[Any]:
    """Name, abbreviation (None = it has none) and the figures, by what is asked for."""
    version = AchievementVersion
    joined: FromClause = Award.__table__.join(version.__table__, version.id == Award.version_id)
    name: ColumnElement[Any]
    short: ColumnElement[Any] = literal(None)
    keys: tuple[ColumnElement[Any], ...]
    if asked.by == ACHIEVEMENT:
        named = pieces.achievements_of(asked)
        joined = Award.__table__.join(named, named.c.id == Award.achievement_id)
        name, short, keys = named.c.name, named.c.abbreviation, (named.c.id, named.c.name, named.c.abbreviation)
    elif asked.by == EMERGING:
        named, tag = pieces.achievements_of(asked), json_texts(version.facts["tags"])
        is_tagged = and_(named.c.id == Award.achievement_id, func.lower(tag.c.value) == EMERGING_TAG)
        joined = joined.join(tag, true()).join(named, is_tagged)
        name, short, keys = named.c.name, named.c.abbreviation, (named.c.id, named.c.name, named.c.abbreviation)
    elif asked.by == TAG:
        tag = json_texts(version.facts["tags"])
        name, keys = tag.c.value, (tag.c.value,)
        joined = joined.join(tag, tag.c.value.is_not(None))  # SQLite makes a row of no tags
    elif asked.by == SKILL:
        skill = json_objects(version.facts["skills"])
        name = func.max(skill.c.value["name"].as_string())
        keys = (skill.c.value["url"].as_string(),)
        joined = joined.join(skill, true())
    elif asked.by == SPONSOR:
        name = Award.sponsor.expression
        keys = (name,)
    else:
        name = version.facts["education_type" if asked.by == EDUCATION else "achievement_type"].as_string()
        keys = (name,)
    return select(name, short, *figures).select_from(joined).group_by(*keys).order_by(figures[0].desc(), name)


REPORT = Report(
    slug="awards-by",
    title="What do people earn?",
    sentence="Badges earned in the period, and how they stand now.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP, Parameter.ACHIEVEMENT, Parameter.BY}),
    find=find,
    choices=CHOICES,
)
