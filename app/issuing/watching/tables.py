"""The tables of watches: who is told what becomes of whose badge, by the holder's word, and what was told already."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class WatchState(StrEnum):
    """`asked` waits for the holder's word; nothing is told before `active`. `ended` by either of them."""

    ASKED = "asked"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class Watch(Base):
    """One organisation that asked to be told what becomes of one badge. `recipient` is its mail address; None = none.

    `token_sha256` is that of the link in the mail to the holder. `purpose` is what the holder is told it is for.
    """

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("issuer_id", "award_id"), Index("ix_watches_award_id", "award_id", "state"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(300))
    recipient: Mapped[str | None] = mapped_column(String(320))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class WatchEvent(Base):
    """That a watch was told of something: the key holds it to once, whoever starts again."""

    __tablename__ = "watch_events"

    watch_id: Mapped[str] = mapped_column(ForeignKey("watches.id"), primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    told_at: Mapped[datetime]
