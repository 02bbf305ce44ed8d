"""The tables of who may read: systems that are connected, their tokens, and the proofs that they have used up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class RecordClient(Base):
    """A health-record system that reads of one issuer. Its public keys are stated (`jwks`) or at an address.

    `types` are the types of resources that it may read, separated by blanks. `view` is what it sees of people.
    """

    __tablename__ = "record_clients"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)  # also what the system calls its client id
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    types: Mapped[str] = mapped_column(String(200))
    view: Mapped[str] = mapped_column(String(10))
    jwks: Mapped[dict[str, Any] | None]
    jwks_url: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RecordAssertion(Base):
    """A proof that a system showed once and may not show again. Only the hash of its id is kept, until it ends."""

    __tablename__ = "record_assertions"

    client_id: Mapped[str] = mapped_column(ForeignKey("record_clients.id"), primary_key=True)
    jti_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RecordToken(Base):
    """An access token of some minutes, and the SMART scopes that it has. Only its SHA-256 is kept."""

    __tablename__ = "record_tokens"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("record_clients.id"), index=True)
    scopes: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
