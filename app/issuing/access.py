"""Who may call the API: keys that are shown once, stored hashed, scoped and expiring; and idempotent requests."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as random_secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import IdempotencyConflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from app.issuing import audit
from app.issuing.issuers import Issuer

KEY_FORM = re.compile(r"lyd_([0-9A-Za-z]{12})_([0-9A-Za-z_-]{43})")
_ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
IDEMPOTENCY_HOURS = 48


class Scope(StrEnum):
    """What a key may do, for one issuer."""

    READ = "read"
    ISSUER_WRITE = "issuer:write"
    ACHIEVEMENTS_WRITE = "achievements:write"
    AWARDS_WRITE = "awards:write"
    SOURCES_WRITE = "sources:write"
    KEYS_WRITE = "keys:write"
    LEARNERS_ERASE = "learners:erase"
    CREDENTIALS_ISSUE = "credentials:issue"
    ENDPOINTS_WRITE = "endpoints:write"
    MAIL_WRITE = "mail:write"
    MAIL_REPORT = "mail:report"
    FHIR_READ = "fhir:read"
    FHIR_PATIENT = "fhir:patient"
    CHECKS_WRITE = "checks:write"
    WATCHES_WRITE = "watches:write"


class ApiKey(Base):
    """A key of one issuer. Only the SHA-256 of the secret is kept: 256 random bits need no slow hash."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotentRequest(Base):
    """The first answer to a request with an Idempotency-Key."""

    __tablename__ = "idempotent_requests"

    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its text, which is told once and never again."""

    key: ApiKey
    text: str


def create(session: Session, issuer: Issuer, *, name: str, scopes: Iterable[Scope], days: int, actor: str) -> NewApiKey:
    """Make a key that is good for `days` days (1 to 730)."""
    if not 1 <= days <= 730:  # noqa: PLR2004 - the bounds that the docstring names
        raise InvalidInput("A key is good for 1 to 730 days", pointer="/days")
    secret = random_secrets.token_urlsafe(32)
    now = clock.now()
    key = ApiKey(
        id="".join(random_secrets.choice(_ID_LETTERS) for _ in range(12)),
        issuer_id=issuer.id,
        name=name,
        secret_sha256=_digest(secret),
        scopes=" ".join(sorted(set(scopes))),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(key)
    audit.record(session, issuer.id, actor=actor, action="api-key.created", object_id=key.id, scopes=key.scopes)
    session.flush()
    return NewApiKey(key, f"lyd_{key.id}_{secret}")


def authenticate(session: Session, text: str) -> ApiKey:
    """The key that this text is. Raises NotAuthenticated, the same for every reason."""
    match = KEY_FORM.fullmatch(text)
    key_id, digest = (match[1], _digest(match[2])) if match else ("", _digest(""))
    # By id and hash at once: a wrong secret takes the way, and so the time, of an unknown key (T34).
    query = select(ApiKey).where(ApiKey.id == key_id, ApiKey.secret_sha256 == digest)
    key = session.scalars(query).one_or_none()
    is_right = hmac.compare_digest(key.secret_sha256 if key else "0" * 64, digest)
    if key is None or not is_right or key.revoked_at is not None or key.expires_at <= clock.now():
        raise NotAuthenticated("Send a valid API key as: Authorization: Bearer lyd_…")
    return key


def demand(key: ApiKey, scope: Scope) -> None:
    """Raise NotAllowed unless the key has the scope."""
    if scope not in key.scopes.split():
        raise NotAllowed(f"This needs a key with the scope {scope}", scope=scope)


def note_use(session: Session, key_id: str) -> None:
    """Remember the last use, to the minute: a write on every read would be waste."""
    key = session.get(ApiKey, key_id)
    now = clock.now()
    if key is not None and (key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1)):
        key.last_used_at = now


def revoke(session: Session, issuer: Issuer, key_id: str, *, actor: str) -> None:
    """End a key at once. Raises NotFound."""
    key = session.get(ApiKey, key_id)
    if key is None or key.issuer_id != issuer.id:
        raise NotFound("There is no such key")
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        audit.record(session, issuer.id, actor=actor, action="api-key.revoked", object_id=key.id)


def of_issuer(session: Session, issuer: Issuer) -> list[ApiKey]:
    """The issuer's keys, newest first."""
    query = select(ApiKey).where(ApiKey.issuer_id == issuer.id).order_by(ApiKey.created_at.desc(), ApiKey.id)
    return list(session.scalars(query))


def begin(session: Session, api_key_id: str, key: str, fingerprint: str) -> IdempotentRequest | None:
    """Begin a request with an Idempotency-Key: None when it is new, else the first one with its answer.

    On PostgreSQL a rival with the same key waits for the first to commit. Raises IdempotencyConflict when the key
    was used for another request.
    """
    facts = {"fingerprint": fingerprint, "created_at": clock.now()}
    if claim(session, IdempotentRequest, api_key_id=api_key_id, key=key, **facts) is not None:
        return None
    first = session.get_one(IdempotentRequest, (api_key_id, key))
    if not hmac.compare_digest(first.fingerprint, fingerprint):
        raise IdempotencyConflict("This Idempotency-Key was used for another request")
    return first


def finish(session: Session, api_key_id: str, key: str, *, status: int, body: bytes) -> None:
    """Store the answer, in the transaction of the request."""
    first = session.get_one(IdempotentRequest, (api_key_id, key))
    first.status, first.body = status, body


def forget_old_requests(session: Session) -> int:
    """Delete the answers that no sender may ask for again; how many there were."""
    oldest = clock.now() - timedelta(hours=IDEMPOTENCY_HOURS)
    query = delete(IdempotentRequest).where(IdempotentRequest.created_at < oldest)
    return len(session.scalars(query.returning(IdempotentRequest.key)).all())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
