"""Approvals: what rules want to do and a person must agree to, one by one or many at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import approvals, approving, issuers
from app.issuing.approvals import Approval, ApprovalKind, ApprovalState
from app.issuing.issuers import Issuer
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Out, Reason
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/approvals", route_class=StrictRoute)

MOST_AT_ONCE = 100


class ApprovalOut(Out):
    """One request. `kind` says what is asked: to award, or to take `award` back. `request` says why, in codes."""

    id: str
    kind: ApprovalKind
    state: ApprovalState
    achievement: str
    learner: str
    award: Annotated[str | None, Field(description="the award to take back, or the one that was made")]
    rule_version: str | None
    request: dict[str, Any]
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class ApprovalsQuery(PageQuery):
    """Which requests."""

    state: ApprovalState = ApprovalState.PENDING
    kind: ApprovalKind | None = None


class ApproveIn(In):
    """Why; shown on the badge's page when an award is taken back."""

    reason: Reason | None = None


class RejectIn(In):
    """Why. It is final for these facts."""

    reason: Reason


class BulkIn(In):
    """Many requests and one decision. A rejection says why."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_AT_ONCE)]
    decision: Literal["approve", "reject"]
    reason: Reason


class BulkItem(Out):
    """What came of one of many; `problem` null: it was decided."""

    id: str
    state: ApprovalState | None
    award: str | None
    problem: str | None


class BulkOut(Out):
    """What came of each, in order."""

    items: list[BulkItem]


@router.get("", response_model=PageOf[ApprovalOut])
def list_approvals(
    caller: Reader, request: Request, page: Annotated[ApprovalsQuery, Query()], service: TheService
) -> Response:
    """List requests, newest first; left to itself, those that wait."""
    query = select(Approval).where(Approval.issuer_id == caller.issuer_id, Approval.state == page.state)
    if page.kind is not None:
        query = query.where(Approval.kind == page.kind)
    with service.database.read() as session:
        found = page_of(session, query, (Approval.created_at, Approval.id), page)
    return respond(request, [_told(approval) for approval in found.rows], found.cursor)


@router.post("/{approval_id}/approve", response_model=ApprovalOut)
def approve(caller: AwardsWriter, approval_id: Id, stated: ApproveIn, post: Posted, service: TheService) -> Response:
    """Agree: the award is made, or taken back, as it was asked for."""

    def work(session: Session, issuer: Issuer) -> Answer:
        approval = approvals.by_id(session, approval_id, issuer=issuer)
        approving.approve(session, service.office, approval, actor=caller.actor, reason=stated.reason)
        return Answer(200, _told(approval))

    return post.answer(caller, work)


@router.post("/{approval_id}/reject", response_model=ApprovalOut)
def reject(caller: AwardsWriter, approval_id: Id, stated: RejectIn, post: Posted, service: TheService) -> Response:
    """Refuse, for good: these facts earn nothing, or take nothing back; others may."""

    def work(session: Session, issuer: Issuer) -> Answer:
        approval = approvals.by_id(session, approval_id, issuer=issuer)
        approving.reject(session, service.office, approval, actor=caller.actor, reason=stated.reason)
        return Answer(200, _told(approval))

    return post.answer(caller, work)


@router.post("/decide", response_model=BulkOut)
def decide_many(caller: AwardsWriter, stated: BulkIn, post: Posted, service: TheService) -> Response:
    """Decide many at once. One that cannot be decided says why, and holds up no other."""

    def one(session: Session, issuer: Issuer, approval_id: str) -> BulkItem:
        try:
            approval = approvals.by_id(session, approval_id, issuer=issuer)
        except NotFound as error:
            return BulkItem(id=approval_id, state=None, award=None, problem=error.detail)
        agrees = stated.decision == "approve"
        facts = {"reason": stated.reason, "actor": caller.actor}
        problem = approving.decide(session, service.office, approval, agrees=agrees, **facts)
        if problem is not None:
            return BulkItem(id=approval_id, state=None, award=None, problem=problem.detail)
        return BulkItem(id=approval.id, state=ApprovalState(approval.state), award=approval.award_id, problem=None)

    def work(session: Session, issuer: Issuer) -> Answer:
        issuers.take_turn(session, issuer.id)
        return Answer(200, BulkOut(items=[one(session, issuer, each) for each in dict.fromkeys(stated.ids)]))

    return post.answer(caller, work)


def _told(approval: Approval) -> ApprovalOut:
    return ApprovalOut(
        id=approval.id,
        kind=ApprovalKind(approval.kind),
        state=ApprovalState(approval.state),
        achievement=approval.achievement_id,
        learner=approval.learner_id,
        award=approval.award_id,
        rule_version=approval.rule_version_id,
        request=approval.request,
        reason=approval.reason,
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        created_at=approval.created_at,
    )
