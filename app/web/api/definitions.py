"""What an issuer's stacks are made of: skills, units, equivalences, programmes, roles … one route for every kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.issuers import Issuer
from app.web.api.authentication import AchievementsWriter, Reader
from app.web.api.fields import Out, Slug
from app.web.api.idempotency import Answer, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/definitions", route_class=StrictRoute)


class DefinitionOut(Out):
    """One definition. What `facts` holds depends on its kind: docs/stacks.md has them all."""

    kind: Kind
    slug: str
    facts: dict[str, Any]
    changed_at: datetime
    archived_at: datetime | None


class DefinitionsQuery(PageQuery):
    """Which definitions."""

    archived: Annotated[bool, Field(description="also those that are out of use")] = False


Facts = Annotated[
    dict[str, Any],
    Body(description="what it says, by its kind: docs/stacks.md", examples=[{"name": "Basic life support"}]),
]


@router.get("/{kind}", response_model=PageOf[DefinitionOut])
def list_definitions(
    caller: Reader, request: Request, kind: Kind, page: Annotated[DefinitionsQuery, Query()], service: TheService
) -> Response:
    """List the issuer's definitions of one kind, newest first."""
    query = select(Definition).where(Definition.issuer_id == caller.issuer_id, Definition.kind == kind)
    if not page.archived:
        query = query.where(Definition.archived_at.is_(None))
    with service.database.read() as session:
        found = page_of(session, query, (Definition.created_at, Definition.id), page)
        items = [_told(each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.get("/{kind}/{slug}", response_model=DefinitionOut)
def read_definition(caller: Reader, kind: Kind, slug: Slug, service: TheService) -> Response:
    """Read one definition."""
    with service.database.read() as session:
        issuer = caller.issuer(session)
        answer = Answer(200, _told(definitions.by_slug(session, issuer, kind, slug, archived=True)))
    return Response(answer.body(), media_type="application/json")


@router.put("/{kind}/{slug}", response_model=DefinitionOut)
def put_definition(caller: AchievementsWriter, kind: Kind, slug: Slug, facts: Facts, service: TheService) -> Response:
    """See that a definition is there and says this. Everybody on a pathway is judged anew in the background."""

    def work(session: Session, issuer: Issuer) -> Answer:
        stated = definitions.parse(kind, facts)
        done = definitions.put(session, issuer, kind, slug, stated, actor=caller.actor)
        return Answer(201 if done.what == "made" else 200, _told(done.definition))

    return change(service, caller, work)


@router.delete("/{kind}/{slug}", status_code=204)
def archive_definition(caller: AchievementsWriter, kind: Kind, slug: Slug, service: TheService) -> Response:
    """Take a definition out of use. What was decided by it stays as it was decided."""

    def work(session: Session, issuer: Issuer) -> Answer:
        definitions.archive(session, definitions.by_slug(session, issuer, kind, slug), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(found: Definition) -> DefinitionOut:
    return DefinitionOut(
        kind=Kind(found.kind),
        slug=found.slug,
        facts=found.facts,
        changed_at=found.changed_at,
        archived_at=found.archived_at,
    )
