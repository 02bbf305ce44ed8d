"""Finding deliveries: by source, standing, state, time, key, a word that people know, or by what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing.completions import Completion
from app.issuing.deliveries import Delivery, DeliveryState, Standing
from app.issuing.inbox import searching
from app.issuing.issuers import Issuer


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries; None, and no standings = whatever. `since` is inclusive and `until` is not.

    `key` is the sender's own id. `text` is what `searching.named` looks for. `activity_id`, `learner_id` and `reason`
    ask for deliveries that were the first to bring such a completion.
    """

    source_id: str | None = None
    standings: tuple[Standing, ...] = ()
    state: DeliveryState | None = None
    since: datetime | None = None
    until: datetime | None = None
    key: str | None = None
    text: str | None = None
    activity_id: str | None = None
    learner_id: str | None = None
    reason: str | None = None
    conflicting: bool | None = None


def query_of(issuer_id: str, wanted: Wanted) -> Select[Delivery]:
    """The issuer's deliveries that are wanted, in no order."""
    query = select(Delivery).where(Delivery.issuer_id == issuer_id)
    columns = {
        Delivery.source_id: wanted.source_id,
        Delivery.state: wanted.state,
        Delivery.delivery_key: wanted.key,
    }
    query = query.where(*(column == value for column, value in columns.items() if value is not None))
    if wanted.standings:
        query = query.where(Delivery.standing.in_(wanted.standings))
    if wanted.text is not None:
        query = query.where(searching.named(issuer_id, wanted.text))
    if wanted.since is not None:
        query = query.where(Delivery.received_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Delivery.received_at < wanted.until)
    if wanted.conflicting is not None:
        query = query.where((Delivery.conflict_count > 0) == wanted.conflicting)
    brought = {
        Completion.activity_id: wanted.activity_id,
        Completion.learner_id: wanted.learner_id,
        Completion.reason: wanted.reason,
    }
    conditions = [column == value for column, value in brought.items() if value is not None]
    if conditions:
        bringing = select(Completion.delivery_id).where(Completion.issuer_id == issuer_id, *conditions)
        query = query.where(Delivery.id.in_(bringing))
    return query


def counts(session: Session, issuer_id: str, wanted: Wanted) -> dict[str, int]:
    """How many deliveries are wanted, by standing; standings that none has are left out."""
    found = query_of(issuer_id, wanted).with_only_columns(Delivery.standing, func.count()).group_by(Delivery.standing)
    by_standing = {str(standing): int(count) for standing, count in session.execute(found)}
    return {str(standing): by_standing[standing] for standing in Standing if standing in by_standing}


def by_id(session: Session, delivery_id: str, *, issuer: Issuer | None = None) -> Delivery:
    """The delivery with this id, of this issuer's sources if one is named. Raises NotFound."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or (issuer is not None and delivery.issuer_id != issuer.id):
        raise NotFound("There is no such delivery")  # another issuer's in the same words as an unknown one (T29)
    return delivery


def newest(
    session: Session, *, source_id: str | None = None, standing: Standing | None = None, limit: int = 50
) -> Sequence[Delivery]:
    """The newest deliveries of the whole service, of one source or in one standing if named."""
    query = select(Delivery).order_by(Delivery.received_at.desc(), Delivery.id).limit(limit)
    if standing is not None:
        query = query.where(Delivery.standing == standing)
    if source_id is not None:
        query = query.where(Delivery.source_id == source_id)
    return session.scalars(query).all()


def items_of(session: Session, delivery: Delivery) -> list[dict[str, Any]]:
    """What came of each item as it stands now: the answer says how it stood when the delivery was worked through."""
    items = list(delivery.answer.get("items", []))
    ids = [item["completion"] for item in items if "completion" in item]
    now: dict[str, dict[str, Any]] = {}
    for first in range(0, len(ids), 500):
        query = select(Completion.id, Completion.outcome).where(Completion.id.in_(ids[first : first + 500]))
        now |= {row.id: row.outcome for row in session.execute(query)}
    return [{**item, **now.get(str(item.get("completion")), {}), "index": item.get("index", 0)} for item in items]
