"""What the worker does for somebody in many slices: one that fails is tried later, and holds up nobody else's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.db import Database
from app.errors import Busy, KeyUnavailable, NoSigningKey
from app.worker.slices import SLICE_ITEMS, give_way, transaction

log = structlog.get_logger()

AGAIN_AFTER = timedelta(minutes=1)  # what failed: not at every tick, with its stack in the log each time
_OURS = (Busy, KeyUnavailable, NoSigningKey, DBAPIError)  # no fault of the one whose turn it is: all wait

Key = TypeVar("Key", bound=Hashable)


class Later(Generic[Key]):
    """What failed, and when it is tried once more. Each worker remembers its own, and forgets it with its end."""

    def __init__(self) -> None:
        self._again_at: dict[Key, datetime] = {}

    def waiting(self) -> frozenset[Key]:
        """What is not to be tried yet."""
        self._again_at = {key: moment for key, moment in self._again_at.items() if moment > clock.now()}
        return frozenset(self._again_at)

    def attempt(self, key: Key, work: Callable[[], int]) -> int:
        """What `work` returns; 0 when it fails or failed a moment ago, so that the others come to their turn."""
        if key in self.waiting():
            return 0
        try:
            return work()
        except Exception:
            self._again_at[key] = clock.now() + AGAIN_AFTER
            log.exception("work failed, and comes again", subject=key)
            return 0


@dataclass(frozen=True, slots=True)
class Slices:
    """A run of many: `step` does the next so many and says whether more is to come, `pass_over` leaves one out."""

    run_id: str
    step: Callable[[Session, int], bool]
    pass_over: Callable[[Session], bool]

    def next(self, database: Database, limit: int = SLICE_ITEMS) -> bool:
        """One slice; where it cannot be done as a whole, one by one, so that one cannot hold up the others."""
        try:
            return transaction(database, partial(self._step, limit=limit))
        except _OURS:
            raise
        except Exception as error:
            if limit > 1:
                log.warning("slice not done, so one by one", run_id=self.run_id, reason=type(error).__name__)
                return all(self.next(database, 1) for _ in range(limit))
            log.exception("one of many failed", run_id=self.run_id)
            return transaction(database, self.pass_over)

    def work_through(self, database: Database, stop: threading.Event, between: Callable[[], object]) -> int:
        """Slice after slice until nothing is left or `stop` is set; how many. `between` is called after each."""
        count, goes_on = 0, True
        while goes_on and not stop.is_set():
            started = time.perf_counter()
            goes_on = self.next(database)
            count += 1
            give_way(database, time.perf_counter() - started, between)
        return count

    def _step(self, session: Session, limit: int) -> bool:
        return self.step(session, limit)
