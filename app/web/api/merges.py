"""Merges: two learners who are one person, made one by hand, and two again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import learners, merging
from app.issuing.issuers import Issuer
from app.issuing.learners import LearnerMerge
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class NewMerge(In):
    """The learner who is to be one with the learner of the address."""

    learner: Id


class MergeOut(Out):
    """A merge: `kept` has everything that `gone` had. `moved` counts what that was, by kind."""

    id: str
    kept: str
    gone: str
    moved: Annotated[dict[str, int], Field(description="how many rows of each kind")]
    created_at: datetime
    undone_at: datetime | None


@router.get("/merges", response_model=PageOf[MergeOut])
def list_merges(caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """List merges, newest first, those by an address that turned out to be somebody's with them."""
    query = select(LearnerMerge).where(LearnerMerge.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (LearnerMerge.created_at, LearnerMerge.id), page)
    return respond(request, [_told(merge) for merge in found.rows], found.cursor)


@router.post("/learners/{learner_id}/merge", status_code=201, response_model=MergeOut)
def merge_learners(
    caller: AwardsWriter, learner_id: Id, stated: NewMerge, post: Posted, service: TheService
) -> Response:
    """Give this learner everything of another one. No badge changes its address, and both keep counting."""

    def work(session: Session, issuer: Issuer) -> Answer:
        kept = learners.by_id(session, issuer, learner_id)
        gone = learners.by_id(session, issuer, stated.learner)
        return Answer(201, _told(merging.merge(session, service.office, kept=kept, gone=gone, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/merges/{merge_id}/undo", response_model=MergeOut)
def undo_merge(caller: AwardsWriter, merge_id: Id, post: Posted) -> Response:
    """Make two learners of one again: each has what it had. What came since stays with the one that was kept."""

    def work(session: Session, issuer: Issuer) -> Answer:
        merge = merging.by_id(session, issuer, merge_id)
        merging.undo(session, post.service.office, merge, actor=caller.actor)
        return Answer(200, _told(merge))

    return post.answer(caller, work)


def _told(merge: LearnerMerge) -> MergeOut:
    return MergeOut(
        id=merge.id,
        kept=merge.kept_id,
        gone=merge.gone_id,
        moved={table: len(rows) for table, rows in merge.moved.items()},
        created_at=merge.created_at,
        undone_at=merge.undone_at,
    )
