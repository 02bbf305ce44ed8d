"""Completions: what sources stated and what came of it, without the person's data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select

from app.errors import NotFound
from app.issuing import explaining, sources
from app.issuing.completions import Completion, CompletionState
from app.web.api.authentication import Reader
from app.web.api.fields import Id, Out
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.rule_versions import ExplanationsOut, explanations
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/completions", route_class=StrictRoute)


class CompletionOut(Out):
    """One stated fact. A `parked` one waits for a person: `reason` is a code, `detail` says what to do."""

    id: str
    source: str
    delivery: Annotated[str, Field(description="replay it to have the completion decided anew")]
    state: CompletionState
    reason: str
    detail: str
    kind: str
    learning_kind: str
    learner: str | None
    activity_id: str
    activity_name: str | None
    score: Annotated[Decimal | None, Field(description="a fraction of the maximum")]
    occurred_at: datetime
    outcome: dict[str, Any]
    created_at: datetime
    decided_at: datetime


class CompletionsQuery(PageQuery):
    """Which completions."""

    state: CompletionState | None = None
    source: Id | None = None


@router.get("", response_model=PageOf[CompletionOut])
def list_completions(
    caller: Reader, request: Request, page: Annotated[CompletionsQuery, Query()], service: TheService
) -> Response:
    """List completions, newest first; with `state=parked`, those that wait for a person."""
    query = select(Completion).where(Completion.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        if page.source is not None:
            source = sources.by_id(session, page.source, issuer=caller.issuer(session))
            query = query.where(Completion.source_id == source.id)
        if page.state is not None:
            query = query.where(Completion.state == page.state)
        found = page_of(session, query, (Completion.created_at, Completion.id), page)
    return respond(request, [_told(completion) for completion in found.rows], found.cursor)


@router.get("/{completion_id}/explanation", response_model=ExplanationsOut)
def explain_completion(caller: Reader, completion_id: Id, service: TheService) -> Response:
    """Say what every rule that is about a completion makes of its learner, clause by clause."""
    with service.database.read() as session:
        completion = session.get(Completion, completion_id)
        if completion is None or completion.issuer_id != caller.issuer_id:
            raise NotFound("There is no such completion")
        told = explanations(explaining.of_completion(session, completion))
    return Response(told.model_dump_json(), media_type="application/json")


def _told(completion: Completion) -> CompletionOut:
    return CompletionOut(
        id=completion.id,
        source=completion.source_id,
        delivery=completion.delivery_id,
        state=CompletionState(completion.state),
        reason=completion.reason,
        detail=completion.detail,
        kind=completion.kind,
        learning_kind=completion.learning_kind,
        learner=completion.learner_id,
        activity_id=completion.activity_id,
        activity_name=completion.activity_name,
        score=completion.score,
        occurred_at=completion.occurred_at,
        outcome=completion.outcome,
        created_at=completion.created_at,
        decided_at=completion.decided_at,
    )
