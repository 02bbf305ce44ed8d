"""Deliveries that arrive at a desk, as a door hands them in, and a look at what became of them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select

from app.db import Base
from app.issuing import inbox, learners, sources
from app.issuing.awards import Award
from app.issuing.inbox import Delivery, Received
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.sources import Source
from app.lms.base import Authenticated

ACTIVITY = "bls"
ANA = {"id": "7", "email": "ana@hospital.test", "name": "Ana Ortiz"}
NAMELESS = {"id": "7"}


def fact(event: str = "evt-1", learner: dict[str, Any] = ANA, **changes: Any) -> dict[str, Any]:
    """One completion, as the generic adapter reads it."""
    stated = {
        "id": event,
        "event": "completed",
        "learner": learner,
        "activity": {"id": ACTIVITY, "name": "Life support"},
    }
    return {**stated, "completed_at": "2026-03-02T10:15:00Z", **changes}


def arrive(desk: Any, source: Source, *items: Any, key: str = "msg-1", payload: bytes | None = None) -> dict[str, Any]:
    """A delivery of these items, taken in; the answer to its sender."""
    body = json.dumps({"items": list(items)}).encode()
    received = Received(Authenticated(key, payload or body, "bearer", "0"), {}, body)
    with desk.write() as session:
        return inbox.receive(session, desk.office, sources.by_id(session, source.id), received)


def only(answer: dict[str, Any]) -> dict[str, Any]:
    """The one item of an answer."""
    (item,) = answer["items"]
    return dict(item)


def delivery(desk: Any, key: str = "msg-1") -> Delivery:
    """The delivery with this key."""
    with desk.read() as session:
        return session.scalars(select(Delivery).where(Delivery.delivery_key == key)).one()


def standing(desk: Any, key: str = "msg-1") -> str:
    """How the delivery with this key stands."""
    return str(delivery(desk, key).standing)


def learner_of(desk: Any, source_id: str = "7", namespace: str = "lms.example.org") -> Learner:
    """The learner whom the learning system calls so."""
    with desk.read() as session:
        found = learners.find_by_identity(session, desk.issuer, namespace, source_id)
        assert found is not None
        return found


def awards(desk: Any) -> list[Award]:
    """Every award, oldest first."""
    with desk.read() as session:
        return list(session.scalars(select(Award).order_by(Award.created_at, Award.id)))


def mails(desk: Any) -> list[OutboxMessage]:
    """Every message, oldest first."""
    with desk.read() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)))


def count(desk: Any, model: type[Base]) -> int:
    """How many rows a table has."""
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def actions(desk: Any) -> list[str]:
    """What the audit log of the issuer says was done."""
    return [entry.action for entry in desk.audit_log()]
