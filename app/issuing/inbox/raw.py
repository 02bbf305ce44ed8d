"""The raw bytes of deliveries: sealed at rest, kept for some days, and forgotten while everything else stays.

`place` of a sealed body is its delivery's: the bytes of one row do not open in another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import Gone
from app.issuing.deliveries import Delivery, needs_raw
from app.issuing.office import Office
from app.issuing.sources import Source

FORGET_AT_ONCE = 500  # rows of one transaction


@dataclass(frozen=True, slots=True)
class Raw:
    """What came and what of it was authenticated."""

    body: bytes = field(repr=False)
    payload: bytes = field(repr=False)


def sealed(office: Office, delivery_id: str, raw: Raw) -> dict[str, object]:
    """The columns of a delivery that hold its raw bytes."""
    seal = office.sealer.seal_bytes
    return {
        "body": seal(raw.body, place=f"delivery:{delivery_id}:body"),
        # Nothing that is sealed is empty: an empty payload says that it is the body.
        "payload": b"" if raw.payload == raw.body else seal(raw.payload, place=f"delivery:{delivery_id}:payload"),
        "is_sealed": True,
    }


def read_raw(session: Session, office: Office, delivery_id: str) -> Raw:
    """What a delivery held. Raises Gone when it was forgotten, KeyUnavailable for another secret of the service."""
    query = select(Delivery.body, Delivery.payload, Delivery.is_sealed, Delivery.raw_forgotten_at)
    row = session.execute(query.where(Delivery.id == delivery_id)).one()
    if row.raw_forgotten_at is not None:
        raise Gone("What this delivery held is no longer kept", forgotten_at=row.raw_forgotten_at.isoformat())
    if not row.is_sealed:
        return Raw(row.body, row.payload)
    unseal = office.sealer.unseal_bytes
    body = unseal(row.body, place=f"delivery:{delivery_id}:body")
    payload = unseal(row.payload, place=f"delivery:{delivery_id}:payload") if row.payload else body
    return Raw(body, payload)


def forget(session: Session, delivery_ids: Collection[str]) -> int:
    """Empty the raw bytes of these deliveries; of one that is still to be read, as soon as that was done.

    Returns how many are empty now. What came of them stays.
    """
    waiting = needs_raw()
    named = Delivery.id.in_(sorted(delivery_ids))
    session.execute(update(Delivery).where(named, waiting).values(forget_raw=True))
    emptied = session.execute(
        update(Delivery)
        .where(named, ~waiting, Delivery.raw_forgotten_at.is_(None))
        .values(body=b"", payload=b"", raw_forgotten_at=clock.now(), forget_raw=False)
        .returning(Delivery.id)
    )
    return len(emptied.all())


def forget_old(session: Session, office: Office, *, limit: int = FORGET_AT_ONCE) -> int:
    """Empty raw bytes that were kept long enough, at most `limit`; how many. What waits is kept, however old it is."""
    count = 0
    now = clock.now()
    for source_id, days in session.execute(select(Source.id, Source.raw_kept_days).order_by(Source.id)).all():
        before = now - timedelta(days=office.raw_kept_days if days is None else days)
        query = select(Delivery.id).where(
            Delivery.source_id == source_id,
            Delivery.raw_forgotten_at.is_(None),
            or_(Delivery.received_at < before, Delivery.forget_raw),
            ~needs_raw(),
        )
        ids = session.scalars(query.order_by(Delivery.received_at, Delivery.id).limit(limit - count)).all()
        count += forget(session, ids) if ids else 0
        if count >= limit:
            break
    return count
