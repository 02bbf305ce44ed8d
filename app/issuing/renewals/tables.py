"""Tables of renewal: ledgers of continuing education, what activities are worth, what was told of ends."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class CEEntry(Base):
    """One line of a learner's ledger: what was done, how much it is worth, and which cycle it counted for.

    `completion_id` None = by hand; one completion posts once. `counted_for_id` is the award whose cycle it closed; None
    = none yet. `evidence_url` and `evidence_text` are the person's.
    """

    __tablename__ = "ce_entries"
    __table_args__ = (
        UniqueConstraint("completion_id"),
        Index("ix_ce_entries_learner_id", "learner_id", "activity_date"),
        Index("ix_ce_entries_issuer_id", "issuer_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    unit: Mapped[str] = mapped_column(String(80))
    amount: Mapped[Decimal]
    domain: Mapped[str | None] = mapped_column(String(80))
    activity_date: Mapped[date]
    activity_type: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    evidence_url: Mapped[str | None] = mapped_column(String(2000))
    evidence_text: Mapped[str | None] = mapped_column(Text)
    completion_id: Mapped[str | None] = mapped_column(ForeignKey("completions.id"))
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("ce_activities.id"), index=True)
    counted_for_id: Mapped[str | None] = mapped_column(ForeignKey("awards.id"), index=True)
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]


class CEActivity(Base):
    """What passing an activity of a source is worth. `again_after_days`: how soon the same person earns it once more.

    A mapping that is not wanted any more is ended, not deleted: entries name it.
    """

    __tablename__ = "ce_activities"
    __table_args__ = (
        UniqueConstraint("source_id", "source_activity_id"),
        Index("ix_ce_activities_issuer_id", "issuer_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    source_activity_id: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(80))
    amount: Mapped[Decimal]
    domain: Mapped[str | None] = mapped_column(String(80))
    activity_type: Mapped[str | None] = mapped_column(String(80))
    again_after_days: Mapped[int]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CEVerdict(Base):
    """What an audit found of one badge of a sample, said once. `sample_number` is the draw's place in the audit log.

    `note` is for staff and the holder; `consequence` is what was done to the badge that the renewal made.
    """

    __tablename__ = "ce_verdicts"

    sample_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True, index=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    result: Mapped[str] = mapped_column(String(8))
    note: Mapped[str | None] = mapped_column(Text)
    consequence: Mapped[str] = mapped_column(String(8))
    judged_by: Mapped[str] = mapped_column(String(80))
    judged_at: Mapped[datetime]


class RenewalReminder(Base):
    """What was told of an award's end, once: `offset_days` before its last good day; 0 and less = after it.

    0 says that it lapsed into its grace, -1 that its grace is over.
    """

    __tablename__ = "renewal_reminders"

    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True)
    offset_days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[datetime]
