"""Endorsements from elsewhere, judged again. In a thread of its own, as the hosts that are asked may hang."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import datetime

import structlog

from app import clock
from app.issuing import received_endorsements
from app.judging.desk import Desk
from app.outbound.network import Network
from app.service import Service

log = structlog.get_logger()

NAME = "worker"
AT_ONCE = 20


class JudgingAgain:
    """Judges again what others signed. Several workers may do this at once: each judgement stands for itself."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        """`network` None = the internet."""
        self._service = service
        self._database = service.database
        self._network = network
        self._failed: dict[str, datetime] = {}

    def work_through(self, stop: threading.Event) -> int:
        """Judge some of those that are due; how many. Nobody is asked where strangers are not.

        One that fails keeps none of the others from being judged, now or later: the failure is raised after them, and
        its turn comes again when an hour has passed.
        """
        if not self._service.settings.verify_foreign:
            return 0
        tried_again = clock.now() - received_endorsements.ASKED_AGAIN_AFTER
        self._failed = {each: at for each, at in self._failed.items() if at > tried_again}
        with self._database.read() as session:
            due = received_endorsements.due(session, limit=AT_ONCE, but=self._failed)
        if not due:
            return 0
        count, failed = 0, None
        with closing(Desk(self._service, self._network)) as desk:
            for received_id, document in due:
                if stop.is_set():
                    break
                try:
                    self._judge(desk, received_id, document)
                    count += 1
                except Exception as error:
                    log.exception("endorsement not judged", endorsement_id=received_id)
                    self._failed[received_id] = clock.now()
                    failed = error
        if failed is not None:
            raise failed
        return count

    def _judge(self, desk: Desk, received_id: str, document: bytes) -> None:
        report = desk.judge(document)  # asks other hosts, so no transaction is open
        with self._database.write() as session:
            received_endorsements.note(session, received_id, report, actor=NAME)
