"""How long the outbox keeps what is done: messages to endpoints for a replay, the words of mails not for ever."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing.endpoints.records import WEBHOOK, EndpointAttempt
from app.issuing.outbox import OutboxMessage, OutboxState

AT_ONCE = 500
DONE = (OutboxState.SENT, OutboxState.PARKED, OutboxState.JOINED, OutboxState.GIVEN_UP)
WITHOUT_WORDS: dict[str, object] = {}


def forget_old(session: Session, *, days: int) -> int:
    """Deal with up to 500 messages that were written more than `days` days ago and are done; how many.

    Messages to endpoints go, with the tries to send them. Mails that went out lose their words and stay, so that
    nobody is told of the same badge twice; a mail that was refused keeps them for the staff.
    """
    oldest = clock.now() - timedelta(days=days)
    old = select(OutboxMessage.id).where(OutboxMessage.created_at < oldest)
    to_go = list(
        session.scalars(old.where(OutboxMessage.channel == WEBHOOK, OutboxMessage.state.in_(DONE)).limit(AT_ONCE))
    )
    session.execute(delete(EndpointAttempt).where(EndpointAttempt.message_id.in_(to_go)))
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(to_go)))
    query = old.where(
        OutboxMessage.channel != WEBHOOK,
        OutboxMessage.state.in_([OutboxState.SENT, OutboxState.JOINED, OutboxState.GIVEN_UP]),
        OutboxMessage.recipient_key.is_not(None),
    )
    to_empty = list(session.scalars(query.limit(AT_ONCE - len(to_go))))
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(to_empty))
        .values(payload=WITHOUT_WORDS, recipient_key=None)
        .execution_options(synchronize_session=False)
    )
    return len(to_go) + len(to_empty)
