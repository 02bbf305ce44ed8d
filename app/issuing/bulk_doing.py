"""Carrying out acts on many awards, slice by slice: how far one came is stored with what was done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyRevoked, AlreadySuperseded, AlreadySuspended, NotSuspended, ServiceError
from app.issuing import announcements, audit, award_status, awards, bulk_acts, issuers
from app.issuing.bulk_acts import DONE, BulkAct, BulkActAward, BulkKind, BulkState
from app.issuing.office import Office

# What became of an award meanwhile, so that nothing is to be done with it.
_OVERTAKEN = (AlreadyRevoked, AlreadySuperseded, AlreadySuspended, NotSuspended)
FAILED = "failed"


def due(session: Session, *, limit: int) -> Sequence[str]:
    """The ids of acts that are due now, the oldest first."""
    query = select(BulkAct.id).where(BulkAct.state == BulkState.PENDING, BulkAct.due_at <= clock.now())
    return session.scalars(query.order_by(BulkAct.due_at, BulkAct.id).limit(limit)).all()


def step(session: Session, office: Office, act_id: str, *, limit: int) -> bool:
    """Deal with the next awards of an act; False when nothing is left to do. All or nothing of a slice stays.

    Raises what the change of an award raises, save what says that the award changed meanwhile.
    """
    act = _held(session, act_id)
    if act is None:
        return False
    if not bulk_acts.may_still(session, act):
        bulk_acts.cancel(session, act, actor="worker")
        return False
    announcements.gather(session)
    rows = _next(session, act, limit)
    for row in rows:
        row.outcome = _do(session, office, act, row.award_id)
    act.done_count += len(rows)
    if len(rows) == limit:
        session.flush()
        return True
    act.state, act.finished_at = BulkState.DONE, clock.now()
    facts = {"kind": act.kind, "count": act.count, "done": bulk_acts.outcomes(session, act).get(DONE, 0)}
    audit.record(session, act.issuer_id, actor=act.asked_by, action="bulk.done", object_id=act.id, **facts)
    session.flush()
    return False


def pass_over(session: Session, act_id: str) -> bool:
    """Note that the next award could not be dealt with for a reason of ours; the others go on. False: none is left."""
    act = _held(session, act_id)
    rows = [] if act is None else _next(session, act, 1)
    if act is None or not rows:
        return False
    rows[0].outcome = FAILED
    act.done_count += 1
    session.flush()
    return True


def _held(session: Session, act_id: str) -> BulkAct | None:
    """The act, locked after the issuer's turn, as wherever awards change; None when it is not to be done any more."""
    act = session.get_one(BulkAct, act_id)
    issuers.take_turn(session, act.issuer_id)
    session.refresh(act, with_for_update=True)
    is_due = act.state == BulkState.PENDING and act.due_at is not None and act.due_at <= clock.now()
    return act if is_due else None


def _next(session: Session, act: BulkAct, limit: int) -> Sequence[BulkActAward]:
    query = select(BulkActAward).where(BulkActAward.act_id == act.id, BulkActAward.outcome.is_(None))
    return session.scalars(query.order_by(BulkActAward.award_id).limit(limit)).all()


def _do(session: Session, office: Office, act: BulkAct, award_id: str) -> str:
    award = awards.by_id(session, award_id)
    try:
        match BulkKind(act.kind):
            case BulkKind.REVOKE:
                award_status.revoke(session, office, award, reason=act.reason or "", actor=act.asked_by)
            case BulkKind.SUSPEND:
                award_status.suspend(session, office, award, reason=act.reason or "", actor=act.asked_by)
            case BulkKind.REINSTATE:
                award_status.reinstate(session, office, award, actor=act.asked_by)
    except _OVERTAKEN as error:
        refused: ServiceError = error
        return refused.slug
    return DONE
