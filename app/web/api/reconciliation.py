"""Asking a source for what its pushes may have lost: on, off, now, and what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import reconciling, sources
from app.issuing.issuers import Issuer
from app.issuing.reconciling import Reconciliation, ReconciliationRun
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/sources/{source_id}/reconciliation", route_class=StrictRoute)


class NewReconciliation(In):
    """How to ask. The token is stored sealed and never told again; without `courses`, those that have rules."""

    base_url: Annotated[str, Field(min_length=9, max_length=500)]
    token: Annotated[str, Field(min_length=1, max_length=1_000)]
    courses: Annotated[list[Annotated[str, Field(min_length=1, max_length=255)]], Field(max_length=1_000)] = []  # noqa: RUF012 - pydantic copies it


class ReconciliationOut(Out):
    """How a source is asked, and how it stands. `last_error` is of a run that goes on at `next_at`."""

    base_url: str
    courses: list[str]
    next_at: datetime
    last_error: str | None
    created_at: datetime


class RunOut(Out):
    """One run. `report` counts: `seen` facts, those `missed` by pushes, and what came of these by outcome."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    report: dict[str, Any]


@router.get("", response_model=ReconciliationOut)
def show_reconciliation(caller: Reader, source_id: Id, service: TheService) -> ReconciliationOut:
    """Show how a source is asked. 404 when it is not."""
    with service.database.read() as session:
        source = sources.by_id(session, source_id, issuer=caller.issuer(session))
        return _told(reconciling.of_source(session, source))


@router.put("", response_model=ReconciliationOut)
def set_reconciliation(
    caller: SourcesWriter, source_id: Id, stated: NewReconciliation, service: TheService
) -> Response:
    """Have a source asked once a day from now on, the first time at once."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        facts = stated.model_dump()
        return Answer(200, _told(reconciling.configure(session, service.office, source, actor=caller.actor, **facts)))

    return change(service, caller, work)


@router.delete("", status_code=204)
def stop_reconciliation(caller: SourcesWriter, source_id: Id, service: TheService) -> Response:
    """Ask a source no more. Its token is deleted; the reports stay."""

    def work(session: Session, issuer: Issuer) -> Answer:
        reconciling.remove(session, sources.by_id(session, source_id, issuer=issuer), actor=caller.actor)
        return Answer(204, None)

    return change(service, caller, work)


@router.post("/run", status_code=202, response_model=ReconciliationOut)
def run_reconciliation(caller: SourcesWriter, source_id: Id, post: Posted) -> Response:
    """Have the worker ask the source now. Look at its runs afterwards."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        reconciling.hurry(session, source)
        return Answer(202, _told(reconciling.of_source(session, source)))

    return post.answer(caller, work)


@router.get("/runs", response_model=PageOf[RunOut])
def list_runs(
    caller: Reader, source_id: Id, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the source's runs, newest first."""
    with service.database.read() as session:
        source = sources.by_id(session, source_id, issuer=caller.issuer(session))
        query = select(ReconciliationRun).where(ReconciliationRun.source_id == source.id)
        found = page_of(session, query, (ReconciliationRun.started_at, ReconciliationRun.id), page)
    items = [
        RunOut(id=run.id, started_at=run.started_at, finished_at=run.finished_at, report=run.report)
        for run in found.rows
    ]
    return respond(request, items, found.cursor)


def _told(kept: Reconciliation) -> ReconciliationOut:
    return ReconciliationOut(
        base_url=kept.base_url,
        courses=list(kept.courses),
        next_at=kept.next_at,
        last_error=kept.last_error,
        created_at=kept.created_at,
    )
