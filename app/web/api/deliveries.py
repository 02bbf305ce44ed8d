"""Deliveries: what sources sent, how it stands, what came of it, and once more: one, or many."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app.issuing import inbox, sources
from app.issuing.inbox import Delivery, DeliveryState, Standing, Wanted
from app.issuing.issuers import Issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Line120, Line255, Line500, Moment, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/deliveries", route_class=StrictRoute)


class DeliveryRow(Out):
    """One authenticated request of a source, without what came of its items."""

    id: str
    source: str
    key: Annotated[str, Field(description="the sender's own id of the delivery, or one made of what it holds")]
    state: DeliveryState
    standing: Annotated[Standing, Field(description="the most urgent thing that came of its items")]
    received_at: datetime
    attempts: int
    failure: Annotated[str | None, Field(description="what went wrong at the last try, by name")]
    repeats: Annotated[int, Field(description="how often the same delivery came again")]
    conflicts: Annotated[int, Field(description="how often its id came again with another body; the first one stands")]
    raw_kept: Annotated[bool, Field(description="whether the bytes that came are still here")]


class DeliveryOut(DeliveryRow):
    """One authenticated request of a source. What it held of a person is at `…/raw`, and nowhere else.

    `answer` is what the sender was told. Each of `items` says how it stands now.
    """

    method: Annotated[str, Field(description="how the sender proved itself")]
    secret: Annotated[str, Field(description="with which of the source's secrets or keys, by its number or id")]
    answer: dict[str, Any]
    items: list[dict[str, Any]]


class DeliveryFilter(In):
    """Which deliveries; what is left out does not matter. `since` is inclusive, `until` is not."""

    source: Id | None = None
    standing: Standing | None = None
    state: DeliveryState | None = None
    since: Moment | None = None
    until: Moment | None = None
    key: Line255 | None = None
    activity: Annotated[Line500 | None, Field(description="that were the first to name this activity")] = None
    learner: Id | None = None
    reason: Annotated[Line120 | None, Field(description="of a completion, as `unmapped-activity`")] = None
    conflicting: bool | None = None


class DeliveriesQuery(PageQuery):
    """Which deliveries, and which page of them."""

    source: Id | None = None
    standing: Standing | None = None
    state: DeliveryState | None = None
    since: Moment | None = None
    until: Moment | None = None
    key: Line255 | None = None
    activity: Line500 | None = None
    learner: Id | None = None
    reason: Line120 | None = None
    conflicting: bool | None = None


class ReplayMany(In):
    """What to go through once more. `dry_run` counts, and changes nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": {"standing": "unmapped"}, "dry_run": True}]})

    filter: DeliveryFilter
    dry_run: bool = False


class ReplayOut(Out):
    """How many deliveries, all and by standing. `queued`: the worker goes through them; each shows how far it is."""

    deliveries: int
    by_standing: dict[Standing, int]
    queued: bool


class CountsOut(Out):
    """How many deliveries there are, by standing, and how many the worker has still to go through once more."""

    by_standing: dict[Standing, int]
    replaying: int


@router.get("", response_model=PageOf[DeliveryRow])
def list_deliveries(
    caller: Reader, request: Request, page: Annotated[DeliveriesQuery, Query()], service: TheService
) -> Response:
    """List deliveries, newest first."""
    with service.database.read() as session:
        wanted = _wanted(session, caller.issuer(session), page)
        query = inbox.query_of(caller.issuer_id, wanted)
        found = page_of(session, query, (Delivery.received_at, Delivery.id), page)
    return respond(request, [DeliveryRow(**_row(delivery)) for delivery in found.rows], found.cursor)


@router.get("/counts", response_model=CountsOut)
def count_deliveries(caller: Reader, wanted: Annotated[DeliveryFilter, Query()], service: TheService) -> Response:
    """Count deliveries by standing: the first look at an inbox."""
    with service.database.read() as session:
        counted = inbox.counts(session, caller.issuer_id, _wanted(session, caller.issuer(session), wanted))
        replaying = inbox.still_replaying(session, caller.issuer_id)
    told = CountsOut(by_standing={Standing(name): count for name, count in counted.items()}, replaying=replaying)
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/replay", response_model=ReplayOut)
def replay_deliveries(caller: SourcesWriter, stated: ReplayMany, post: Posted) -> Response:
    """Have the worker go through many deliveries once more; with `dry_run`, say how many that would be."""

    def work(session: Session, issuer: Issuer) -> Answer:
        wanted = _wanted(session, issuer, stated.filter)
        if stated.dry_run:
            counted = inbox.would_replay(session, issuer.id, wanted)
        else:
            counted = inbox.replay_all(session, issuer.id, wanted, actor=caller.actor)
        by_standing = {Standing(name): count for name, count in counted.items()}
        told = ReplayOut(deliveries=sum(counted.values()), by_standing=by_standing, queued=not stated.dry_run)
        return Answer(200, told)

    return post.answer(caller, work)


@router.get("/{delivery_id}", response_model=DeliveryOut)
def read_delivery(caller: Reader, delivery_id: Id, service: TheService) -> Response:
    """Read what came of a delivery."""
    with service.database.read() as session:
        answer = _answer(session, inbox.by_id(session, delivery_id, issuer=caller.issuer(session)))
    return Response(answer.body(), media_type="application/json")


@router.get(
    "/{delivery_id}/raw",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def read_raw_delivery(caller: Reader, delivery_id: Id, service: TheService) -> Response:
    """The bytes as they came, which may hold personal data. 410 when they are no longer kept."""
    with service.database.read() as session:
        found = inbox.by_id(session, delivery_id, issuer=caller.issuer(session))
        body = inbox.read_raw(session, service.office, found.id).body
    headers = {"Content-Disposition": f'attachment; filename="{delivery_id}.bin"'}
    return Response(body, media_type="application/octet-stream", headers=headers)


@router.post("/{delivery_id}/replay", response_model=DeliveryOut)
def replay_delivery(caller: SourcesWriter, delivery_id: Id, post: Posted, service: TheService) -> Response:
    """Work through a delivery once more: what was parked is decided anew, what was decided stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        delivery = inbox.by_id(session, delivery_id, issuer=issuer)
        inbox.replay(session, service.office, delivery, actor=caller.actor)
        return _answer(session, delivery)

    return post.answer(caller, work)


def _wanted(session: Session, issuer: Issuer, stated: DeliveryFilter | DeliveriesQuery) -> Wanted:
    if stated.source is not None:
        sources.by_id(session, stated.source, issuer=issuer)  # or the list of an unknown one would look empty
    return Wanted(
        source_id=stated.source,
        standings=() if stated.standing is None else (stated.standing,),
        state=stated.state,
        since=stated.since,
        until=stated.until,
        key=stated.key,
        activity_id=stated.activity,
        learner_id=stated.learner,
        reason=stated.reason,
        conflicting=stated.conflicting,
    )


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "source": delivery.source_id,
        "key": delivery.delivery_key,
        "state": delivery.state,
        "standing": delivery.standing,
        "received_at": delivery.received_at,
        "attempts": delivery.attempts,
        "failure": delivery.last_error,
        "repeats": delivery.repeat_count,
        "conflicts": delivery.conflict_count,
        "raw_kept": delivery.raw_forgotten_at is None,
    }


def _answer(session: Session, delivery: Delivery) -> Answer:
    items = inbox.items_of(session, delivery)
    members = _row(delivery) | {"method": delivery.method, "secret": delivery.key_id}
    return Answer(200, DeliveryOut(**members, answer=delivery.answer, items=items))
