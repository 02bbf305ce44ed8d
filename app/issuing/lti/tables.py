"""The tables of LTI: platforms, invitations to connect one, launches under way, courses and our columns in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class PlatformState(StrEnum):
    """From a disabled platform nobody can launch, and it is asked for nothing."""

    ACTIVE = "active"
    DISABLED = "disabled"


class LtiPlatform(Base):
    """One registration of this tool at a platform; its results arrive as deliveries of its source.

    `deployments` are the places of the platform in which the tool was put; an empty list takes the first that comes.
    `ask_at` is when it is asked next for members and results.
    """

    __tablename__ = "lti_platforms"
    __table_args__ = (UniqueConstraint("issuer_id", "iss", "client_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    name: Mapped[str] = mapped_column(String(200))
    iss: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255))
    login_url: Mapped[str] = mapped_column(String(2000))
    token_url: Mapped[str] = mapped_column(String(2000))
    jwks_url: Mapped[str] = mapped_column(String(500))
    deployments: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    ask_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class LtiInvitation(Base):
    """A one-time address with which an administrator registers this tool at a platform. Only its hash is kept."""

    __tablename__ = "lti_invitations"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    platform_id: Mapped[str | None] = mapped_column(ForeignKey("lti_platforms.id"))


class LtiLogin(Base):
    """A launch that has begun: which question (`nonce`) the platform has to answer. Answered once."""

    __tablename__ = "lti_logins"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("lti_platforms.id"))
    nonce: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]


class LtiCourse(Base):
    """A course from which somebody launched, and the addresses of its services."""

    __tablename__ = "lti_courses"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("lti_platforms.id"))
    context_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(String(300))
    members_url: Mapped[str | None] = mapped_column(String(2000))
    line_items_url: Mapped[str | None] = mapped_column(String(2000))
    scopes: Mapped[list[Any]]
    asked_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class LtiLineItem(Base):
    """A column of ours in a course's gradebook."""

    __tablename__ = "lti_line_items"
    __table_args__ = (UniqueConstraint("course_id", "resource_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("lti_courses.id"))
    resource_id: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(String(2000))


class LtiKey(Base):
    """A key pair of this tool: platforms check with it that we are who we say. The newest signs, all are published."""

    __tablename__ = "lti_keys"

    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    sealed_private_key: Mapped[str] = mapped_column(Text)
    public_jwk: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
