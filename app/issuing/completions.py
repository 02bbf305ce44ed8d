"""Completions: normalised facts that a source stated, each with what came of it. No personal data in here.

A completion is decided once; a repeat answers the first outcome. What cannot be decided is parked where staff see
it and decided when the delivery is replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials.model import Evidence
from app.db import Base, claim
from app.errors import LearnerUnclear, ServiceError
from app.issuing import audit, awards, issuers, learners, rules
from app.issuing.achievements import by_id as achievement_by_id
from app.issuing.awards import Earned
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import base as lms


class CompletionState(StrEnum):
    """`awarded`: it caused an award; `recorded`: decided, no new award; `parked`: waits for a member of staff.

    With several rules, one that waits parks the whole; what the others awarded stands in the outcome and stays.
    """

    AWARDED = "awarded"
    RECORDED = "recorded"
    PARKED = "parked"


class Completion(Base):
    """One fact and its outcome. `outcome` is the answer a repeat gets."""

    __tablename__ = "completions"
    __table_args__ = (
        UniqueConstraint("source_id", "dedupe_key"),
        Index("ix_completions_state", "issuer_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"))
    item_index: Mapped[int]
    dedupe_key: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(12))
    learning_kind: Mapped[str] = mapped_column(String(20))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learners.id"), index=True)
    activity_id: Mapped[str] = mapped_column(String(500))
    activity_name: Mapped[str | None] = mapped_column(String(500))
    score: Mapped[Decimal | None]
    occurred_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(Text)
    outcome: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime]


def take(
    session: Session, office: Office, source: Source, *, delivery_id: str, index: int, stated: lms.Completion
) -> dict[str, Any]:
    """Record a completion and decide it; the outcome as it is answered to the sender.

    A repeat returns the first outcome, and is decided anew only if the first was parked. An error of ours on the
    way (no key, a document that fails its lint) parks the item; nothing of it stays half done.
    """
    completion = claim(session, Completion, **_columns(source, delivery_id, index, stated))
    if completion is None:
        completion = _locked(session, source, stated.dedupe_key)
        if completion.state != CompletionState.PARKED:
            return completion.outcome
    try:
        with session.begin_nested():
            _decide(session, office, source, completion, stated)
    except ServiceError as error:
        session.refresh(completion)
        _park(completion, error.slug, error.detail)
    completion.decided_at = clock.now()
    session.flush()
    return completion.outcome


def parked(session: Session, issuer_id: str, *, limit: int = 100) -> Sequence[Completion]:
    """The issuer's completions that wait for a member of staff, oldest first."""
    query = select(Completion).where(Completion.issuer_id == issuer_id, Completion.state == CompletionState.PARKED)
    return session.scalars(query.order_by(Completion.created_at, Completion.id).limit(limit)).all()


def of_delivery(session: Session, delivery_id: str) -> Sequence[Completion]:
    """What a delivery brought, in its order."""
    query = select(Completion).where(Completion.delivery_id == delivery_id).order_by(Completion.item_index)
    return session.scalars(query).all()


def _decide(session: Session, office: Office, source: Source, completion: Completion, stated: lms.Completion) -> None:
    learner = _learner(session, source, stated)
    if learner is None:
        _park(
            completion,
            "unknown-person",
            "The source names a person who is not known here and sends no e-mail address; add one and replay",
        )
        return
    completion.learner_id = learner.id
    decisions = rules.decide(session, source, stated)
    if not decisions:
        _park(
            completion,
            "unmapped-activity",
            f"No rule says what {stated.activity.source_id} earns; add a rule and replay",
        )
        return
    results = [
        _carry_out(session, office, source, completion, learner=learner, decision=decision, evidence=stated.evidence)
        for decision in decisions
    ]
    _settle(completion, results)


def _learner(session: Session, source: Source, stated: lms.Completion) -> Learner | None:
    facts = stated.learner
    return learners.resolve(
        session,
        issuers.by_id(session, source.issuer_id),
        namespace=facts.namespace,
        source_id=facts.source_id,
        email=facts.email,
        display_name=facts.display_name,
    )


def _carry_out(
    session: Session,
    office: Office,
    source: Source,
    completion: Completion,
    *,
    learner: Learner,
    decision: rules.Decision,
    evidence: tuple[Evidence, ...],
) -> dict[str, Any]:
    for made in _made(completion):  # by an earlier try, which left another part waiting
        if made["achievement"] == decision.achievement_id:
            return made
    result: dict[str, Any] = {"achievement": decision.achievement_id, "reason": decision.code}
    if not decision.earned:
        if decision.code == "not-allowed":
            facts = {"achievement_id": decision.achievement_id, "completion_id": completion.id}
            audit.record(
                session,
                source.issuer_id,
                actor=f"source:{source.id}",
                action="award.refused",
                object_id=source.id,
                **facts,
            )
        return {**result, "outcome": "not-awarded", "detail": decision.sentence}
    earned = Earned(
        achievement=achievement_by_id(session, decision.achievement_id),
        learner=learner,
        awarded_at=completion.occurred_at,
        completion_id=completion.id,
        evidence=evidence,
    )
    outcome = awards.award(session, office, earned, actor=f"source:{source.id}")
    return {
        **result,
        "outcome": "awarded" if outcome.created else "already-held",
        "award": outcome.award.id,
        "badge": office.addresses.badge(outcome.award.id),
        "detail": decision.sentence if outcome.created else "The learner holds this achievement already",
    }


def _settle(completion: Completion, results: list[dict[str, Any]]) -> None:
    codes = [result["reason"] for result in results]
    # What waits comes before what was awarded: a decided completion is never looked at again.
    if "not-published" in codes:
        _park(completion, "not-published", "The achievement is not published; publish it and replay", results)
        return
    if "not-allowed" in codes:
        _park(completion, "not-allowed", "This source may not cause this achievement", results)
        return
    if any(result["outcome"] == "awarded" for result in results):
        completion.state, completion.reason = CompletionState.AWARDED, "earned"
        completion.detail = "An award was made"
    else:
        completion.state, completion.reason = CompletionState.RECORDED, codes[0]
        completion.detail = results[0]["detail"]
        if any(result["outcome"] == "already-held" for result in results):
            completion.reason = "already-held"
    completion.outcome = _outcome(completion, results)


def _park(completion: Completion, reason: str, detail: str, results: list[dict[str, Any]] | None = None) -> None:
    completion.state, completion.reason, completion.detail = CompletionState.PARKED, reason, detail
    completion.outcome = _outcome(completion, _made(completion) if results is None else results)


def _made(completion: Completion) -> list[dict[str, Any]]:
    return [result for result in completion.outcome.get("awards", []) if result["outcome"] == "awarded"]


def _outcome(completion: Completion, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "index": completion.item_index,
        "completion": completion.id,
        "outcome": str(completion.state),
        "reason": completion.reason,
        "detail": completion.detail,
        "awards": results,
    }


def _locked(session: Session, source: Source, dedupe_key: str) -> Completion:
    query = select(Completion).where(Completion.source_id == source.id, Completion.dedupe_key == dedupe_key)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:  # pragma: no cover - the clash says that it is there
        raise LearnerUnclear("The completion changed while this was handled; send it again")
    return found


def _columns(source: Source, delivery_id: str, index: int, stated: lms.Completion) -> dict[str, Any]:
    now = clock.now()
    name = stated.activity.name
    return {
        "id": clock.new_id(),
        "issuer_id": source.issuer_id,
        "source_id": source.id,
        "delivery_id": delivery_id,
        "item_index": index,
        "dedupe_key": stated.dedupe_key,
        "kind": stated.kind,
        "learning_kind": stated.learning_kind,
        "activity_id": stated.activity.source_id,
        "activity_name": name[:500] if name else None,
        "score": stated.score.scaled if stated.score else None,
        "occurred_at": stated.occurred_at,
        "state": CompletionState.PARKED,
        "reason": "undecided",
        "detail": "",
        "outcome": {},
        "created_at": now,
        "decided_at": now,
    }
