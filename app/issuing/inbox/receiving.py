"""Taking a delivery in: stored once, whatever is sent again, and worked through at once if it is small."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import DeliveryConflict
from app.issuing.deliveries import Delivery, DeliveryState, Standing
from app.issuing.inbox import raw
from app.issuing.inbox.processing import QUEUED, process
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import base as lms

KEPT_HEADERS = frozenset({"content-type", "user-agent", "webhook-id", "webhook-timestamp", "idempotency-key"})


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery as a door hands it in, authenticated by its adapter."""

    authenticated: lms.Authenticated
    headers: Mapping[str, str]
    body: bytes


def receive(session: Session, office: Office, source: Source, received: Received) -> dict[str, Any]:
    """Store the delivery and work through it, if it is small; the answer to the sender.

    The same delivery again gets the first answer. Raises DeliveryConflict for the same id with another body; the door
    counts it (`count_conflict`), since nothing of this transaction stays.
    """
    delivery = store(session, office, source, received)
    if delivery is None:
        return _first_answer(session, source, received)
    payload = received.authenticated.payload
    return process(session, office, delivery, max_items=office.max_items_in_request, payload=payload)


def store(
    session: Session, office: Office, source: Source, received: Received, *, failure: str | None = None
) -> Delivery | None:
    """Keep the delivery as received, for the worker to process; None when it is here already.

    `failure` says what went wrong when the door tried to process it at once.
    """
    now = clock.now()
    delivery_id = clock.new_id()
    return claim(
        session,
        Delivery,
        id=delivery_id,
        issuer_id=source.issuer_id,
        source_id=source.id,
        delivery_key=received.authenticated.delivery_key,
        body_sha256=_fingerprint(received),
        method=received.authenticated.method,
        key_id=received.authenticated.key_id,
        headers={name: value for name, value in received.headers.items() if name in KEPT_HEADERS},
        **raw.sealed(office, delivery_id, raw.Raw(received.body, received.authenticated.payload)),
        forget_raw=False,
        received_at=now,
        state=DeliveryState.RECEIVED,
        standing=Standing.WAITING if failure is None else Standing.FAILED,
        attempts=0,
        next_attempt_at=now,
        last_error=failure,
        answer={},
        repeat_count=0,
        conflict_count=0,
    )


def count_conflict(session: Session, delivery_id: str) -> None:
    """Note that a delivery's id came again with another body; what came first stands."""
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id)
        .values(conflict_count=Delivery.conflict_count + 1, last_repeat_at=clock.now())
    )


def _first_answer(session: Session, source: Source, received: Received) -> dict[str, Any]:
    query = select(Delivery).where(
        Delivery.source_id == source.id, Delivery.delivery_key == received.authenticated.delivery_key
    )
    first = session.scalars(query).one()
    if first.body_sha256 != _fingerprint(received):
        raise DeliveryConflict(
            "A delivery with this id came earlier with another body; the first one stands", delivery=first.id
        )
    session.execute(
        update(Delivery)
        .where(Delivery.id == first.id)
        .values(repeat_count=Delivery.repeat_count + 1, last_repeat_at=clock.now())
    )
    return first.answer or {"delivery": first.id, "status": QUEUED, "items": []}


def _fingerprint(received: Received) -> str:
    # Of what was authenticated: a sender that signs anew at each try sends other bytes and says the same.
    return hashlib.sha256(received.authenticated.payload).hexdigest()
