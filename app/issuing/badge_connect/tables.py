"""The tables of Badge Connect: programs of others that are registered here, and what holders let them do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class TokenKind(StrEnum):
    """What a token is for: to call with, or to get another one."""

    ACCESS = "access"
    REFRESH = "refresh"


class ConnectClient(Base):
    """A program that registered itself (RFC 7591). `stated` is its registration as it was sent.

    All its addresses are at one `host`, which is what holders are shown: a name anybody can claim.
    """

    __tablename__ = "connect_clients"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)  # its client_id
    secret_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(253))
    redirect_uris: Mapped[list[Any]]
    scopes: Mapped[str] = mapped_column(String(1000))
    stated: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class ConnectQuestion(Base):
    """What a program asks a holder for, until somebody who is signed in answers. `asked` is the query, as sent."""

    __tablename__ = "connect_questions"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("connect_clients.id"), index=True)
    asked: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ConnectGrant(Base):
    """That a holder lets a program do something. It begins with a code, which is good once and soon (SHA-256 kept)."""

    __tablename__ = "connect_grants"
    __table_args__ = (Index("ix_connect_grants_account_id", "account_id", "client_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("connect_clients.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    scopes: Mapped[str] = mapped_column(String(1000))
    redirect_uri: Mapped[str] = mapped_column(String(2048))
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    code_challenge: Mapped[str] = mapped_column(String(128))
    code_expires_at: Mapped[datetime]
    code_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ConnectToken(Base):
    """A token of a grant; only its SHA-256 is kept."""

    __tablename__ = "connect_tokens"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("connect_grants.id"), index=True)
    kind: Mapped[str] = mapped_column(String(7))
    scopes: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ConnectProfile(Base):
    """What a program wrote as the holder's profile, as it was sent. Nothing in it is vouched for."""

    __tablename__ = "connect_profiles"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    document: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
