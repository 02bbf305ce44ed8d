"""The tables of stacks: who is on which pathway, what was awarded by one, on what that rests, what is to be judged."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.issuing.leases import Leasable


class Enrolment(Base):
    """A learner on a pathway. What it comes to is kept beside it, as of `judged_at`, for lists and reports."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("learner_id", "pathway_id"),
        Index("ix_enrolments_pathway_id", "pathway_id", "learner_id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathways.id"))
    version: Mapped[int]  # the one they are judged by
    sponsor: Mapped[str | None] = mapped_column(String(200))  # who pays for it (SEED-64)
    enrolled_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]  # when it was first found complete
    progress: Mapped[int] = mapped_column(default=0)  # in ten-thousandths
    complete_nodes: Mapped[list[Any]] = mapped_column(default=list)
    judged_at: Mapped[datetime | None]


class StackAward(Base):
    """What an award of a stack was made by. `lost_at`: since when it lacks something and nothing took its place."""

    __tablename__ = "stack_awards"
    __table_args__ = (Index("ix_stack_awards_learner_id", "learner_id", "pathway_id"),)

    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathways.id"))
    version: Mapped[int]
    node: Mapped[str] = mapped_column(String(80))
    proofs: Mapped[list[Any]]  # the skills that it inherits: [skill, level, day]
    lost_at: Mapped[datetime | None]
    was_suspended: Mapped[bool] = mapped_column(default=False)  # by the loss, and not by somebody


class StackComponent(Base):
    """One thing that a stack rests on: an award, or a credential that was recognised. `unbound_at`: until when."""

    __tablename__ = "stack_components"
    __table_args__ = (Index("ix_stack_components_holding_id", "holding_id", "unbound_at"),)

    award_id: Mapped[str] = mapped_column(ForeignKey("stack_awards.award_id"), primary_key=True)
    holding_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    is_award: Mapped[bool]
    bound_at: Mapped[datetime]
    unbound_at: Mapped[datetime | None]


class RecognitionState(StrEnum):
    """Whether a recognised credential counts. One that was asked for counts once somebody has looked at it."""

    ASKED = "asked"
    ACTIVE = "active"
    REVOKED = "revoked"
    REFUSED = "refused"


class Recognition(Base):
    """A learner's credential of somebody else's, with evidence and with who verified it (SEED-27)."""

    __tablename__ = "recognitions"
    __table_args__ = (UniqueConstraint("learner_id", "definition_id", "issued_on"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    definition_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]  # the last day on which it is good
    state: Mapped[str] = mapped_column(String(8))
    evidence_url: Mapped[str | None] = mapped_column(String(2000))
    evidence_text: Mapped[str | None] = mapped_column(Text)
    verified_by: Mapped[str | None] = mapped_column(String(80))
    verified_how: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)  # why it does not count any more, or was refused
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StackJob(Base):
    """Everybody of an issuer who is on a pathway, judged anew in the background; `after` is the last who was.

    `cause` says why, and makes it happen once: `change:MARK` of the definitions, or `day:DATE`.
    """

    __tablename__ = "stack_jobs"
    __table_args__ = (
        UniqueConstraint("issuer_id", "cause"),
        Index("ix_stack_jobs_open", "done_at", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    cause: Mapped[str] = mapped_column(String(60))
    after: Mapped[str | None] = mapped_column(String(22))
    judged: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class MassEnrolment(Leasable, Base):
    """Many people who are put on a pathway by the worker, as somebody asked. `awarded` counts stacks."""

    __tablename__ = "mass_enrolments"
    __table_args__ = (Index("ix_mass_enrolments_pathway_id", "pathway_id", "created_at", "id"),)

    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathways.id"))
    sponsor: Mapped[str | None] = mapped_column(String(200))
    despite_entry: Mapped[bool]
    total: Mapped[int]
    awarded: Mapped[int]
    author: Mapped[str] = mapped_column(String(80))


class MassEnrolmentPerson(Base):
    """One of them, and what came of it; `outcome` None = not yet their turn."""

    __tablename__ = "mass_enrolment_people"

    run_id: Mapped[str] = mapped_column(ForeignKey("mass_enrolments.id"), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), primary_key=True, index=True)
    outcome: Mapped[str | None] = mapped_column(String(10))
    detail: Mapped[str | None] = mapped_column(Text)


class ProgrammeEnrolment(Base):
    """A learner in a formal programme, so that credit which was promised is realised."""

    __tablename__ = "programme_enrolments"
    __table_args__ = (UniqueConstraint("learner_id", "definition_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    definition_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    enrolled_on: Mapped[date]


class Career(Base):
    """Where a learner works and what as, and what they want to become."""

    __tablename__ = "careers"
    __table_args__ = (UniqueConstraint("learner_id"), Index("ix_careers_unit_id", "unit_id", "learner_id"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("definitions.id"))
    role_id: Mapped[str | None] = mapped_column(ForeignKey("definitions.id"))
    target_role_id: Mapped[str | None] = mapped_column(ForeignKey("definitions.id"))
    changed_at: Mapped[datetime]


class SkillRating(Base):
    """What somebody says of a skill: a second opinion, kept apart from what badges prove (SEED-32)."""

    __tablename__ = "skill_ratings"
    __table_args__ = (UniqueConstraint("learner_id", "skill", "rater"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    skill: Mapped[str] = mapped_column(String(80))
    rater: Mapped[str] = mapped_column(String(12))  # self, manager or assessment
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    level: Mapped[int]
    rated_by: Mapped[str] = mapped_column(String(80))
    rated_at: Mapped[datetime]
