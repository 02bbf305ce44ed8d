"""Many badges in one go, by several processes, answered in the order in which they came."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from app import clock
from app.credentials.report import Report
from app.judging.children import Child
from app.judging.desk import Desk
from app.judging.lines import Entry
from app.outbound.documents import Allowance

_AHEAD = 4  # entries that are read before their turn, for each process


class Judged(NamedTuple):
    """An entry and its report; None when the entry has a problem instead."""

    entry: Entry
    report: Report | None


def judge_all(desk: Desk, entries: Iterable[Entry], *, jobs: int = 1) -> Generator[Judged, None, None]:
    """Judge each entry in one of `jobs` processes; each alone, whatever the others are.

    All of them together share one allowance of questions to other hosts; the answers are kept, so that a thousand
    badges of one issuer ask once. Leaving the iteration early ends the processes.
    """
    allowance = Allowance(fetches=500, bytes=128 * 1_048_576, seconds=600.0)
    free: queue.SimpleQueue[Child] = queue.SimpleQueue()
    children = [Child() for _ in range(jobs)]
    for child in children:
        free.put(child)

    def judge(entry: Entry) -> Judged:
        if entry.document is None:
            return Judged(entry, None)
        child = free.get()
        try:
            resolve, now = desk.resolver(allowance), clock.now()
            report = child.judge(
                entry.document, now=now, resolve=resolve, recipient=entry.recipient, known_in=desk.known_in
            )
        finally:
            free.put(child)
        return Judged(entry, report)

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
