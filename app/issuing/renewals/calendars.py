"""Calendars at secret addresses: a holder's own deadlines, and for a member of staff how many badges end each day.

The address is told once, and kept as a digest. A new one takes its place, so an address that leaked can be ended.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.errors import NotFound
from app.issuing import issuers
from app.issuing.accounts import CalendarFeed, members, people, tokens
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.renewals import listing, policies
from app.issuing.renewals.listing import DueWanted
from app.projections.calendar import Calendar, Event
from app.stacking.cycles import RenewalState, deadlines

MINE = "mine"
NOTHING_HERE = "There is nothing at this address"
AHEAD = timedelta(days=3 * 366)
MOST_AWARDS = 5_000
_AHEAD_STATES = (RenewalState.ACTIVE, RenewalState.EXPIRING, RenewalState.LAPSED_IN_GRACE)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A calendar with its address, which is told once."""

    feed: CalendarFeed
    url: str


def create(session: Session, office: Office, account_id: str, *, issuer: Issuer | None = None) -> NewFeed:
    """Make the address of a person's own calendar, or of a member's of an issuer. It takes the old one's place."""
    end(session, account_id, issuer=issuer)
    token = tokens.new()
    feed = CalendarFeed(
        account_id=account_id, scope=_scope(issuer), token_sha256=tokens.digest(token), created_at=clock.now()
    )
    session.add(feed)
    session.flush()
    return NewFeed(feed, office.addresses.calendar(token))


def end(session: Session, account_id: str, *, issuer: Issuer | None = None) -> None:
    """End the address; again changes nothing."""
    which = CalendarFeed.account_id == account_id, CalendarFeed.scope == _scope(issuer)
    session.execute(delete(CalendarFeed).where(*which))


def of(session: Session, account_id: str, *, issuer: Issuer | None = None) -> CalendarFeed | None:
    """The calendar that has an address; None = none."""
    return session.get(CalendarFeed, (account_id, _scope(issuer)))


def read(session: Session, office: Office, token: str) -> Calendar:
    """The calendar of this token as it stands now. Raises NotFound, also for one who is no member any more."""
    feed = session.scalars(select(CalendarFeed).where(CalendarFeed.token_sha256 == tokens.digest(token))).one_or_none()
    if feed is None:
        raise NotFound(NOTHING_HERE)
    if feed.scope == MINE:
        return _of_holder(session, office, feed.account_id)
    if members.role_of(session, feed.scope, feed.account_id) is None:
        raise NotFound(NOTHING_HERE)
    return _of_issuer(session, office, issuers.by_id(session, feed.scope))


def _of_holder(session: Session, office: Office, account_id: str) -> Calendar:
    now, events = clock.now(), []
    for learner in people.learners_of(session, account_id):
        known = policies.of_issuer(session, learner.issuer_id)
        wanted = DueWanted(states=_AHEAD_STATES, learner_id=learner.id)
        query = listing.query(learner.issuer_id, known, wanted, now=now).order_by(Award.valid_until, Award.id)
        for award in session.scalars(query.limit(MOST_AWARDS)):
            policy = known[award.achievement_id]
            events += _of_award(office, award, policy)
    return Calendar("Renewals of my badges", tuple(events))


def _of_award(office: Office, award: Award, policy: policies.Policy) -> list[Event]:
    if award.valid_until is None:
        return []
    zone = policy.zone
    at, url = deadlines(policy.renewal, award.valid_until, zone), office.addresses.badge(award.id)
    name = f"{policy.name} ({policy.abbreviation})"
    found = [
        _event(
            award.id, "opens", day_in(at.opens_at, zone), f"{name} can be renewed from today on", url, award.created_at
        ),
        _event(award.id, "ends", day_in(at.ends_at, zone), f"{name} ends today", url, award.created_at),
    ]
    if policy.renewal.grace_days:
        day = day_in(at.grace_until, zone)
        found.append(_event(award.id, "grace", day, f"Last day to renew {name} in grace", url, award.created_at))
    return found


def _of_issuer(session: Session, office: Office, issuer: Issuer) -> Calendar:
    """Numbers and no names: a calendar is read by programs of others."""
    now, known = clock.now(), policies.of_issuer(session, issuer.id)
    wanted = DueWanted(states=_AHEAD_STATES)
    query = listing.query(issuer.id, known, wanted, now=now).where(Award.valid_until < now + AHEAD)
    rows = session.execute(query.with_only_columns(Award.achievement_id, Award.valid_until))
    number: dict[tuple[date, str], int] = defaultdict(int)
    for achievement_id, valid_until in rows:
        if valid_until is not None:
            number[day_in(valid_until, issuer.zone), achievement_id] += 1
    url = office.addresses.staff(issuer.slug, "renewals")
    events = [
        _event(achievement_id, day.isoformat(), day, _said(count, known[achievement_id].name), url, issuer.created_at)
        for (day, achievement_id), count in sorted(number.items())[:MOST_AWARDS]
    ]
    return Calendar(f"Renewals at {issuer.name}", tuple(events))


def _said(count: int, name: str) -> str:
    return f"1 badge ends today: {name}" if count == 1 else f"{count} badges end today: {name}"


def _event(subject_id: str, what: str, day: date, summary: str, url: str, made_at: datetime) -> Event:  # noqa: PLR0917
    return Event(uid=f"{subject_id}-{what}", day=day, summary=summary, url=url, made_at=made_at)


def _scope(issuer: Issuer | None) -> str:
    return MINE if issuer is None else issuer.id
