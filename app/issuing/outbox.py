"""The outbox: what is to be done after the commit, written in the same transaction with its payload rendered.

The worker claims rows with a lease, sends outside the transaction and records the result: at least once, with the
same message id each time, and one that fails delays no other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim

# Waits after a temporary failure, in seconds: the schedule of Standard Webhooks without its first step.
RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)


class OutboxState(StrEnum):
    """`parked` needs a person: the receiver refused for good, or every try was used."""

    PENDING = "pending"
    SENT = "sent"
    PARKED = "parked"


class OutboxMessage(Base):
    """One thing to send. `payload` holds personal data and is emptied when the person is erased."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("subject_id", "event", "channel"),
        Index("ix_outbox_due", "state", "next_attempt_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(22))
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def put(session: Session, *, channel: str, subject_id: str, event: str, payload: dict[str, Any]) -> None:
    """Put something to send into the outbox, once per subject, event and channel."""
    now = clock.now()
    claim(
        session,
        OutboxMessage,
        id=clock.new_id(),
        channel=channel,
        subject_id=subject_id,
        event=event,
        payload=payload,
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )


def lease(session: Session, *, limit: int, lease_seconds: int) -> list[OutboxMessage]:
    """Take up to `limit` due messages for `lease_seconds`; nobody else gets them until then."""
    now = clock.now()
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == OutboxState.PENDING,
            OutboxMessage.next_attempt_at <= now,
            or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
        )
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = list(session.scalars(query))
    for message in taken:
        message.leased_until = now + timedelta(seconds=lease_seconds)
        message.attempts += 1
    return taken


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


def mark_failed(session: Session, message_id: str, *, error: str, permanent: bool, attempt: int | None = None) -> None:
    """Record a failure: try again later, or park it when the refusal is final or every try was used.

    With `attempt`, nothing is recorded when another worker has taken or sent the message meanwhile: then this one's
    lease had run out, and its failure says nothing about what happens now.
    """
    message = session.get_one(OutboxMessage, message_id, with_for_update=True)
    if message.state != OutboxState.PENDING or attempt not in {None, message.attempts}:
        return
    message.leased_until, message.last_error = None, error[:1000]
    if permanent or message.attempts > len(RETRY_SECONDS):
        message.state = OutboxState.PARKED
        return
    wait = RETRY_SECONDS[message.attempts - 1]
    spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, guards nothing
    message.next_attempt_at = clock.now() + timedelta(seconds=wait * spread)
