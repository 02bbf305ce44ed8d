"""What other issuers published as their keys, and since when: so that a change is noticed (T24).

A domain can be taken over, and a thief's key then signs badges with old dates. Whoever looked before knows better.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials.key_documents import name_of
from app.credentials.model import StatusEntry
from app.credentials.verify.resolver import DocumentFound, KeyFound, ListFound, Missing, Resolver, Unreachable
from app.db import Base, claim
from app.errors import ServiceError

log = structlog.get_logger()

LONGEST_ISSUER_ID = 500
MAX_ISSUERS = 100_000  # anybody can make up issuers; those of the first hundred thousand are remembered
MAX_KEYS = 50  # of one issuer
NOTED_EVERY = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=3 * 365)

Transaction = Callable[[], AbstractContextManager[Session]]


class WatchedIssuer(Base):
    """An issuer whose keys were looked at. `looked_at` is exact to the hour, and never too late."""

    __tablename__ = "watched_issuers"

    issuer_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    first_looked_at: Mapped[datetime]
    looked_at: Mapped[datetime] = mapped_column(index=True)


class WatchedKey(Base):
    """One key of theirs, by its thumbprint URI. `absent_at`: a look at which it was not there yet; None = none."""

    __tablename__ = "watched_keys"

    issuer_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    thumbprint: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(500))
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    absent_at: Mapped[datetime | None]


def note(session: Session, issuer_id: str, listed: frozenset[str], *, named: tuple[str, str] | None = None) -> None:
    """Remember a look at an issuer's keys. `named` is one of them by its thumbprint, and the name that it goes by."""
    now = clock.now()
    issuer = session.get(WatchedIssuer, issuer_id)
    if issuer is None:
        count = session.scalar(select(func.count()).select_from(WatchedIssuer)) or 0
        if count >= MAX_ISSUERS and not _make_room(session):
            return
        claim(session, WatchedIssuer, issuer_id=issuer_id, first_looked_at=now, looked_at=now)
    absent_at = issuer.looked_at if issuer is not None else None
    known = {key.thumbprint: key for key in _keys_of(session, issuer_id)}
    new = sorted(listed - known.keys(), key=lambda each: (named is None or each != named[0], each))
    for thumbprint in new[: max(1, MAX_KEYS - len(known))]:  # the one that is asked for, however many there are
        facts = {"first_seen_at": now, "seen_at": now, "absent_at": absent_at}
        claim(session, WatchedKey, issuer_id=issuer_id, thumbprint=thumbprint, **facts)
    session.flush()
    for key in _keys_of(session, issuer_id):
        if key.thumbprint in listed:
            key.seen_at = now
        if named is not None and key.thumbprint == named[0]:
            key.name = named[1]
    if issuer is not None:
        issuer.looked_at = now


def forget(session: Session) -> int:
    """Forget issuers at whose keys nobody looked for three years; how many."""
    before = clock.now() - FORGOTTEN_AFTER
    old = list(session.scalars(select(WatchedIssuer.issuer_id).where(WatchedIssuer.looked_at < before).limit(1000)))
    session.execute(delete(WatchedKey).where(WatchedKey.issuer_id.in_(old)))
    session.execute(delete(WatchedIssuer).where(WatchedIssuer.issuer_id.in_(old)))
    return len(old)


def _make_room(session: Session) -> bool:
    """Forget a hundred issuers at whose keys was looked once only, the oldest first; whether there were any."""
    query = select(WatchedIssuer.issuer_id).where(WatchedIssuer.looked_at == WatchedIssuer.first_looked_at)
    once = list(session.scalars(query.order_by(WatchedIssuer.looked_at).limit(100)))
    session.execute(delete(WatchedKey).where(WatchedKey.issuer_id.in_(once)))
    session.execute(delete(WatchedIssuer).where(WatchedIssuer.issuer_id.in_(once)))
    return bool(once)


class Remembering:
    """A Resolver that asks another, and remembers the keys that issuers publish.

    A database that cannot be written to keeps nobody from judging a badge: then nothing is remembered, nor known.
    """

    def __init__(self, asked: Resolver, reading: Transaction, writing: Transaction) -> None:
        self._asked = asked
        self._reading = reading
        self._writing = writing

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """What the other finds, with what is known of the key from earlier looks."""
        found = self._asked.key(verification_method, issuer_id=issuer_id)
        if isinstance(found, Unreachable) or len(issuer_id) > LONGEST_ISSUER_ID:
            return found
        try:
            return self._known(found, verification_method[:LONGEST_ISSUER_ID], issuer_id)
        except (SQLAlchemyError, ServiceError):
            log.warning("keys of an issuer were not noted", exc_info=True)
            return found

    def _known(self, found: KeyFound | Missing, name: str, issuer_id: str) -> KeyFound | Missing:
        named = (name_of(found), name) if isinstance(found, KeyFound) else None
        listed = found.listed | {named[0]} if named is not None else found.listed
        with self._reading() as session:
            issuer, keys = session.get(WatchedIssuer, issuer_id), _keys_of(session, issuer_id)
        known = {key.thumbprint for key in keys}
        names = {(key.thumbprint, key.name) for key in keys}
        is_new = (listed and not listed <= known) or (named is not None and named not in names)
        if is_new or (issuer is not None and issuer.looked_at < clock.now() - NOTED_EVERY):
            with self._writing() as session:
                note(session, issuer_id, listed, named=named)
            with self._reading() as session:
                keys = _keys_of(session, issuer_id)
        if isinstance(found, Missing):
            seen = [key.seen_at for key in keys if key.name == name and key.thumbprint not in listed]
            return replace(found, seen_until=max(seen, default=None))
        return replace(found, absent_at=next((key.absent_at for key in keys if key.thumbprint == name_of(found)), None))

    def status_list(self, url: str) -> ListFound | Unreachable:
        """As the other finds it."""
        return self._asked.status_list(url)

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """As the other finds it."""
        return self._asked.document(url)

    def superseded_by(self, credential_id: str) -> str | None:
        """As the other knows it."""
        return self._asked.superseded_by(credential_id)

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        """As the other knows it."""
        return self._asked.further_entries(credential_id)


def _keys_of(session: Session, issuer_id: str) -> list[WatchedKey]:
    query = select(WatchedKey).where(WatchedKey.issuer_id == issuer_id).order_by(WatchedKey.thumbprint)
    return list(session.scalars(query))
