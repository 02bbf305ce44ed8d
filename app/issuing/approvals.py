"""Approvals: what rules want to do and a person must agree to. A request of ids and codes; no personal data in here.

A request rests on certain completions. Rejecting it is final for those: the same facts never ask again, other facts do.
When the facts behind a request change before somebody looked at it, it is withdrawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import AlreadyDecided, NotFound
from app.issuing import audit
from app.issuing.issuers import Issuer


class ApprovalKind(StrEnum):
    """What a person is asked: to award, or to take an award back."""

    AWARD = "award"
    REVOCATION = "revocation"


class ApprovalState(StrEnum):
    """`withdrawn`: the facts changed before anybody decided; the request comes back when they do."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Approval(Base):
    """One request. `basis` names the facts it rests on; `request` says what would be done and why, in ids and codes."""

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("learner_id", "achievement_id", "basis"),
        Index("ix_approvals_queue", "issuer_id", "state", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    kind: Mapped[str] = mapped_column(String(12))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    award_id: Mapped[str | None] = mapped_column(String(22))  # the one to take back, or the one that was made
    completion_id: Mapped[str | None] = mapped_column(String(22))
    rule_version_id: Mapped[str | None] = mapped_column(String(22))
    basis: Mapped[str] = mapped_column(String(64))
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a person, and the ids of the completions that it rests on."""

    kind: ApprovalKind
    issuer_id: str
    achievement_id: str
    learner_id: str
    completions: tuple[str, ...]
    request: dict[str, Any]
    award_id: str | None = None
    rule_version_id: str | None = None


def ask(session: Session, question: Question) -> tuple[Approval, bool]:
    """The request for these facts, and whether it is new in the queue; one that was decided stays decided."""
    basis = _basis(question)
    made = claim(
        session,
        Approval,
        id=clock.new_id(),
        issuer_id=question.issuer_id,
        kind=question.kind,
        achievement_id=question.achievement_id,
        learner_id=question.learner_id,
        award_id=question.award_id,
        completion_id=question.completions[-1] if question.completions else None,
        rule_version_id=question.rule_version_id,
        basis=basis,
        request=question.request,
        state=ApprovalState.PENDING,
        created_at=clock.now(),
    )
    if made is not None:
        return made, True
    found = session.scalars(_of(question.learner_id, question.achievement_id).where(Approval.basis == basis)).one()
    if found.state != ApprovalState.WITHDRAWN:
        return found, False
    found.state, found.request, found.rule_version_id = (
        ApprovalState.PENDING,
        question.request,
        question.rule_version_id,
    )
    found.award_id = question.award_id
    return found, True


def waiting(session: Session, learner_id: str, achievement_id: str) -> Sequence[Approval]:
    """What waits for a person about one learner and one achievement."""
    query = _of(learner_id, achievement_id).where(Approval.state == ApprovalState.PENDING)
    return session.scalars(query).all()


def settle(session: Session, approval: Approval, state: ApprovalState, *, reason: str | None, actor: str) -> None:
    """Note what a person decided. Raises AlreadyDecided."""
    session.refresh(approval, with_for_update=True)
    if approval.state != ApprovalState.PENDING:
        raise AlreadyDecided("This request does not wait for anybody any more", state=approval.state)
    approval.state, approval.reason = state, reason
    approval.decided_by, approval.decided_at = actor, clock.now()
    facts = {"achievement_id": approval.achievement_id, "kind": approval.kind}
    audit.record(session, approval.issuer_id, actor=actor, action=f"approval.{state}", object_id=approval.id, **facts)
    session.flush()


def by_id(session: Session, approval_id: str, *, issuer: Issuer) -> Approval:
    """The issuer's request with this id. Raises NotFound."""
    found = session.get(Approval, approval_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such request for approval")
    return found


def pending(session: Session, issuer_id: str, *, limit: int = 100) -> Sequence[Approval]:
    """What waits for a person, oldest first."""
    query = select(Approval).where(Approval.issuer_id == issuer_id, Approval.state == ApprovalState.PENDING)
    return session.scalars(query.order_by(Approval.created_at, Approval.id).limit(limit)).all()


def count_pending(session: Session, issuer_id: str) -> int:
    """How much waits for a person."""
    waits = Approval.issuer_id == issuer_id, Approval.state == ApprovalState.PENDING
    return session.scalar(select(func.count()).where(*waits)) or 0


def _of(learner_id: str, achievement_id: str) -> Select[Approval]:
    return select(Approval).where(Approval.learner_id == learner_id, Approval.achievement_id == achievement_id)


def _basis(question: Question) -> str:
    parts = (question.kind, question.award_id or "", question.request.get("slot", ""), *sorted(question.completions))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
