"""Badges that end soon, and those that ended and were not renewed: a list to work through."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.issuing import renewals
from app.issuing.awards import Award, AwardState
from app.issuing.learners import Learner
from app.projections.chart import Chart, Series, Tone
from app.projections.tables import Column, Kind
from app.reports import pieces
from app.reports.base import MOST_ROWS, Asked, Found, Parameter, Report
from app.stacking.cycles import state_at

LAPSED = "lapsed"
BANDS = (30, 60, 90)
"""Days: a badge that ends within the first is not in the next."""

COLUMNS = (
    Column(
        "when",
        "When",
        definition="“lapsed”: it ended in the period and there is no later badge of the same achievement. “30 days”: "
        "it ends within 30 days from now; “60 days” and “90 days” likewise, later than those before.",
    ),
    Column("learner", "Learner", definition="The learner’s id here."),
    Column("name", "Name", definition="The learner’s name, where one is known.", is_personal=True),
    Column("achievement", "Achievement"),
    Column("ends_on", "Ends on", Kind.DATE, "The day on which it ends, or ended, on the clocks of the report’s zone."),
    Column("days_left", "Days left", Kind.COUNT, "Days from today until then; below zero when it has ended."),
    Column(
        "renewal",
        "Renewal",
        definition="How it stands by its achievement’s renewal policy: active, expiring (its first reminder is due), "
        "lapsed_in_grace (ended, and can still be renewed in time) or expired.",
    ),
    Column("badge", "Badge", definition="The badge’s id, the last part of its address."),
)


def find(session: Session, asked: Asked) -> Found:
    """One row for each badge, the one that ended first at the top."""
    named = pieces.achievements_of(asked)
    query = (
        select(Award, Learner.display_name, named.c.name, named.c.abbreviation)
        .join(named, named.c.id == Award.achievement_id)
        .join(Learner, Learner.id == Award.learner_id)
        .where(*_concerned(asked), Award.valid_until < asked.as_of + timedelta(days=BANDS[-1]))
        .order_by(Award.valid_until, named.c.name, Award.id)
        .limit(MOST_ROWS + 1)
    )
    zone = ZoneInfo(asked.period.zone)
    today = asked.as_of.astimezone(zone).date()
    rows = []
    policies = renewals.policies.of_issuer(session, asked.issuer_id)
    for award, name, achievement, abbreviation in session.execute(query):
        until = award.valid_until
        ends_on: date = until.astimezone(zone).date()
        state = state_at(
            asked.as_of, policies[award.achievement_id].renewal, until, policies[award.achievement_id].zone
        )
        about = (_band(until - asked.as_of), award.learner_id, name, pieces.named(achievement, abbreviation))
        rows.append((*about, ends_on, (ends_on - today).days, str(state), award.id))
    return Found(rows, _chart(session, asked) if rows else None)


def _concerned(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    """Badges that stand, and that no later badge of the same achievement has renewed."""
    later = aliased(Award)
    is_renewed = (
        select(later.id)
        .where(
            later.learner_id == Award.learner_id,
            later.achievement_id == Award.achievement_id,
            later.id != Award.id,
            later.state == AwardState.ISSUED,
            or_(later.valid_until.is_(None), later.valid_until > Award.valid_until),
        )
        .exists()
    )
    return (
        Award.issuer_id == asked.issuer_id,
        Award.state == AwardState.ISSUED,
        Award.valid_until >= min(asked.period.begins, asked.as_of),
        ~is_renewed,
        pieces.is_in_group(asked, Award.learner_id),
        *(() if asked.achievement_id is None else (Award.achievement_id == asked.achievement_id,)),
    )


def _band(left: timedelta) -> str:
    if left <= timedelta():
        return LAPSED
    return next(_title(days) for days in BANDS if left <= timedelta(days=days))


def _title(days: int) -> str:
    return f"{days} days"


def _chart(session: Session, asked: Asked) -> Chart:
    """How many badges are in each band; more than the rows, where these are cut."""
    edges = [asked.as_of, *(asked.as_of + timedelta(days=days) for days in BANDS)]
    is_in = [
        Award.valid_until <= edges[0],
        *(and_(Award.valid_until > edges[n], Award.valid_until <= edges[n + 1]) for n in range(len(BANDS))),
    ]
    counts = session.execute(select(*(pieces.counted_if(each) for each in is_in)).where(*_concerned(asked))).one()
    return Chart(
        REPORT.title,
        ("Lapsed", f"In {BANDS[0]} days", *(f"In {from_ + 1} to {to} days" for from_, to in pairwise(BANDS))),
        (Series("Badges", tuple(int(each) for each in counts), (Tone.ENDED, Tone.SOON, Tone.SOON, Tone.PALE)),),
    )


REPORT = Report(
    slug="expiring",
    title="Which badges end soon, and which have lapsed?",
    sentence="Badges that end within 90 days from now, and those that ended in the period and were not renewed. Badges "
    "that were withdrawn, paused or replaced are not in the list.",
    columns=COLUMNS,
    parameters=frozenset({Parameter.PERIOD, Parameter.GROUP, Parameter.ACHIEVEMENT}),
    find=find,
)
