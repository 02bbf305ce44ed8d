"""What an audit of a sample came to: for each badge of it a verdict, said once, and what follows from it.

A verdict is about the ledger of one renewal. Where it was not shown, the achievement's policy says what becomes of the
badge that the renewal made: it stays, is suspended until somebody reinstates it, or is revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyDecided, Gone, InvalidInput
from app.issuing import achievement_facts, achievements, audit, award_status, awards, issuers
from app.issuing.awards import Award, AwardState
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.renewals import sampling
from app.issuing.renewals.tables import CEVerdict
from app.stacking.world import OnLoss

REASON = "The continuing education that renewed it could not be shown in an audit"


class Result(StrEnum):
    """Whether the holder could show what was counted."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of one badge of a sample. `note` is for staff and the holder."""

    sample_number: int
    award_id: str
    result: Result
    note: str | None = None


def judge(session: Session, office: Office, issuer: Issuer, stated: Stated, *, actor: str) -> CEVerdict:
    """Write down the verdict on one badge, and do what the policy says. The audit log holds no words of the note.

    Raises NotFound for no sample, InvalidInput for a badge not in it, AlreadyDecided, and Gone for an erased holder.
    """
    sample_number, award_id, result = stated.sample_number, stated.award_id, stated.result
    sample = sampling.by_number(session, issuer.id, sample_number)
    if award_id not in sample.facts["awards"]:
        raise InvalidInput("This badge is not in the sample", pointer="/award")
    issuers.take_turn(session, issuer.id)
    award = session.get_one(Award, award_id)
    if award.erased_at is not None:
        raise Gone(awards.ERASED)
    renewed = _renewed(session, award)
    consequence = OnLoss.KEEP if result is Result.PASSED or renewed is None else _policy(session, award)
    made = claim(
        session,
        CEVerdict,
        sample_number=sample_number,
        award_id=award_id,
        issuer_id=issuer.id,
        result=result,
        note=stated.note,
        consequence=consequence,
        judged_by=actor,
        judged_at=clock.now(),
    )
    if made is None:
        before = session.get_one(CEVerdict, (sample_number, award_id))
        raise AlreadyDecided("Somebody judged this badge in this sample already", state=before.result)
    facts = {"sample": sample_number, "result": str(result), "consequence": str(consequence)}
    audit.record(session, issuer.id, actor=actor, action="renewals.judged", object_id=award_id, **facts)
    if renewed is not None:
        _follow(session, office, renewed, consequence, actor)
    session.flush()
    return made


def of_sample(session: Session, sample_number: int) -> dict[str, CEVerdict]:
    """Award -> the verdict on it; those that wait are not in it."""
    query = select(CEVerdict).where(CEVerdict.sample_number == sample_number)
    return {each.award_id: each for each in session.scalars(query)}


def of_awards(session: Session, award_ids: Sequence[str]) -> Sequence[CEVerdict]:
    """Every verdict on these awards, the oldest first."""
    query = select(CEVerdict).where(CEVerdict.award_id.in_(award_ids))
    return session.scalars(query.order_by(CEVerdict.judged_at, CEVerdict.sample_number, CEVerdict.award_id)).all()


def _renewed(session: Session, award: Award) -> Award | None:
    """The badge that the renewal made, while something can become of it."""
    query = select(Award).where(Award.follows_id == award.id, Award.state == AwardState.ISSUED)
    return session.scalars(query.order_by(Award.created_at.desc(), Award.id).limit(1)).first()


def _policy(session: Session, award: Award) -> OnLoss:
    """What the achievement says now, as with everything about renewal."""
    current = achievements.current(session, achievements.by_id(session, award.achievement_id))
    renewal = achievement_facts.parse(current.facts).renewal
    stated = renewal.ce.on_failed_audit if renewal is not None and renewal.ce is not None else None
    return stated or OnLoss.KEEP


def _follow(session: Session, office: Office, renewed: Award, consequence: OnLoss, actor: str) -> None:
    match consequence:
        case OnLoss.KEEP:
            pass
        case OnLoss.SUSPEND:
            award_status.suspend(session, office, renewed, reason=REASON, actor=actor)
        case OnLoss.REVOKE:
            award_status.revoke(session, office, renewed, reason=REASON, actor=actor)
