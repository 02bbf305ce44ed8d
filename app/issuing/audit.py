"""The audit log: one entry for every change of an award, key, member, source or rule; no personal data.

Entries are written in the transaction of the change, without a link. The worker seals them in order into one hash
chain per issuer, so that the chain is no global lock. Chain, checkpoints and their check are in `audit_chain.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base


class AuditEntry(Base):
    """What was done, by whom, to what. `sequence` and `hash` are None until the entry is sealed."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("issuer_id", "sequence"),
        Index("ix_audit_entries_object_id", "object_id"),
        Index("ix_audit_entries_issuer_id_at", "issuer_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]]
    sequence: Mapped[int | None]
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """A signed statement of where an issuer's chain stood."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = (UniqueConstraint("issuer_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    kid: Mapped[str] = mapped_column(String(80))
    signature: Mapped[bytes]


def record(session: Session, issuer_id: str, *, actor: str, action: str, object_id: str, **facts: Any) -> AuditEntry:
    """Write one entry. `actor` is `cli`, `worker`, `source:ID` or `api-key:ID`; facts hold ids and codes only."""
    written = AuditEntry(
        issuer_id=issuer_id, at=clock.now(), actor=actor, action=action, object_id=object_id, facts=facts
    )
    session.add(written)
    return written
