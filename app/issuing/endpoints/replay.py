"""Once more: messages that an endpoint got, missed or was spared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, WrongEndpointState
from app.issuing import audit
from app.issuing.endpoints.records import Endpoint, EndpointState, messages_of
from app.issuing.outbox import OutboxMessage, OutboxState

REPLAYED_AT_ONCE = 10_000


def replay(
    session: Session,
    endpoint: Endpoint,
    *,
    actor: str,
    message_ids: Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    only_failed: bool = False,
) -> int:
    """Send messages once more, with their ids and bytes, from the first step of the schedule; how many.

    Either `message_ids` names them, or `since` and `until` (not included) say when they were written.
    `only_failed` spares those that went out. At most 10,000 at once, the oldest first: then call again with a later
    `since`. Raises InvalidInput, WrongEndpointState for an endpoint that is disabled.
    """
    if endpoint.state == EndpointState.DISABLED:
        raise WrongEndpointState("This endpoint is disabled: resume it first", state=endpoint.state)
    if (message_ids is None) == (since is None):
        raise InvalidInput("Say either which messages to send again, or since when", pointer="/since")
    states = [OutboxState.PARKED, OutboxState.GIVEN_UP]
    if not only_failed:
        states.append(OutboxState.SENT)
    query = messages_of(endpoint).where(OutboxMessage.state.in_(states))
    if message_ids is not None:
        query = query.where(OutboxMessage.id.in_([one.removeprefix("msg_") for one in message_ids]))
    if since is not None:
        query = query.where(OutboxMessage.created_at >= since)
    if until is not None:
        query = query.where(OutboxMessage.created_at < until)
    ordered = query.order_by(OutboxMessage.created_at, OutboxMessage.id).limit(REPLAYED_AT_ONCE)
    chosen = list(session.scalars(ordered.with_only_columns(OutboxMessage.id)))
    for first in range(0, len(chosen), 500):
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(chosen[first : first + 500]))
            .values(state=OutboxState.PENDING, attempts=0, next_attempt_at=clock.now(), leased_until=None, sent_at=None)
            .execution_options(synchronize_session=False)
        )
    if chosen:
        audit.record(
            session,
            endpoint.issuer_id,
            actor=actor,
            action="endpoint.replayed",
            object_id=endpoint.id,
            messages=len(chosen),
        )
    return len(chosen)
