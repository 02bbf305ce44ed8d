"""How the learning platforms do: what arrives from each, what cannot be read, what waits, and how late it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import Session

from app.db import seconds_between
from app.issuing.completions import Completion, CompletionState
from app.issuing.deliveries import Delivery, Standing
from app.issuing.sources import Source
from app.projections.chart import Chart, Series, Tone
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_BARS, MOST_ROWS, Asked, Found, Parameter, Report

BAD = (Standing.FAILED, Standing.UNPARSEABLE)
SECONDS_OF_AN_HOUR = 3_600

COLUMNS = (
    Column("source", "Source"),
    Column("type", "Type", definition="The kind of platform."),
    Column("state", "State", definition="active, or disabled: then it is told to stop sending."),
    Column("deliveries", "Deliveries", Kind.COUNT, "Deliveries that arrived in the period and proved who sent them."),
    Column("last_delivery", "Last delivery", Kind.MOMENT, "When the last one arrived, in the period or not."),
    Column(
        "failures",
        "Failures",
        Kind.COUNT,
        "Deliveries of the period that could not be read, or failed by an error of ours and were not put right yet.",
    ),
    Column(
        "rejected",
        "Refused",
        Kind.COUNT,
        "Requests since the source was set up that did not prove who sent them. Nothing of them is kept.",
    ),
    Column("completions", "Completions", Kind.COUNT, "Facts that the deliveries of the period brought."),
    Column(
        "parked",
        "Waiting",
        Kind.COUNT,
        "Facts that wait for somebody of the staff now, whenever they came, without those in the next column.",
    ),
    Column("unmapped", "Without a rule", Kind.COUNT, "Facts that wait now because no rule says what they earn."),
    Column(
        "median_lag_hours",
        "Median delay, hours",
        Kind.NUMBER,
        "Half of the facts of the period were here at most so long after they happened. Those from files count too.",
    ),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each source, by name."""
    deliveries, facts, waiting = _deliveries(asked), _facts(asked), _waiting(asked)
    lag = pieces.spread(_lags(asked)).subquery("lag")
    query: Select[Any] = select(
        Source.name,
        Source.type,
        Source.state,
        func.coalesce(deliveries.c.number, 0),
        deliveries.c.last_at,
        func.coalesce(deliveries.c.bad, 0),
        Source.rejected_count,
        func.coalesce(facts.c.number, 0),
        func.coalesce(waiting.c.parked, 0),
        func.coalesce(waiting.c.unmapped, 0),
        lag.c.median,
    )
    for each in (deliveries, facts, waiting, lag):
        query = query.outerjoin(each, each.c.key == Source.id)
    query = query.where(Source.issuer_id == asked.issuer_id).order_by(Source.name, Source.id).limit(MOST_ROWS + 1)
    rows = [(*row, None if median is None else median / SECONDS_OF_AN_HOUR) for *row, median in session.execute(query)]
    shown = rows[:MOST_BARS]
    waits = tuple(int(str(row[8])) + int(str(row[9])) for row in shown)
    chart = Chart(REPORT.title, tuple(str(row[0]) for row in shown), (Series("Waiting", waits, (Tone.SOON,)),))
    return Found(rows, chart if any(waits) else None)


def _deliveries(asked: Asked) -> Subquery:
    in_period = asked.period.holds(Delivery.received_at)
    return (
        select(
            Delivery.source_id.label("key"),
            pieces.counted_if(in_period).label("number"),
            pieces.counted_if(in_period & Delivery.standing.in_(BAD)).label("bad"),
            func.max(Delivery.received_at, type_=Delivery.received_at.type).label("last_at"),
        )
        .where(Delivery.issuer_id == asked.issuer_id)
        .group_by(Delivery.source_id)
        .subquery("delivered")
    )


def _came_in_period(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (Completion.issuer_id == asked.issuer_id, asked.period.holds(Completion.created_at))


def _facts(asked: Asked) -> Subquery:
    return (
        select(Completion.source_id.label("key"), func.count().label("number"))
        .where(*_came_in_period(asked))
        .group_by(Completion.source_id)
        .subquery("facts")
    )


def _waiting(asked: Asked) -> Subquery:
    is_unmapped = Completion.reason == "unmapped-activity"
    return (
        select(
            Completion.source_id.label("key"),
            pieces.counted_if(~is_unmapped).label("parked"),
            pieces.counted_if(is_unmapped).label("unmapped"),
        )
        .where(Completion.issuer_id == asked.issuer_id, Completion.state == CompletionState.PARKED)
        .group_by(Completion.source_id)
        .subquery("waiting")
    )


def _lags(asked: Asked) -> Subquery:
    seconds = seconds_between(Completion.occurred_at, Completion.created_at)
    return (
        select(Completion.source_id.label("key"), seconds.label("seconds"))
        .where(*_came_in_period(asked), Completion.activity_id != "")
        .subquery("lags")
    )


REPORT = Report(
    slug="source-health",
    title="Does everything arrive from our platforms?",
    sentence="What each source delivered in the period, and what waits for somebody now. The chart shows what waits.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD}),
    find=find,
)
