"""Whether a worker is alive: it says so every few seconds, and `/readyz` reads it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim

STALE_SECONDS = 60


class Heartbeat(Base):
    """The last sign of life of a kind of process."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def beat(session: Session, name: str) -> None:
    """Say that a process of this kind is alive."""
    now = clock.now()
    if claim(session, Heartbeat, name=name, at=now) is None:
        session.get_one(Heartbeat, name).at = now


def seconds_since(session: Session, name: str) -> int | None:
    """How long ago the last sign of life was; None = there never was one."""
    heartbeat = session.get(Heartbeat, name)
    return None if heartbeat is None else int((clock.now() - heartbeat.at).total_seconds())
