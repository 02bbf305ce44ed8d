"""What became of people's work: holders of a badge beside others, in groups of ten and more. A correlation, no cause.

Formed as in the report of who stays: on the 90th day, of those who were still there. Only of people who agreed that
their outcomes are kept. Each calendar year is a row of its own, never a part of one and never a sum of several, and
nothing narrows it to one badge: so no two answers can be subtracted to tell of a few people what the report hides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing.awards import Award, AwardState
from app.issuing.employments import Employment
from app.projections.tables import Cell, Column, FewerThan, Kind
from app.reports import pieces
from app.reports.base import Asked, Choice, Found, Parameter, Report

FEWEST = 10
LANDMARK, YEAR = timedelta(days=90), timedelta(days=365)
ROLE, PAY = "role", "pay"
HIDDEN = FewerThan(FEWEST)

COLUMNS = (
    Column("year", "Year", definition="In which the first 365 days ended. A year that is not over is not told."),
    Column(
        "group",
        "Group",
        definition="“Holders” had earned a badge by their 90th day; “Others” had not. Both are people who still "
        "worked here on that day, and who agreed that outcomes are kept.",
    ),
    Column(
        "people",
        "People",
        Kind.COUNT,
        "Stays by the list of employments; for pay, those with both pay bands. Where either group has fewer than ten, "
        "nothing is told of both.",
        counts_people=True,
    ),
    Column(
        "reached",
        "Another role, or more pay",
        Kind.COUNT,
        "By role: another role after the 90th day and by the 365th. By pay: a higher pay band after a year than first.",
    ),
    Column(
        "reached_rate",
        "Share of people",
        Kind.SHARE,
        "Not told where fewer than ten did or fewer than ten did not. A difference between the groups is a "
        "correlation: it does not say that badges lead to other roles or to more pay.",
    ),
)


def find(session: Session, asked: Asked) -> Found:
    """Two rows for each whole year of the period that has anybody in it; none without a list that says outcomes."""
    years = range(
        asked.period.first.year,
        min(asked.period.last.year, day_in(asked.as_of, ZoneInfo(asked.period.zone)).year - 1) + 1,
    )
    if not years:
        return Found([])
    query = select(Employment).where(
        Employment.issuer_id == asked.issuer_id,
        Employment.outcomes_agreed.is_(True),
        Employment.started_on >= date(years[0], 1, 1) - YEAR,
        Employment.started_on <= date(years[-1], 12, 31) - YEAR,
    )
    earned = _earned(session, asked.issuer_id, ZoneInfo(asked.period.zone))
    found: dict[int, dict[bool, list[bool]]] = {}
    for stay in session.scalars(query):
        reached = _reached(stay, asked.by)
        if reached is None or (stay.left_on is not None and stay.left_on <= stay.started_on + LANDMARK):
            continue
        day = earned.get(stay.learner_id or "")
        groups = found.setdefault((stay.started_on + YEAR).year, {True: [], False: []})
        groups[day is not None and day <= stay.started_on + LANDMARK].append(reached)
    return Found([row for year in sorted(found) for row in _rows(year, found[year])])


def _reached(stay: Employment, by: str) -> bool | None:
    """Whether somebody got there; None where the list does not say."""
    if by == PAY:
        if stay.pay_band_first is None or stay.pay_band_after_year is None:
            return None
        return stay.pay_band_after_year > stay.pay_band_first
    changed = stay.role_changed_on
    return changed is not None and stay.started_on + LANDMARK < changed <= stay.started_on + YEAR


def _earned(session: Session, issuer_id: str, zone: ZoneInfo) -> dict[str, date]:
    """Learner -> the day of their first badge, taken back ones left out."""
    query = select(Award.learner_id, func.min(Award.awarded_at, type_=Award.awarded_at.type)).where(
        Award.issuer_id == issuer_id, Award.state.in_([AwardState.ISSUED, AwardState.SUSPENDED])
    )
    return {who: day_in(at, zone) for who, at in session.execute(query.group_by(Award.learner_id)) if at is not None}


def _rows(year: int, groups: dict[bool, list[bool]]) -> Iterable[tuple[Cell, ...]]:
    """Both groups or neither: whoever knows how many there are in all could compute the one that is left out."""
    is_told = all(len(each) >= FEWEST for each in groups.values())
    for name, reached in (("Holders", groups[True]), ("Others", groups[False])):
        yield (str(year), name, *(_figures(reached) if is_told else (HIDDEN, HIDDEN, HIDDEN)))


def _figures(reached: list[bool]) -> tuple[Cell, ...]:
    people, count = len(reached), sum(reached)
    if min(count, people - count) < FEWEST:
        return people, HIDDEN, HIDDEN
    return people, count, pieces.share(count, people)


REPORT = Report(
    slug="outcomes",
    title="Do holders of badges come to other roles, or to more pay?",
    sentence="A correlation and no cause, from the list of employments under Employer desk, of people who agreed. "
    "Groups of fewer than ten are not told, and years are told as a whole.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.BY}),
    find=find,
    choices=(Choice(ROLE, "Another role in the first year"), Choice(PAY, "A higher pay band after a year")),
)
