"""Working through a delivery: parse, split, decide each item alone. The worker and a request use the same functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInput, TooLarge
from app.issuing import audit, completions, issuers, sources
from app.issuing.completions import Completion
from app.issuing.deliveries import WAITING, Delivery, DeliveryState, settle, standing_of
from app.issuing.inbox import parked, raw
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import ADAPTERS, pulled
from app.lms import base as lms

QUEUED = "queued"  # what is answered while a delivery waits for the worker


def process(
    session: Session, office: Office, delivery: Delivery, *, max_items: int | None = None, payload: bytes | None = None
) -> dict[str, Any]:
    """Work through a delivery: parse, split, decide each item alone. The answer, which is also stored.

    With more than `max_items` items it is left to the worker. One bad item of a batch fails alone. `payload` spares
    reading it again; None = as it was stored, and where that is forgotten, what waits is decided from stored facts.
    """
    if delivery.is_decided_from_facts:
        return _process_stored(session, office, delivery, max_items)
    try:
        items = read(session, office, delivery, payload=payload)
    except (InvalidInput, TooLarge) as error:
        return finish_unreadable(session, delivery, error)
    if max_items is not None and len(items) > max_items:
        return _queued(delivery)
    return finish(session, delivery, decide(session, office, delivery, items=items))


def read(session: Session, office: Office, delivery: Delivery, *, payload: bytes | None = None) -> tuple[lms.Item, ...]:
    """What a delivery holds. Raises InvalidInput or TooLarge when it cannot be read, KeyUnavailable for our secret.

    Raises Gone when its bytes were forgotten: then `decide_stored` decides what waits.
    """
    source = sources.by_id(session, delivery.source_id)
    config = sources.config(office, source)
    held = raw.read_raw(session, office, delivery.id).payload if payload is None else payload
    if delivery.method == pulled.METHOD:
        return pulled.read(held)
    return ADAPTERS[source.type].parse(held, config, received_at=delivery.received_at)


def decide(
    session: Session, office: Office, delivery: Delivery, *, items: Sequence[lms.Item], first_index: int = 0
) -> list[dict[str, Any]]:
    """Decide a run of a delivery's items, which begins at `first_index`; what came of each, in order.

    A large delivery is decided run by run, each in a transaction of its own. Deciding again changes nothing.
    """
    source = sources.by_id(session, delivery.source_id)
    issuer = issuers.take_turn(session, source.issuer_id)  # held, so that no item asks for it again
    outcomes = [
        _handle(session, office, source, delivery, index=index, item=item)
        for index, item in enumerate(items, first_index)
    ]
    # An item may say who somebody is that an item before it only named.
    changed = parked.catch_up(session, office, but=delivery.id)
    del issuer
    return [{**each, **changed.get(str(each.get("completion")), {}), "index": each["index"]} for each in outcomes]


def decide_stored(
    session: Session, office: Office, delivery: Delivery, *, after_index: int = -1, limit: int | None = None
) -> int | None:
    """Decide what waits of a delivery from the facts that are stored, at most `limit` items after `after_index`.

    Returns where to go on, or None when the last one was dealt with; then the delivery needs no more work.
    """
    issuers.take_turn(session, delivery.issuer_id)
    ahead = _ahead(session, delivery, after_index)
    run = ahead if limit is None else ahead[:limit]
    parked.decide(session, office, run, but=delivery.id)
    if len(run) < len(ahead):
        return run[-1].item_index
    delivery.state, delivery.leased_until, delivery.last_error = DeliveryState.PROCESSED, None, None
    settle(session, delivery)
    return None


def next_stored(session: Session, delivery: Delivery, *, after_index: int) -> int:
    """Which of a delivery's items `decide_stored` comes to next; where none is left, `after_index`."""
    ahead = _ahead(session, delivery, after_index)
    return ahead[0].item_index if ahead else after_index


def failed_item(index: int) -> dict[str, Any]:
    """The outcome of an item that could not be decided for a reason of ours, which the log tells; a replay may."""
    return {"index": index, "outcome": "failed", "reason": "internal-error"}


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
        parked.set_replaying(session, [delivery.id])
        session.refresh(delivery)
    return answer


def _ahead(session: Session, delivery: Delivery, after_index: int) -> list[Completion]:
    waiting = completions.of_delivery(session, delivery.id)
    return [each for each in waiting if each.item_index > after_index and parked.waits(each)]


def _process_stored(session: Session, office: Office, delivery: Delivery, max_items: int | None) -> dict[str, Any]:
    waiting = [each for each in completions.of_delivery(session, delivery.id) if parked.waits(each)]
    if max_items is not None and len(waiting) > max_items:
        return _queued(delivery)
    decide_stored(session, office, delivery)
    return delivery.answer


def _queued(delivery: Delivery) -> dict[str, Any]:
    queued = {"delivery": delivery.id, "status": QUEUED, "items": []}
    delivery.answer = delivery.answer or queued  # a replay keeps the first outcome until it has its own
    return queued


def _handle(
    session: Session, office: Office, source: Source, delivery: Delivery, *, index: int, item: lms.Item
) -> dict[str, Any]:
    match item:
        case lms.Completion():
            completion, outcome = completions.take(
                session,
                office,
                source,
                delivery_id=delivery.id,
                index=index,
                stated=item,
                method=delivery.method,
            )
            return {**outcome, **_repetition(delivery, completion, outcome), "index": index}
        case lms.Voiding():
            outcome = completions.void(
                session,
                office,
                source,
                delivery_id=delivery.id,
                index=index,
                stated=item,
                method=delivery.method,
            )
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


def _repetition(delivery: Delivery, completion: Completion, outcome: dict[str, Any]) -> dict[str, Any]:
    """Whether the fact came with an earlier delivery; who looks at this one sees where it stands."""
    return {"repeated": True} if "completion" in outcome and completion.delivery_id != delivery.id else {}


def _finish(
    session: Session, delivery: Delivery, outcomes: list[dict[str, Any]], *, state: DeliveryState
) -> dict[str, Any]:
    if delivery.state == DeliveryState.RECEIVED:
        ignored = sum(outcome["outcome"] in {"ignored", "test"} for outcome in outcomes)
        sources.count_accepted(session, delivery.source_id, ignored=ignored)
    delivery.state, delivery.leased_until, delivery.last_error = state, None, None
    delivery.answer = {"delivery": delivery.id, "status": str(state), "items": outcomes}
    delivery.standing = standing_of(outcomes)
    found = {outcome["outcome"] for outcome in outcomes}
    if "parked" in found:
        settle(session, delivery)  # of a large delivery, an earlier run's items may have been decided since
    session.flush()
    # Not while an item has still to be read in the bytes: of one that failed nothing else is stored.
    if "failed" not in found and (delivery.forget_raw or ("erased" in found and "unreadable" not in found)):
        raw.forget(session, [delivery.id])
    return delivery.answer
