"""Deciding requests for approval: a person agrees, and what was asked for is done; or refuses, for good.

What is done are the verdict's own facts, as they were asked for. Nobody has to agree with themselves: who wrote a rule
may approve its awards, and the audit log says who did.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AlreadyDecided, AlreadyRevoked, AlreadySuperseded, ServiceError
from app.issuing import achievements, approvals, award_status, awards, issuers, news
from app.issuing.approvals import Approval, ApprovalKind, ApprovalState
from app.issuing.awards import Award, Earned, Ruled
from app.issuing.completion_records import Completion
from app.issuing.endpoints import EventType
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.rules.versions import document_of
from app.issuing.rulings import evidence, outcomes, rule_on, whom
from app.issuing.rulings.outcomes import AWARDED, Result
from app.stacking.rules.document import EvidencePart


def approve(
    session: Session, office: Office, approval: Approval, *, actor: str, reason: str | None = None
) -> Award | None:
    """Do what was asked for; the award that was made, or taken back. None: it had ended by itself meanwhile.

    Raises AlreadyDecided, and what `awards.award` raises; then nothing is changed.
    """
    issuers.take_turn(session, approval.issuer_id)
    learner = whom(session, approval.learner_id)
    if learner is None:
        raise AlreadyDecided("The person was erased, so that nothing can be done", state=approval.state)
    approvals.settle(session, approval, ApprovalState.APPROVED, reason=reason, actor=actor)
    if approval.kind == ApprovalKind.REVOCATION:
        award = _take_back(session, office, approval, reason=reason, actor=actor)
    else:
        award = _award(session, office, approval, learner, actor=actor)
    _tell(session, office, approval, award)
    achievement = achievements.by_id(session, approval.achievement_id)
    rule_on(session, office, learner, achievement, actor=actor, cascade=True)
    return award


def reject(session: Session, office: Office, approval: Approval, *, actor: str, reason: str) -> None:
    """Refuse, for good: these facts earn nothing, or take nothing back. Raises AlreadyDecided."""
    issuers.take_turn(session, approval.issuer_id)
    approvals.settle(session, approval, ApprovalState.REJECTED, reason=reason, actor=actor)
    if approval.kind == ApprovalKind.AWARD:
        facts = {
            "approval_id": approval.id,
            "achievement_id": approval.achievement_id,
            "learner_id": approval.learner_id,
        }
        news.publish(session, office, approval.issuer_id, EventType.AWARD_REJECTED, approval.id, facts)
        code, sentence = "rejected", "Somebody decided against the award"
    else:
        code, sentence = "kept", "Somebody decided that the award stays"
    told = Result(approval.achievement_id, "not-awarded", code, sentence, approval.award_id)
    outcomes.note(session, office, _waiting(session, approval), told)


def decide(
    session: Session, office: Office, approval: Approval, *, agrees: bool, reason: str, actor: str
) -> ServiceError | None:
    """Decide one of many: what keeps it from being decided is the answer, and holds up no other. None: it is decided.

    The caller has taken the issuer's turn.
    """
    try:
        with session.begin_nested():
            if agrees:
                approve(session, office, approval, actor=actor, reason=reason or None)
            else:
                reject(session, office, approval, actor=actor, reason=reason)
    except ServiceError as error:
        return error
    return None


def _award(session: Session, office: Office, approval: Approval, learner: Learner, *, actor: str) -> Award:
    stated = _earned(session, approval, learner)
    old = session.get(Award, approval.award_id) if approval.award_id is not None else None
    if old is None:
        made = awards.award(session, office, stated, actor=actor).award
    else:
        made = award_status.supersede(session, office, old, stated, actor=actor)
    approval.award_id = made.id
    return made


def _earned(session: Session, approval: Approval, learner: Learner) -> Earned:
    request = approval.request
    rows = session.scalars(select(Completion).where(Completion.id.in_(request["completions"]))).all()
    last = max(rows, key=lambda each: (each.occurred_at, each.id), default=None)
    parts: tuple[EvidencePart, ...] = ()
    if approval.rule_version_id is not None:
        parts = document_of(session, approval.rule_version_id).evidence
    return Earned(
        achievement=achievements.by_id(session, approval.achievement_id),
        learner=learner,
        awarded_at=datetime.fromisoformat(request["awarded_at"]),
        completion_id=None if last is None else last.id,
        evidence=evidence.of(rows, parts, issuers.zone_of(session, approval.issuer_id)),
        ruled=Ruled(
            slot=request["slot"],
            valid_until=None if request["valid_until"] is None else datetime.fromisoformat(request["valid_until"]),
            basis=tuple(request["completions"]),
            version_id=approval.rule_version_id,
            follows_id=request.get("previous"),
        ),
    )


def _take_back(session: Session, office: Office, approval: Approval, *, reason: str | None, actor: str) -> Award | None:
    award = awards.by_id(session, approval.award_id or "")
    why = reason or "The learning platform took the completion back"
    try:
        award_status.revoke(session, office, award, reason=why, actor=actor)
    except (AlreadyRevoked, AlreadySuperseded):
        return None
    return award


def _tell(session: Session, office: Office, approval: Approval, award: Award | None) -> None:
    """Say of the completions that waited what came of them."""
    session.flush()
    waiting = _waiting(session, approval)
    if approval.kind == ApprovalKind.AWARD and award is not None:
        first = [each for each in waiting if each.id == award.completion_id]
        told = Result(approval.achievement_id, AWARDED, "earned", "Somebody approved the award", award.id)
        outcomes.note(session, office, first, told)
        others = [each for each in waiting if each.id != award.completion_id]
        held = Result(
            approval.achievement_id, "already-held", "already-held", "The learner holds this achievement", award.id
        )
        outcomes.note(session, office, others, held)
    else:
        told = Result(approval.achievement_id, "revoked", "revoked", "Somebody took the award back", approval.award_id)
        outcomes.note(session, office, waiting, told)


def _waiting(session: Session, approval: Approval) -> list[Completion]:
    """The learner's completions that wait for this achievement's approval."""
    query = select(Completion).where(
        Completion.learner_id == approval.learner_id, Completion.reason.in_(["needs-approval", "needs-review"])
    )
    return [
        each
        for each in session.scalars(query)
        if any(
            result["achievement"] == approval.achievement_id and result["reason"] in {"needs-approval", "needs-review"}
            for result in each.outcome.get("awards", [])
        )
    ]
