"""The tables of people: learners, what systems call them, their addresses, and what is kept of the erased."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

EMAIL_NAMESPACE = "email"  # identities of learners who are known by an address alone


class LearnerState(StrEnum):
    """`known`: can be reached; `pending`: a source named them, and nobody knows yet who that is.

    `merged`: another learner took their place; `erased`: nothing is left but the id.
    """

    KNOWN = "known"
    PENDING = "pending"
    MERGED = "merged"
    ERASED = "erased"


class Learner(Base):
    """A person of one issuer. `name_shown` is the learner's consent to show the name on badges.

    `name_settled`: the learner asked for this name and the issuer agreed; what sources call them changes it no more.

    `asked_at` says when a source was last asked who a pending learner is; None = never.
    """

    __tablename__ = "learners"
    __table_args__ = (Index("ix_learners_issuer_id_state", "issuer_id", "state", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    name_shown: Mapped[bool] = mapped_column(default=False)
    name_settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=LearnerState.KNOWN)
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("learners.id"), index=True)
    asked_at: Mapped[datetime | None]


class LearnerIdentity(Base):
    """How one system names a learner."""

    __tablename__ = "learner_identities"
    __table_args__ = (
        UniqueConstraint("issuer_id", "namespace", "source_id"),
        Index("ix_learner_identities_source_id", "issuer_id", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    namespace: Mapped[str] = mapped_column(String(255))
    source_id: Mapped[str] = mapped_column(String(320))


class LearnerEmail(Base):
    """An address of a learner: `normalised` for matching and hashing, `written` as it came, for mail.

    The two SHA-1 values are xAPI's of the `mailto:` IRI, of either form: an LRS may send nothing else of a person.
    """

    __tablename__ = "learner_emails"
    __table_args__ = (UniqueConstraint("issuer_id", "normalised"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    normalised: Mapped[str] = mapped_column(String(320))
    written: Mapped[str] = mapped_column(String(320))
    mbox_sha1sum: Mapped[str | None] = mapped_column(String(40), index=True)
    written_sha1sum: Mapped[str | None] = mapped_column(String(40), index=True)


class Tombstone(Base):
    """That somebody was erased, so that a delivery does not bring them back. `digest` is a keyed hash, and no more.

    Only who has the service's secret, and the identity or the address itself, can tell whom it is of.
    """

    __tablename__ = "tombstones"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]


class LearnerMerge(Base):
    """One merge by hand: `kept` took what `gone` had. `moved` says by table which rows, for the way back; ids only."""

    __tablename__ = "learner_merges"
    __table_args__ = (Index("ix_learner_merges_issuer_id", "issuer_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    kept_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    gone_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    kept_state: Mapped[str] = mapped_column(String(10))
    gone_state: Mapped[str] = mapped_column(String(10))
    moved: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class LearnerGroup(Base):
    """That a learner is in a group of the issuer's; rules ask by the name."""

    __tablename__ = "learner_groups"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class ClaimLink(Base):
    """A link with which a pending learner says who they are. Both tokens are kept as SHA-256 only.

    `sealed_email` is what the learner stated, until the mail that went there is confirmed; `sent_count` bounds the
    mails of one link.
    """

    __tablename__ = "claim_links"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    confirm_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    sealed_email: Mapped[str | None] = mapped_column(String(1000))
    sent_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
