"""Queues of the outbox: one for each receiver, so that a dead one holds up nobody but itself.

The messages to an endpoint wait in its queue, the mails of an issuer in another, and those that
confirm an address in a third. A queue that fails again and again
is held for a while (a circuit breaker), then tried with one message at a time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim

BREAKS_AFTER = 5  # failures in a row
FIRST_BREAK_SECONDS = 30
LONGEST_BREAK_SECONDS = 3_600


class OutboxQueue(Base):
    """One queue. `is_closed` is somebody's decision, `held_until` passes by itself; `served` keeps turns fair."""

    __tablename__ = "outbox_queues"

    name: Mapped[str] = mapped_column(String(45), primary_key=True)
    is_closed: Mapped[bool] = mapped_column(default=False)
    held_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    served: Mapped[int] = mapped_column(default=0)

    @property
    def is_on_trial(self) -> bool:
        """Whether the breaker went off and nothing has got through since: then one message at a time is tried."""
        return self.failures >= BREAKS_AFTER


def of_endpoint(endpoint_id: str) -> str:
    """The name of an endpoint's queue."""
    return f"endpoint:{endpoint_id}"


def of_mail(issuer_id: str) -> str:
    """The name of the queue in which an issuer's mails wait."""
    return f"mail:{issuer_id}"


def of_confirmations(issuer_id: str) -> str:
    """The name of the queue of an issuer's mails that somebody asked for and waits for; a held one delays none."""
    return f"confirm:{issuer_id}"


def see_to(session: Session, name: str) -> None:
    """Make the queue unless it is there."""
    claim(session, OutboxQueue, name=name, is_closed=False, failures=0, served=0)


def set_closed(session: Session, name: str, *, is_closed: bool) -> None:
    """Close a queue, or open it with a clean slate."""
    see_to(session, name)
    query = update(OutboxQueue).where(OutboxQueue.name == name)
    session.execute(query.values(is_closed=is_closed, held_until=None, failures=0, failing_since=None))


def hold(session: Session, name: str, until: datetime) -> None:
    """Let nothing of this queue out before a moment; a later one that is set already stays."""
    queue = session.get_one(OutboxQueue, name, with_for_update=True)
    if queue.held_until is None or queue.held_until < until:
        queue.held_until = until


def note_success(session: Session, name: str) -> None:
    """Something got through: the slate is clean."""
    session.execute(
        update(OutboxQueue)
        .where(OutboxQueue.name == name, OutboxQueue.failures > 0)
        .values(failures=0, failing_since=None, held_until=None)
    )


def note_failure(session: Session, name: str) -> OutboxQueue:
    """Something did not get through: from the fifth time on the queue is held, twice as long each time."""
    queue = session.get_one(OutboxQueue, name, with_for_update=True)
    now = clock.now()
    queue.failures += 1
    queue.failing_since = queue.failing_since or now
    if queue.failures >= BREAKS_AFTER:
        doublings = min(queue.failures - BREAKS_AFTER, 10)
        seconds = min(FIRST_BREAK_SECONDS * 2**doublings, LONGEST_BREAK_SECONDS)
        queue.held_until = max(queue.held_until or now, now + timedelta(seconds=seconds))
    return queue
