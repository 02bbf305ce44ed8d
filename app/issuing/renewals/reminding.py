"""Reminders: a mail before a badge ends and when it lapses, news to endpoints, and a digest for the issuer each week.

Whatever is told is claimed as (award, days) in the transaction that puts it into the outbox: it goes out once, whoever
starts again and however many workers there are. What was renewed, withdrawn or paused meanwhile is not told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in, start_of_day
from app.db import claim
from app.issuing import announcements, issuers, letters, mail, mail_languages, tongues
from app.issuing.awards import Award, AwardState
from app.issuing.endpoints import EventType
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.issuing.renewals import followers, listing, policies
from app.issuing.renewals.policies import Policy
from app.issuing.renewals.tables import RenewalReminder
from app.projections import messages
from app.projections.messages import RenewalWay
from app.stacking.cycles import Method, RenewalState, deadlines

AT_ONCE = 100  # awards in one transaction
LAPSED, OVER = 0, -1  # the offsets of what is told after the end
MOST_LINES = 50  # of a digest
_WAYS = {
    Method.REASSESS: RenewalWay.REASSESSMENT,
    Method.CE: RenewalWay.EDUCATION,
    Method.NONE: RenewalWay.NONE,
}


def remind(session: Session, office: Office, issuer_id: str) -> int:
    """Tell of up to 100 awards of an issuer that came nearer to their end; how many. Call it again until it is 0."""
    now, told = clock.now(), 0
    for policy in policies.of_issuer(session, issuer_id).values():
        if not policy.is_stated:
            continue
        for offset, which in _steps(policy, now):
            told += _tell_all(session, office, policy, offset, which, most=AT_ONCE - told)
            if told >= AT_ONCE:
                return told
    return told


def digest(session: Session, office: Office, issuer: Issuer) -> bool:
    """Tell the issuer's contact of everything that is to be renewed, once a week; whether a mail was put.

    Nothing where no address is known, nothing is to be done, or no achievement says how it is renewed.
    """
    known = policies.of_issuer(session, issuer.id)
    stated = {key: each for key, each in known.items() if each.is_stated}
    if issuer.email is None or not stated:
        return False
    now = clock.now()
    first = func.min(Award.valid_until, type_=Award.valid_until.type)
    query = listing.query(issuer.id, stated, listing.DueWanted(), now=now).group_by(Award.achievement_id)
    rows = session.execute(query.with_only_columns(Award.achievement_id, func.count(), first)).all()
    if not rows:
        return False
    lines = sorted((first_at, stated[key].name, number) for key, number, first_at in rows if first_at is not None)
    content = messages.renewals_digest(
        issuer_name=issuer.name,
        zone=issuer.zone,
        lines=[(name, number, first_at) for first_at, name, number in lines[:MOST_LINES]],
        url=office.addresses.staff(issuer.slug, "renewals"),
        language=mail_languages.of_issuer(session, issuer.id),
    )
    year, week, _ = day_in(now, issuer.zone).isocalendar()
    made = put(
        session,
        issuer.id,
        content,
        to=issuer.email,
        key=mail.recipient_key(office, issuer.id, issuer.email),
        subject_id=issuer.id,
        event=f"renewals.digest:{year}-{week:02}",
    )
    return made is not None


def _steps(policy: Policy, now: datetime) -> Iterator[tuple[int, list[ColumnElement[bool]]]]:
    """Each offset with the awards for which it is the last that began."""
    rule, zone, today = policy.renewal, policy.zone, day_in(now, policy.zone)
    before = rule.reminder_days or (rule.window_days,)
    for offset, following in pairwise([*before, -1]):
        opened, closed = (start_of_day(today + timedelta(days=days + 1), zone) for days in (offset, following))
        yield offset, [Award.valid_until < opened, Award.valid_until >= max(closed, now)]
    if rule.grace_days:
        in_grace = listing.is_in_grace(rule.grace_days, now, zone)
        yield LAPSED, [Award.valid_until < now, in_grace]
        was_told = select(RenewalReminder.award_id).where(
            RenewalReminder.award_id == Award.id, RenewalReminder.offset_days == LAPSED
        )
        yield OVER, [Award.valid_until < now, ~in_grace, was_told.exists()]


def _tell_all(
    session: Session, office: Office, policy: Policy, offset: int, which: list[ColumnElement[bool]], *, most: int
) -> int:
    is_told = select(RenewalReminder.award_id).where(
        RenewalReminder.award_id == Award.id, RenewalReminder.offset_days == offset
    )
    query = select(Award).where(
        Award.achievement_id == policy.achievement_id,
        Award.state == AwardState.ISSUED,
        *which,
        ~followers.is_renewed(),
        ~is_told.exists(),
    )
    found = session.scalars(query.order_by(Award.valid_until, Award.id).limit(most)).all()
    return sum(_tell(session, office, policy, award, offset) for award in found)


def _tell(session: Session, office: Office, policy: Policy, award: Award, offset: int) -> int:
    ends_at = award.valid_until
    is_first = not _was_told_of(session, award)
    claimed = claim(session, RenewalReminder, award_id=award.id, offset_days=offset, told_at=clock.now())
    if ends_at is None or claimed is None:
        return 0  # another worker was faster
    at = deadlines(policy.renewal, ends_at, policy.zone)
    grace_until = announcements.written_moment(at.grace_until) if policy.renewal.grace_days else None
    if offset == OVER:
        announcements.award_changed(session, office, award, EventType.BADGE_EXPIRED, grace_until=grace_until)
        return 1
    if offset == LAPSED:
        announcements.award_changed(session, office, award, EventType.BADGE_LAPSED, grace_until=grace_until)
    elif is_first:
        days_left = (day_in(ends_at, policy.zone) - day_in(clock.now(), policy.zone)).days
        facts = {"days_left": days_left, "grace_until": grace_until}
        announcements.award_changed(session, office, award, EventType.BADGE_EXPIRING, **facts)
    if policy.renewal.reminder_days:
        _mail(session, office, policy, award, offset)
    return 1


def _mail(session: Session, office: Office, policy: Policy, award: Award, offset: int) -> None:
    ends_at = award.valid_until
    if ends_at is None:
        return
    has_grace = policy.renewal.grace_days > 0
    learner = session.get_one(Learner, award.learner_id)
    language = mail_languages.of_learner(session, learner)
    content = messages.renewal_mail(
        issuer_name=issuers.by_id(session, award.issuer_id).name,
        achievement=tongues.name_in(policy.names, (language,))[0],
        way=_WAYS[policy.renewal.method],
        ends_at=ends_at,
        grace_until=deadlines(policy.renewal, ends_at, policy.zone).grace_until if has_grace else None,
        has_lapsed=offset == LAPSED,
        zone=policy.zone,
        url=office.addresses.mine("renewals"),
        language=language,
    )
    letters.send(session, office, learner, content, subject_id=award.id, event="renewal.reminder")


def _was_told_of(session: Session, award: Award) -> bool:
    query = select(RenewalReminder.award_id).where(RenewalReminder.award_id == award.id)
    return session.scalars(query.limit(1)).first() is not None


def lapsed(session: Session, ended: Sequence[Award]) -> set[str]:
    """Those of these ended awards that are in grace: `remind` tells of them, and once more when that is over."""
    known = policies.of_achievements(session, {each.achievement_id for each in ended})
    in_grace = {key: each for key, each in known.items() if each.is_stated and each.renewal.grace_days}
    concerned = [each for each in ended if each.achievement_id in in_grace and each.state == AwardState.ISSUED]
    states = listing.states_of(session, concerned, in_grace, now=clock.now())
    return {award_id for award_id, state in states.items() if state is RenewalState.LAPSED_IN_GRACE}
