"""Uploaded files: checked and worked through in slices, each in a transaction that also stores how far it came.

A worker that is killed leaves an import whose lease runs out; the next one goes on with the row after the last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import Busy, Gone, InvalidInput, ServiceError, TooLarge
from app.issuing import imports
from app.issuing.imports import Import, ImportState, Leased
from app.lms import base as lms
from app.lms import csv
from app.service import Service
from app.worker.slices import SLICE_ITEMS, LeaseLost, give_way, transaction

log = structlog.get_logger()

Slice = Sequence[tuple[csv.Row, lms.Item]]
Progress = Callable[[Import], object]
T = TypeVar("T")


class Imports:
    """Works through imports that wait. `between` is called between two slices; `told` after each, with the import."""

    def __init__(
        self,
        service: Service,
        between: Callable[[], object],
        *,
        slice_rows: int = SLICE_ITEMS,
        told: Progress = lambda _: None,
    ) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._between = between
        self._slice_rows = slice_rows
        self._told = told

    def work_through(self, stop: threading.Event, *, only: str | None = None) -> int:
        """Deal with one import after the other, or with the one named; how many. Stops after the slice in hand."""
        count = 0
        while not stop.is_set():
            with self._database.write() as session:
                leased = imports.lease(session, lease_seconds=self._lease_seconds, only=only)
            if leased is None:
                break
            self._deal_with(leased, stop)
            count += 1
        return count

    def _deal_with(self, leased: Leased, stop: threading.Event) -> None:
        try:
            is_finished = self._process(leased, stop)
        except LeaseLost:
            log.warning("import was taken over or cancelled", import_id=leased.import_id)
        except Exception as error:
            log.exception("import failed", import_id=leased.import_id, attempt=leased.attempts)
            with self._database.write() as session:
                imports.mark_failed(session, leased, error=type(error).__name__)
        else:
            log.info("import worked on", import_id=leased.import_id, phase=leased.state, finished=is_finished)

    def _process(self, leased: Leased, stop: threading.Event) -> bool:
        try:
            with self._database.read() as session:
                table, settings = imports.open_file(session, self._office, leased.import_id)
                received_at = imports.by_id(session, leased.import_id).created_at
        except (InvalidInput, TooLarge, Gone) as error:
            problem: ServiceError = error
            self._held(leased, lambda session, found: imports.cannot_read(session, found, problem))
            return True
        is_run = leased.state == ImportState.RUNNING
        if not is_run and not self._held(leased, lambda session, found: imports.begin_check(session, found, table)):
            return True
        # A check stores nothing that anybody relies on, and begins anew; a run goes on where it stopped.
        rows = table.rows(after=leased.last_row if is_run else 0)
        items = ((row, csv.read_row(row, table.columns, settings, received_at=received_at)) for row in rows)
        return self._run(leased, items, stop) if is_run else self._check(leased, items, stop)

    def _check(self, leased: Leased, items: Iterator[tuple[csv.Row, lms.Item]], stop: threading.Event) -> bool:
        seen = imports.Seen()
        for part in self._slices(leased, items, stop):

            def work(session: Session, found: Import, part: Slice = part) -> imports.Seen:
                return imports.check(session, self._office, found, part, seen)

            seen.add(self._held(leased, work))
        return self._ended(leased, stop, imports.end_check)

    def _run(self, leased: Leased, items: Iterator[tuple[csv.Row, lms.Item]], stop: threading.Event) -> bool:
        for part in self._slices(leased, items, stop):
            self._run_slice(leased, part)
        return self._ended(leased, stop, imports.end_run)

    def _run_slice(self, leased: Leased, part: Slice) -> None:
        """One slice; where it cannot be done as a whole, row by row, so that one cannot hold up the others."""
        try:
            self._held(leased, lambda session, found: imports.run(session, self._office, found, part))
        except (LeaseLost, DBAPIError, Busy):
            raise
        except Exception as error:
            if len(part) > 1:
                log.warning("slice of an import not done, so row by row", reason=type(error).__name__)
                for each in part:
                    self._run_slice(leased, [each])
                return
            log.exception("row of an import failed", import_id=leased.import_id, row=part[0][0].number)
            name = type(error).__name__
            self._held(leased, lambda session, found: imports.note_failure(session, found, part[0][0], error=name))

    def _slices(
        self, leased: Leased, items: Iterator[tuple[csv.Row, lms.Item]], stop: threading.Event
    ) -> Iterator[Slice]:
        """The rows in slices, others having their turn in between; none any more once the worker is to stop."""
        while part := list(islice(items, self._slice_rows)):
            if stop.is_set():
                with self._database.write() as session:
                    imports.release(session, leased)
                return
            started = time.perf_counter()
            yield part
            give_way(self._database, time.perf_counter() - started, self._between)

    def _ended(self, leased: Leased, stop: threading.Event, end: Callable[[Session, Import], None]) -> bool:
        if stop.is_set():
            with self._database.write() as session:
                imports.release(session, leased)
            return False
        self._held(leased, end)
        return True

    def _held(self, leased: Leased, work: Callable[[Session, Import], T]) -> T:
        """Do a piece of work on an import that is still ours."""

        def on_held(session: Session) -> tuple[T, Import]:
            found = imports.hold(session, leased, lease_seconds=self._lease_seconds)
            if found is None:
                raise LeaseLost
            return work(session, found), found

        done, found = transaction(self._database, on_held)
        self._told(found)
        return done
