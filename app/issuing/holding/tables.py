"""The tables of what holders do with their badges: links that end, evidence of their own, portfolios, other names."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ShareLink(Base):
    """A link that shows one badge, also a private one, until it ends. The token is kept as SHA-256 only."""

    __tablename__ = "share_links"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), index=True)
    label: Mapped[str | None] = mapped_column(String(100))  # whom it is for, in the holder's words
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]  # when the holder ended it


class EvidenceState(StrEnum):
    """`own`: the holder's alone; `asked`: the issuer may sign it; `signed`: it is part of the badge; `refused`."""

    OWN = "own"
    ASKED = "asked"
    SIGNED = "signed"
    REFUSED = "refused"


class HolderEvidence(Base):
    """What a holder added to a badge. Nobody but the holder vouches for it, unless the issuer signed it too."""

    __tablename__ = "holder_evidence"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(2000))
    text: Mapped[str | None] = mapped_column(Text)
    is_shown: Mapped[bool] = mapped_column(default=False)  # on the badge's page; the holder's choice
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)  # why it was not signed
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Portfolio(Base):
    """A page with badges that somebody chose. `token` is its unguessable address; `slug` works while it is public."""

    __tablename__ = "portfolios"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(22), unique=True)
    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    introduction: Mapped[str | None] = mapped_column(Text)  # Markdown
    visibility: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]


class PortfolioBadge(Base):
    """A badge on a portfolio, and its place there, from 0."""

    __tablename__ = "portfolio_badges"

    portfolio_id: Mapped[str] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True, index=True)
    position: Mapped[int]


class PortfolioKeptBadge(Base):
    """A badge from elsewhere on a portfolio, behind those that were issued here."""

    __tablename__ = "portfolio_kept_badges"

    portfolio_id: Mapped[str] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True)
    kept_id: Mapped[str] = mapped_column(ForeignKey("kept_badges.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class NameState(StrEnum):
    """What became of a wish for another name."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NameRequest(Base):
    """A learner's wish to be called otherwise. `slot` holds `open` while it waits, so that one waits at a time."""

    __tablename__ = "name_requests"
    __table_args__ = (UniqueConstraint("learner_id", "slot"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    slot: Mapped[str] = mapped_column(String(22))
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)  # why, in the learner's words
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)  # why it was refused
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
