"""The door for Prometheus: what this process answered, and how the service stands, in numbers.

There is no such address unless the operator sets a token. Labels are patterns of routes, statuses and states: no id,
no name, no address of anybody. Each application has a registry of its own, since several may live in one process.
Numbers from the database are the same whichever process is asked, and are read once in some seconds.
"""

from __future__ import annotations

import hmac
import math
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, exposition
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr
from sqlalchemy import ColumnElement, Select, event, func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import Database
from app.errors import NotAuthenticated, NotFound
from app.issuing import heartbeat
from app.issuing.awards import Award
from app.issuing.completions import Completion, CompletionState
from app.issuing.deliveries import WAITING, Delivery
from app.issuing.outbox import OutboxMessage, OutboxState
from app.service import Service
from app.web.deps import TheService

router = APIRouter(tags=["operator"], include_in_schema=False)
log = structlog.get_logger()

WORKER = "worker"
REMEMBERED_SECONDS = 10.0
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What one application counts, and what it reads when it is asked."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "lanyard_requests", "Requests by the pattern of their route.", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "lanyard_request_seconds", "How long requests took, by the pattern of their route.", ("method", "route"),
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._errors = Counter(
            "lanyard_database_errors", "Errors that the database answered with, by their kind.", ("kind",),
            registry=self.registry,
        )  # fmt: skip
        self.registry.register(FromDatabase(service.database))
        ProcessCollector(registry=self.registry)
        event.listen(service.database.engine, "handle_error", self._note_error)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def _note_error(self, context: Any) -> None:
        self._errors.labels(type(context.original_exception).__name__).inc()


class FromDatabase(Collector):
    """How the service stands: gauges, read from the database when somebody asks, at most once in ten seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._read_at = -math.inf
        self._found: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing: what is here is only known when it is read, and start-up must not need the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges; `lanyard_database_up` 0 and no others when the database cannot be asked."""
        with self._lock:
            if time.monotonic() - self._read_at > REMEMBERED_SECONDS:
                self._found, self._read_at = self._read(), time.monotonic()
            yield from self._found

    def _read(self) -> list[Metric]:
        up = GaugeMetricFamily("lanyard_database_up", "Whether the database answers.")
        try:
            with self._database.read() as session:
                found = list(_gauges(session))
        except Exception:
            log.exception("metrics not read")
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *found]


@router.get("/metrics")
def metrics(request: Request, service: TheService) -> Response:
    """The numbers, in the text form of Prometheus. 404 where no token is set, 401 without it."""
    found: Metrics | None = request.app.state.metrics
    token = service.settings.metrics_token
    if found is None or token is None:
        raise NotFound("There is nothing at this address")
    if not _is_right(request.headers.get("authorization", ""), token):
        raise NotAuthenticated("Send the token of LANYARD_METRICS_TOKEN as: Authorization: Bearer …")
    encode, media_type = exposition.choose_encoder(request.headers.get("accept", ""))
    return Response(encode(found.registry), headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def _is_right(authorization: str, token: SecretStr) -> bool:
    scheme, _, given = authorization.partition(" ")
    is_same = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
    return scheme.lower() == "bearer" and is_same


def _gauges(session: Session) -> Iterator[Metric]:
    yield _by(session, "lanyard_awards", "Awards by their stored state.", "state", _counts(Award.state))
    yield _by(
        session, "lanyard_deliveries", "Deliveries by how they stand.", "standing", _counts(Delivery.standing)
    )  # fmt: skip
    waiting = _counts(Delivery.state).where(Delivery.state.in_(WAITING))
    yield _by(session, "lanyard_deliveries_waiting", "Deliveries that wait for the worker.", "state", waiting)
    parked = _counts(Completion.reason).where(Completion.state == CompletionState.PARKED)
    yield _by(session, "lanyard_completions_parked", "Facts that wait for somebody, by reason.", "reason", parked)
    pending = OutboxMessage.state == OutboxState.PENDING
    messages = _counts(OutboxMessage.channel).where(pending)
    yield _by(session, "lanyard_outbox_pending", "Messages that are to go out.", "channel", messages)
    refused = _counts(OutboxMessage.channel).where(OutboxMessage.state == OutboxState.PARKED)
    yield _by(session, "lanyard_outbox_parked", "Messages that need a person.", "channel", refused)
    yield _oldest(session, pending)
    yield _heartbeat(session)


def _counts(column: Any) -> Select[Any]:
    return select(column, func.count()).group_by(column)


def _by(session: Session, name: str, words: str, label: str, query: Select[Any]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=[label])
    for value, number in session.execute(query):
        found.add_metric([str(value)], number)
    return found


def _oldest(session: Session, pending: ColumnElement[bool]) -> Metric:
    """How long the message has waited that waits longest, by channel."""
    found = GaugeMetricFamily(
        "lanyard_outbox_oldest_seconds", "Age of the oldest message that is to go out.", labels=["channel"]
    )
    oldest = func.min(OutboxMessage.created_at, type_=OutboxMessage.created_at.type)
    query = select(OutboxMessage.channel, oldest).where(pending).group_by(OutboxMessage.channel)
    for channel, moment in session.execute(query):
        found.add_metric([channel], (clock.now() - moment).total_seconds())
    return found


def _heartbeat(session: Session) -> Metric:
    """How long ago a worker was seen; nothing where there never was one."""
    found = GaugeMetricFamily("lanyard_worker_seen_seconds", "Seconds since a worker said that it is alive.")
    age = heartbeat.seconds_since(session, WORKER)
    if age is not None:
        found.add_metric([], age)
    return found
