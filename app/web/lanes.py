"""Lanes for work that may take its time: a few places each, apart from the threads of all other requests.

Whoever judges a stranger's badge waits for strangers' hosts. If that took a request's thread, sixteen slow hosts could
keep every learning system waiting (trust.md, N15). So these run in threads of their own; who finds no place in time is
told to come again, and who waits holds no thread.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import anyio.to_thread

from app.errors import Busy

T = TypeVar("T")
_RETRY_AFTER_SECONDS = 5


class Lane:
    """Runs at most `places` pieces of work at once; `most_waiting` more may wait, `wait_seconds` at most."""

    def __init__(self, *, places: int, most_waiting: int = 16, wait_seconds: float = 3.0) -> None:
        self._places = anyio.Semaphore(places)
        # The semaphore counts; the limiter only keeps these threads out of the number that all others share.
        self._threads = anyio.CapacityLimiter(math.inf)
        self._most_waiting = most_waiting
        self._wait_seconds = wait_seconds
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the work returns. Raises Busy when there is no place in time, else what the work raises."""
        async with self.place():
            return await self.in_thread(work)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold one of the places. Raises Busy when there is none in time."""
        await self._enter()
        try:
            yield
        finally:
            self._places.release()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What the work returns, for whoever holds a place."""
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    async def _enter(self) -> None:
        if self._waiting >= self._most_waiting:
            raise _busy()
        self._waiting += 1
        try:
            with anyio.fail_after(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1


def _busy() -> Busy:
    return Busy("Too many badges are being checked at once", retry_after_seconds=_RETRY_AFTER_SECONDS)
