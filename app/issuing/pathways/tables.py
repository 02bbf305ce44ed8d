"""The tables of pathways: one that is edited as a draft, and its versions, which never change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class PathwayState(StrEnum):
    """A draft nobody sees, one that people are on, or one that takes nobody any more."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class PathwayRow(Base):
    """One pathway. `draft` holds what the next version would say; None = nothing since the newest version."""

    __tablename__ = "pathways"
    __table_args__ = (UniqueConstraint("issuer_id", "slug"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    slug: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    current_version: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class PathwayVersion(Base):
    """A published version, frozen."""

    __tablename__ = "pathway_versions"
    __table_args__ = (UniqueConstraint("pathway_id", "number"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathways.id"))
    number: Mapped[int]
    facts: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
