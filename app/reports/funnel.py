"""Issued, claimed, shared, verified: what becomes of badges after they were issued, achievement by achievement."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.views import BadgeView, ViewKind
from app.projections.chart import Chart, Series
from app.projections.tables import Cell, Column, Kind
from app.reports import pieces, small_cells
from app.reports.base import MOST_ROWS, Asked, Found, Parameter, Report

NOT_TOLD = f"Not told for fewer than {small_cells.FEWEST} badges."

COLUMNS = (
    Column("achievement", "Achievement"),
    Column(
        "issued",
        "Issued",
        Kind.COUNT,
        "Badges that were issued in the period, whatever became of them since. The other figures are of these badges.",
        counts_people=True,
    ),
    Column("claimed", "Claimed", Kind.COUNT, "Those that their holder has accepted."),
    Column("claim_rate", "Claim rate", Kind.SHARE, "Claimed, out of issued."),
    Column(
        "shared",
        "Shared",
        Kind.COUNT,
        "Those that are public now, or were made public at some time. Links that holders hand out are not seen by us. "
        "Where new badges are public by default, all of them count as shared.",
    ),
    Column("share_rate", "Share rate", Kind.SHARE, "Claimed badges that are shared, out of claimed."),
    Column(
        "verified",
        "Verified",
        Kind.COUNT,
        "Those that somebody had checked here at least once since, on the verify page or by a program.",
    ),
    Column(
        "checks",
        "Checks",
        Kind.COUNT,
        f"How often they were checked here since; whoever checks a badge several times a day counts once. {NOT_TOLD}",
    ),
    Column(
        "views",
        "Views",
        Kind.COUNT,
        "How often people looked at the pages of these badges since. Robots, and the holder's and issuer's own looks, "
        f"are left out. {NOT_TOLD}",
    ),
    Column(
        "views_per_shared",
        "Views per shared badge",
        Kind.NUMBER,
        f"Views, divided by shared badges. {NOT_TOLD}",
    ),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each achievement of which badges were issued in the period, the one with most of them first."""
    awards, named = _awards(asked).subquery("issued"), pieces.achievements_of(asked)
    issued = func.count().label("issued")
    own = awards.c
    figures = (own.is_claimed, own.is_shared, own.is_claimed * own.is_shared, own.is_verified, own.checks, own.views)
    query = (
        select(named.c.name, named.c.abbreviation, issued, *(func.sum(each) for each in figures))
        .join(named, named.c.id == awards.c.achievement_id)
        .group_by(named.c.id, named.c.name, named.c.abbreviation)
        .order_by(issued.desc(), named.c.name, named.c.id)
        .limit(MOST_ROWS + 1)
    )
    rows = [
        (pieces.named(name, abbreviation), *_row(*(int(number) for number in numbers)))
        for name, abbreviation, *numbers in session.execute(query)
    ]
    stages = {"Issued": 1, "Claimed": 2, "Shared": 4, "Verified": 6}
    totals = tuple(sum(int(str(row[place])) for row in rows) for place in stages.values())
    chart = Chart(REPORT.title, tuple(stages), (Series("Badges", totals),))
    return Found(rows, chart if rows else None)


def _row(*counted: int) -> tuple[Cell, ...]:
    issued, claimed, shared, both, verified, checks, views = counted
    is_told = issued >= small_cells.FEWEST and shared > 0
    return (
        issued,
        claimed,
        pieces.share(claimed, issued),
        shared,
        pieces.share(both, claimed),
        verified,
        small_cells.told(checks, of=issued),
        small_cells.told(views, of=issued),
        views / shared if is_told else None,
    )


def _awards(asked: Asked) -> Select[str, int, int, int, int, int]:
    concerned = (
        Award.issuer_id == asked.issuer_id,
        Award.state != AwardState.PENDING,
        asked.period.holds(Award.created_at),
        pieces.is_in_group(asked, Award.learner_id),
    )
    seen = (
        select(
            BadgeView.award_id,
            func.sum(case((BadgeView.kind == ViewKind.PAGE, BadgeView.number), else_=0)).label("pages"),
            func.sum(case((BadgeView.kind == ViewKind.CHECK, BadgeView.number), else_=0)).label("checks"),
        )
        .join(Award, Award.id == BadgeView.award_id)
        .where(*concerned)
        .group_by(BadgeView.award_id)
        .subquery("seen")
    )
    is_claimed, checks = Award.claimed_at.is_not(None), func.coalesce(seen.c.checks, 0)
    return (
        select(
            Award.achievement_id,
            _one_if(is_claimed).label("is_claimed"),
            _one_if(_was_public()).label("is_shared"),
            _one_if(checks > 0).label("is_verified"),
            checks.label("checks"),
            func.coalesce(seen.c.pages, 0).label("views"),
        )
        .outerjoin(seen, seen.c.award_id == Award.id)
        .where(*concerned)
    )


def _was_public() -> ColumnElement[bool]:
    made_public = select(AuditEntry.id).where(
        AuditEntry.object_id == Award.id,
        AuditEntry.action == "award.visibility",
        AuditEntry.facts["visibility"].as_string() == Visibility.PUBLIC,
    )
    return or_(Award.visibility == Visibility.PUBLIC, made_public.exists())


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


REPORT = Report(
    slug="funnel",
    title="What becomes of the badges that we issue?",
    sentence="Badges issued in the period, and what their holders and others did with them until now.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP, Parameter.ACHIEVEMENT}),
    find=find,
)
