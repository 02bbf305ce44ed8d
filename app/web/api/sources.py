"""Sources: the connections from which completions arrive, their secrets, and what each may cause."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import key_sets, sources
from app.issuing.issuers import Issuer
from app.issuing.key_sets import KeySet
from app.issuing.office import Office
from app.issuing.sources import Source, SourceState
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Line200, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/sources", route_class=StrictRoute)


GivenSecret = Annotated[
    str | None,
    Field(min_length=1, max_length=1_200, description="for a platform that makes the secret itself; else made here"),
]


class NewSource(In):
    """A connection to make. What `settings` may hold depends on the type; see docs/integrations/."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Our LMS", "type": "generic", "settings": {"namespace": "lms.hospital.example"}}]
        }
    )

    name: Line200
    type: Annotated[str, Field(min_length=1, max_length=40)]
    settings: Annotated[dict[str, Any], Field(max_length=50)] = {}  # noqa: RUF012 - pydantic copies it
    secret: GivenSecret = None


class NewSecret(In):
    """A secret that the platform made; without it, one is made here."""

    secret: GivenSecret = None


class SourceChanges(In):
    """What to change; what is left out stays. A source that is off is answered 410, so that its sender stops."""

    state: SourceState | None = None
    raw_kept_days: Annotated[
        int | None, Field(ge=0, le=sources.MOST_KEPT_DAYS, description="how long raw bytes are kept; null: as set")
    ] = None


class SourceOut(Out):
    """A connection, with what arrived over it. `address` is where the learning platform posts."""

    id: str
    address: str
    name: str
    type: str
    state: SourceState
    settings: dict[str, Any]
    accepted_count: int
    ignored_count: int
    rejected_count: int
    last_accepted_at: datetime | None
    last_rejected_at: datetime | None
    last_rejected_reason: Annotated[
        str | None, Field(description="why the newest delivery was refused; the sender is never told")
    ]
    rejected_reasons: Annotated[dict[str, int], Field(description="how often each reason was met")]
    raw_kept_days: int | None
    created_at: datetime


class KeySetOut(Out):
    """The platform's keys, fetched from `jwks_url` of the settings. Why a fetch failed, the service's log says."""

    fetched_at: Annotated[datetime | None, Field(description="when they came last; null: not yet")]
    kids: Annotated[list[str], Field(description="the names of the keys that hold now")]
    is_failing: Annotated[bool, Field(description="whether the newest attempt failed; the keys that are here go on")]


class SourceWithKeys(SourceOut):
    """The connection with what is known of its platform's keys; null where it names no address of keys."""

    key_set: KeySetOut | None


class SourceWithSecret(SourceOut):
    """The connection with its new secret, which is told this once; null where nothing secret is shared."""

    secret: str | None


@router.get("", response_model=PageOf[SourceOut])
def list_sources(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's sources, newest first."""
    query = select(Source).where(Source.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Source.created_at, Source.id), page)
    return respond(request, [SourceOut(**_members(service.office, source)) for source in found.rows], found.cursor)


@router.post("", status_code=201, response_model=SourceWithSecret)
def create_source(caller: SourcesWriter, stated: NewSource, post: Posted, service: TheService) -> Response:
    """Connect a learning platform. The secret in the answer is shown once."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = sources.create(
            session,
            service.office,
            issuer,
            name=stated.name,
            source_type=stated.type,
            settings=stated.settings,
            actor=caller.actor,
            secret=stated.secret,
        )
        return Answer(201, SourceWithSecret(**_members(service.office, made.source), secret=made.secret))

    return post.answer(caller, work)


@router.get("/{source_id}", response_model=SourceWithKeys)
def read_source(caller: Reader, source_id: Id, service: TheService) -> Response:
    """Read one source."""
    with service.database.read() as session:
        found = sources.by_id(session, source_id, issuer=caller.issuer(session))
        keys = _keys(key_sets.of_source(session, found))
    shown = SourceWithKeys(**_members(service.office, found), key_set=keys)
    return Response(shown.model_dump_json(), media_type="application/json")


@router.patch("/{source_id}", response_model=SourceOut)
def change_source(caller: SourcesWriter, source_id: Id, stated: SourceChanges, service: TheService) -> Response:
    """Switch a source on or off, or say how long its raw bytes are kept."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = sources.by_id(session, source_id, issuer=issuer)
        if stated.state is not None:
            sources.set_state(session, found, stated.state, actor=caller.actor)
        if "raw_kept_days" in stated.model_fields_set:
            sources.set_raw_kept_days(session, found, stated.raw_kept_days, actor=caller.actor)
        return Answer(200, SourceOut(**_members(service.office, found)))

    return change(service, caller, work)


@router.post("/{source_id}/secrets", status_code=201, response_model=SourceWithSecret)
def rotate_secret(
    caller: SourcesWriter, source_id: Id, post: Posted, service: TheService, stated: NewSecret | None = None
) -> Response:
    """Add a secret, shown once. The one before stays valid until it is deleted or the next is added."""
    given = stated.secret if stated is not None else None

    def work(session: Session, issuer: Issuer) -> Answer:
        found = sources.by_id(session, source_id, issuer=issuer)
        made = sources.rotate_secret(session, service.office, found, actor=caller.actor, secret=given)
        return Answer(201, SourceWithSecret(**_members(service.office, made.source), secret=made.secret))

    return post.answer(caller, work)


@router.delete("/{source_id}/secrets/old", status_code=204)
def delete_old_secret(caller: SourcesWriter, source_id: Id, service: TheService) -> Response:
    """Keep the newest secret only."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = sources.by_id(session, source_id, issuer=issuer)
        sources.drop_old_secret(session, service.office, found, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _keys(kept: KeySet | None) -> KeySetOut | None:
    if kept is None:
        return None
    kids = [key["kid"] for key in (kept.document or {"keys": []})["keys"]]
    return KeySetOut(fetched_at=kept.fetched_at, kids=kids, is_failing=kept.last_error is not None)


def _members(office: Office, source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "address": office.addresses.hook(source.id),
        "name": source.name,
        "type": source.type,
        "state": source.state,
        "settings": source.settings,
        "accepted_count": source.accepted_count,
        "ignored_count": source.ignored_count,
        "rejected_count": source.rejected_count,
        "last_accepted_at": source.last_accepted_at,
        "last_rejected_at": source.last_rejected_at,
        "last_rejected_reason": source.last_rejected_reason,
        "rejected_reasons": source.rejected_reasons,
        "raw_kept_days": source.raw_kept_days,
        "created_at": source.created_at,
    }
