"""The table of badges that others issued, as their holders keep them here: the bytes, and what was found of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

LONGEST_SENTENCE = 500
LONGEST_NAME = 300


class Origin(StrEnum):
    """How a badge came: as a file, pasted, fetched from an address, or pushed by another service for its holder."""

    UPLOAD = "upload"
    PASTE = "paste"
    URL = "url"
    PUSH = "push"


class Match(StrEnum):
    """Whether a badge is its keeper's: `unknown` says no address or id to compare, `other` none of theirs any more."""

    SAME = "same"
    UNKNOWN = "unknown"
    OTHER = "other"


class KeptBadge(Base):
    """One badge from elsewhere in an account's collection, byte for byte as it came.

    `badge_key` is the badge whatever its form: a digest of its issuer's id and its own. What it says is what its proof
    covered when that held last. `verdict` is the last answer, at `checked_at`; `told` the last one that was more than
    "cannot tell", at `told_at`. `tried_at` also moves when checking failed, so that no badge keeps others from their
    turn. `received_at` is when these bytes came.
    """

    __tablename__ = "kept_badges"
    __table_args__ = (
        UniqueConstraint("account_id", "badge_key"),
        Index("ix_kept_badges_account_id", "account_id", "received_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    badge_key: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    origin: Mapped[str] = mapped_column(String(8))
    source: Mapped[str | None] = mapped_column(String(2000))  # the address, or whoever pushed it
    standard: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(Text)
    issuer_id: Mapped[str] = mapped_column(Text)
    issuer_name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    signed_by: Mapped[str] = mapped_column(String(100))
    title: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    description: Mapped[str | None] = mapped_column(Text)
    criteria_url: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    awarded_at: Mapped[datetime | None]
    match: Mapped[str] = mapped_column(String(8))
    verdict: Mapped[str] = mapped_column(String(16))
    sentence: Mapped[str] = mapped_column(String(LONGEST_SENTENCE))
    checked_at: Mapped[datetime]
    told: Mapped[str | None] = mapped_column(String(16))
    told_at: Mapped[datetime | None]
    tried_at: Mapped[datetime] = mapped_column(index=True)
    received_at: Mapped[datetime]
