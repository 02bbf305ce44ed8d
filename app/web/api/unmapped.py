"""Activities that no rule names yet: what waits for one, and one step that maps it and decides all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.issuing import inbox, sources
from app.issuing.issuers import Issuer
from app.web.api.achievements import of_issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import AchievementName, Fraction, Id, In, Line500, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class UnmappedOut(Out):
    """An activity of a source that no rule names. `waiting` says how many completions wait for one."""

    source: str
    activity_id: str
    name: str | None
    waiting: int
    first_at: datetime
    last_at: datetime


class UnmappedQuery(BaseModel):
    """Of which source, and how many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Id | None = None
    limit: Annotated[int, Field(ge=1, le=200, description="at most so many items")] = 50


class Mapping(In):
    """What an activity earns. The source may cause the achievement from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"activity_id": "BLS-101", "achievement": "bls"}]})

    activity_id: Line500
    achievement: AchievementName
    minimum_score: Fraction | None = None


class MappedOut(Out):
    """The new rule, how many completions were decided at once, and how many the worker will come to."""

    rule: str
    decided: int
    queued: int


@router.get("/unmapped-activities", response_model=PageOf[UnmappedOut])
def list_unmapped_activities(caller: Reader, page: Annotated[UnmappedQuery, Query()], service: TheService) -> Response:
    """List activities that wait for a rule, the one that most wait for first; there are no further pages."""
    with service.database.read() as session:
        if page.source is not None:
            sources.by_id(session, page.source, issuer=caller.issuer(session))
        found = inbox.unmapped(session, caller.issuer_id, source_id=page.source, limit=page.limit)
    items = [
        UnmappedOut(
            source=each.source_id,
            activity_id=each.activity_id,
            name=each.name,
            waiting=each.waiting,
            first_at=each.first_at,
            last_at=each.last_at,
        )
        for each in found
    ]
    return Response(PageOf[UnmappedOut](items=items).model_dump_json(), media_type="application/json")


@router.post("/sources/{source_id}/map", status_code=201, response_model=MappedOut)
def map_activity(caller: SourcesWriter, source_id: Id, stated: Mapping, post: Posted, service: TheService) -> Response:
    """Let an activity earn an achievement, and decide everything that waited for that."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        rule, decided = inbox.map_and_decide(
            session,
            service.office,
            source,
            activity_id=stated.activity_id,
            achievement=of_issuer(session, issuer, stated.achievement),
            actor=caller.actor,
            minimum_score=stated.minimum_score,
        )
        return Answer(201, MappedOut(rule=rule.id, decided=decided.now, queued=decided.queued))

    return post.answer(caller, work)
