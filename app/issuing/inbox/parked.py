"""Completions that wait for a member of staff: decided once more as soon as what they waited for is there.

A few are decided at once; with many, their deliveries are set to `replaying` and the worker goes through them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing import completions, learners
from app.issuing.completions import Completion, CompletionState
from app.issuing.deliveries import WAITING, Delivery, DeliveryState, settle_by_id
from app.issuing.office import Office
from app.issuing.rulings import joining

UNKNOWN_PERSON = "unknown-person"
UNMAPPED = "unmapped-activity"


@dataclass(frozen=True, slots=True)
class Decided:
    """How many completions were decided at once, and how many the worker will come to."""

    now: int = 0
    queued: int = 0


def waits(completion: Completion) -> bool:
    """Whether the completion waits for a member of staff."""
    return completion.state == CompletionState.PARKED


def of_learner(session: Session, learner_id: str, *, limit: int | None = None) -> Sequence[Completion]:
    """What waits because it was not clear who the learner is, oldest first."""
    query = select(Completion).where(
        Completion.learner_id == learner_id,
        Completion.state == CompletionState.PARKED,
        Completion.reason == UNKNOWN_PERSON,
    )
    return session.scalars(query.order_by(Completion.occurred_at, Completion.id).limit(limit)).all()


def decide(
    session: Session, office: Office, waiting: Sequence[Completion], *, but: str | None = None
) -> dict[str, dict[str, Any]]:
    """Decide these completions from their stored facts; the outcome of each by its id.

    Their deliveries are settled, all but the one named by `but`, whose door does it. The caller has taken the
    issuer's turn.
    """
    outcomes = {each.id: completions.decide_again(session, office, each) for each in waiting}
    settle_by_id(session, {each.delivery_id for each in waiting} - {but})
    return outcomes


def decide_or_queue(session: Session, office: Office, waiting: Sequence[Completion]) -> Decided:
    """Decide as many as one request may, and leave the deliveries of the others to the worker."""
    at_once, later = waiting[: office.max_items_in_request], waiting[office.max_items_in_request :]
    decide(session, office, at_once)
    set_replaying(session, {each.delivery_id for each in later})
    return Decided(now=len(at_once), queued=len(later))


def catch_up(session: Session, office: Office, *, but: str | None = None) -> dict[str, dict[str, Any]]:
    """Decide what waited for the people who became known in this transaction; the outcome of each by its id.

    Where two became one, what their facts say together is left to the worker. Every door that names a person calls
    it before it ends its transaction.
    """
    outcomes: dict[str, dict[str, Any]] = {}
    for learner_id in learners.newly_known(session):
        waiting = of_learner(session, learner_id)
        outcomes |= decide(session, office, waiting[: office.max_items_in_request], but=but)
        set_replaying(session, {each.delivery_id for each in waiting[office.max_items_in_request :]})
    for learner_id, completion_ids in learners.came_over(session).items():
        joining.decide_soon(session, learner_id, completion_ids - outcomes.keys())
    return outcomes


def set_replaying(session: Session, delivery_ids: Collection[str]) -> int:
    """Have the worker go through these deliveries once more; how many will be. One that waits goes on waiting."""
    now = clock.now()
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(sorted(delivery_ids)), Delivery.state.not_in(WAITING))
        .values(state=DeliveryState.REPLAYING, attempts=0, next_attempt_at=now, leased_until=None)
        .returning(Delivery.id)
    )
    return len(changed.all())
