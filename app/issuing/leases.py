"""Long runs that staff start and the worker does: which worker has one, and until when. The same for every kind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.issuing import issuers

RUNNING = "running"


class Leasable:
    """What a table of runs has by which a worker takes one. `state` is RUNNING while there is something to do.

    `leased_until` None = nobody has it.
    """

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    state: Mapped[str] = mapped_column(String(10), index=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]


Run = TypeVar("Run", bound=Leasable)


def lease(session: Session, runs: type[Run], *, lease_seconds: int, but: Collection[str] = ()) -> Run | None:
    """Take the oldest run that goes on and that nobody has; None when there is none. `but`: not one of these."""
    now = clock.now()
    query = (
        select(runs)
        .where(
            runs.state == RUNNING,
            or_(runs.leased_until.is_(None), runs.leased_until <= now),
            runs.id.not_in(but),
        )
        .order_by(runs.created_at, runs.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query).one_or_none()
    if found is not None:
        found.leased_until = now + timedelta(seconds=lease_seconds)
    return found


def release(session: Session, runs: type[Run], run_id: str) -> None:
    """Give it back before it is done: the worker stops."""
    session.get_one(runs, run_id, with_for_update=True).leased_until = None


def held(session: Session, runs: type[Run], run_id: str) -> Run | None:
    """The run, locked after the issuer's turn, as wherever awards are made; None when it has ended."""
    run = session.get_one(runs, run_id)
    issuers.take_turn(session, run.issuer_id)
    session.refresh(run, with_for_update=True)
    return run if run.state == RUNNING else None


def extend(run: Leasable, *, lease_seconds: int) -> None:
    """Hold it longer: a slice is done, and more is to come."""
    run.leased_until = clock.now() + timedelta(seconds=lease_seconds)


def end(run: Leasable, state: str) -> None:
    """Nobody has it any more, and nobody takes it again."""
    run.state, run.finished_at, run.leased_until = state, clock.now(), None
