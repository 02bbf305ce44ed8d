"""Many people who are put on a pathway, slice by slice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from app.issuing.stacks import mass_enrolling
from app.service import Service
from app.worker.runs import Later, Slices
from app.worker.slices import transaction


class Enrolling:
    """Works through what staff asked for. `between` is called between two slices, as thousands take minutes."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._between = between
        self._later = Later[str]()

    def work_through(self, stop: threading.Event) -> int:
        """Put people on pathways; how many slices. Stops after the slice in hand."""
        count = 0
        while not stop.is_set():
            waiting = self._later.waiting()
            lease = partial(mass_enrolling.lease, lease_seconds=self._lease_seconds, but=waiting)
            run_id = transaction(self._database, lease)
            if run_id is None:
                break
            count += self._later.attempt(run_id, partial(self._run, run_id, stop))
        return count

    def _run(self, run_id: str, stop: threading.Event) -> int:
        def step(session: Session, limit: int) -> bool:
            return mass_enrolling.step(session, self._office, run_id, limit=limit, lease_seconds=self._lease_seconds)

        slices = Slices(run_id, step, partial(mass_enrolling.pass_over, run_id=run_id))
        try:
            return slices.work_through(self._database, stop, self._between)
        finally:  # of no effect on one that has ended; who stops or fails has it no longer than it works on it
            transaction(self._database, partial(mass_enrolling.release, run_id=run_id))
