"""The inbox: every authenticated delivery as it was received, and the one function that works through it.

A small delivery is worked through in the request that brought it; a large one, and one that failed on the way, by
the worker, with the same function. Each can be run again and gives the same result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import DeliveryConflict, InvalidInput, NotFound, TooLarge
from app.issuing import audit, completions, issuers, sources
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import ADAPTERS
from app.lms import base as lms

KEPT_HEADERS = frozenset({"content-type", "user-agent", "webhook-id", "webhook-timestamp", "idempotency-key"})
QUEUED = "queued"  # what is answered while a delivery waits for the worker
RETRY_SECONDS = (5, 30, 120, 600, 3_600)


class DeliveryState(StrEnum):
    """What is known of a delivery.

    `received`: waits for the worker; `replaying`: waits for it once more; `processed`: has its answer; `unreadable`:
    kept, for a person to look at.
    """

    RECEIVED = "received"
    REPLAYING = "replaying"
    PROCESSED = "processed"
    UNREADABLE = "unreadable"


WAITING = (DeliveryState.RECEIVED, DeliveryState.REPLAYING)


class Delivery(Base):
    """One authenticated request. `body` is what came, `payload` what was authenticated (a token's claims)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source_id", "delivery_key"),
        Index("ix_deliveries_due", "state", "next_attempt_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    delivery_key: Mapped[str] = mapped_column(String(255))
    body_sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(80))
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    payload: Mapped[bytes]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery as a door hands it in, authenticated by its adapter."""

    authenticated: lms.Authenticated
    headers: Mapping[str, str]
    body: bytes


def receive(session: Session, office: Office, source: Source, received: Received) -> dict[str, Any]:
    """Store the delivery and work through it, if it is small; the answer to the sender.

    The same delivery again gets the first answer. Raises DeliveryConflict for the same id with another body.
    """
    delivery = store(session, source, received)
    if delivery is None:
        return _first_answer(session, source, received)
    return process(session, office, delivery, max_items=office.max_items_in_request)


def store(session: Session, source: Source, received: Received, *, failure: str | None = None) -> Delivery | None:
    """Keep the delivery as received, for the worker to process; None when it is here already.

    `failure` says what went wrong when the door tried to process it at once.
    """
    now = clock.now()
    return claim(
        session,
        Delivery,
        id=clock.new_id(),
        source_id=source.id,
        delivery_key=received.authenticated.delivery_key,
        body_sha256=_fingerprint(received),
        method=received.authenticated.method,
        key_id=received.authenticated.key_id,
        headers={name: value for name, value in received.headers.items() if name in KEPT_HEADERS},
        body=received.body,
        payload=received.authenticated.payload,
        received_at=now,
        state=DeliveryState.RECEIVED,
        attempts=0,
        next_attempt_at=now,
        last_error=failure,
        answer={},
    )


def process(session: Session, office: Office, delivery: Delivery, *, max_items: int | None = None) -> dict[str, Any]:
    """Work through a delivery: parse, split, decide each item alone. The answer, which is also stored.

    With more than `max_items` items it is left to the worker. One bad item of a batch fails alone.
    """
    try:
        items = read(session, office, delivery)
    except (InvalidInput, TooLarge) as error:
        return finish_unreadable(session, delivery, error)
    if max_items is not None and len(items) > max_items:
        queued = {"delivery": delivery.id, "status": QUEUED, "items": []}
        delivery.answer = delivery.answer or queued  # a replay keeps the first outcome until it has its own
        return queued
    return finish(session, delivery, decide(session, office, delivery, items=items))


def read(session: Session, office: Office, delivery: Delivery) -> tuple[lms.Item, ...]:
    """What a delivery holds. Raises InvalidInput or TooLarge when it cannot be read, KeyUnavailable for our secret."""
    source = sources.by_id(session, delivery.source_id)
    config = sources.config(office, source)
    return ADAPTERS[source.type].parse(delivery.payload, config, received_at=delivery.received_at)


def decide(
    session: Session, office: Office, delivery: Delivery, *, items: Sequence[lms.Item], first_index: int = 0
) -> list[dict[str, Any]]:
    """Decide a run of a delivery's items, which begins at `first_index`; what came of each, in order.

    A large delivery is decided run by run, each in a transaction of its own. Deciding again changes nothing.
    """
    source = sources.by_id(session, delivery.source_id)
    issuers.take_turn(session, source.issuer_id)
    return [
        _handle(session, office, source, delivery, index=index, item=item)
        for index, item in enumerate(items, first_index)
    ]


def finish(session: Session, delivery: Delivery, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Store what came of every item as the delivery's answer; it needs no more work."""
    return _finish(session, delivery, outcomes, state=DeliveryState.PROCESSED)


def finish_unreadable(session: Session, delivery: Delivery, error: InvalidInput | TooLarge) -> dict[str, Any]:
    """Store why a delivery cannot be read; it is kept for a person to look at."""
    outcome = {"outcome": "unreadable", "reason": error.slug, "detail": error.detail, **error.facts}
    return _finish(session, delivery, [outcome], state=DeliveryState.UNREADABLE)


def replay(session: Session, office: Office, delivery: Delivery, *, actor: str) -> dict[str, Any]:
    """Work through a delivery once more: what was parked is decided anew, what was decided stays.

    A large one is left to the worker, as at its first time. One that waits for the worker already goes on waiting.
    """
    source = sources.by_id(session, delivery.source_id)
    issuers.take_turn(session, source.issuer_id)
    session.refresh(delivery, with_for_update=True)
    audit.record(session, source.issuer_id, actor=actor, action="delivery.replayed", object_id=delivery.id)
    answer = process(session, office, delivery, max_items=office.max_items_in_request)
    if answer["status"] == QUEUED and delivery.state not in WAITING:
        delivery.state, delivery.attempts, delivery.next_attempt_at = DeliveryState.REPLAYING, 0, clock.now()
    return answer


def lease(session: Session, *, limit: int, lease_seconds: int) -> list[Delivery]:
    """Take deliveries that wait for the worker; nobody else gets them until the lease ends."""
    now = clock.now()
    query = (
        select(Delivery)
        .where(
            Delivery.state.in_(WAITING),
            Delivery.next_attempt_at <= now,
            or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now),
        )
        .order_by(Delivery.next_attempt_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = list(session.scalars(query))
    for delivery in taken:
        delivery.leased_until = now + timedelta(seconds=lease_seconds)
        delivery.attempts += 1
    return taken


def hold(session: Session, leased: Delivery, *, lease_seconds: int) -> Delivery | None:
    """Lock a delivery that `lease` gave out, and hold it longer; None when it is no longer the caller's.

    That is when it was finished meanwhile, or when the lease ran out and another worker took it.
    """
    delivery = session.get_one(Delivery, leased.id, with_for_update=True)
    if delivery.state not in WAITING or delivery.attempts != leased.attempts:
        return None
    delivery.leased_until = clock.now() + timedelta(seconds=lease_seconds)
    return delivery


def release(session: Session, leased: Delivery) -> None:
    """Give back a delivery that was not finished, without counting it as a failure: the worker stops."""
    delivery = session.get_one(Delivery, leased.id, with_for_update=True)
    if delivery.state in WAITING and delivery.attempts == leased.attempts:
        delivery.leased_until = None
        delivery.attempts -= 1


def mark_failed(session: Session, delivery_id: str, *, error: str) -> None:
    """Note that processing failed; the worker tries again later, less and less often, and never gives up."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.leased_until, delivery.last_error = None, error[:1000]
    wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS)) - 1]
    delivery.next_attempt_at = clock.now() + timedelta(seconds=wait)


def by_id(session: Session, delivery_id: str, *, issuer: Issuer | None = None) -> Delivery:
    """The delivery with this id, of this issuer's sources if one is named. Raises NotFound."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound("There is no such delivery")
    if issuer is not None and session.get_one(Source, delivery.source_id).issuer_id != issuer.id:
        raise NotFound("There is no such delivery")  # in the same words as an unknown one (T29)
    return delivery


def newest(session: Session, *, source_id: str | None = None, limit: int = 50) -> Sequence[Delivery]:
    """The newest deliveries, of one source if named."""
    query = select(Delivery).order_by(Delivery.received_at.desc(), Delivery.id).limit(limit)
    if source_id is not None:
        query = query.where(Delivery.source_id == source_id)
    return session.scalars(query).all()


def _handle(
    session: Session, office: Office, source: Source, delivery: Delivery, *, index: int, item: lms.Item
) -> dict[str, Any]:
    match item:
        case lms.Completion():
            outcome = completions.take(session, office, source, delivery_id=delivery.id, index=index, stated=item)
            return {**outcome, "index": index}
        case lms.Ignored():
            return {"index": index, "outcome": "ignored", "reason": item.code, "detail": item.detail}
        case lms.Unreadable():
            return {
                "index": index,
                "outcome": "unreadable",
                "reason": item.code,
                "detail": item.detail,
                "pointer": item.pointer,
            }
        case lms.TestPing():
            return {"index": index, "outcome": "test", "reason": "test", "detail": item.detail}


def _finish(
    session: Session, delivery: Delivery, outcomes: list[dict[str, Any]], *, state: DeliveryState
) -> dict[str, Any]:
    if delivery.state == DeliveryState.RECEIVED:
        ignored = sum(outcome["outcome"] in {"ignored", "test"} for outcome in outcomes)
        sources.count_accepted(session, delivery.source_id, ignored=ignored)
    delivery.state, delivery.leased_until, delivery.last_error = state, None, None
    delivery.answer = {"delivery": delivery.id, "status": str(state), "items": outcomes}
    session.flush()
    return delivery.answer


def _first_answer(session: Session, source: Source, received: Received) -> dict[str, Any]:
    query = select(Delivery).where(
        Delivery.source_id == source.id, Delivery.delivery_key == received.authenticated.delivery_key
    )
    first = session.scalars(query).one()
    if first.body_sha256 != _fingerprint(received):
        raise DeliveryConflict(
            "A delivery with this id came earlier with another body; the first one stands", delivery=first.id
        )
    return first.answer or {"delivery": first.id, "status": QUEUED, "items": []}


def _fingerprint(received: Received) -> str:
    # Of what was authenticated: a sender that signs anew at each try sends other bytes and says the same.
    return hashlib.sha256(received.authenticated.payload).hexdigest()
