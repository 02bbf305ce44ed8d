"""The table of completions: what a rule may ask of a fact, and what came of it. No name, no address, no body.

Links to evidence may lead to a person and are kept apart, so that erasing a learner can empty them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.issuing.sources import Source
from app.lms import base as lms

UNAUTHENTICATED = "none"
"""The method of a delivery that nobody proved; by default such a fact earns nothing."""
LONGEST_NAME = 500


class CompletionState(StrEnum):
    """`awarded`: it caused an award; `recorded`: decided, no new award; `parked`: waits for a member of staff.

    `ignored`: kept for its history, and no rule is interested; `erased`: of somebody who was erased, earns nothing and
    names nobody. With several rules, one that waits parks the whole;
    what the others awarded stands in the outcome and stays.
    """

    AWARDED = "awarded"
    RECORDED = "recorded"
    PARKED = "parked"
    IGNORED = "ignored"
    ERASED = "erased"


class Completion(Base):
    """One fact and its outcome. `outcome` is the answer a repeat gets.

    `facts` holds what rules may ask besides the columns; `voided_by` is the key of the statement that took the fact
    back. A row without an activity is a tombstone: the fact was taken back before it came.
    """

    __tablename__ = "completions"
    __table_args__ = (
        UniqueConstraint("source_id", "dedupe_key"),
        Index("ix_completions_state", "issuer_id", "state"),
        Index("ix_completions_delivery_id", "delivery_id"),
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
    facts: Mapped[dict[str, Any]]
    evidence: Mapped[list[Any]]
    is_trusted: Mapped[bool]
    voided_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime]


def columns(
    source: Source, stated: lms.Completion, *, delivery_id: str, index: int, method: str | None
) -> dict[str, Any]:
    """The row of a fact that is not decided yet. `method` is how its delivery was proved; None = by hand."""
    return _undecided(source, delivery_id=delivery_id, index=index) | {
        "dedupe_key": stated.dedupe_key,
        "is_trusted": method != UNAUTHENTICATED,
        "voided_by": None,
        **content(stated),
    }


def tombstone(
    source: Source, stated: lms.Voiding, *, delivery_id: str, index: int, method: str | None
) -> dict[str, Any]:
    """The row of a fact that was taken back before it came."""
    return _undecided(source, delivery_id=delivery_id, index=index) | {
        "dedupe_key": stated.voids,
        "kind": lms.CompletionKind.VOIDED,
        "learning_kind": lms.LearningKind.OTHER,
        "activity_id": "",
        "activity_name": None,
        "score": None,
        "occurred_at": stated.occurred_at,
        "facts": {},
        "evidence": [],
        "is_trusted": method != UNAUTHENTICATED,
        "voided_by": stated.dedupe_key,
    }


def content(stated: lms.Completion) -> dict[str, Any]:
    """What a fact says, without the person: the columns that a tombstone lacks."""
    name = stated.activity.name
    return {
        "kind": stated.kind,
        "learning_kind": stated.learning_kind,
        "activity_id": stated.activity.source_id,
        "activity_name": name[:LONGEST_NAME] if name else None,
        "score": stated.score.scaled if stated.score else None,
        "occurred_at": stated.occurred_at,
        "facts": {
            "namespace": stated.activity.namespace,
            "type": stated.activity.type,
            "parent": stated.activity.parent_source_id,
            "completed": stated.completed,
            "passed": stated.passed,
            "attempt": stated.attempt_id,
            "sequence": stated.sequence,
            "test_user": is_test(stated.learner),
        },
        "evidence": [asdict(item) for item in stated.evidence],
    }


def is_tombstone(completion: Completion) -> bool:
    """Whether nothing is known of the fact but that it was taken back."""
    return completion.voided_by is not None and not completion.activity_id


def is_test(learner: lms.LearnerFacts) -> bool:
    """Whether the platform's own preview, guest or demonstration is meant, or a value marked as a test."""
    written = (learner.email, learner.source_id, learner.username, learner.display_name)
    return learner.is_test_user or any((value or "").lstrip().upper().startswith("[TEST]") for value in written)


def parked(session: Session, issuer_id: str, *, limit: int = 100) -> Sequence[Completion]:
    """The issuer's completions that wait for a member of staff, oldest first."""
    query = select(Completion).where(Completion.issuer_id == issuer_id, Completion.state == CompletionState.PARKED)
    return session.scalars(query.order_by(Completion.created_at, Completion.id).limit(limit)).all()


def of_delivery(session: Session, delivery_id: str) -> Sequence[Completion]:
    """What a delivery brought, in its order."""
    query = select(Completion).where(Completion.delivery_id == delivery_id).order_by(Completion.item_index)
    return session.scalars(query).all()


def _undecided(source: Source, *, delivery_id: str, index: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": clock.new_id(),
        "issuer_id": source.issuer_id,
        "source_id": source.id,
        "delivery_id": delivery_id,
        "item_index": index,
        "state": CompletionState.PARKED,
        "reason": "undecided",
        "detail": "",
        "outcome": {},
        "created_at": now,
        "decided_at": now,
    }
