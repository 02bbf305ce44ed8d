"""Going through many deliveries once more: counted first, then left to the worker, one delivery after the other."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing import audit
from app.issuing.deliveries import WAITING, Delivery, DeliveryState
from app.issuing.inbox.looking import Wanted, counts, query_of


def would_replay(session: Session, issuer_id: str, wanted: Wanted) -> dict[str, int]:
    """How many deliveries `replay_all` would go through, by standing. Those that wait for the worker are in it."""
    return counts(session, issuer_id, wanted)


def replay_all(session: Session, issuer_id: str, wanted: Wanted, *, actor: str) -> dict[str, int]:
    """Have the worker go through all wanted deliveries once more; how many, by standing.

    What was decided stays decided. One that waits for the worker already goes on waiting.
    """
    counted = counts(session, issuer_id, wanted)
    chosen = query_of(issuer_id, wanted).with_only_columns(Delivery.id)
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(chosen.scalar_subquery()), Delivery.state.not_in(WAITING))
        .values(state=DeliveryState.REPLAYING, attempts=0, next_attempt_at=clock.now(), leased_until=None)
        .execution_options(synchronize_session=False)
    )
    total = sum(counted.values())
    source = wanted.source_id or issuer_id
    audit.record(session, issuer_id, actor=actor, action="deliveries.replayed", object_id=source, count=total)
    return counted


def still_replaying(session: Session, issuer_id: str) -> int:
    """How many of the issuer's deliveries the worker has still to go through once more."""
    query = select(func.count()).where(Delivery.issuer_id == issuer_id, Delivery.state == DeliveryState.REPLAYING)
    return session.scalar(query) or 0
