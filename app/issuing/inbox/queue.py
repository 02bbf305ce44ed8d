"""Deliveries that wait for the worker: each is leased to one, held while it works, and given back if it stops."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.deliveries import WAITING, Delivery, DeliveryState, Standing

RETRY_SECONDS = (5, 30, 120, 600, 3_600)


def lease(session: Session, *, limit: int, lease_seconds: int) -> list[Delivery]:
    """Take deliveries that wait for the worker; nobody else gets them until the lease ends.

    What came first goes before what is gone through once more: a replay of thousands holds up nothing new.
    """
    taken: list[Delivery] = []
    for state in WAITING:
        if len(taken) < limit:
            taken += _lease(session, state, limit=limit - len(taken), lease_seconds=lease_seconds)
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


def mark_failed(session: Session, leased: Delivery, *, error: str) -> None:
    """Note that processing failed; the worker tries again later, less and less often, and never gives up.

    Nothing is noted when it is no longer the caller's: it was finished meanwhile, or another worker has it.
    """
    delivery = session.get_one(Delivery, leased.id, with_for_update=True)
    if delivery.state not in WAITING or delivery.attempts != leased.attempts:
        return
    delivery.leased_until, delivery.last_error = None, error[:1000]
    delivery.standing = Standing.FAILED
    wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS)) - 1]
    delivery.next_attempt_at = clock.now() + timedelta(seconds=wait)


def _lease(session: Session, state: DeliveryState, *, limit: int, lease_seconds: int) -> list[Delivery]:
    now = clock.now()
    query = (
        select(Delivery)
        .where(
            Delivery.state == state,
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
