"""Endpoints: where news are sent as webhooks, their secrets, what was tried, and once more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import endpoints, news
from app.issuing.access import Scope
from app.issuing.endpoints import Endpoint, EndpointAttempt, EndpointFormat, EndpointState, EventType
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage, OutboxState
from app.outbound import webhooks
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode
from app.web.api.authentication import EndpointsWriter, Reader
from app.web.api.fields import Id, In, Line200, Line255, Moment, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheNetwork, TheService

router = APIRouter(prefix="/endpoints", route_class=StrictRoute)

Url = Annotated[str, Field(min_length=1, max_length=2048, description="https on port 443 of a public host")]
EventTypes = Annotated[list[EventType], Field(max_length=50, description="empty = every type")]


class NewEndpoint(In):
    """An address to send news to. `asymmetric` adds an ed25519 signature (`v1a`) to the one of the shared secret."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Our LMS", "url": "https://lms.hospital.example/badges"}]}
    )

    name: Line200
    url: Url
    event_types: EventTypes = []  # noqa: RUF012 - pydantic copies it
    format: EndpointFormat = EndpointFormat.STANDARD
    personal_data: bool = Field(default=False, description="send the learner's name and address along")
    asymmetric: bool = False


class EndpointChanges(In):
    """What is to be different. What happens while it is `paused` is sent when it is `active` again."""

    name: Line200 | None = None
    url: Url | None = None
    event_types: EventTypes | None = None
    format: EndpointFormat | None = None
    personal_data: bool | None = None
    state: EndpointState | None = None


class Rotation(In):
    """For how long messages are signed with the old secret as well."""

    overlap_hours: Annotated[int, Field(ge=0, le=336)] = 24


class Replay(In):
    """Which messages to send once more: some by id, or all that were written in a time."""

    message_ids: Annotated[list[Line255], Field(min_length=1, max_length=500)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    only_failed: bool = False


class EndpointOut(Out):
    """An endpoint. `sequence` is the number of its newest event; `public_key` verifies `v1a` signatures."""

    id: str
    name: str
    url: str
    event_types: list[str]
    format: EndpointFormat
    personal_data: bool
    public_key: str | None
    state: EndpointState
    disabled_reason: str | None
    sequence: int
    created_at: datetime


class EndpointWithSecret(EndpointOut):
    """The endpoint with its new secret, which is told this once."""

    secret: str


class MessageOut(Out):
    """A message to an endpoint; `id` is its `webhook-id`."""

    id: str
    type: str
    state: OutboxState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str | None


class AttemptOut(Out):
    """One try. `response` is the beginning of what was answered, for keys that may change endpoints."""

    message_id: str
    event_type: str
    number: int
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response: str | None


class ReplayOut(Out):
    """How many messages are sent once more."""

    messages: int


@router.get("", response_model=PageOf[EndpointOut])
def list_endpoints(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's endpoints, newest first."""
    query = select(Endpoint).where(Endpoint.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Endpoint.created_at, Endpoint.id), page)
    return respond(request, [EndpointOut(**_members(endpoint)) for endpoint in found.rows], found.cursor)


@router.post("", status_code=201, response_model=EndpointWithSecret)
def create_endpoint(
    caller: EndpointsWriter, stated: NewEndpoint, post: Posted, service: TheService, network: TheNetwork
) -> Response:
    """Add an endpoint. The secret in the answer is shown once."""
    _check(stated.url, service, network)

    def work(session: Session, issuer: Issuer) -> Answer:
        made = endpoints.create(
            session,
            service.office,
            issuer,
            name=stated.name,
            url=stated.url,
            event_types=stated.event_types,
            format=stated.format,
            personal_data=stated.personal_data,
            asymmetric=stated.asymmetric,
            actor=caller.actor,
        )
        return Answer(201, EndpointWithSecret(**_members(made.endpoint), secret=made.secret))

    return post.answer(caller, work)


@router.get("/{endpoint_id}", response_model=EndpointOut)
def read_endpoint(caller: Reader, endpoint_id: Id, service: TheService) -> Response:
    """Read one endpoint."""
    with service.database.read() as session:
        found = endpoints.by_id(session, endpoint_id, issuer=caller.issuer(session))
    return Response(EndpointOut(**_members(found)).model_dump_json(), media_type="application/json")


@router.patch("/{endpoint_id}", response_model=EndpointOut)
def change_endpoint(
    caller: EndpointsWriter, endpoint_id: Id, stated: EndpointChanges, service: TheService, network: TheNetwork
) -> Response:
    """Change an endpoint, pause it, resume it or switch it off."""
    if stated.url is not None:
        _check(stated.url, service, network)

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endpoints.by_id(session, endpoint_id, issuer=issuer)
        changes = stated.model_dump(exclude_none=True, exclude={"state"})
        endpoints.change(session, found, actor=caller.actor, **changes)
        _set_state(session, found, stated.state, caller.actor)
        return Answer(200, EndpointOut(**_members(found)))

    return change(service, caller, work)


@router.delete("/{endpoint_id}", status_code=204)
def delete_endpoint(caller: EndpointsWriter, endpoint_id: Id, service: TheService) -> Response:
    """Remove an endpoint with everything that was to be told to it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        endpoints.delete(session, endpoints.by_id(session, endpoint_id, issuer=issuer), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.post("/{endpoint_id}/secrets", status_code=201, response_model=EndpointWithSecret)
def rotate_endpoint_secret(
    caller: EndpointsWriter, endpoint_id: Id, stated: Rotation, post: Posted, service: TheService
) -> Response:
    """Add a secret, shown once. Messages carry a signature of the old one too, until the overlap ends."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endpoints.by_id(session, endpoint_id, issuer=issuer)
        made = endpoints.rotate_secret(
            session, service.office, found, overlap_hours=stated.overlap_hours, actor=caller.actor
        )
        return Answer(201, EndpointWithSecret(**_members(made.endpoint), secret=made.secret))

    return post.answer(caller, work)


@router.get("/{endpoint_id}/messages", response_model=PageOf[MessageOut])
def list_endpoint_messages(
    caller: Reader, endpoint_id: Id, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what was to be told to an endpoint and is still kept, newest first."""
    with service.database.read() as session:
        query = endpoints.messages_of(endpoints.by_id(session, endpoint_id, issuer=caller.issuer(session)))
        found = page_of(session, query, (OutboxMessage.created_at, OutboxMessage.id), page)
    return respond(request, [_message(message) for message in found.rows], found.cursor)


@router.get("/{endpoint_id}/attempts", response_model=PageOf[AttemptOut])
def list_endpoint_attempts(
    caller: Reader, endpoint_id: Id, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List every try to send something to an endpoint, newest first."""
    with service.database.read() as session:
        query = endpoints.attempts_of(endpoints.by_id(session, endpoint_id, issuer=caller.issuer(session)))
        found = page_of(session, query, (EndpointAttempt.at, EndpointAttempt.id), page)
    may_look = Scope.ENDPOINTS_WRITE in caller.scopes
    return respond(request, [_attempt(one, may_look=may_look) for one in found.rows], found.cursor)


@router.post("/{endpoint_id}/replay", response_model=ReplayOut)
def replay_messages(caller: EndpointsWriter, endpoint_id: Id, stated: Replay, post: Posted) -> Response:
    """Send messages once more, with their ids: a receiver that knows an id can pass it over."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endpoints.by_id(session, endpoint_id, issuer=issuer)
        count = endpoints.replay(
            session,
            found,
            message_ids=stated.message_ids,
            since=stated.since,
            until=stated.until,
            only_failed=stated.only_failed,
            actor=caller.actor,
        )
        return Answer(200, ReplayOut(messages=count))

    return post.answer(caller, work)


@router.post("/{endpoint_id}/test", status_code=202, response_model=EndpointOut)
def test_endpoint(caller: EndpointsWriter, endpoint_id: Id, post: Posted, service: TheService) -> Response:
    """Send an `endpoint.test` message. What came of it stands in the list of attempts."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endpoints.by_id(session, endpoint_id, issuer=issuer)
        news.send_test(session, service.office, found, actor=caller.actor)
        return Answer(202, EndpointOut(**_members(found)))

    return post.answer(caller, work)


def _check(url: str, service: Service, network: Network | None) -> None:
    """Ask the address guard, before any transaction: it looks up a name."""
    webhooks.check(url, is_local_allowed=service.settings.mode is not Mode.PRODUCTION, network=network)


def _set_state(session: Session, endpoint: Endpoint, state: EndpointState | None, actor: str) -> None:
    match state:
        case EndpointState.ACTIVE:
            endpoints.resume(session, endpoint, actor=actor)
        case EndpointState.PAUSED:
            endpoints.pause(session, endpoint, actor=actor)
        case EndpointState.DISABLED:
            endpoints.disable(session, endpoint, reason="Switched off by its issuer", actor=actor)
        case None:
            pass


def _members(endpoint: Endpoint) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in EndpointOut.model_fields}


def _message(message: OutboxMessage) -> MessageOut:
    return MessageOut(
        id=f"msg_{message.id}",
        type=message.event.partition(":")[0],
        state=OutboxState(message.state),
        attempts=message.attempts,
        created_at=message.created_at,
        next_attempt_at=message.next_attempt_at if message.state == OutboxState.PENDING else None,
        sent_at=message.sent_at,
        last_error=message.last_error,
    )


def _attempt(one: EndpointAttempt, *, may_look: bool) -> AttemptOut:
    return AttemptOut(
        message_id=f"msg_{one.message_id}",
        event_type=one.event_type,
        number=one.number,
        at=one.at,
        duration_ms=one.duration_ms,
        status=one.status,
        error=one.error,
        response=one.response if may_look else None,
    )
