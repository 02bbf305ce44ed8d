"""The tables of prior learning: who applies for what, the evidence, and everything that was said on the way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ApplicationState(StrEnum):
    """Where an application stands. The first two wait: for an assessor, and for the applicant."""

    SUBMITTED = "submitted"
    NEEDS_MORE = "needs-more"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LearningKind(StrEnum):
    """How it was learned; informal learning counts as any other (SEED-28)."""

    FORMAL = "formal"
    NON_FORMAL = "non_formal"
    INFORMAL = "informal"


class Application(Base):
    """One application for one achievement. `slot` holds `open` while it waits, so that there is one at a time."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("learner_id", "achievement_id", "slot"),
        Index("ix_applications_queue", "issuer_id", "state", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    slot: Mapped[str] = mapped_column(String(22))
    state: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(12))
    statement: Mapped[str] = mapped_column(Text)
    award_id: Mapped[str | None] = mapped_column(ForeignKey("awards.id"))  # the badge that it led to
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class ApplicationEvidence(Base):
    """A link, a text or a file that is to show the learning. Seen by the applicant and by assessors.

    `may_be_signed`: the applicant agrees that link and text stand on the badge. A file never does.
    """

    __tablename__ = "application_evidence"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(2000))
    text: Mapped[str | None] = mapped_column(Text)
    may_be_signed: Mapped[bool] = mapped_column(default=False)
    file_name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str | None] = mapped_column(String(40))
    size_bytes: Mapped[int | None]
    # Read only where the file is handed out: lists stay quick.
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]


class ApplicationEvent(Base):
    """What happened to an application, in order. `text` is what was said to the other side; None = nothing was."""

    __tablename__ = "application_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    is_by_applicant: Mapped[bool]
    action: Mapped[str] = mapped_column(String(12))
    text: Mapped[str | None] = mapped_column(Text)
