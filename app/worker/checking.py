"""Bulk checks: rows judged a few at each host, and stored in slices. In a thread of its own, as hosts may be slow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import structlog

from app.issuing import bulk_checks
from app.issuing.bulk_checks import BulkCheck, Finding, Leased, Reason
from app.judging.by_host import work_by_host
from app.judging.run import Run
from app.outbound.documents_of_a_run import Bounds
from app.outbound.network import Network
from app.service import Service
from app.worker.slices import SLICE_ITEMS, LeaseLost, transaction

log = structlog.get_logger()

LEASE_SHARE = 0.25
"""Of its lease a worker lets so much pass before it stores what it has, and with that holds the check longer."""

Progress = Callable[[BulkCheck], object]


class Checking:
    """Works through bulk checks that wait. `told` is called after each slice, with the check."""

    def __init__(
        self,
        service: Service,
        network: Network | None = None,
        *,
        bounds: Bounds | None = None,
        told: Progress = lambda _: None,
    ) -> None:
        """`network` None = the internet; `bounds` None = those of the settings."""
        self._service = service
        self._database = service.database
        self._lease_seconds = service.settings.lease_seconds
        self._network = network
        self._bounds = bounds
        self._told = told

    def work_through(self, stop: threading.Event, *, only: str | None = None) -> int:
        """Deal with one check after the other, or with the one named; how many. Stops after the rows in hand."""
        count = 0
        while not stop.is_set():
            with self._database.write() as session:
                leased = bulk_checks.lease(session, lease_seconds=self._lease_seconds, only=only)
            if leased is None:
                break
            self._deal_with(leased, stop)
            count += 1
        return count

    def _deal_with(self, leased: Leased, stop: threading.Event) -> None:
        try:
            with closing(Run(self._service, self._network, bounds=self._bounds)) as run:
                self._go_through(leased, run, stop)
        except LeaseLost:
            log.warning("bulk check was taken over or stopped", check_id=leased.check_id)
        except Exception as error:
            log.exception("bulk check failed", check_id=leased.check_id, attempt=leased.attempts)
            with self._database.write() as session:
                bulk_checks.mark_failed(session, leased, error=type(error).__name__)

    def _go_through(self, leased: Leased, run: Run, stop: threading.Event) -> None:
        with self._database.read() as session:
            rows = bulk_checks.waiting(session, leased)

        def judge(row: int) -> Finding:
            return self._judge(leased, run, row)

        bounds = run.bounds
        found = work_by_host(
            rows,
            judge,
            jobs=bounds.jobs,
            at_one_host=bounds.at_one_host,
            stop=stop,
            slice_items=SLICE_ITEMS,
            slice_seconds=self._lease_seconds * LEASE_SHARE,
        )
        with closing(found):
            for part in found:
                self._store(leased, part)
        if stop.is_set():
            with self._database.write() as session:
                bulk_checks.release(session, leased)
            return
        ended = transaction(self._database, lambda session: bulk_checks.end(session, leased))
        if ended is None:
            raise LeaseLost
        self._told(ended)
        log.info("bulk check gone through", check_id=leased.check_id, rows=ended.row_count, state=ended.state)

    def _judge(self, leased: Leased, run: Run, row: int) -> Finding:
        """One row. An error of ours is its answer, so that it holds up no other."""
        with self._database.read() as session:
            stated = bulk_checks.stated(session, leased, row)
        try:
            return run.judge(row, stated)
        except Exception:
            log.exception("row of a bulk check failed", check_id=leased.check_id, row=row)
            return bulk_checks.not_checked([row], Reason.FAILED)[0]

    def _store(self, leased: Leased, part: list[Finding]) -> None:
        seconds = self._lease_seconds
        held = transaction(
            self._database, lambda session: bulk_checks.store(session, leased, part, lease_seconds=seconds)
        )
        if held is None:
            raise LeaseLost
        self._told(held)
