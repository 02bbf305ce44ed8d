"""A backlog that one worker drains: deliveries of a hundred completions, stored as the door stores what waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.issuing import inbox, sources
from app.issuing.awards import Award, AwardState
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.outbox import OutboxMessage, OutboxState
from app.service import Service
from app.web import taking_in
from bench.academy import Academy, delivery_of, furnish, settings_for
from bench.intake import processes

EACH = 100  # items of a delivery
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Drained:
    """What a worker did in `seconds` from its first lease on; `mails` went out meanwhile (in bulk they are gathered).

    `items` waited, `decided` of them were decided: all, unless the time was up before.
    """

    items: int
    decided: int
    seconds: float
    mails: int

    @property
    def rate(self) -> float:
        """Completions decided, signed and stored a second."""
        return self.decided / self.seconds

    def as_values(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "items": self.items,
            "decided": self.decided,
            "seconds": round(self.seconds, 2),
            "per_second": round(self.rate, 2),
            "mails_sent_meanwhile": self.mails,
        }


def measure(folder: Path, url_of: Callable[[str], str], *, items: int, at_most_seconds: float) -> Drained:
    """Fill a fresh inbox with so many completions, start one worker, and look until it is empty or the time is up."""
    academy = furnish(settings_for(folder / "backlog", url_of("backlog")))
    try:
        for first in range(0, items, EACH):
            _store(academy, min(EACH, items - first))
        with processes.process("worker", academy.service.settings):
            return _watch(academy.service, items, at_most_seconds)
    finally:
        academy.service.close()


def _store(academy: Academy, number: int) -> None:
    raw, headers = delivery_of(academy.secret, number)
    service = academy.service
    authenticated = taking_in.authenticate(service, taking_in.open_source(service, academy.source_id), headers, raw)
    with service.database.write() as session:
        source = sources.by_id(session, academy.source_id)
        inbox.store(session, service.office, source, inbox.Received(authenticated, headers, raw))


def _watch(service: Service, items: int, at_most_seconds: float) -> Drained:
    end = time.monotonic() + PATIENCE_SECONDS
    while not _count(service, Delivery.attempts > 0):
        assert time.monotonic() < end, "the worker did not begin"
        time.sleep(LOOK_SECONDS)
    begun = time.monotonic()
    while (waiting := _count(service, Delivery.state == DeliveryState.RECEIVED)) and (
        time.monotonic() < begun + at_most_seconds
    ):
        time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - begun
    decided = _count(service, Award.state == AwardState.ISSUED)
    assert waiting or decided == items, f"{items} completions became {decided} awards"
    return Drained(items, decided, seconds, _count(service, OutboxMessage.state == OutboxState.SENT))


def _count(service: Service, which: ColumnElement[bool]) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).where(which)) or 0
