"""Tokens of programs that holders let in: an hour to call with, and a year from the last use to get another."""

from __future__ import annotations

import secrets as random_secrets
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotAuthenticated
from app.issuing.badge_connect.grants import digest
from app.issuing.badge_connect.tables import ConnectGrant, ConnectQuestion, ConnectToken, TokenKind

PREFIX = "lct_"
ACCESS_SECONDS = 3_600  # as OB 3.0 advises
REFRESH_DAYS = 365


def new() -> str:
    """A fresh token; told once."""
    return PREFIX + random_secrets.token_urlsafe(32)


def keep(session: Session, grant: ConnectGrant, text: str, kind: TokenKind, scopes: str) -> None:
    """Let a token be good from now on, for its time."""
    now = clock.now()
    session.add(
        ConnectToken(
            token_sha256=digest(text),
            grant_id=grant.id,
            kind=kind,
            scopes=scopes,
            created_at=now,
            expires_at=now + _time(kind),
        )
    )
    session.flush()


def find(
    session: Session, text: str, kind: TokenKind | None = None, *, is_locked: bool = False
) -> tuple[ConnectToken, ConnectGrant] | None:
    """A token that is good, and its grant; of any kind when none is named. None = it is not (any more).

    `is_locked` = for whoever changes or deletes the token: the holder may be ending the grant with all its tokens.
    """
    token = session.get(ConnectToken, digest(text))
    if token is not None and is_locked:
        session.get(ConnectGrant, token.grant_id, with_for_update=True, populate_existing=True)
        token = session.get(ConnectToken, digest(text), populate_existing=True)
    if token is None or token.expires_at <= clock.now() or kind not in {None, token.kind}:
        return None
    grant = session.get_one(ConnectGrant, token.grant_id)
    return (token, grant) if grant.ended_at is None else None


def authenticate(session: Session, text: str) -> tuple[ConnectToken, ConnectGrant]:
    """Who calls with this token. Raises NotAuthenticated, the same for every reason."""
    found = find(session, text, TokenKind.ACCESS)
    if found is None:
        raise NotAuthenticated("The access token is not good any more; ask for another")
    return found


def prolong(token: ConnectToken) -> None:
    """A refresh token that is used stays good for another year."""
    token.expires_at = clock.now() + _time(TokenKind.REFRESH)


def forget_old(session: Session) -> int:
    """Delete the tokens and questions that have ended; how many there were."""
    now = clock.now()
    tokens = delete(ConnectToken).where(ConnectToken.expires_at < now).returning(ConnectToken.token_sha256)
    questions = delete(ConnectQuestion).where(ConnectQuestion.expires_at < now).returning(ConnectQuestion.id)
    return len(session.scalars(tokens).all()) + len(session.scalars(questions).all())


def _time(kind: TokenKind) -> timedelta:
    return timedelta(seconds=ACCESS_SECONDS) if kind is TokenKind.ACCESS else timedelta(days=REFRESH_DAYS)
