"""Whether a mail that is due goes out now: suppressed addresses, digests, quiet hours and caps (T39).

Nothing is lost here: a mail goes, waits with the moment and the reason written down, is part of another, or lies
parked where staff see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing import issuers, outbox, outbox_queues
from app.issuing.mail import composing, reports, suppressions
from app.issuing.mail.quiet_hours import end_of_quiet
from app.issuing.mail.records import EMAIL, MailSettings, settings_of
from app.issuing.mail.unsubscribing import unsubscribe_url
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage, OutboxState
from app.projections import messages

NOTICE = "award.issued"  # the event of mails that may be joined
CONFIRMATION = "claim.confirm"  # how the event begins of mails that confirm an address
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class MailLimits:
    """How many mails go to one address in 24 hours, and from one issuer in an hour; more are held."""

    per_person_day: int
    per_issuer_hour: int


def going_out(
    session: Session, office: Office, taken: Sequence[OutboxMessage], *, limits: MailLimits
) -> list[OutboxMessage]:
    """Which of the mails that this transaction leased go out now; the others were given back, joined or parked."""
    fresh = {one.id for one in taken if one.attempts == 1}
    return [
        one
        for one in taken
        if one.state == OutboxState.PENDING and _may_go_out(session, office, one, fresh=fresh, limits=limits)
    ]


def _may_go_out(
    session: Session, office: Office, message: OutboxMessage, *, fresh: set[str], limits: MailLimits
) -> bool:
    issuer_id, key = message.issuer_id, message.recipient_key
    if message.channel != EMAIL or not message.payload or issuer_id is None or key is None:
        return True
    if message.id in fresh:
        _join_others(session, office, message, fresh)
        fresh.discard(message.id)  # its words are final now: no later one takes it in
    is_digest = bool(message.payload.get("lines"))
    entry = suppressions.keeping_back(session, issuer_id, key, is_digest=is_digest)
    if entry is not None:
        message.state, message.leased_until = OutboxState.PARKED, None
        message.last_error = f"Suppressed: {entry.cause}"
        reports.tell_of_failure(session, office, message, reason=f"suppressed:{entry.cause}")
        return False
    now, wanted = clock.now(), settings_of(session, issuer_id)
    held = (
        _quiet(wanted, now, message, is_digest=is_digest)
        or _person_cap(session, key, now, limits.per_person_day)
        or _issuer_cap(session, message, now, wanted.most_per_hour or limits.per_issuer_hour)
    )
    if held is not None:
        until, why = held
        outbox.release(message, until=until, why=why)
    return held is None


def _join_others(session: Session, office: Office, message: OutboxMessage, fresh: set[str]) -> None:
    """Make one mail of everything that waits for the same person and was never tried, or was leased just now."""
    if message.event != NOTICE or "line" not in message.payload:
        return
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient_key == message.recipient_key,
            OutboxMessage.queue == message.queue,
            OutboxMessage.state == OutboxState.PENDING,
            OutboxMessage.event == NOTICE,
            or_(and_(OutboxMessage.attempts == 0, OutboxMessage.leased_until.is_(None)), OutboxMessage.id.in_(fresh)),
            OutboxMessage.id != message.id,
        )
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(MOST_LINES - 1)
        .with_for_update(skip_locked=True)
    )
    others = [other for other in session.scalars(query) if other.payload.get("line")]
    # Who ended digests still gets notices: joined, they would be a digest, which is kept back with all that is in it.
    if not others or _is_spared_digests(session, message):
        return
    issuer = issuers.by_id(session, str(message.issuer_id))
    address = unsubscribe_url(office, issuer.id, str(message.recipient_key))
    stated = [line for one in (message, *others) for line in one.payload.get("lines", [one.payload["line"]])]
    content = composing.digest(
        session,
        issuer,
        [composing.line_of_json(line) for line in stated],
        learner_name=message.payload.get("learner_name"),
        language=message.payload["line_language"],
        reader_language=messages.spoken(message.payload.get("reader_language"), settings_of(session, issuer.id).locale),
        unsubscribe_url=address,
    )
    said = {"subject": content.subject, "text": content.text, "html": content.html, "language": content.language}
    message.payload = {**message.payload, **said, "lines": stated, "unsubscribe_url": address}
    for other in others:
        other.state, other.joined_into_id, other.leased_until = OutboxState.JOINED, message.id, None
    ids = [other.id for other in others]  # one of them may be a digest that was held
    taken_over = update(OutboxMessage).where(OutboxMessage.joined_into_id.in_(ids))
    session.execute(taken_over.values(joined_into_id=message.id).execution_options(synchronize_session=False))
    session.flush()


def _is_spared_digests(session: Session, message: OutboxMessage) -> bool:
    issuer_id, key = str(message.issuer_id), str(message.recipient_key)
    return suppressions.keeping_back(session, issuer_id, key, is_digest=True) is not None


def _quiet(
    wanted: MailSettings, now: datetime, message: OutboxMessage, *, is_digest: bool
) -> tuple[datetime, str] | None:
    if not (wanted.quiet_from and wanted.quiet_until and wanted.quiet_zone):
        return None
    is_notice = message.event.startswith(NOTICE)
    if not (is_digest or (is_notice and wanted.quiet_for_notices)):
        return None
    until = end_of_quiet(now, begins=wanted.quiet_from, ends=wanted.quiet_until, zone=wanted.quiet_zone)
    return None if until is None else (until, "Held: quiet hours")


def _person_cap(session: Session, key: str, now: datetime, most: int) -> tuple[datetime, str] | None:
    day = timedelta(hours=24)
    query = select(OutboxMessage.sent_at).where(OutboxMessage.recipient_key == key, OutboxMessage.sent_at > now - day)
    sent = list(session.scalars(query.order_by(OutboxMessage.sent_at.desc()).limit(most)))
    on_the_way = session.scalar(
        select(func.count()).where(OutboxMessage.recipient_key == key, OutboxMessage.leased_until > now)
    )
    # The mail in question is leased as well, and counts as one of the mails that may go.
    if len(sent) + (on_the_way or 0) <= most:
        return None
    oldest = next((moment for moment in reversed(sent) if moment is not None), now)
    until = max(oldest + day, now + timedelta(minutes=1))
    return until, f"Held: more than {most} mails to this address in 24 hours"


def _issuer_cap(session: Session, message: OutboxMessage, now: datetime, most: int) -> tuple[datetime, str] | None:
    if message.event.startswith(CONFIRMATION):
        return None  # somebody waits for it, and each link sends a few at most
    hour, queue = timedelta(hours=1), message.queue
    in_the_hour = (OutboxMessage.queue == queue, OutboxMessage.sent_at > now - hour)
    sent = session.scalar(select(func.count()).where(*in_the_hour)) or 0
    on_the_way = session.scalar(
        select(func.count()).where(OutboxMessage.queue == queue, OutboxMessage.leased_until > now)
    )
    if sent + (on_the_way or 0) <= most:
        return None
    oldest = session.scalar(select(func.min(OutboxMessage.sent_at)).where(*in_the_hour)) or now
    until = max(oldest + hour, now + timedelta(minutes=1))
    outbox_queues.hold(session, queue, until)
    return until, f"Held: more than {most} mails of this issuer in an hour"
