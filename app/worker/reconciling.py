"""Asking platforms for what their pushes may have lost: nightly, or by command. At most one request on its way.

What nobody sent becomes a delivery like any other, so that it can be looked at, explained and replayed.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from app import clock
from app.errors import (
    FetchFailed,
    LearnerErased,
    LearnerUnclear,
    NotAPerson,
    NotFound,
    PlatformRefused,
    ServiceError,
    Throttled,
)
from app.issuing import inbox, issuers, learners, reconciling, sources
from app.issuing.identification import FoundPerson
from app.issuing.inbox import Received, parked
from app.issuing.reconciling import PullConfig, ReconciliationRun
from app.lms import base as lms
from app.lms import pulled
from app.lms.base import Authenticated, SourceConfig
from app.outbound.network import Network
from app.outbound.reconcile import RECONCILERS, Asker, Page
from app.service import Service

log = structlog.get_logger()

SLICE_ITEMS = 100  # facts in one delivery, as in a small push


class Reconciling:
    """Asks the platforms of one service. `network` None = the internet."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._database = service.database
        self._office = service.office
        self._own_platforms = tuple(service.settings.own_platforms)
        self._network = network

    def work_through(self, stop: threading.Event) -> int:
        """Ask every platform that is due; how many. One that fails keeps no other from being asked."""
        count = 0
        while not stop.is_set():
            with self._database.write() as session:
                source_id = reconciling.lease(session)
            if source_id is None:
                break
            self._ask(source_id, stop)
            count += 1
        return count

    def ask_now(self, source_id: str) -> ReconciliationRun:
        """Ask one platform now, and return the run with its report.

        Raises NotFound when the source is not asked, or is being asked by a worker; FetchFailed when it did not answer.
        """
        with self._database.write() as session:
            source = sources.by_id(session, source_id)
            reconciling.of_source(session, source)
            is_ours = reconciling.lease(session, source_id=source_id) is not None
            run_id = reconciling.of_source(session, source).cursor["run"] if is_ours else ""
        if not is_ours:
            raise NotFound("This source is being asked by a worker at present; look at its report in a while")
        failure = self._ask(source_id, threading.Event())
        if failure is not None:
            raise failure
        with self._database.read() as session:
            return session.get_one(ReconciliationRun, run_id)

    def _ask(self, source_id: str, stop: threading.Event) -> ServiceError | None:
        """One run, from where it stands. What stopped it, or None when it came to its end."""
        try:
            with self._database.read() as session:
                source = sources.by_id(session, source_id)
                config = reconciling.config_of(session, self._office, source)
            self._run(config, stop)
        except reconciling.Overtaken:
            log.warning("platform is asked by somebody else now", source_id=source_id)
        except Throttled as pause:
            self._break_off(source_id, pause.reason, timedelta(seconds=pause.seconds))
            return pause
        except ServiceError as error:
            reason = error.reason if isinstance(error, FetchFailed) else error.detail
            log.warning("platform could not be asked", source_id=source_id, reason=reason)
            self._break_off(source_id, _told(error), None)
            return error
        except Exception as error:
            log.exception("platform could not be asked", source_id=source_id)
            self._break_off(source_id, type(error).__name__, None)
            raise
        return None

    def _run(self, config: PullConfig, stop: threading.Event) -> None:
        reconciler = RECONCILERS[config.source_type]
        with self._database.read() as session:
            place = reconciling.position(session, config.source_id)
            kept = reconciling.kept_from_last(session, config.source_id)
        now = clock.now()
        for page in reconciler.pages(config, self._asker(config), place=place, kept=kept, now=now):
            self._take(config, page, by_day=not reconciler.tells_keys)
            place = page.place
            if stop.is_set():
                self._break_off(config.source_id, "The worker was stopped", timedelta(0))
                return
        keep = reconciler.kept(config, place, started_at=config.run_started_at or now)
        with self._database.write() as session:
            reconciling.finish(session, config, keep=keep)
        log.info("platform asked", source_id=config.source_id)

    def _take(self, config: PullConfig, page: Page, *, by_day: bool) -> None:
        """Deliver what no push has brought, and write down how far the run came, page by page."""
        completions = [item for item in page.items if isinstance(item, lms.Completion | lms.Voiding)]
        unreadable = [f"{page.subject}: {item.detail}" for item in page.items if isinstance(item, lms.Unreadable)]
        with self._database.read() as session:
            source = sources.by_id(session, config.source_id)
            missed = reconciling.missing(session, source, completions, by_day=by_day)
        counts: Counter[str] = Counter(pages=1, seen=len(completions), missed=len(missed))
        self._learn_addresses(config, completions)
        for first in range(0, len(missed), SLICE_ITEMS):
            counts.update(self._deliver(config, missed[first : first + SLICE_ITEMS]))
        with self._database.write() as session:
            reconciling.note_page(session, config, place=page.place, counts=dict(counts), failures=unreadable)

    def _learn_addresses(self, config: PullConfig, items: Sequence[lms.Completion | lms.Voiding]) -> None:
        """Somebody whom a push only named may be named with an address here; what waited for that is decided."""
        for item in items:
            if not isinstance(item, lms.Completion) or item.learner.email is None:
                continue
            stated = item.learner
            with self._database.read() as session:
                issuer = issuers.by_id(session, sources.by_id(session, config.source_id).issuer_id)
                learner = learners.find_by_identity(session, issuer, stated.namespace, stated.source_id)
                if learner is None or not learners.is_pending(learner):
                    continue
            with self._database.write() as session:
                issuers.take_turn(session, issuer.id)  # before anybody is read: a push may say the same right now
                with suppress(LearnerErased, LearnerUnclear, NotAPerson):  # who stays pending, for staff to see
                    learners.resolve(
                        session,
                        issuer,
                        namespace=stated.namespace,
                        source_id=stated.source_id,
                        email=stated.email,
                        display_name=stated.display_name,
                        sealer=self._office.sealer,
                    )
                    parked.catch_up(session, self._office)

    def _deliver(self, config: PullConfig, items: Sequence[lms.Completion | lms.Voiding]) -> dict[str, int]:
        payload = pulled.write(items)
        key = "pull:" + hashlib.sha256(payload).hexdigest()
        received = Received(Authenticated(key, payload, pulled.METHOD, config.source_id), {}, payload)
        with self._database.write() as session:
            source = sources.by_id(session, config.source_id)
            answer: dict[str, Any] = inbox.receive(session, self._office, source, received)
        outcomes = [str(item["outcome"]) for item in answer["items"]] or [str(answer["status"])]
        return dict(Counter(outcomes))

    def _break_off(self, source_id: str, reason: str, after: timedelta | None) -> None:
        with self._database.write() as session:
            reconciling.break_off(session, source_id, reason=reason, after=after)

    def _asker(self, config: PullConfig) -> Asker:
        headers = RECONCILERS[config.source_type].headers(config.token)
        return Asker(config.base_url, headers, network=self._network, own_platforms=self._own_platforms)


class AskedPeople:
    """Says who somebody is by asking the platform that named them, where an administrator gave a token for that."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._database = service.database
        self._office = service.office
        self._own_platforms = tuple(service.settings.own_platforms)
        self._network = network

    def find(self, config: SourceConfig, *, namespace: str, source_id: str) -> FoundPerson | None:
        """Who it is; None when the source is not asked, is not who named the person, or knows nobody of this id.

        Raises FetchFailed.
        """
        with self._database.read() as session:
            try:
                asked = reconciling.config_of(session, self._office, sources.by_id(session, config.source_id))
            except NotFound:
                return None
        reconciler = RECONCILERS[asked.source_type]
        if reconciler.namespace(asked) != namespace:
            return None  # the same number means somebody else there
        headers = reconciler.headers(asked.token)
        asker = Asker(asked.base_url, headers, network=self._network, own_platforms=self._own_platforms)
        return reconciler.find(asker, asked, source_id)


def _told(error: ServiceError) -> str:
    """What staff may read of a failure: the platform's own words, and nothing of the network between (T8)."""
    if isinstance(error, PlatformRefused):
        return error.reason
    if isinstance(error, FetchFailed):
        return "The platform could not be reached, or its answer could not be read"
    return error.detail
