"""Badges whose key was revoked, signed anew: slice by slice, each in a transaction, so that 50,000 hold nobody up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.orm import Session

from app.issuing import key_compromise
from app.service import Service
from app.worker.slices import give_way, transaction

log = structlog.get_logger()

SLICE_AWARDS = 25  # signed in one transaction, which holds the issuer's turn for some tenths of a second
AGAIN_SECONDS = 60  # after a round that left something


class Reissuing:
    """Works through the open cases of `key_compromise`.

    `between` is called between two slices: what else the worker does must not wait for tens of thousands of badges.
    """

    def __init__(
        self,
        service: Service,
        between: Callable[[], object],
        *,
        actor: str = "worker",
        slice_awards: int = SLICE_AWARDS,
    ) -> None:
        self._database = service.database
        self._office = service.office
        self._between = between
        self._actor = actor
        self._slice_awards = slice_awards
        self._not_before: dict[str, float] = {}

    def work_through(self, stop: threading.Event) -> int:
        """Sign anew whatever waits, of every issuer; how many awards. Stops after the slice in hand.

        An issuer whose round left something (a badge that cannot be signed) is passed over for a minute.
        """
        with self._database.read() as session:
            cases = key_compromise.open_cases(session)
        count = 0
        for issuer_id in cases:
            if not stop.is_set() and time.monotonic() >= self._not_before.get(issuer_id, 0.0):
                count += self.of_issuer(issuer_id, stop)
        return count

    def of_issuer(self, issuer_id: str, stop: threading.Event) -> int:
        """Sign anew whatever waits of one issuer; how many awards."""
        count, after = 0, ""
        while not stop.is_set():
            with self._database.read() as session:
                award_ids = key_compromise.next_slice(session, issuer_id, after=after, limit=self._slice_awards)
            if not award_ids:
                self._close(issuer_id)
                break
            started = time.perf_counter()
            count += self._slice(issuer_id, award_ids)
            after = award_ids[-1]
            give_way(self._database, time.perf_counter() - started, self._between)
        if count:
            log.info("badges signed anew", issuer_id=issuer_id, count=count)
        return count

    def _slice(self, issuer_id: str, award_ids: Sequence[str]) -> int:
        """One slice; where it cannot be signed as a whole, award by award, so that one cannot hold up the others."""
        try:
            return self._transaction(issuer_id, award_ids)
        except Exception as error:
            if len(award_ids) == 1:
                log.exception("badge not signed anew", award_id=award_ids[0])
                return 0
            log.warning("slice not signed anew, so one by one", reason=type(error).__name__)
        return sum(self._slice(issuer_id, [award_id]) for award_id in award_ids)

    def _transaction(self, issuer_id: str, award_ids: Sequence[str]) -> int:
        def work(session: Session) -> int:
            return key_compromise.reissue(session, self._office, issuer_id, award_ids, actor=self._actor)

        return transaction(self._database, work)

    def _close(self, issuer_id: str) -> None:
        with self._database.write() as session:
            is_closed = key_compromise.close_case(session, issuer_id, actor=self._actor)
        if not is_closed:
            self._not_before[issuer_id] = time.monotonic() + AGAIN_SECONDS
