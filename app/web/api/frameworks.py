"""Frameworks of skills that others keep: their files are taken in, and own skills aligned with their entries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.issuing import foresight, frameworks
from app.issuing.frameworks import File, FrameworkEntry
from app.issuing.issuers import Issuer
from app.web.api.authentication import AchievementsWriter, Reader
from app.web.api.fields import Id, In, Out, Slug
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import RawBody, TheService

router = APIRouter(prefix="/frameworks", route_class=StrictRoute)

FILE_TYPES = ("application/json", "text/csv", "text/tab-separated-values")
FILE_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "contentMediaType": name}} for name in FILE_TYPES},
    },
}


class OutcomeOut(Out):
    """What was done to entries, or would be. `kept` are those that the file does not have, which stay as they are.

    `names` has some of those that were added and changed, `left_out` what of the file has no place here.
    """

    format: str
    added: int
    changed: int
    unchanged: int
    kept: int
    names: dict[str, list[str]]
    left_out: dict[str, int]


class EntryOut(Out):
    """One entry of a framework. `broader` are identifiers of entries that it belongs to."""

    id: str
    identifier: str
    name: str
    broader: tuple[str, ...]
    facts: dict[str, Any]


class EntriesQuery(PageQuery):
    """Which entries."""

    q: Annotated[str, Field(max_length=200, description="words of a name, or a code")] = ""
    below: Annotated[str, Field(max_length=400, description="the identifier of what they belong to")] = ""


class AlignmentIn(In):
    """The own skill that is made of the entry; with `existing`, one that is there is aligned with it."""

    skill: Slug
    existing: bool = False


class AlignmentOut(Out):
    """The skill, and whether anything was changed."""

    skill: str
    changed: bool


@router.post("/{framework}/imports", response_model=OutcomeOut, openapi_extra=FILE_REQUEST)
def take_file(
    *,
    caller: AchievementsWriter,
    framework: Slug,
    post: Posted,
    body: RawBody,
    dry_run: Annotated[bool, Query(description="only say what would come of it")] = False,
) -> Response:
    """Take in a file of a framework: a CASE package, a CSV file of ESCO, a table of the O*NET database.

    Which it is, the file says itself. It is taken whole or not at all; the same file again changes nothing.
    """
    read = frameworks.read([File("file", body)])

    def work(session: Session, issuer: Issuer) -> Answer:
        def take() -> frameworks.Outcome:
            return frameworks.take(session, issuer, framework, read, actor=caller.actor)

        done = foresight.undone(session, take) if dry_run else take()
        return Answer(200, OutcomeOut.model_validate(done, from_attributes=True))

    return post.answer(caller, work)


@router.get("/{framework}/entries", response_model=PageOf[EntryOut])
def list_entries(
    caller: Reader, request: Request, framework: Slug, page: Annotated[EntriesQuery, Query()], service: TheService
) -> Response:
    """List the entries of a framework, newest first."""
    with service.database.read() as session:
        found = frameworks.named(session, caller.issuer(session), framework)
        query = frameworks.entries(found, page.q, below=page.below)
        rows = page_of(session, query, (FrameworkEntry.created_at, FrameworkEntry.id), page)
        items = [
            EntryOut(id=each.id, identifier=each.identifier, name=each.name, broader=each.broader, facts=each.facts)
            for each in rows.rows
        ]
    return respond(request, items, rows.cursor)


@router.put("/entries/{item_id}/skill", response_model=AlignmentOut)
def align_skill(caller: AchievementsWriter, item_id: Id, asked: AlignmentIn, service: TheService) -> Response:
    """Make an own skill of an entry, aligned with it; or align one that is there."""

    def work(session: Session, issuer: Issuer) -> Answer:
        entry = frameworks.by_id(session, issuer, item_id)
        if asked.existing:
            changed = frameworks.align(session, issuer, entry, asked.skill, actor=caller.actor)
        else:
            changed = bool(frameworks.adopt(session, issuer, entry, asked.skill, actor=caller.actor))
        return Answer(200, AlignmentOut(skill=asked.skill, changed=changed))

    return change(service, caller, work)
