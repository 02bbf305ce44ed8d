"""The outbox: what is sent after the commit. At least once, with the same message id; one bad message delays nobody."""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from app.issuing import outbox
from app.issuing.outbox import OutboxMessage
from app.outbound.email import Mailer
from app.outbound.network import Network
from app.service import Service
from app.worker.hosts import HostLane
from app.worker.mail import AT_ONCE, MailLane
from app.worker.slices import transaction
from app.worker.webhooks import WebhookLane

__all__ = ["AT_ONCE", "Lane", "Sending"]

log = structlog.get_logger()

STOP_SECONDS = 10
TICK_SECONDS = 0.5  # how soon a stop, and a new message beside one that hangs, are noticed


class Lane(Protocol):
    """One way out, with senders of its own: what hangs in one lane holds up nothing in another."""

    @property
    def at_once(self) -> int:
        """How many messages may be on their way."""

    def take(self, session: Session, limit: int) -> list[OutboxMessage]:
        """Lease up to `limit` messages that are to go out now."""

    def deliver(self, message: OutboxMessage) -> object:
        """Send one, outside of any transaction."""

    def record(self, session: Session, message: OutboxMessage, outcome: object) -> None:
        """Write down what came of it: what `deliver` returned, or the exception that it ended with."""


_OnTheWay = tuple[Lane, OutboxMessage]
_Result = tuple[OutboxMessage, object]


class _Deadline:
    """A moment after which something is due; without seconds, one that is not set yet."""

    def __init__(self, seconds: float | None = None) -> None:
        self._at = math.inf if seconds is None else time.monotonic() + seconds

    def start(self, seconds: float) -> None:
        """Set it, unless it is set."""
        self._at = min(self._at, time.monotonic() + seconds)

    def has_passed(self) -> bool:
        """Whether the moment is over."""
        return time.monotonic() >= self._at


class Sending:
    """Sends what is due, a few messages at once, each outside of any transaction.

    A message is leased when a sender is free for it, and its lease renewed while it is on its way: as long as a
    worker lives, no other sends the same message.
    """

    def __init__(self, service: Service, mailer: Mailer, network: Network | None = None) -> None:
        """`network` None = endpoints are on the internet."""
        self._database = service.database
        self._lease_seconds = service.settings.lease_seconds
        self._lanes: tuple[Lane, ...] = (
            MailLane(service, mailer),
            WebhookLane(service, network),
            HostLane(service, network),
        )

    def send(self, stop: threading.Event) -> int:
        """Send everything that is due; how many messages were tried.

        When `stop` is set nothing new is taken, and what is on its way is waited for, for some seconds.
        """
        count = 0
        results: SimpleQueue[_Result] = SimpleQueue()
        on_the_way: dict[str, _OnTheWay] = {}
        stopping = _Deadline()
        renewing = _Deadline(self._lease_seconds / 3)
        while True:
            if stop.is_set():
                stopping.start(STOP_SECONDS)
            else:
                count += self._start_more(on_the_way, results)
            if not on_the_way:
                return count
            self._record(on_the_way, _finished(results))
            if renewing.has_passed():
                renewing = _Deadline(self._lease_seconds / 3)
                self._renew(on_the_way)
            if on_the_way and stopping.has_passed():
                log.warning("messages left on their way", message_ids=sorted(on_the_way))
                return count

    def _start_more(self, on_the_way: dict[str, _OnTheWay], results: SimpleQueue[_Result]) -> int:
        count = 0
        for lane in self._lanes:
            free = lane.at_once - sum(1 for other, _ in on_the_way.values() if other is lane)
            if free <= 0:
                continue
            with self._database.write() as session:
                taken = lane.take(session, free)
            for message in taken:
                on_the_way[message.id] = (lane, message)
                _start(lane, message, results)
            count += len(taken)
        return count

    def _renew(self, on_the_way: dict[str, _OnTheWay]) -> None:
        attempts = {message.id: message.attempts for _, message in on_the_way.values()}
        with self._database.write() as session:
            outbox.renew(session, attempts, lease_seconds=self._lease_seconds)

    def _record(self, on_the_way: dict[str, _OnTheWay], finished: list[_Result]) -> None:
        if not finished:
            return
        in_order = sorted(finished, key=lambda result: result[0].id)  # as whoever deletes an endpoint locks them

        def work(session: Session) -> None:
            for message, outcome in in_order:
                lane, sent = on_the_way[message.id]
                lane.record(session, sent, outcome)

        transaction(self._database, work)
        for message, _ in in_order:
            del on_the_way[message.id]


def _finished(results: SimpleQueue[_Result]) -> list[_Result]:
    """What came back, waiting a tick for the first: those that came together are written down together."""
    found = []
    with suppress(Empty):
        found.append(results.get(timeout=TICK_SECONDS))
        while True:
            found.append(results.get_nowait())
    return found


def _start(lane: Lane, message: OutboxMessage, results: SimpleQueue[_Result]) -> None:
    """Deliver in a thread of its own, which does not keep the process alive: the message would come again."""

    def run() -> None:
        try:
            outcome = lane.deliver(message)
        except Exception as error:  # noqa: BLE001 - it is recorded, and logged there
            outcome = error
        results.put((message, outcome))

    threading.Thread(target=run, name="lanyard-send", daemon=True).start()
