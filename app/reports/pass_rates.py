"""How many attempts are passed, by course or other activity that has a result."""

from __future__ import annotations

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from app.issuing.completions import Completion
from app.issuing.sources import Source
from app.lms.base import CompletionKind
from app.projections.chart import Chart, Series
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_BARS, MOST_ROWS, Asked, Found, Parameter, Report

RESULTS = (CompletionKind.PASSED, CompletionKind.FAILED)

COLUMNS = (
    Column("activity", "Activity", definition="The course or assessment, by the name that came last."),
    Column("source", "Source", definition="The learning platform that told of it."),
    Column(
        "attempts",
        "Attempts",
        Kind.COUNT,
        "Results that the platform told of in the period, passed or failed. A completion without a result is none; "
        "what was taken back does not count.",
    ),
    Column("passed", "Passed", Kind.COUNT, "Those that were passed."),
    Column("failed", "Failed", Kind.COUNT, "Those that were failed."),
    Column("pass_rate", "Pass rate", Kind.SHARE, "Passed, out of attempts."),
    Column(
        "people",
        "People",
        Kind.COUNT,
        "Different people with a result. Results that name nobody who is known here are left out.",
        counts_people=True,
    ),
    Column("people_passed", "People who passed", Kind.COUNT, "Those of them who passed at least once."),
    Column("attempts_per_person", "Attempts per person", Kind.NUMBER, "Attempts, divided by people."),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each activity with results in the period, the one with most attempts first."""
    activities, counted = pieces.activities_of(asked), _counted(asked)
    own = counted.c
    query = (
        select(activities.c.name, Source.name, own.attempts, own.passed, own.people, own.people_passed)
        .join(Source, Source.id == own.source_id)
        .join(
            activities,
            and_(activities.c.source_id == own.source_id, activities.c.activity_id == own.activity_id),
        )
        .order_by(own.attempts.desc(), activities.c.name, own.source_id, own.activity_id)
        .limit(MOST_ROWS + 1)
    )
    rows = [
        (
            name,
            source,
            number,
            count,
            number - count,
            pieces.share(count, number),
            people,
            people_passed,
            number / people,
        )
        for name, source, number, count, people, people_passed in session.execute(query)
    ]
    shown = rows[:MOST_BARS]
    chart = Chart(
        REPORT.title,
        tuple(str(row[0]) for row in shown),
        (Series("Pass rate", tuple(row[3] / row[2] for row in shown)),),
        is_share=True,
    )
    return Found(rows, chart if rows else None)


def _counted(asked: Asked) -> Subquery:
    """Attempts and people by activity. Activities are named afterwards, when there are few rows."""
    passed = Completion.kind == CompletionKind.PASSED
    return (
        select(
            Completion.source_id,
            Completion.activity_id,
            func.count().label("attempts"),
            pieces.counted_if(passed).label("passed"),
            func.count(Completion.learner_id.distinct()).label("people"),
            pieces.people_if(Completion.learner_id, passed).label("people_passed"),
        )
        .where(
            Completion.issuer_id == asked.issuer_id,
            Completion.kind.in_(RESULTS),
            Completion.learner_id.is_not(None),
            Completion.voided_by.is_(None),
            asked.period.holds(Completion.occurred_at),
            pieces.is_in_group(asked, Completion.learner_id),
        )
        .group_by(Completion.source_id, Completion.activity_id)
        .subquery("counted")
    )


REPORT = Report(
    slug="pass-rates",
    title="How many attempts are passed?",
    sentence="Results of the period by course or assessment, as the learning platforms told of them.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP}),
    find=find,
)
