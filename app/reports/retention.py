"""Who stayed a year: holders of a badge beside others, in groups of ten and more. A correlation, and no cause.

Whoever stays longer has more time to earn a badge. So both groups are formed on the same day, the 90th, of those who
were still there: holders had earned one by then, and the others had not. What came after decides nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing.awards import Award, AwardState
from app.issuing.employments import Employment
from app.projections.tables import Cell, Column, FewerThan, Kind
from app.reports import pieces
from app.reports.base import Asked, Found, Parameter, Report

FEWEST = 10
LANDMARK, YEAR = timedelta(days=90), timedelta(days=365)

COLUMNS = (
    Column(
        "group",
        "Group",
        definition="“Holders” had earned a badge (the achievement, if one is asked for) by their 90th day; “Others” "
        "had not. Both are people who still worked here on that day.",
    ),
    Column(
        "people",
        "People",
        Kind.COUNT,
        "Stays whose first 365 days ended in the period, by the list of employments.",
        counts_people=True,
    ),
    Column("stayed", "Stayed a year", Kind.COUNT, "Of these, those who still worked here on their 365th day."),
    Column(
        "stay_rate",
        "Share that stayed",
        Kind.SHARE,
        "Stayed, out of people. Not told where fewer than ten stayed or fewer than ten left. A difference between the "
        "groups is a correlation: it does not say that badges make people stay.",
    ),
)


def find(session: Session, asked: Asked) -> Found:
    """Two rows, holders and others; none without a list of employments."""
    today = day_in(asked.as_of, ZoneInfo(asked.period.zone))  # whose first year is not over may still leave
    first, last = asked.period.first - YEAR, min(asked.period.last, today) - YEAR
    query = select(Employment.learner_id, Employment.started_on, Employment.left_on).where(
        Employment.issuer_id == asked.issuer_id, Employment.started_on >= first, Employment.started_on <= last
    )
    stays = session.execute(query).all()
    if not stays:
        return Found([])
    earned = _earned(session, asked)
    groups: dict[bool, list[bool]] = {True: [], False: []}
    for learner_id, started_on, left_on in stays:
        if left_on is not None and left_on <= started_on + LANDMARK:
            continue
        day = earned.get(learner_id or "")
        is_holder = day is not None and day <= started_on + LANDMARK
        groups[is_holder].append(left_on is None or left_on > started_on + YEAR)
    return Found([_row(name, groups[which]) for name, which in (("Holders", True), ("Others", False))])


def _earned(session: Session, asked: Asked) -> dict[str, date]:
    """Learner -> the day of their first badge, taken back ones left out."""
    query = select(Award.learner_id, func.min(Award.awarded_at, type_=Award.awarded_at.type)).where(
        Award.issuer_id == asked.issuer_id, Award.state.in_([AwardState.ISSUED, AwardState.SUSPENDED])
    )
    if asked.achievement_id is not None:
        query = query.where(Award.achievement_id == asked.achievement_id)
    zone = ZoneInfo(asked.period.zone)
    return {who: day_in(at, zone) for who, at in session.execute(query.group_by(Award.learner_id)) if at is not None}


def _row(name: str, stayed: list[bool]) -> tuple[Cell, ...]:
    people, count = len(stayed), sum(stayed)
    is_told = min(count, people - count) >= FEWEST
    hidden = FewerThan(FEWEST)
    return (
        name,
        people if people >= FEWEST else hidden,
        count if is_told else hidden,
        pieces.share(count, people) if is_told else hidden,
    )


REPORT = Report(
    slug="retention",
    title="Do holders of badges stay longer than others?",
    sentence="A correlation and no cause, from the list of employments under Employer desk. Groups of fewer than ten "
    "are not told. The period is that in which the first year ended.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.ACHIEVEMENT}),
    find=find,
)
