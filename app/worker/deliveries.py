"""Deliveries that wait: large ones, and those that failed on the way. They are decided as in a request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy.orm import Session

from app.db import is_retryable
from app.errors import InvalidInput, TooLarge
from app.issuing import inbox
from app.issuing.inbox import Delivery
from app.lms import base as lms
from app.service import Service

log = structlog.get_logger()

SLICE_ITEMS = 25  # decided in one transaction
TRIES = 4  # PostgreSQL may choose a transaction as a deadlock's victim; the same one once more succeeds
PAUSE_SHARE = 0.25  # of the time that a slice took

T = TypeVar("T")


class LeaseLost(Exception):
    """The delivery was finished meanwhile, or another worker has it."""


class Deliveries:
    """Works through the inbox. A large delivery is decided slice by slice, each slice in a transaction of its own.

    How far it came is not written down: after a crash it begins again, and what was decided stays decided.
    `between` is called between two slices, as a large delivery takes minutes.
    """

    def __init__(self, service: Service, between: Callable[[], None], *, slice_items: int = SLICE_ITEMS) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._between = between
        self._slice_items = slice_items

    def work_through(self, stop: threading.Event) -> int:
        """Deal with one waiting delivery after the other; how many. Stops after the slice in hand."""
        count = 0
        while not stop.is_set():
            with self._database.write() as session:
                leased = inbox.lease(session, limit=1, lease_seconds=self._lease_seconds)
            if not leased:
                break
            self._deal_with(leased[0], stop)
            count += 1
        return count

    def _deal_with(self, delivery: Delivery, stop: threading.Event) -> None:
        try:
            self._process(delivery, stop)
        except LeaseLost:
            log.warning("delivery was taken over", delivery_id=delivery.id, attempt=delivery.attempts)
        except Exception as error:
            log.exception("delivery failed", delivery_id=delivery.id, attempt=delivery.attempts)
            with self._database.write() as session:
                inbox.mark_failed(session, delivery.id, error=type(error).__name__)

    def _process(self, delivery: Delivery, stop: threading.Event) -> None:
        items = self._read(delivery)
        if items is None:
            return
        outcomes: list[dict[str, Any]] = []
        for first in range(0, max(1, len(items)), self._slice_items):
            if first and stop.is_set():
                with self._database.write() as session:
                    inbox.release(session, delivery)
                log.info("delivery given back", delivery_id=delivery.id, decided=first, items=len(items))
                return
            self._decide(delivery, items, first, outcomes)
        log.info("delivery processed", delivery_id=delivery.id, items=len(items))

    def _read(self, delivery: Delivery) -> Sequence[lms.Item] | None:
        """What it holds; None when that cannot be read, which is its answer then."""
        try:
            with self._database.read() as session:
                return inbox.read(session, self._office, delivery)
        except (InvalidInput, TooLarge) as error:
            problem = error
        self._transaction(delivery, lambda session, held: inbox.finish_unreadable(session, held, problem))
        log.warning("delivery unreadable", delivery_id=delivery.id, reason=problem.slug)
        return None

    def _decide(
        self, delivery: Delivery, items: Sequence[lms.Item], first: int, outcomes: list[dict[str, Any]]
    ) -> None:
        """Decide one slice, and finish the delivery with the last."""
        run = items[first : first + self._slice_items]
        is_last = first + self._slice_items >= len(items)

        def work(session: Session, held: Delivery) -> list[dict[str, Any]]:
            came = inbox.decide(session, self._office, held, items=run, first_index=first)
            if is_last:
                inbox.finish(session, held, [*outcomes, *came])
            return came

        started = time.perf_counter()
        outcomes += self._transaction(delivery, work)
        if not is_last:
            self._give_way(time.perf_counter() - started)

    def _give_way(self, seconds_taken: float) -> None:
        # One writer at a time is SQLite's rule, and a lock that is taken again at once leaves nobody else a chance.
        if self._database.is_sqlite:
            time.sleep(seconds_taken * PAUSE_SHARE)
        self._between()

    def _transaction(self, delivery: Delivery, work: Callable[[Session, Delivery], T]) -> T:
        """Do a piece of work on a delivery that is still ours, again when PostgreSQL asks for that."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.write() as session:
                    return work(session, self._hold(session, delivery))
            except Exception as error:
                if attempt == TRIES or not is_retryable(error):
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def _hold(self, session: Session, delivery: Delivery) -> Delivery:
        held = inbox.hold(session, delivery, lease_seconds=self._lease_seconds)
        if held is None:
            raise LeaseLost
        return held
