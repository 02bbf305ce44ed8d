"""Backfills: an achievement's rules over everybody's stored past, with progress; and the issuer's brake."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import backfills, brake
from app.issuing.backfills import Backfill, BackfillState
from app.issuing.issuers import Issuer
from app.issuing.rules import switches
from app.web.api.achievements import of_issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import AchievementName, Id, In, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class BackfillIn(In):
    """Whose rules to run."""

    achievement: AchievementName


class BackfillOut(Out):
    """How far it is: `counts.learners` of `total`, and what was done for them."""

    id: str
    achievement: str
    state: BackfillState
    total: int
    counts: dict[str, int]
    author: str
    created_at: datetime
    finished_at: datetime | None


class BrakeIn(In):
    """How many awards rules may make in an hour; null: as the settings say."""

    awards_per_hour: Annotated[int | None, Field(ge=1, le=switches.MOST_AN_HOUR)]


class BrakeOut(Out):
    """The limit that holds, and how many awards rules made in this hour."""

    awards_per_hour: int
    this_hour: int


@router.get("/backfills", response_model=PageOf[BackfillOut])
def list_backfills(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List backfills, newest first."""
    query = select(Backfill).where(Backfill.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Backfill.created_at, Backfill.id), page)
    return respond(request, [_told(backfill) for backfill in found.rows], found.cursor)


@router.post("/backfills", status_code=201, response_model=BackfillOut)
def start_backfill(caller: SourcesWriter, stated: BackfillIn, post: Posted) -> Response:
    """Have the worker decide everybody's stored past by the rules in force. Try them out first: rules/simulate."""

    def work(session: Session, issuer: Issuer) -> Answer:
        achievement = of_issuer(session, issuer, stated.achievement)
        return Answer(201, _told(backfills.start(session, achievement, actor=caller.actor)))

    return post.answer(caller, work)


@router.get("/backfills/{backfill_id}", response_model=BackfillOut)
def read_backfill(caller: Reader, backfill_id: Id, service: TheService) -> Response:
    """Read how far a backfill is."""
    with service.database.read() as session:
        told = _told(backfills.by_id(session, backfill_id, issuer=caller.issuer(session)))
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/backfills/{backfill_id}/stop", response_model=BackfillOut)
def stop_backfill(caller: SourcesWriter, backfill_id: Id, post: Posted) -> Response:
    """End a backfill where it is; what it awarded stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        backfill = backfills.by_id(session, backfill_id, issuer=issuer)
        backfills.stop(session, backfill, actor=caller.actor)
        return Answer(200, _told(backfill))

    return post.answer(caller, work)


@router.get("/issuer/brake", response_model=BrakeOut)
def read_brake(caller: Reader, service: TheService) -> Response:
    """Read how many awards rules may make in an hour, and how many they made in this one."""
    with service.database.read() as session:
        told = _brake(session, caller.issuer(session), service.office.awards_per_hour)
    return Response(told.model_dump_json(), media_type="application/json")


@router.put("/issuer/brake", response_model=BrakeOut)
def set_brake(caller: SourcesWriter, stated: BrakeIn, service: TheService) -> Response:
    """Bound what rules award in an hour. What is above waits for the next hour."""

    def work(session: Session, issuer: Issuer) -> Answer:
        switches.limit_issuer(session, issuer, stated.awards_per_hour, actor=caller.actor)
        return Answer(200, _brake(session, issuer, service.office.awards_per_hour))

    return change(service, caller, work)


def _brake(session: Session, issuer: Issuer, otherwise: int) -> BrakeOut:
    made = brake.made_this_hour(session, issuer.id)
    return BrakeOut(awards_per_hour=issuer.awards_per_hour or otherwise, this_hour=made)


def _told(backfill: Backfill) -> BackfillOut:
    return BackfillOut(
        id=backfill.id,
        achievement=backfill.achievement_id,
        state=BackfillState(backfill.state),
        total=backfill.total,
        counts=backfill.counts,
        author=backfill.author,
        created_at=backfill.created_at,
        finished_at=backfill.finished_at,
    )
