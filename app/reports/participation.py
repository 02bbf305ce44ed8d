"""Who takes part, and who completes: by course, unit and month."""

from __future__ import annotations

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from app.issuing.completions import Completion
from app.issuing.learners import LearnerGroup
from app.issuing.sources import Source
from app.lms.base import CompletionKind
from app.projections.chart import Chart, Series, Shape, Tone
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_ROWS, Asked, Found, Parameter, Report

TAKING_PART = (CompletionKind.COMPLETED, CompletionKind.PASSED, CompletionKind.FAILED, CompletionKind.PROGRESS)
DONE = (CompletionKind.COMPLETED, CompletionKind.PASSED)

COLUMNS = (
    Column("month", "Month", Kind.MONTH, "The month on the clocks of the report's zone in which it happened."),
    Column("course", "Course", definition="The course or other activity, by the name that came last."),
    Column("source", "Source", definition="The learning platform that told of it."),
    Column(
        "unit",
        "Unit",
        definition="The group that learners are in now. Who is in two counts in both; who is in none has a row of "
        "their own. Do not add units up.",
    ),
    Column(
        "took_part",
        "Took part",
        Kind.COUNT,
        "Different people of whom the platform told anything about the course in that month: progress, a failed or "
        "passed attempt, a completion. What was taken back, and what names nobody who is known here, does not count.",
        counts_people=True,
    ),
    Column("completed", "Completed", Kind.COUNT, "Those of them who completed or passed it in that month."),
    Column("completion_rate", "Completion rate", Kind.SHARE, "Completed, out of took part."),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each month, course and unit in which somebody took part; the newest month first."""
    people, units = _people(asked), _units(asked)
    took_part = func.count().label("took_part")
    keys = (people.c.month, people.c.source_id, people.c.activity_id, units.c.unit)
    query = (
        select(*keys, took_part, func.sum(people.c.is_done))
        .outerjoin(units, units.c.learner_id == people.c.learner_id)
        .group_by(*keys)
        .order_by(people.c.month.desc(), people.c.activity_id, people.c.source_id, units.c.unit.nulls_last())
        .limit(MOST_ROWS + 1)
    )
    counted = list(session.execute(query))
    # Named afterwards: a join would look names up for every row that is counted, shown or not.
    names, months = _names(session, asked) if counted else {}, asked.period.months
    rows = [
        (months[month].first, *names[source_id, activity_id], unit, count, int(done), pieces.share(int(done), count))
        for month, source_id, activity_id, unit, count, done in counted
    ]
    rows.sort(key=lambda row: (-row[0].toordinal(), row[1].casefold(), row[2], row[3] is None, row[3] or ""))
    return Found(rows, _chart(session, asked, people) if rows else None)


def _names(session: Session, asked: Asked) -> dict[tuple[str, str], tuple[str, str]]:
    """The names of course and source, by the ids of source and activity."""
    courses = pieces.activities_of(asked)
    query = select(courses.c.source_id, courses.c.activity_id, courses.c.name, Source.name)
    found = session.execute(query.join(Source, Source.id == courses.c.source_id))
    return {(source_id, activity_id): (name, source) for source_id, activity_id, name, source in found}


def _people(asked: Asked) -> Subquery:
    """Who took part in what in which month, each once, and whether they completed it."""
    facts = (
        select(
            Completion.source_id,
            Completion.activity_id,
            Completion.learner_id,
            case((Completion.kind.in_(DONE), 1), else_=0).label("is_done"),
            asked.period.month_of(Completion.occurred_at).label("month"),
        )
        .where(
            Completion.issuer_id == asked.issuer_id,
            Completion.learner_id.is_not(None),
            Completion.voided_by.is_(None),
            Completion.kind.in_(TAKING_PART),
            asked.period.holds(Completion.occurred_at),
            pieces.is_in_group(asked, Completion.learner_id),
        )
        .subquery("facts")
    )
    keys = (facts.c.month, facts.c.source_id, facts.c.activity_id, facts.c.learner_id)
    return select(*keys, func.max(facts.c.is_done).label("is_done")).group_by(*keys).subquery("people")


def _units(asked: Asked) -> Subquery:
    """Who is in which unit. A learner is of one issuer, so that they alone say whose groups are meant."""
    query = select(LearnerGroup.learner_id, LearnerGroup.name.label("unit"))
    if asked.group is not None:  # their other groups are not asked for
        query = query.where(LearnerGroup.name == asked.group)
    return query.subquery("units")


def _chart(session: Session, asked: Asked, people: Subquery) -> Chart:
    """People by month, over all courses and units: each counts once a month."""
    keys = (people.c.month, people.c.learner_id)
    once = select(*keys, func.max(people.c.is_done).label("is_done")).group_by(*keys).subquery("once")
    query = select(once.c.month, func.count(), func.sum(once.c.is_done)).group_by(once.c.month)
    by_month = {month: (count, int(done)) for month, count, done in session.execute(query)}
    months = range(len(asked.period.months))
    return Chart(
        REPORT.title,
        tuple(f"{month.first:%b} {month.first.year}" for month in asked.period.months),
        (
            Series("Took part", tuple(by_month.get(month, (0, 0))[0] for month in months), (Tone.PALE,)),
            Series("Completed", tuple(by_month.get(month, (0, 0))[1] for month in months)),
        ),
        Shape.COLUMNS,
    )


REPORT = Report(
    slug="participation",
    title="Who takes part, and who completes?",
    sentence="People by course, unit and month, as the learning platforms told of them. The chart counts each person "
    "once a month.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP}),
    find=find,
)
