"""The tables of hosts: services elsewhere to which holders send their badges, and what came of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class PushState(StrEnum):
    """What became of a badge that was to be sent: it waits, the host has it, or it will not take it."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class Host(Base):
    """A host at which this service is registered, by the address of its description. The secret lies sealed."""

    __tablename__ = "hosts"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    discovery_url: Mapped[str] = mapped_column(String(1000), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    api_url: Mapped[str] = mapped_column(String(2048))
    authorization_url: Mapped[str] = mapped_column(String(2048))
    token_url: Mapped[str] = mapped_column(String(2048))
    client_id: Mapped[str] = mapped_column(String(500))
    sealed_secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class HostQuestion(Base):
    """That a holder went to a host to agree. The answer counts once, for this account; the verifier lies sealed."""

    __tablename__ = "host_questions"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    host_id: Mapped[str] = mapped_column(ForeignKey("hosts.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    sealed_verifier: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class HostConnection(Base):
    """That an account sends badges to a host. The tokens lie sealed; `access_ends_at` None = the host did not say.

    `last_error` says why nothing can be sent until the holder agrees at the host once more; None = it works.
    """

    __tablename__ = "host_connections"
    __table_args__ = (UniqueConstraint("account_id", "host_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    host_id: Mapped[str] = mapped_column(ForeignKey("hosts.id"), index=True)
    sealed_tokens: Mapped[str] = mapped_column(Text)
    access_ends_at: Mapped[datetime | None]
    connected_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(String(300))


class HostPush(Base):
    """One badge on its way to one host. `revision` is the signed form that was sent last; `times` it was asked for."""

    __tablename__ = "host_pushes"
    __table_args__ = (UniqueConstraint("connection_id", "award_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("host_connections.id", ondelete="CASCADE"))
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), index=True)
    state: Mapped[str] = mapped_column(String(7))
    times: Mapped[int]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    revision: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))
