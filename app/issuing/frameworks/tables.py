"""The table of entries: what a framework of somebody else names, so that own skills can be aligned with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class FrameworkEntry(Base):
    """One skill, item, element, task or occupation of a framework, by the identifier that it has there.

    `broader` are identifiers of what it belongs to. `facts` is a `FrameworkItem` without what has a column of its own.
    `searched` is what a search looks at, in small letters.
    An entry that newer files no longer have stays: badges and skills may point to it.
    """

    __tablename__ = "framework_entries"
    __table_args__ = (
        UniqueConstraint("framework_id", "identifier"),
        Index("ix_framework_entries_framework_id_name", "framework_id", "name", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    framework_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    identifier: Mapped[str] = mapped_column(String(400))
    name: Mapped[str] = mapped_column(String(200))
    searched: Mapped[str] = mapped_column(Text)
    broader: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
