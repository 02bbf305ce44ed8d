"""The outbox: what is to be done after the commit, written in the same transaction with its payload rendered.

The worker claims rows with a lease, sends outside the transaction and records the result: at least once, with the
same message id each time. Messages wait in queues, one for each receiver (`outbox_queues.py`): queues take turns, so
one that fails delays no other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.issuing import outbox_queues
from app.issuing.outbox_queues import OutboxQueue

# Waits after a temporary failure, in seconds: the schedule of Standard Webhooks without its first step.
RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)


class OutboxState(StrEnum):
    """`parked` needs a person: the receiver refused for good, or every try was used. `joined` went into another.

    `given-up` was parked until a person let it rest.
    """

    PENDING = "pending"
    SENT = "sent"
    PARKED = "parked"
    JOINED = "joined"
    GIVEN_UP = "given-up"


class OutboxMessage(Base):
    """One thing to send. `payload` holds personal data and is emptied when the person is erased.

    `recipient_key` is a keyed hash of issuer and address, for mail alone; `joined_into_id` names the digest.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("subject_id", "event", "channel"),
        Index("ix_outbox_due", "state", "next_attempt_at"),
        Index("ix_outbox_queue_due", "queue", "state", "next_attempt_at"),
        Index("ix_outbox_queue_leased", "queue", "leased_until"),
        Index("ix_outbox_queue_sent", "queue", "sent_at"),
        Index("ix_outbox_recipient", "recipient_key", "sent_at"),
        Index("ix_outbox_joined_into_id", "joined_into_id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    queue: Mapped[str] = mapped_column(String(45), default="", server_default="")
    issuer_id: Mapped[str | None] = mapped_column(String(22))
    subject_id: Mapped[str] = mapped_column(String(22))
    recipient_key: Mapped[str | None] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    joined_into_id: Mapped[str | None] = mapped_column(String(22))


def put(
    session: Session,
    *,
    channel: str,
    subject_id: str,
    event: str,
    payload: dict[str, Any],
    queue: str | None = None,
    issuer_id: str | None = None,
    recipient_key: str | None = None,
    due_at: datetime | None = None,
    parked_because: str | None = None,
) -> OutboxMessage | None:
    """Put something to send into the outbox, once per subject, event and channel; None when it lies there already.

    `queue` None = one for the whole channel; `due_at` None = at once. `parked_because` keeps it without sending it.
    """
    now = clock.now()
    outbox_queues.see_to(session, queue or channel)
    return claim(
        session,
        OutboxMessage,
        id=clock.new_id(),
        channel=channel,
        queue=queue or channel,
        issuer_id=issuer_id,
        subject_id=subject_id,
        recipient_key=recipient_key,
        event=event,
        payload=payload,
        state=OutboxState.PENDING if parked_because is None else OutboxState.PARKED,
        attempts=0,
        next_attempt_at=due_at or now,
        last_error=parked_because,
        created_at=now,
    )


def lease(
    session: Session,
    *,
    limit: int,
    lease_seconds: int,
    channel: str | None = None,
    not_channels: tuple[str, ...] = (),
    most_of_a_queue: int | None = None,
) -> list[OutboxMessage]:
    """Take up to `limit` due messages for `lease_seconds`; nobody else gets them until then.

    Queues take turns, and each has at most `most_of_a_queue` messages on their way at once (None = any number), all
    workers together. Within a queue the oldest comes first. `channel` or `not_channels` narrow what is taken.
    """
    now = clock.now()
    is_due = and_(_is_due(now), *_of_channel(channel, not_channels))
    queues = _queues_with_work(session, now, is_due, limit)
    room = {queue.name: _room(session, queue, now, limit, most_of_a_queue) for queue in queues}
    taken: list[OutboxMessage] = []
    share = max(1, limit // max(1, len(queues)))
    for most in (share, limit):  # what the others leave is there for whoever has more
        for queue in queues:
            here = min(most, room[queue.name], limit - len(taken))
            found = _take(session, queue, is_due, here) if here > 0 else []
            for message in found:
                message.leased_until = now + timedelta(seconds=lease_seconds)
                message.attempts += 1
            session.flush()
            room[queue.name] -= len(found)
            taken += found
    _note_turns(session, queues, taken)
    return taken


def release(message: OutboxMessage, *, until: datetime, why: str) -> None:
    """Give a leased message back that may not go out yet; the try does not count."""
    message.leased_until, message.next_attempt_at, message.last_error = None, until, why
    message.attempts -= 1


def renew(session: Session, attempts: Mapping[str, int], *, lease_seconds: int) -> None:
    """Hold messages longer whose sending takes long. `attempts` says by message id which attempt holds it."""
    until = clock.now() + timedelta(seconds=lease_seconds)
    for message_id, attempt in sorted(attempts.items()):
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message_id, OutboxMessage.attempts == attempt)
            .where(OutboxMessage.state == OutboxState.PENDING)
            .values(leased_until=until)
        )


def mark_sent(session: Session, message_id: str) -> None:
    """Record that it went out."""
    message = session.get_one(OutboxMessage, message_id, with_for_update=True)
    message.state, message.sent_at = OutboxState.SENT, clock.now()
    message.leased_until = message.last_error = None


def mark_failed(
    session: Session,
    message_id: str,
    *,
    error: str,
    permanent: bool,
    attempt: int | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Record a failure: try again later, or park it when the refusal is final or every try was used.

    True when it is parked now. `not_before` is when the receiver asked for the next try, at the earliest.
    With `attempt`, nothing is recorded when another worker has taken or sent the message meanwhile: then this one's
    lease had run out, and its failure says nothing about what happens now.
    """
    message = session.get_one(OutboxMessage, message_id, with_for_update=True)
    if message.state != OutboxState.PENDING or attempt not in {None, message.attempts}:
        return False
    message.leased_until, message.last_error = None, error[:1000]
    if permanent or message.attempts > len(RETRY_SECONDS):
        message.state = OutboxState.PARKED
        return True
    wait = RETRY_SECONDS[message.attempts - 1]
    spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
    usual = clock.now() + timedelta(seconds=wait * spread)
    message.next_attempt_at = max(usual, not_before) if not_before is not None else usual
    return False


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.state == OutboxState.PENDING,
        OutboxMessage.next_attempt_at <= now,
        or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
    )


def _of_channel(channel: str | None, not_channels: tuple[str, ...]) -> list[ColumnElement[bool]]:
    wanted = [] if channel is None else [OutboxMessage.channel == channel]
    return [*wanted, OutboxMessage.channel.not_in(not_channels)] if not_channels else wanted


def _queues_with_work(session: Session, now: datetime, is_due: ColumnElement[bool], limit: int) -> list[OutboxQueue]:
    """Open queues in which something is due, the one whose turn is longest ago first."""
    has_work = select(OutboxMessage.id).where(OutboxMessage.queue == OutboxQueue.name, is_due).exists()
    query = (
        select(OutboxQueue)
        .where(OutboxQueue.is_closed.is_(False))
        .where(or_(OutboxQueue.held_until.is_(None), OutboxQueue.held_until <= now), has_work)
        .order_by(OutboxQueue.served, OutboxQueue.name)
        .limit(limit)
    )
    return list(session.scalars(query))


def _room(session: Session, queue: OutboxQueue, now: datetime, limit: int, most: int | None) -> int:
    most = 1 if queue.is_on_trial else most
    if most is None:
        return limit
    query = select(func.count()).where(
        OutboxMessage.queue == queue.name,
        OutboxMessage.leased_until > now,
        OutboxMessage.state == OutboxState.PENDING,
    )
    return most - (session.scalar(query) or 0)


def _take(session: Session, queue: OutboxQueue, is_due: ColumnElement[bool], limit: int) -> list[OutboxMessage]:
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.queue == queue.name, is_due)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def _note_turns(session: Session, queues: list[OutboxQueue], taken: list[OutboxMessage]) -> None:
    served = {message.queue for message in taken}
    if len(queues) < 2 and not any(queue.served for queue in queues):  # noqa: PLR2004 - one queue needs no turns
        return
    newest = session.scalar(select(func.max(OutboxQueue.served))) or 0
    for name in sorted(served):
        newest += 1
        session.execute(update(OutboxQueue).where(OutboxQueue.name == name).values(served=newest))
