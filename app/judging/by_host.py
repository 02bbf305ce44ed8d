"""Work on many things at once, a few at each host: whoever answers slowly holds up nobody but himself."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Thing = TypeVar("Thing")
Done = TypeVar("Done")


def work_by_host(
    things: Iterable[tuple[str, Thing]],
    work: Callable[[Thing], Done],
    *,
    jobs: int,
    at_one_host: int,
    stop: threading.Event,
    slice_items: int = 1,
    slice_seconds: float | None = None,
) -> Generator[list[Done], None, None]:
    """Do `work` for each thing in `jobs` threads, at most so many of one host at once; yields what is done, in slices.

    A slice ends when `slice_items` are done, or after `slice_seconds` with what there is, which may be nothing: so
    whoever reads comes to their turn however slow everybody is. None = no time ends one.
    Hosts take turns; the host "" is nobody's, and has no limit of its own. Once `stop` is set no more is begun. What
    `work` raises is raised here.
    """
    waiting: OrderedDict[str, deque[Thing]] = OrderedDict()
    for host, thing in things:
        waiting.setdefault(host, deque()).append(thing)
    running: dict[Future[Done], str] = {}
    busy: Counter[str] = Counter()
    part: list[Done] = []
    began = time.monotonic()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="checking")
    try:
        while True:
            while not stop.is_set() and len(running) < jobs:
                if (free := _next(waiting, busy, at_one_host)) is None:
                    break
                running[pool.submit(work, waiting[free].popleft())] = free
                busy[free] += 1
                waiting.move_to_end(free)
                if not waiting[free]:
                    del waiting[free]
            if not running:
                break
            left = None if slice_seconds is None else max(0.0, began + slice_seconds - time.monotonic())
            done, _others = wait(running, left, return_when=FIRST_COMPLETED)
            for each in done:
                busy[running.pop(each)] -= 1
                part.append(each.result())
            is_late = slice_seconds is not None and time.monotonic() >= began + slice_seconds
            if len(part) >= slice_items or is_late:
                yield part
                part, began = [], time.monotonic()
        if part:
            yield part
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _next(waiting: Iterable[str], busy: Counter[str], at_one_host: int) -> str | None:
    return next((host for host in waiting if not host or busy[host] < at_one_host), None)
