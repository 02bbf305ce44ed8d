"""Reports by mail: who gets which one how often, and when the next is due. One mail for each due date, ever.

The worker asks the report, and hands the mail over in the transaction that moves the due date on. So a crash between
the two is not possible: either the mail lies in the outbox and the date is over, or neither.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, Select, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials.identity import normalise_email
from app.db import Base
from app.errors import InvalidInput, NotFound
from app.issuing import audit, mail
from app.issuing.issuers import Issuer
from app.issuing.mail.configuring import put
from app.issuing.mail.quiet_hours import check_zone
from app.issuing.office import Office
from app.projections.messages import MailContent

MOST_OF_AN_ISSUER = 100
HOUR = 6  # on the clocks of the subscription's zone
_LONGEST_ERROR = 500


class Every(StrEnum):
    """When a report goes out: each week on a day, or each month on its first day."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    MONTH = "month"


class Covers(StrEnum):
    """Which days the report is about: the seven before, the calendar month before, the twelve months before."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Format(StrEnum):
    """What is attached."""

    CSV = "csv"
    XLSX = "xlsx"


_WEEKDAYS = tuple(each for each in Every if each is not Every.MONTH)


class ReportSubscription(Base):
    """One report that goes to one address. `parameters` are group, achievement and by; `last_error` is the last try's.

    `next_due_at` is moved on in the transaction that puts the mail into the outbox.
    """

    __tablename__ = "report_subscriptions"
    __table_args__ = (
        Index("ix_report_subscriptions_next_due_at", "next_due_at"),
        Index("ix_report_subscriptions_issuer_id", "issuer_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    report: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]]
    recipient: Mapped[str] = mapped_column(String(320))
    every: Mapped[str] = mapped_column(String(10))
    covers: Mapped[str] = mapped_column(String(10))
    zone: Mapped[str] = mapped_column(String(60))
    format: Mapped[str] = mapped_column(String(4))
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    next_due_at: Mapped[datetime]
    last_sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants by mail. The door has made sure that there is such a report, and that it can be asked so."""

    report: str
    recipient: str
    every: Every
    zone: str
    covers: Covers = Covers.MONTH
    format: Format = Format.XLSX
    parameters: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with the mail."""

    name: str
    media_type: str
    content: bytes


def subscribe(session: Session, issuer: Issuer, wanted: Wanted, *, actor: str) -> ReportSubscription:
    """Send a report from its next due date on. Raises InvalidInput with a pointer."""
    check_zone(wanted.zone, "/zone")
    own = select(func.count()).where(ReportSubscription.issuer_id == issuer.id)
    if (session.scalar(own) or 0) >= MOST_OF_AN_ISSUER:
        raise InvalidInput(f"At most {MOST_OF_AN_ISSUER} reports of one issuer go out by mail", pointer="/report")
    now = clock.now()
    made = ReportSubscription(
        id=clock.new_id(),
        issuer_id=issuer.id,
        report=wanted.report,
        parameters=dict(wanted.parameters or {}),
        recipient=_address(wanted.recipient),
        every=wanted.every,
        covers=wanted.covers,
        zone=wanted.zone,
        format=wanted.format,
        created_by=actor,
        created_at=now,
        next_due_at=next_due(wanted.every, wanted.zone, after=now),
    )
    session.add(made)
    audit.record(session, issuer.id, actor=actor, action="report.subscribed", object_id=made.id, report=made.report)
    session.flush()
    return made


def unsubscribe(session: Session, issuer: Issuer, subscription_id: str, *, actor: str) -> None:
    """Send it no more. Raises NotFound."""
    found = session.get(ReportSubscription, subscription_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such subscription")
    session.delete(found)
    audit.record(session, issuer.id, actor=actor, action="report.unsubscribed", object_id=found.id)
    session.flush()


def of_issuer(issuer_id: str) -> Select[ReportSubscription]:
    """The query of an issuer's subscriptions."""
    return select(ReportSubscription).where(ReportSubscription.issuer_id == issuer_id)


def due(session: Session, *, limit: int) -> list[ReportSubscription]:
    """What is due now, the one first that has been due longest."""
    query = select(ReportSubscription).where(ReportSubscription.next_due_at <= clock.now())
    return list(session.scalars(query.order_by(ReportSubscription.next_due_at, ReportSubscription.id).limit(limit)))


def hand_over(
    session: Session, office: Office, subscription: ReportSubscription, content: MailContent, attached: Attached | None
) -> bool:
    """Put the mail of this due date into the outbox; False when somebody else did, or ended the subscription.

    What was due several times while nothing ran goes out once.
    """
    due_at = subscription.next_due_at
    if not _move_on(session, subscription, last_sent_at=clock.now(), last_error=None):
        return False
    put(
        session,
        subscription.issuer_id,
        content,
        to=subscription.recipient,
        key=mail.recipient_key(office, subscription.issuer_id, subscription.recipient),
        subject_id=subscription.id,
        event=f"report:{due_at:%Y-%m-%dT%H:%M:%SZ}",
        attachments=[] if attached is None else [_to_json(attached)],
    )
    return True


def note_failure(session: Session, subscription: ReportSubscription, reason: str) -> bool:
    """Note that the report could not be made, and wait for the next due date."""
    return _move_on(session, subscription, last_error=reason[:_LONGEST_ERROR])


def days_before(covers: Covers, today: date) -> tuple[date, date]:
    """The first and the last day that a report of today is about."""
    month = today.replace(day=1)
    match covers:
        case Covers.WEEK:
            return today - timedelta(days=7), today - timedelta(days=1)
        case Covers.MONTH:
            last = month - timedelta(days=1)
            return last.replace(day=1), last
        case Covers.YEAR:
            return month.replace(year=month.year - 1), month - timedelta(days=1)


def next_due(every: Every, zone: str, *, after: datetime) -> datetime:
    """The first due date after a moment: six in the morning on the clocks of the zone, in UTC."""
    day = after.astimezone(ZoneInfo(zone)).date()
    while not (_is_due(every, day) and _at_six(day, zone) > after):
        day += timedelta(days=1)
    return _at_six(day, zone)


def _is_due(every: Every, day: date) -> bool:
    return day.day == 1 if every is Every.MONTH else day.weekday() == _WEEKDAYS.index(every)


def _at_six(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(HOUR), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _move_on(session: Session, subscription: ReportSubscription, **noted: object) -> bool:
    """Set the next due date, if this one is still to come; whether it was."""
    following = next_due(Every(subscription.every), subscription.zone, after=clock.now())
    query = (
        update(ReportSubscription)
        .where(
            ReportSubscription.id == subscription.id,
            ReportSubscription.next_due_at == subscription.next_due_at,
        )
        .values(next_due_at=following, **noted)
        .returning(ReportSubscription.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(query).first() is not None


def _to_json(attached: Attached) -> dict[str, str]:
    content = b64encode(attached.content).decode()
    return {"name": attached.name, "type": attached.media_type, "content": content}


def _address(stated: str) -> str:
    try:
        return normalise_email(stated)
    except InvalidInput as error:
        raise InvalidInput(error.detail, pointer="/recipient") from error
