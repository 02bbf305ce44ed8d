"""Decisions that are due: delays and graces that are over, what the brake held, and backfills."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy.orm import Session

from app.issuing import achievements, backfills, issuers
from app.issuing.rulings import rule_on, schedule, whom
from app.issuing.rulings.schedule import ScheduledDecision
from app.service import Service
from app.worker.runs import Later
from app.worker.slices import give_way, transaction

log = structlog.get_logger()

SLICE_LEARNERS = 25  # decided in one transaction, which holds the issuer's turn
SLICE_DECISIONS = 25
ACTOR = "worker"


class Deciding:
    """Works through what is due. `between` is called between two slices, as a backfill takes minutes."""

    def __init__(self, service: Service, between: Callable[[], object]) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._between = between
        self._later = Later[tuple[str, str]]()  # learner and achievement
        self._later_backfills = Later[str]()

    def work_through(self, stop: threading.Event) -> int:
        """Decide what is due now, and go on with backfills; how many decisions. Stops after the slice in hand."""
        return self._scheduled(stop) + self._backfills(stop)

    def _scheduled(self, stop: threading.Event) -> int:
        count = 0
        while not stop.is_set():
            waiting = self._later.waiting()
            with self._database.read() as session:
                due = schedule.due(session, limit=SLICE_DECISIONS + len(waiting))
            due = [each for each in due if (each.learner_id, each.achievement_id) not in waiting]
            if not due:
                break
            for decision in due:
                if stop.is_set():
                    break
                decide = partial(transaction, self._database, partial(self._decide, decision=decision))
                count += self._later.attempt((decision.learner_id, decision.achievement_id), decide)
        return count

    def _decide(self, session: Session, decision: ScheduledDecision) -> int:
        issuers.take_turn(session, decision.issuer_id)
        if not schedule.take(session, decision):
            return 0
        learner = whom(session, decision.learner_id)
        if learner is None:
            return 0
        achievement = achievements.by_id(session, decision.achievement_id)
        rule_on(session, self._office, learner, achievement, actor=ACTOR)
        return 1

    def _backfills(self, stop: threading.Event) -> int:
        count = 0
        while not stop.is_set():
            waiting = self._later_backfills.waiting()
            with self._database.write() as session:
                backfill_id = backfills.lease(session, lease_seconds=self._lease_seconds, but=waiting)
            if backfill_id is None:
                break
            count += self._later_backfills.attempt(backfill_id, partial(self._backfill, backfill_id, stop))
        return count

    def _backfill(self, backfill_id: str, stop: threading.Event) -> int:
        slices, goes_on = 0, True
        while goes_on:
            if stop.is_set():
                with self._database.write() as session:
                    backfills.release(session, backfill_id)
                break
            started = time.perf_counter()
            goes_on = transaction(self._database, partial(self._step, backfill_id=backfill_id))
            slices += 1
            if goes_on:
                give_way(self._database, time.perf_counter() - started, self._between)
        log.info("backfill went on", backfill_id=backfill_id, slices=slices, ended=not goes_on)
        return slices

    def _step(self, session: Session, backfill_id: str) -> bool:
        return backfills.step(
            session, self._office, backfill_id, limit=SLICE_LEARNERS, lease_seconds=self._lease_seconds
        )
