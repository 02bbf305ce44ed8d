"""Deliveries that wait: large ones, and those that failed on the way. They are decided as in a request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.db import is_retryable
from app.errors import Busy, InvalidInput, KeyUnavailable, TooLarge
from app.issuing import announcements, inbox, issuers
from app.issuing.inbox import Delivery
from app.lms import base as lms
from app.service import Service
from app.worker.slices import SLICE_ITEMS, LeaseLost, give_way, transaction

log = structlog.get_logger()

T = TypeVar("T")


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
                inbox.mark_failed(session, delivery, error=type(error).__name__)

    def _process(self, delivery: Delivery, stop: threading.Event) -> None:
        if delivery.is_decided_from_facts:
            self._decide_stored(delivery, stop)
            return
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

    def _decide_stored(self, delivery: Delivery, stop: threading.Event) -> None:
        """Decide what waits of a delivery whose bytes are no longer kept, from the facts that are, slice by slice."""
        reached, most = -1, self._slice_items

        def work(session: Session, held: Delivery) -> int | None:
            return inbox.decide_stored(session, self._office, held, after_index=reached, limit=most)

        while True:
            if stop.is_set():
                with self._database.write() as session:
                    inbox.release(session, delivery)
                return
            started = time.perf_counter()
            try:
                came = self._transaction(delivery, work)
            except Exception as error:
                if _is_of_the_moment(error):
                    raise
                came = reached
                if most == 1:  # one by one already; this one goes on waiting, as it did
                    log.exception("item of a delivery failed", delivery_id=delivery.id)
                    came = self._next_stored(delivery, reached)
                most = 1
            if came is None:
                return
            reached = came
            give_way(self._database, time.perf_counter() - started, self._between)

    def _next_stored(self, delivery: Delivery, after: int) -> int:
        with self._database.read() as session:
            return inbox.next_stored(session, delivery, after_index=after)

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

        is_large = len(items) > self._slice_items

        def work(session: Session, held: Delivery) -> list[dict[str, Any]]:
            if is_large:
                announcements.gather(session)
            came = inbox.decide(session, self._office, held, items=run, first_index=first)
            if is_last:
                inbox.finish(session, held, [*outcomes, *came])
            return came

        started = time.perf_counter()
        try:
            outcomes += self._transaction(delivery, work)
        except Exception as error:
            if _is_of_the_moment(error):
                raise
            log.warning("slice of a delivery not done, so item by item", reason=type(error).__name__)
            for index, each in enumerate(run, first):
                outcomes.append(self._decide_alone(delivery, each, index, is_large=is_large))
            if is_last:
                self._transaction(delivery, lambda session, held: inbox.finish(session, held, outcomes))
        if not is_last:
            give_way(self._database, time.perf_counter() - started, self._between)

    def _decide_alone(self, delivery: Delivery, item: lms.Item, index: int, *, is_large: bool) -> dict[str, Any]:
        """Decide one item; where an error of ours prevents that, it has failed, until somebody replays the delivery."""

        def work(session: Session, held: Delivery) -> dict[str, Any]:
            if is_large:
                announcements.gather(session)
            (came,) = inbox.decide(session, self._office, held, items=[item], first_index=index)
            return came

        try:
            return self._transaction(delivery, work)
        except Exception as error:
            if _is_of_the_moment(error):
                raise
            log.exception("item of a delivery failed", delivery_id=delivery.id, index=index)
            return inbox.failed_item(index)

    def _transaction(self, delivery: Delivery, work: Callable[[Session, Delivery], T]) -> T:
        """Do a piece of work on a delivery that is still ours, again when PostgreSQL asks for that."""
        return transaction(self._database, lambda session: work(session, self._hold(session, delivery)))

    def _hold(self, session: Session, delivery: Delivery) -> Delivery:
        # The turn first, as a replay takes it before it locks the delivery: else each would wait for the other.
        issuers.take_turn(session, delivery.issuer_id)
        held = inbox.hold(session, delivery, lease_seconds=self._lease_seconds)
        if held is None:
            raise LeaseLost
        return held


def _is_of_the_moment(error: Exception) -> bool:
    """Whether it says nothing of what was decided: the same may succeed later, as a whole."""
    passing = (LeaseLost, Busy, KeyUnavailable, OperationalError, InterfaceError, OSError)
    return isinstance(error, passing) or is_retryable(error)
