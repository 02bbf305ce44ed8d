"""Messages that did not get through and lie parked: looked at, sent again, or given up by a person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import audit, endpoints
from app.issuing.endpoints.records import WEBHOOK
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage, OutboxState

AT_ONCE = 200
ACCOUNT = "account."  # how the event begins of mails with links that end soon, and whose reader may be nobody's learner


def parked_of(issuer: Issuer) -> Select[OutboxMessage]:
    """The query of an issuer's parked messages."""
    return select(OutboxMessage).where(OutboxMessage.issuer_id == issuer.id, OutboxMessage.state == OutboxState.PARKED)


def may_be_sent_again(message: OutboxMessage) -> bool:
    """Whether it would be of use: a link that has ended helps nobody, and an erased person gets no mail."""
    return bool(message.payload) and not message.event.startswith(ACCOUNT)


def send_again(session: Session, issuer: Issuer, message_ids: Sequence[str], *, actor: str) -> int:
    """Try these once more, from the first step of the schedule; how many.

    What cannot be of use stays where it is. Raises InvalidInput for more than 200, WrongEndpointState.
    """
    count = 0
    for message in _chosen(session, issuer, message_ids):
        if message.channel == WEBHOOK:
            endpoint = endpoints.by_id(session, str(message.payload.get("endpoint_id")), issuer=issuer)
            count += endpoints.replay(session, endpoint, message_ids=[message.id], actor=actor)
        elif may_be_sent_again(message):
            message.state, message.attempts, message.next_attempt_at = OutboxState.PENDING, 0, clock.now()
            message.leased_until = message.last_error = None
            audit.record(session, issuer.id, actor=actor, action="message.sent-again", object_id=message.id)
            count += 1
    session.flush()
    return count


def give_up(session: Session, issuer: Issuer, message_ids: Sequence[str], *, actor: str) -> int:
    """Let these rest: they count as trouble no more; how many. Raises InvalidInput for more than 200."""
    found = _chosen(session, issuer, message_ids)
    for message in found:
        message.state = OutboxState.GIVEN_UP
        audit.record(session, issuer.id, actor=actor, action="message.given-up", object_id=message.id)
    session.flush()
    return len(found)


def _chosen(session: Session, issuer: Issuer, message_ids: Sequence[str]) -> Sequence[OutboxMessage]:
    if len(message_ids) > AT_ONCE:
        raise InvalidInput(f"At most {AT_ONCE} messages at once", pointer="/message")
    query = parked_of(issuer).where(OutboxMessage.id.in_(message_ids)).order_by(OutboxMessage.id)
    return session.scalars(query.with_for_update()).all()
