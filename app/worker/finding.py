"""Asking sources who somebody is whom they only named. Outside of any transaction; one answer, one transaction."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog

from app import clock
from app.errors import ServiceError
from app.issuing import identification, issuers, learners, sources
from app.issuing.identification import FoundPerson, PersonFinder, Question, Via
from app.lms.base import SourceConfig
from app.service import Service

log = structlog.get_logger()

AT_ONCE = 20  # people asked for between two looks at the inbox


class Finding:
    """Goes through the people who are pending. `finders` says by source type whom to ask; without one, nobody is."""

    def __init__(self, service: Service, finders: Mapping[str, PersonFinder]) -> None:
        self._database = service.database
        self._office = service.office
        self._finders = finders

    def work_through(self, stop: threading.Event) -> int:
        """Ask for some of the people who were not asked for since a day; how many became known."""
        if not self._finders:
            return 0
        with self._database.read() as session:
            asked = identification.questions(session, sorted(self._finders), limit=AT_ONCE)
        count = 0
        for question in asked:
            if stop.is_set():
                break
            count += self._ask(question)
        return count

    def _ask(self, question: Question) -> bool:
        """Ask for one person. What goes wrong is logged, and asked again after a day."""
        found = self._find(question)
        with self._database.write() as session:
            identification.note_asked(session, question, at=clock.now())
        if found is None or found.email is None:
            return False
        try:
            with self._database.write() as session:
                issuers.take_turn(session, question.issuer_id)
                learner = learners.by_id(session, issuers.by_id(session, question.issuer_id), question.learner_id)
                if not learners.is_pending(learner):  # somebody else said it meanwhile
                    return False
                identification.give_address(
                    session,
                    self._office,
                    learner,
                    found.email,
                    via=Via.SOURCE,
                    actor="worker",
                    display_name=found.display_name,
                )
        except ServiceError as error:
            log.warning("person not identified", learner_id=question.learner_id, reason=error.slug)
            return False
        return True

    def _find(self, question: Question) -> FoundPerson | None:
        config = self._config(question)
        try:
            finder = self._finders[question.source_type]
            return finder.find(config, namespace=question.namespace, source_id=question.identity)
        except Exception:
            log.exception("source did not say who somebody is", source_id=question.source_id)
            return None

    def _config(self, question: Question) -> SourceConfig:
        with self._database.read() as session:
            return sources.config(self._office, sources.by_id(session, question.source_id))
