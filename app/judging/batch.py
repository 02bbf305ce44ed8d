"""Many badges in one go, by several processes, answered in the order in which they came."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NamedTuple

from app import clock
from app.credentials import covering
from app.credentials.report import Report
from app.errors import ServiceError
from app.judging.children import Child
from app.judging.desk import Desk
from app.judging.lines import Entry
from app.outbound.documents import Allowance

MOST_FETCHES = 500
MOST_BYTES = 128 * 1_048_576
_AHEAD = 4  # entries that are read before their turn, for each process


class Judged(NamedTuple):
    """An entry and its report; None when the entry has a problem instead."""

    entry: Entry
    report: Report | None


class _Budget:
    """What a heap may ask of other hosts altogether. Above it, badges of other issuers cannot be told."""

    def __init__(self) -> None:
        self._fetches, self._bytes = MOST_FETCHES, MOST_BYTES
        self._lock = threading.Lock()

    @contextmanager
    def share(self) -> Iterator[Allowance]:
        """The allowance of one entry; what it used is taken off afterwards."""
        usual = Allowance()
        with self._lock:
            given = Allowance(fetches=min(usual.fetches, self._fetches), bytes=min(usual.bytes, self._bytes))
        before = (given.fetches, given.bytes)
        try:
            yield given
        finally:
            with self._lock:
                self._fetches -= before[0] - given.fetches
                self._bytes -= before[1] - given.bytes


def judge_all(desk: Desk, entries: Iterable[Entry], *, jobs: int = 1) -> Generator[Judged, None, None]:
    """Judge each entry in one of `jobs` processes; each alone, whatever the others are.

    Each has the time and the questions to other hosts of a badge that comes alone, as long as all of them together
    did not ask too much; answers are kept, so that a thousand badges of one issuer ask once. Leaving the iteration
    early ends the processes.
    """
    budget = _Budget()
    free: queue.SimpleQueue[Child] = queue.SimpleQueue()
    children = [Child() for _ in range(jobs)]
    for child in children:
        free.put(child)

    def judge(entry: Entry) -> Judged:
        if entry.document is None:
            return Judged(entry, None)
        child = free.get()
        try:
            with budget.share() as allowance:
                report = child.judge(
                    entry.document,
                    now=clock.now(),
                    resolve=desk.resolver(allowance),
                    recipient=entry.recipient,
                    known_in=desk.known_in,
                )
        except ServiceError as problem:  # of this entry alone: the others get their answers
            return Judged(replace(entry, document=None, problem=problem), None)
        finally:
            free.put(child)
        return Judged(entry, covering.checked(report, entry.document))

    pool = ThreadPoolExecutor(jobs, thread_name_prefix="judging")
    try:
        waiting: deque[Future[Judged]] = deque()
        for entry in entries:
            waiting.append(pool.submit(judge, entry))
            if len(waiting) >= jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            with suppress(OSError):
                child.close()
