"""The table of definitions: named facts of an issuer that are changed in place and archived, never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Definition(Base):
    """One skill, unit, role, equivalence … by its kind and short name; what `facts` holds is in `kinds.py`."""

    __tablename__ = "definitions"
    __table_args__ = (
        UniqueConstraint("issuer_id", "kind", "slug"),
        Index("ix_definitions_issuer_id_slug", "issuer_id", "slug"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    kind: Mapped[str] = mapped_column(String(24))
    slug: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class DefinitionsRevision(Base):
    """A mark that every change of an issuer's definitions, pathways and published achievements makes another one.

    `settled_mark` is the one of which everybody's stacks know already, or are being told.
    """

    __tablename__ = "definitions_revisions"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(22))
    settled_mark: Mapped[str | None] = mapped_column(String(22))
