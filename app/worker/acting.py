"""What staff asked for and whose moment has come: acts on many awards, and awards that were scheduled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from app import clock
from app.errors import Busy, KeyUnavailable, NoSigningKey
from app.issuing import bulk_doing, scheduled_awards
from app.service import Service
from app.worker.slices import SLICE_ITEMS, give_way, transaction

log = structlog.get_logger()

AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=1)  # what failed for a reason of ours: not at every tick
_OURS = (Busy, KeyUnavailable, NoSigningKey, DBAPIError)


class Acting:
    """Works through what is due. `between` is called between two slices, as an act on many awards takes minutes."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._between = between
        self._again_at: dict[str, datetime] = {}  # what failed -> when to try once more

    def work_through(self, stop: threading.Event) -> int:
        """Do what is due now; how many acts and awards were dealt with. Stops after the slice in hand."""
        self._again_at = {key: moment for key, moment in self._again_at.items() if moment > clock.now()}
        return self._scheduled(stop) + self._bulk(stop)

    def _scheduled(self, stop: threading.Event) -> int:
        count = 0
        with self._database.read() as session:
            due = scheduled_awards.due(session, limit=AT_ONCE + len(self._again_at))
        for scheduled_id in due:
            if stop.is_set():
                break
            count += self._try(scheduled_id, partial(self._make, scheduled_id))
        return count

    def _make(self, scheduled_id: str) -> int:
        make = partial(scheduled_awards.make, office=self._office, scheduled_id=scheduled_id)
        return int(transaction(self._database, make))

    def _bulk(self, stop: threading.Event) -> int:
        with self._database.read() as session:
            due = bulk_doing.due(session, limit=AT_ONCE + len(self._again_at))
        return sum(self._try(act_id, partial(self._carry_out, act_id, stop)) for act_id in due if not stop.is_set())

    def _carry_out(self, act_id: str, stop: threading.Event) -> int:
        goes_on = True
        while goes_on and not stop.is_set():
            started = time.perf_counter()
            goes_on = self._slice(act_id)
            give_way(self._database, time.perf_counter() - started, self._between)
        return 1

    def _slice(self, act_id: str, limit: int = SLICE_ITEMS) -> bool:
        """One slice; where it cannot be done as a whole, award by award, so that one cannot hold up the others."""
        step = partial(bulk_doing.step, office=self._office, act_id=act_id, limit=limit)
        try:
            return transaction(self._database, step)
        except _OURS:
            raise
        except Exception as error:
            if limit > 1:
                log.warning("slice of a bulk act not done, so one by one", act_id=act_id, reason=type(error).__name__)
                return all(self._slice(act_id, 1) for _ in range(limit))
            log.exception("award of a bulk act failed", act_id=act_id)
            return transaction(self._database, partial(bulk_doing.pass_over, act_id=act_id))

    def _try(self, key: str, work: Callable[[], int]) -> int:
        if key in self._again_at:
            return 0
        try:
            return work()
        except Exception:
            self._again_at[key] = clock.now() + AGAIN_AFTER
            log.exception("what staff asked for failed, and comes again", subject_id=key)
            return 0
