"""Asking LTI platforms: who is in a course, and what stands in our columns of its gradebook. Once a day, or by command.

Each answer is written down as a delivery of the platform's source and worked through like any other, so that what was
asked for can be looked at, replayed and explained as what was sent.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from app import clock
from app.credentials import strict_json
from app.errors import DeliveryConflict, FetchFailed, KeyUnavailable, ServiceError
from app.issuing import directory, inbox, issuers, lti, sources
from app.issuing.directory import Entry
from app.issuing.inbox import Received
from app.issuing.lti import LtiCourse, LtiLineItem, LtiPlatform
from app.lms.base import Authenticated
from app.lms.lti.results import learners_of
from app.outbound.lti import MEMBERS_SCOPE, RESULTS_SCOPE, Services
from app.outbound.network import Network
from app.service import Service

log = structlog.get_logger()

METHOD = "lti_pull"
SLICE_ITEMS = 100  # results in one delivery, as in a small push


@dataclass(slots=True)
class Findings:
    """What came of asking one platform."""

    courses: int = 0
    people: dict[str, int] = field(default_factory=dict)
    results: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class AskingLti:
    """Asks the platforms of one service. `network` None = the internet."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._service = service
        self._database = service.database
        self._network = network

    def ask_due(self, stop: threading.Event) -> int:
        """Ask every platform that is due, once a day each; how many. One that fails keeps no other waiting."""
        count = 0
        while not stop.is_set():
            with self._database.write() as session:
                platform_id = lti.platforms.take_due(session)
            if platform_id is None:
                break
            count += 1
            try:
                found = self.ask(platform_id)
            except ServiceError as error:
                log.warning("platform could not be asked", platform_id=platform_id, reason=_reason(error))
            except Exception:
                log.exception("platform could not be asked", platform_id=platform_id)
            else:
                log.info("platform asked", platform_id=platform_id, courses=found.courses, results=found.results)
        return count

    def ask(self, platform_id: str) -> Findings:
        """Ask one platform about all courses from which somebody launched. Raises FetchFailed, KeyUnavailable."""
        with self._database.read() as session:
            platform = lti.platforms.by_id(session, platform_id)
            courses = lti.launches.courses(session, platform)
            columns = {course.id: lti.launches.line_items(session, course) for course in courses}
        found = Findings()
        if not any(course.members_url or columns[course.id] for course in courses):
            return found
        services = self._enter(platform)
        for course in courses:
            try:
                with _named(course):
                    self._ask_course(platform, course, columns[course.id], services, found)
                self._note(course, None)
            except FetchFailed as error:
                found.failures.append(f"{course.title or course.context_id}: {error.reason}")
                self._note(course, error.reason)
        return found

    def _enter(self, platform: LtiPlatform) -> Services:
        office = self._service.office
        with self._database.read() as session:
            key = lti.keys.signer(session)
        if key is None:  # pragma: no cover - made with the first platform
            raise KeyUnavailable("This tool has no key yet; connect a platform")

        def sign(claims: dict[str, Any]) -> str:
            return lti.keys.sign(office, key, {**claims, "jti": clock.new_id()}, now=clock.now())

        scopes = (MEMBERS_SCOPE, RESULTS_SCOPE)
        return Services.enter(platform.token_url, platform.client_id, scopes, sign, network=self._network)

    def _ask_course(
        self,
        platform: LtiPlatform,
        course: LtiCourse,
        columns: list[LtiLineItem],
        services: Services,
        found: Findings,
    ) -> None:
        found.courses += 1
        if course.members_url is not None:
            for page in services.members(course.members_url):
                self._take_members(platform, page, found)
        for column in columns:
            for results in services.results(column.url):
                found.results += len(results)
                for first in range(0, len(results), SLICE_ITEMS):
                    self._take_results(platform, course, column, results[first : first + SLICE_ITEMS], found)

    def _take_members(self, platform: LtiPlatform, page: dict[str, Any], found: Findings) -> None:
        """Learn addresses: an address that is told here makes a pending person known."""
        for learner in learners_of(page, namespace=platform.iss):
            entry = Entry(0, learner.namespace, learner.source_id or "", learner.email or "", learner.display_name)
            with self._database.write() as session:
                issuer = issuers.by_id(session, platform.issuer_id)
                issuers.take_turn(session, issuer.id)
                actor = f"source:{platform.source_id}"
                came = directory.take(session, self._service.office, issuer, entry, actor=actor)
            found.people[str(came.verdict)] = found.people.get(str(came.verdict), 0) + 1

    def _take_results(
        self, platform: LtiPlatform, course: LtiCourse, column: LtiLineItem, results: list[Any], found: Findings
    ) -> None:
        line_item = {"id": column.url, "resource_id": column.resource_id, "context_id": course.context_id}
        document = {"line_item": line_item | {"label": course.title}, "results": results}
        payload = strict_json.dumps(document)
        key = "results:" + hashlib.sha256(payload).hexdigest()
        received = Received(Authenticated(key, payload, METHOD, platform.id), {}, payload)
        with self._database.write() as session:
            source = sources.by_id(session, platform.source_id)
            try:
                answer = inbox.receive(session, self._service.office, source, received)
            except DeliveryConflict:  # pragma: no cover - the key is the hash of the body
                return
        for item in answer["items"] or [{"outcome": answer["status"]}]:
            outcome = str(item["outcome"])
            found.outcomes[outcome] = found.outcomes.get(outcome, 0) + 1

    def _note(self, course: LtiCourse, error: str | None) -> None:
        with self._database.write() as session:
            kept = session.get_one(LtiCourse, course.id)
            kept.asked_at, kept.last_error = clock.now(), error


@contextmanager
def _named(course: LtiCourse) -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(course_id=course.id):
        yield


def _reason(error: ServiceError) -> str:
    return error.reason if isinstance(error, FetchFailed) else error.detail
