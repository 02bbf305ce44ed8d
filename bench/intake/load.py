"""Load on some ports of one subject: as much as it takes (closed loop), or at a fixed rate (open loop).

In the open loop a delivery has a moment at which it is due, whatever became of those before it, and its time counts
from that moment: a server that stops for a second is late for everything that was due meanwhile, and not for one
request alone (no coordinated omission).
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Thread

PATIENCE_SECONDS = 60
OPEN_CONNECTIONS = 48
AWARDED = b'"awarded"'
HEADERS = {"Content-Type": "application/jwt"}


@dataclass(slots=True)
class Run:
    """What came back. `milliseconds` holds one time for each delivery that was awarded; `errors` counts the others."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Awarded deliveries a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """The milliseconds that this share of all deliveries did not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


@dataclass(frozen=True, slots=True)
class Subject:
    """A server under load: its ports, one for each of its processes, and the path of its source."""

    ports: tuple[int, ...]
    path: str

    def closed_loop(self, bodies: deque[bytes], *, connections: int, seconds: float) -> Run:
        """Each connection sends the next body as soon as its last is answered. Ends earlier without bodies."""
        run, started = Run(), time.perf_counter()
        end = started + seconds

        def lane(post: Callable[[bytes], str | None]) -> None:
            while (sent := time.perf_counter()) < end and (body := _next(bodies)) is not None:
                _note(run, post(body), sent)

        self._with_lanes(lane, connections)
        run.seconds = time.perf_counter() - started
        return run

    def open_loop(self, bodies: deque[bytes], *, rate: float, seconds: float) -> Run:
        """`rate` bodies a second become due, evenly; takes `rate` x `seconds` of them."""
        run, numbers, number = Run(), count(), int(rate * seconds)
        started = time.perf_counter()

        def lane(post: Callable[[bytes], str | None]) -> None:
            while (mine := next(numbers)) < number and (body := _next(bodies)) is not None:
                due = started + mine / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                _note(run, post(body), due)

        self._with_lanes(lane, min(OPEN_CONNECTIONS, max(1, number)))
        run.seconds = time.perf_counter() - started
        return run

    def post(self, body: bytes) -> str | None:
        """One delivery; None when it was awarded, else what went wrong."""
        connection = self._connection(0)
        try:
            return self._post(connection, body)
        finally:
            connection.close()

    def _with_lanes(self, lane: Callable[[Callable[[bytes], str | None]], None], number: int) -> None:
        def run(connection: HTTPConnection) -> None:
            lane(lambda body: self._post(connection, body))
            connection.close()

        threads = [Thread(target=run, args=(self._connection(each),)) for each in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _connection(self, number: int) -> HTTPConnection:
        """Connections take the processes in turn, as behind a proxy."""
        return HTTPConnection("127.0.0.1", self.ports[number % len(self.ports)], timeout=PATIENCE_SECONDS)

    def _post(self, connection: HTTPConnection, body: bytes) -> str | None:
        try:
            connection.request("POST", self.path, body=body, headers=HEADERS)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            connection.close()
            return type(error).__name__
        if response.status != 200:
            return str(response.status)
        return None if AWARDED in answer else "not awarded"


def _next(bodies: deque[bytes]) -> bytes | None:
    try:
        return bodies.popleft()
    except IndexError:
        return None


def _note(run: Run, problem: str | None, since: float) -> None:
    if problem is None:
        run.milliseconds.append((time.perf_counter() - since) * 1_000)
    else:
        run.errors[problem] += 1
