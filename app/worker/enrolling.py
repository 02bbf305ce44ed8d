"""Many people who are put on a pathway, slice by slice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from app.errors import Busy, KeyUnavailable, NoSigningKey
from app.issuing.stacks import mass_enrolling
from app.service import Service
from app.worker.slices import SLICE_ITEMS, give_way, transaction

log = structlog.get_logger()

_OURS = (Busy, KeyUnavailable, NoSigningKey, DBAPIError)


class Enrolling:
    """Works through what staff asked for. `between` is called between two slices, as thousands take minutes."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._between = between

    def work_through(self, stop: threading.Event) -> int:
        """Put people on pathways; how many slices. Stops after the slice in hand."""
        count = 0
        while not stop.is_set():
            run_id = transaction(self._database, partial(mass_enrolling.lease, lease_seconds=self._lease_seconds))
            if run_id is None:
                break
            count += self._run(run_id, stop)
        return count

    def _run(self, run_id: str, stop: threading.Event) -> int:
        slices, goes_on = 0, True
        while goes_on:
            if stop.is_set():
                transaction(self._database, partial(mass_enrolling.release, run_id=run_id))
                break
            started = time.perf_counter()
            goes_on = self._slice(run_id)
            slices += 1
            if goes_on:
                give_way(self._database, time.perf_counter() - started, self._between)
        return slices

    def _slice(self, run_id: str, limit: int = SLICE_ITEMS) -> bool:
        """One slice; where it cannot be done as a whole, one by one, so that one cannot hold up the others."""
        step = partial(
            mass_enrolling.step,
            office=self._office,
            run_id=run_id,
            limit=limit,
            lease_seconds=self._lease_seconds,
        )
        try:
            return transaction(self._database, step)
        except _OURS:
            raise
        except Exception as error:
            if limit > 1:
                log.warning("slice of enrolments not done, so one by one", run_id=run_id, reason=type(error).__name__)
                return all(self._slice(run_id, 1) for _ in range(limit))
            log.exception("enrolment failed", run_id=run_id)
            return transaction(self._database, partial(mass_enrolling.pass_over, run_id=run_id))
