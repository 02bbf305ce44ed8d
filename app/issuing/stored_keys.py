"""Private keys sealed for the database: the table of the key store `database`, which alone can open them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import KeyUnavailable
from app.keystores import SealedKey


class StoredKey(Base):
    """A sealed private key. Without the service's secret its bytes are worth nothing (T49)."""

    __tablename__ = "stored_keys"

    kid: Mapped[str] = mapped_column(ForeignKey("signing_keys.kid"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    sealed: Mapped[bytes]
    demo: Mapped[bool]
    created_at: Mapped[datetime]


def keep(session: Session, key: SealedKey) -> bool:
    """Keep a sealed key; False when it is kept already, and then nothing changes."""
    values = {"issuer_id": key.owner, "sealed": key.data, "demo": key.demo, "created_at": clock.now()}
    return claim(session, StoredKey, kid=key.kid, **values) is not None


class StoredKeys:
    """The kept keys as the key store reads them: by sessions of its own, which `read` opens.

    It signs in the middle of transactions of which it knows nothing.
    """

    def __init__(self, read: Callable[[], AbstractContextManager[Session]]) -> None:
        self._read = read

    def find(self, kid: str) -> SealedKey | None:
        """The sealed key of this kid. Raises KeyUnavailable, Busy."""
        try:
            with self._read() as session:
                row = session.get(StoredKey, kid)
        except DBAPIError as error:
            raise _unreadable() from error
        return None if row is None else _sealed(row)

    def every(self) -> list[SealedKey]:
        """All of them, by kid. Raises KeyUnavailable, Busy."""
        try:
            with self._read() as session:
                return [_sealed(row) for row in session.scalars(select(StoredKey).order_by(StoredKey.kid))]
        except DBAPIError as error:
            raise _unreadable() from error


def _sealed(row: StoredKey) -> SealedKey:
    return SealedKey(kid=row.kid, owner=row.issuer_id, data=row.sealed, demo=row.demo)


def _unreadable() -> KeyUnavailable:
    return KeyUnavailable("The stored keys cannot be read. Has the database the newest schema? Run: lanyard migrate")
