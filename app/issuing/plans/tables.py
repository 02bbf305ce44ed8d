"""The tables of plans: what somebody means to do, and the cohorts in which several people do it together.

What was done is never stored: it is read off the badges that are held.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Intent(StrEnum):
    """What a plan is meant for: more in the same work, other work, or badges that add up."""

    UPSKILL = "upskill"
    RE_SKILL = "re-skill"
    STACK = "stack"


class Aims(StrEnum):
    """What kind of thing a plan leads to."""

    ROLE = "role"
    PATHWAY = "pathway"
    SKILL = "skill"


class MadeBy(StrEnum):
    """Who made a plan; only they end it."""

    LEARNER = "learner"
    STAFF = "staff"


class PlanState(StrEnum):
    """Whether a plan is followed."""

    OPEN = "open"
    ENDED = "ended"


class Cohort(Base):
    """Several people on the way to one target, with who pays for it and a day by which they mean to be there."""

    __tablename__ = "plan_cohorts"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    intent: Mapped[str] = mapped_column(String(8))
    aims: Mapped[str] = mapped_column(String(8))
    target: Mapped[str] = mapped_column(String(80))
    sponsor: Mapped[str | None] = mapped_column(String(200))
    funding: Mapped[str | None] = mapped_column(Text)
    target_date: Mapped[date | None]
    wishes: Mapped[dict[str, Any]]  # of every plan that is made for it
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class KeptPlan(Base):
    """A learner's plan: the target, the wishes as they were given, and the steps as they were planned on a day."""

    __tablename__ = "kept_plans"
    __table_args__ = (
        UniqueConstraint("cohort_id", "learner_id"),
        Index("ix_kept_plans_learner_id", "learner_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    cohort_id: Mapped[str | None] = mapped_column(ForeignKey("plan_cohorts.id"))
    aims: Mapped[str] = mapped_column(String(8))
    target: Mapped[str] = mapped_column(String(80))
    level: Mapped[int | None]  # of a skill
    template: Mapped[str] = mapped_column(String(12))  # how the goal came about
    intent: Mapped[str] = mapped_column(String(8))
    wishes: Mapped[dict[str, Any]]
    planned: Mapped[dict[str, Any]]
    planned_on: Mapped[date]
    horizon: Mapped[date | None]
    sponsor: Mapped[str | None] = mapped_column(String(200))
    funding: Mapped[str | None] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(6))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
