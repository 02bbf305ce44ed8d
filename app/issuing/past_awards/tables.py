"""The tables of what an issuer's people were awarded elsewhere before: history, and nothing that was signed here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class PastAchievement(Base):
    """What an achievement was called where it was issued before: its id there (or its name), and ours in its place."""

    __tablename__ = "past_achievements"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    origin_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), index=True)
    created_at: Mapped[datetime]


class PastAward(Base):
    """That somebody was awarded something elsewhere, as a file says it. Not signed by us, and counted as no award.

    `row_key` is the same for the same award in whatever file: a keyed hash of the person, what it was, and the award's
    own address; where it has none, of who issued it and the day.
    `issued_by_us`: whoever brought the file said that it is the same organisation; only such may be issued anew, and
    `award_id` is then the award that was made, by somebody's explicit act.
    """

    __tablename__ = "past_awards"
    __table_args__ = (
        UniqueConstraint("issuer_id", "row_key"),
        Index("ix_past_awards_issuer_id", "issuer_id", "issued_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id"), index=True)
    row_key: Mapped[str] = mapped_column(String(64))
    issued_by: Mapped[str] = mapped_column(String(200))
    issued_by_us: Mapped[bool]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    is_withdrawn: Mapped[bool]
    url: Mapped[str | None] = mapped_column(String(2000))
    award_id: Mapped[str | None] = mapped_column(ForeignKey("awards.id"), index=True)
    created_at: Mapped[datetime]
