"""How long it takes from the first sign of a learner in a course to the badge that it earns."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.db import json_texts, seconds_between
from app.issuing.awards import Award, AwardState
from app.issuing.completions import Completion
from app.lms.base import CompletionKind
from app.projections.chart import Chart, Series
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_BARS, MOST_ROWS, Asked, Found, Parameter, Report

SIGNS = (CompletionKind.COMPLETED, CompletionKind.PASSED, CompletionKind.FAILED, CompletionKind.PROGRESS)

COLUMNS = (
    Column("achievement", "Achievement"),
    Column(
        "awards",
        "Badges",
        Kind.COUNT,
        "Badges that were earned in the period by something that a learning platform told of.",
        counts_people=True,
    ),
    Column(
        "median_days",
        "Median, days",
        Kind.NUMBER,
        "Half of these badges took at most so long: from the first thing that was told of the learner in one of the "
        "courses that the badge rests on (progress, a failed attempt, a completion) to the moment for which it was "
        "awarded. Of a badge that renews an earlier one, what was told after that one counts.",
    ),
    Column("ninth_days", "Nine in ten, days", Kind.NUMBER, "Nine in ten of these badges took at most so long."),
    Column(
        "by_hand",
        "Others",
        Kind.COUNT,
        "Badges that were earned in the period and rest on no completion, as those that were awarded by hand. They are "
        "not among the others.",
    ),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each achievement that was earned in the period, the slowest first."""
    named = pieces.achievements_of(asked)
    earned = (
        select(Award.achievement_id.label("key"), func.count().label("number"))
        .where(*_earned(asked))
        .group_by(Award.achievement_id)
        .subquery("earned")
    )
    spread = pieces.spread(_lengths(asked)).subquery("spread")
    query = (
        select(named.c.name, named.c.abbreviation, earned.c.number, spread.c.number, spread.c.median, spread.c.ninth)
        .join(earned, earned.c.key == named.c.id)
        .outerjoin(spread, spread.c.key == named.c.id)
        .order_by(spread.c.median.desc().nulls_last(), named.c.name, named.c.id)
        .limit(MOST_ROWS + 1)
    )
    rows = [
        (
            pieces.named(name, abbreviation),
            measured or 0,
            pieces.in_days(median),
            pieces.in_days(ninth),
            total - (measured or 0),
        )
        for name, abbreviation, total, measured, median, ninth in session.execute(query)
    ]
    slowest = [(row[0], row[2]) for row in rows if row[2] is not None][:MOST_BARS]
    values = tuple(round(float(str(days)), 1) for _, days in slowest)
    chart = Chart(REPORT.title, tuple(name for name, _ in slowest), (Series("Median, days", values),))
    return Found(rows, chart if slowest else None)


def _earned(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (
        Award.issuer_id == asked.issuer_id,
        Award.state != AwardState.PENDING,
        asked.period.holds(Award.awarded_at),
        pieces.is_in_group(asked, Award.learner_id),
    )


def _lengths(asked: Asked) -> Subquery:
    """For each badge: its achievement, and the seconds from the first sign to the award."""
    rests_on, sign, renewed = aliased(Completion), aliased(Completion), aliased(Award)
    basis = json_texts(Award.basis)
    firsts = (
        select(
            Award.id,
            Award.achievement_id.label("key"),
            Award.awarded_at,
            func.min(sign.occurred_at, type_=Completion.occurred_at.type).label("first_at"),
        )
        .select_from(Award)
        .join(basis, true())
        .join(rests_on, rests_on.id == basis.c.value)
        .outerjoin(renewed, renewed.id == Award.follows_id)
        .join(
            sign,
            and_(
                sign.learner_id == Award.learner_id,
                sign.source_id == rests_on.source_id,
                sign.activity_id == rests_on.activity_id,
                sign.kind.in_(SIGNS),
                sign.voided_by.is_(None),
                sign.occurred_at <= Award.awarded_at,
                or_(renewed.id.is_(None), sign.occurred_at > renewed.awarded_at),
            ),
        )
        .where(*_earned(asked))
        .group_by(Award.id, Award.achievement_id, Award.awarded_at)
        .subquery("firsts")
    )
    return select(firsts.c.key, seconds_between(firsts.c.first_at, firsts.c.awarded_at).label("seconds")).subquery(
        "lengths"
    )


REPORT = Report(
    slug="time-to-badge",
    title="How long does it take to earn a badge?",
    sentence="Badges earned in the period, and the days that it took from the first sign of the learner in the course.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP, Parameter.ACHIEVEMENT}),
    find=find,
)
