"""Everybody's stacks, judged anew after a change of what they are made of and once a day, in slices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from app.issuing.stacks import jobs
from app.service import Service
from app.worker.slices import give_way, transaction

log = structlog.get_logger()


class Stacking:
    """Works through the jobs. `between` is called between two slices."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._between = between

    def work_through(self, stop: threading.Event) -> int:
        """Ask for what is due, and judge; how many slices. Stops after the slice in hand."""
        with self._database.read() as session:
            has_changes = jobs.has_changes(session)
        if has_changes:
            transaction(self._database, jobs.ask_for_changes)
        with self._database.read() as session:
            waiting = jobs.open_jobs(session)
        return sum(self._job(job_id, stop) for job_id in waiting)

    def _job(self, job_id: str, stop: threading.Event) -> int:
        slices, is_done = 0, False
        while not (is_done or stop.is_set()):
            started = time.monotonic()
            done = transaction(self._database, partial(jobs.go_on, office=self._office, job_id=job_id))
            is_done, slices = done.is_done, slices + 1
            if done.failed:
                log.warning("learners whose stacks could not be settled", job_id=job_id, learners=len(done.failed))
            if not is_done:
                give_way(self._database, time.monotonic() - started, self._between)
        return slices
