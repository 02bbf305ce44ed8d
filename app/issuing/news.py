"""News: what happened, told to the issuer's endpoints. Written into the outbox with the change that it tells of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import WrongEndpointState
from app.issuing import audit, endpoints, issuers, learners, outbox, outbox_queues
from app.issuing.endpoints.records import WEBHOOK, Endpoint, EndpointFormat, EndpointState, EventType
from app.issuing.learners import Learner
from app.issuing.office import Office

CONTENT_TYPES = {
    EndpointFormat.STANDARD: "application/json",
    EndpointFormat.CLOUDEVENTS: "application/cloudevents+json",
}


def publish(  # noqa: PLR0917 - the order in which it is said: whose, what, about what
    session: Session,
    office: Office,
    issuer_id: str,
    type: str,  # noqa: A002 - the field's word
    subject_id: str,
    data: Mapping[str, Any],
) -> int:
    """Tell each endpoint of the issuer that wants this type, once the caller's transaction is committed; how many.

    `type` is an `EventType`, `subject_id` what it is about (an award's id, say). `data` holds ids, states and
    addresses, as plain JSON values, and no personal data: an endpoint that may have it gets the name and the address
    of `data["learner_id"]`, looked up here. One row and no more is written for each endpoint; none without endpoints.
    """
    told = [one for one in endpoints.of_issuer(session, issuer_id) if one.wants(type)]
    for endpoint in told:
        put(session, office, endpoint, event_type=type, subject_id=subject_id, data=data)
    return len(told)


def send_test(session: Session, office: Office, endpoint: Endpoint, *, actor: str) -> None:
    """Send a message that tells nothing, whatever types the endpoint wants. Raises WrongEndpointState."""
    if endpoint.state != EndpointState.ACTIVE:
        raise WrongEndpointState(f"This endpoint is {endpoint.state}: resume it first", state=endpoint.state)
    about = {"endpoint_id": endpoint.id}
    put(session, office, endpoint, event_type=EventType.ENDPOINT_TEST, subject_id=endpoint.id, data=about)
    audit.record(session, endpoint.issuer_id, actor=actor, action="endpoint.tested", object_id=endpoint.id)


def put(
    session: Session,
    office: Office,
    endpoint: Endpoint,
    *,
    event_type: str,
    subject_id: str,
    data: Mapping[str, Any],
) -> None:
    """Write one message to one endpoint, numbered, with its body rendered: every try sends the same bytes."""
    sequence = _next_number(session, endpoint)
    if sequence is None:  # deleted a moment ago
        return
    said = {**data, **_person(session, endpoint, data)}
    source = office.addresses.issuer(issuers.by_id(session, endpoint.issuer_id).slug)
    body = _body(endpoint, said, sequence, event_type=event_type, source=source, subject_id=subject_id)
    outbox.put(
        session,
        channel=WEBHOOK,
        queue=outbox_queues.of_endpoint(endpoint.id),
        issuer_id=endpoint.issuer_id,
        subject_id=subject_id,
        event=f"{event_type}:{endpoint.id}:{sequence}",
        payload={
            "endpoint_id": endpoint.id,
            "type": event_type,
            "content_type": CONTENT_TYPES[EndpointFormat(endpoint.format)],
            "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        },
        # Kept for a replay: it is no use to send to an address that is gone, and no use to forget what happened.
        parked_because="The endpoint is disabled" if endpoint.state == EndpointState.DISABLED else None,
    )


def _next_number(session: Session, endpoint: Endpoint) -> int | None:
    query = update(Endpoint).where(Endpoint.id == endpoint.id).values(sequence=Endpoint.sequence + 1)
    numbered = session.execute(query.returning(Endpoint.sequence).execution_options(synchronize_session=False))
    return numbered.scalar_one_or_none()


def _person(session: Session, endpoint: Endpoint, data: Mapping[str, Any]) -> dict[str, Any]:
    if not endpoint.personal_data or "learner_id" not in data:
        return {}
    query = select(Learner).where(Learner.id == data["learner_id"], Learner.issuer_id == endpoint.issuer_id)
    learner = session.scalars(query).one_or_none()
    if learner is None:
        return {}
    email = learners.email_of(session, learner)
    return {"learner": {"name": learner.display_name, "email": email.written if email else None}}


def _body(
    endpoint: Endpoint, data: dict[str, Any], sequence: int, *, event_type: str, source: str, subject_id: str
) -> dict[str, Any]:
    """Standard Webhooks: `{type, timestamp, data}`. CloudEvents 1.0.2, structured mode, with the sequence extension.

    The order in which messages arrive is not promised: `sequence` counts the events of an endpoint from 1.
    """
    at = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    if endpoint.format == EndpointFormat.STANDARD:
        return {"type": event_type, "timestamp": at, "data": {**data, "sequence": sequence}}
    return {
        "specversion": "1.0",
        "id": f"{endpoint.id}:{sequence}",
        "source": source,
        "type": event_type,
        "subject": subject_id,
        "time": at,
        "datacontenttype": "application/json",
        "sequence": f"{sequence:020d}",
        "data": data,
    }
