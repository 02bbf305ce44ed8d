"""Pieces of SQL that several reports are made of: names of achievements, who is in a group, medians."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Float,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import Select

from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.completions import Completion
from app.issuing.learners import LearnerGroup
from app.projections.tables import Cell
from app.reports.base import Asked

SECONDS_OF_A_DAY = 86_400
_LearnerId = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def achievements_of(asked: Asked) -> Subquery:
    """The issuer's published achievements: `id`, `slug`, and `name` and `abbreviation` as they are published now."""
    query = (
        select(
            Achievement.id,
            Achievement.slug,
            AchievementVersion.facts["name"].as_string().label("name"),
            AchievementVersion.facts["abbreviation"].as_string().label("abbreviation"),
        )
        .join(
            AchievementVersion,
            and_(
                AchievementVersion.achievement_id == Achievement.id,
                AchievementVersion.number == Achievement.current_version,
            ),
        )
        .where(Achievement.issuer_id == asked.issuer_id)
    )
    if asked.achievement_id is not None:
        query = query.where(Achievement.id == asked.achievement_id)
    return query.subquery("named")


def activities_of(asked: Asked) -> Subquery:
    """What each activity of a source is called: by the last name that the platform gave it, else by its id."""
    ranked = (
        select(
            Completion.source_id,
            Completion.activity_id,
            Completion.activity_name,
            func.row_number()
            .over(
                partition_by=(Completion.source_id, Completion.activity_id),
                order_by=(Completion.activity_name.is_(None), Completion.occurred_at.desc(), Completion.id),
            )
            .label("place"),
        )
        .where(Completion.issuer_id == asked.issuer_id)
        .subquery("ranked_names")
    )
    return (
        select(
            ranked.c.source_id,
            ranked.c.activity_id,
            func.coalesce(ranked.c.activity_name, ranked.c.activity_id).label("name"),
        )
        .where(ranked.c.place == 1)
        .subquery("activities")
    )


def named(name: str, abbreviation: str | None) -> str:
    """An achievement as people write it: its name, and its abbreviation in brackets (SEED-06)."""
    return f"{name} ({abbreviation})" if abbreviation else name


def is_in_group(asked: Asked, learner_id: _LearnerId) -> ColumnElement[bool]:
    """Whether a learner is in the group that is asked for; true for everybody where none is."""
    if asked.group is None:
        return true()
    members = select(LearnerGroup.learner_id).where(
        LearnerGroup.issuer_id == asked.issuer_id, LearnerGroup.name == asked.group
    )
    return learner_id.in_(members)


def counted_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group fulfil a condition, in SQL; 0 for none."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def people_if(learner_id: ColumnElement[str] | _LearnerId, condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many different people a group has in rows that fulfil a condition, in SQL."""
    return func.count(case((condition, learner_id)).distinct())


def spread(lengths: Subquery) -> Select[tuple[str, int, float, float]]:
    """Key, number, median and 90th percentile of `seconds` for each `key` of a subquery, in SQL on both databases.

    The median of an even number is the middle between its two middle ones. The 90th percentile is the smallest value
    that at least nine in ten do not exceed.
    """
    ranked = select(
        lengths.c.key,
        lengths.c.seconds,
        func.row_number().over(partition_by=lengths.c.key, order_by=lengths.c.seconds).label("place"),
        func.count().over(partition_by=lengths.c.key).label("number"),
    ).subquery("ranked")
    place, number = ranked.c.place, ranked.c.number
    # Whole numbers only, so that both databases round alike: place = n/2 and n/2 + 1 are the two middle ones.
    is_middle = or_(and_(place * 2 >= number, place * 2 <= number + 2, number % 2 == 0), place * 2 == number + 1)
    is_ninth = and_(place * 10 >= number * 9, (place - 1) * 10 < number * 9)
    return (
        select(
            ranked.c.key,
            func.count().label("number"),
            cast(func.avg(case((is_middle, ranked.c.seconds))), Float).label("median"),
            cast(func.max(case((is_ninth, ranked.c.seconds))), Float).label("ninth"),
        )
        .group_by(ranked.c.key)
        .order_by(ranked.c.key)
    )


def share(part: int, whole: int) -> Cell:
    """A part of a whole, 0 to 1; None where there is no whole."""
    return None if whole == 0 else part / whole


def in_days(seconds: float | None) -> Cell:
    """Seconds as days."""
    return None if seconds is None else seconds / SECONDS_OF_A_DAY
