"""Badges from elsewhere, checked again every day. In a thread of its own, as the hosts that are asked may hang."""

from __future__ import annotations

import threading
from contextlib import closing

import structlog

from app.errors import NotFound
from app.issuing import kept_badges
from app.judging.by_host import work_by_host
from app.judging.desk import Desk, own_hosts
from app.outbound.documents_of_a_run import Bounds, DocumentsOfARun
from app.outbound.network import Network
from app.service import Service

log = structlog.get_logger()

AT_ONCE = 200
BOUNDS = Bounds(jobs=4, seconds=300.0)
"""Of one slice. A host that does not answer is given up for the slice, so that the others' badges get their turn."""


class CheckingKept:
    """Checks the badges that people keep. Several workers may do this at once: each check stands for itself."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        """`network` None = the internet."""
        self._service = service
        self._database = service.database
        self._network = network

    def work_through(self, stop: threading.Event) -> int:
        """Check some of those that are due; how many. Nobody is asked where strangers are not."""
        if not self._service.settings.verify_foreign:
            return 0
        with self._database.read() as session:
            due = kept_badges.due(session, limit=AT_ONCE)
        if not due:
            return 0
        never_hosts = own_hosts(self._service.office.every)
        documents = DocumentsOfARun(self._network, bounds=BOUNDS, never_hosts=never_hosts)
        with closing(Desk(self._service, documents=documents)) as desk:

            def check(kept_id: str) -> None:
                self._check(desk, kept_id)

            done = work_by_host(due, check, jobs=BOUNDS.jobs, at_one_host=BOUNDS.at_one_host, stop=stop)
            with closing(done):
                count = sum(map(len, done))
        log.info("badges from elsewhere checked", count=count)
        return count

    def _check(self, desk: Desk, kept_id: str) -> None:
        """Check one. A failure is noted, so that it keeps none of the others from their turn."""
        try:
            with self._database.read() as session:
                asked = kept_badges.to_check(session, kept_id)
            report = desk.judge(asked.document, recipient=asked.names)  # asks other hosts: no transaction is open
            with self._database.write() as session:
                kept_badges.note(session, asked, report)
        except NotFound:
            return  # removed meanwhile
        except Exception:
            log.exception("badge from elsewhere not checked", kept_id=kept_id)
            with self._database.write() as session:
                kept_badges.note_failure(session, kept_id)
