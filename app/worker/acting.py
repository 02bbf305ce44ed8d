"""What staff asked for and whose moment has come: acts on many awards, and awards that were scheduled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from app.issuing import bulk_doing, scheduled_awards
from app.service import Service
from app.worker.runs import Later, Slices
from app.worker.slices import transaction

AT_ONCE = 50


class Acting:
    """Works through what is due. `between` is called between two slices, as an act on many awards takes minutes."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._between = between
        self._later = Later[str]()

    def work_through(self, stop: threading.Event) -> int:
        """Do what is due now; how many acts and awards were dealt with. Stops after the slice in hand."""
        return self._scheduled(stop) + self._bulk(stop)

    def _scheduled(self, stop: threading.Event) -> int:
        count = 0
        with self._database.read() as session:
            due = scheduled_awards.due(session, limit=AT_ONCE + len(self._later.waiting()))
        for scheduled_id in due:
            if stop.is_set():
                break
            count += self._later.attempt(scheduled_id, partial(self._make, scheduled_id))
        return count

    def _make(self, scheduled_id: str) -> int:
        make = partial(scheduled_awards.make, office=self._office, scheduled_id=scheduled_id)
        return int(transaction(self._database, make))

    def _bulk(self, stop: threading.Event) -> int:
        count = 0
        with self._database.read() as session:
            due = bulk_doing.due(session, limit=AT_ONCE + len(self._later.waiting()))
        for act_id in due:
            if stop.is_set():
                break
            count += self._later.attempt(act_id, partial(self._carry_out, act_id, stop))
        return count

    def _carry_out(self, act_id: str, stop: threading.Event) -> int:
        def step(session: Session, limit: int) -> bool:
            return bulk_doing.step(session, self._office, act_id, limit=limit)

        slices = Slices(act_id, step, partial(bulk_doing.pass_over, act_id=act_id))
        slices.work_through(self._database, stop, self._between)
        return 1
