"""What can be done to an endpoint. Each change has exactly one audit entry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import audit, outbox_queues
from app.issuing.endpoints import secrets
from app.issuing.endpoints.records import Endpoint, EndpointAttempt, EndpointFormat, EndpointState, EventType
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage
from app.issuing.outbox_queues import OutboxQueue

OVERLAP_HOURS = 24
LONGEST_OVERLAP_HOURS = 24 * 14
CHANGEABLE = frozenset({"name", "url", "event_types", "format", "personal_data"})


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint with its newest secret, which is told once and never again."""

    endpoint: Endpoint
    secret: str


def create(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    url: str,
    name: str,
    actor: str,
    event_types: Collection[str] = (),
    format: EndpointFormat = EndpointFormat.STANDARD,  # noqa: A002 - the field's word
    personal_data: bool = False,
    asymmetric: bool = False,
) -> NewEndpoint:
    """Add an endpoint with a secret of its own. `url` has passed the address guard, which lives in `outbound`.

    `asymmetric` adds an ed25519 key, whose signature (`v1a`) stands beside the shared secret's.
    Raises InvalidInput for an event type that does not exist.
    """
    endpoint_id, secret = clock.new_id(), secrets.new_secret()
    seed = secrets.new_seed() if asymmetric else None
    endpoint = Endpoint(
        id=endpoint_id,
        issuer_id=issuer.id,
        name=name,
        url=url,
        event_types=_checked_types(event_types),
        format=format,
        personal_data=personal_data,
        sealed_secrets=secrets.seal(office, endpoint_id, [secrets.Secret(secret)], seed),
        public_key=None if seed is None else secrets.public_key(seed),
        state=EndpointState.ACTIVE,
        sequence=0,
        created_at=clock.now(),
    )
    session.add(endpoint)
    outbox_queues.see_to(session, outbox_queues.of_endpoint(endpoint_id))
    audit.record(session, issuer.id, actor=actor, action="endpoint.created", object_id=endpoint_id)
    session.flush()
    return NewEndpoint(endpoint, secret)


def change(session: Session, endpoint: Endpoint, *, actor: str, **changes: Any) -> None:
    """Change name, url (which passed the address guard), event types, format or personal data. Raises InvalidInput."""
    if "event_types" in changes:
        changes["event_types"] = _checked_types(changes["event_types"])
    changed = sorted(name for name in changes.keys() & CHANGEABLE if getattr(endpoint, name) != changes[name])
    for name in changed:
        setattr(endpoint, name, changes[name])
    if changed:
        _record(session, endpoint, "endpoint.changed", actor, fields=changed)
    session.flush()  # a change of the state, which reads the row anew, must find this one


def rotate_secret(
    session: Session, office: Office, endpoint: Endpoint, *, actor: str, overlap_hours: int = OVERLAP_HOURS
) -> NewEndpoint:
    """Add a new secret, told once. For `overlap_hours` (0 to 336) messages are signed with the old one as well."""
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise InvalidInput(f"The overlap is 0 to {LONGEST_OVERLAP_HOURS} hours", pointer="/overlap_hours")
    _lock(session, endpoint)  # two at once would each tell a secret, and one would be lost
    ends_at = clock.now() + timedelta(hours=overlap_hours)
    shared, seed = secrets.unseal(office, endpoint)
    old = [secrets.Secret(one.value, min(one.ends_at or ends_at, ends_at)) for one in shared]
    secret = secrets.new_secret()
    kept = [one for one in old if one.ends_at is not None and one.ends_at > clock.now()]
    endpoint.sealed_secrets = secrets.seal(office, endpoint.id, [secrets.Secret(secret), *kept], seed)
    _record(session, endpoint, "endpoint.secret-rotated", actor)
    return NewEndpoint(endpoint, secret)


def pause(session: Session, endpoint: Endpoint, *, actor: str) -> None:
    """Let everything wait until it is resumed."""
    _set_state(session, endpoint, EndpointState.PAUSED, actor=actor)


def resume(session: Session, endpoint: Endpoint, *, actor: str) -> None:
    """Send again, first what waited. What happened while it was disabled is sent by a replay only."""
    _set_state(session, endpoint, EndpointState.ACTIVE, actor=actor)


def disable(session: Session, endpoint: Endpoint, *, reason: str, actor: str) -> None:
    """Stop sending: the receiver said that it is gone, or did not answer for days, or a person says so."""
    _set_state(session, endpoint, EndpointState.DISABLED, actor=actor, reason=reason[:200])


def delete(session: Session, endpoint: Endpoint, *, actor: str) -> None:
    """Remove an endpoint with everything that was to be told to it."""
    queue = outbox_queues.of_endpoint(endpoint.id)
    # Messages first: whoever records a try holds its message, and is waited for.
    its_messages = select(OutboxMessage.id).where(OutboxMessage.queue == queue)
    session.execute(its_messages.order_by(OutboxMessage.id).with_for_update())
    _lock(session, endpoint)
    session.execute(delete_rows(OutboxMessage).where(OutboxMessage.queue == queue))
    session.execute(delete_rows(EndpointAttempt).where(EndpointAttempt.endpoint_id == endpoint.id))
    session.execute(delete_rows(OutboxQueue).where(OutboxQueue.name == queue))
    _record(session, endpoint, "endpoint.deleted", actor)
    session.delete(endpoint)
    session.flush()


def _set_state(
    session: Session, endpoint: Endpoint, state: EndpointState, *, actor: str, reason: str | None = None
) -> None:
    _lock(session, endpoint)
    if endpoint.state == state:
        return
    endpoint.state, endpoint.disabled_reason = state, reason
    queue = outbox_queues.of_endpoint(endpoint.id)
    outbox_queues.set_closed(session, queue, is_closed=state != EndpointState.ACTIVE)
    facts = {} if reason is None else {"reason": reason}
    _record(session, endpoint, f"endpoint.{state}", actor, **facts)
    session.flush()


def _lock(session: Session, endpoint: Endpoint) -> None:
    # Without its key, which a try that is recorded at this moment refers to: else each would wait for the other.
    session.refresh(endpoint, with_for_update={"key_share": True})


def _checked_types(stated: Collection[str]) -> list[str]:
    known = {str(one) for one in EventType}
    for index, name in enumerate(stated):
        if name not in known:
            raise InvalidInput(f"There is no event type {name[:60]}", pointer=f"/event_types/{index}")
    return sorted({str(name) for name in stated})


def _record(session: Session, endpoint: Endpoint, action: str, actor: str, **facts: object) -> None:
    audit.record(session, endpoint.issuer_id, actor=actor, action=action, object_id=endpoint.id, **facts)
