"""Everything that can die dies, again and again: web, worker, endpoint, mail server, database (F3, F7, F11, N9, N11).

A platform goes on sending all the while, and sends again what was not answered. Waits between tries are minutes and
hours in life; here they pass when a cycle of crashes ends.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app import clock
from app.issuing import endpoints, issuers
from app.issuing.awards import Award
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.learners import LearnerEmail
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.outbox_queues import OutboxQueue
from app.settings import Settings
from app.worker import slices

from .conftest import ACTOR, Hospital
from .invariants import broken
from .own_postgres import OwnPostgres
from .processes import PATIENCE_SECONDS, Keeper, WebProcesses
from .receivers import Outsider
from .traffic import Traffic

CYCLES_AT_LEAST = 3
LARGEST_AT_ONCE = 2  # items that a request decides; larger deliveries are the worker's
LONGEST_LIFE_SECONDS = 3  # on a machine so busy that nothing is answered meanwhile
CHANCE = SystemRandom()


@dataclass
class Platform(Traffic):
    """A platform whose every fifth delivery is one of three completions."""

    sizes: dict[str, int] = field(default_factory=dict)
    deliveries: Iterator[int] = field(default_factory=count)

    def next_delivery(self) -> tuple[str, Any]:
        """One completion, or a list of more than a request decides."""
        number = next(self.deliveries)
        bodies = [self.sender.completion() for _ in range(1 if number % 5 else LARGEST_AT_ONCE + 1)]
        self.sizes[f"msg-{number}"] = len(bodies)
        return f"msg-{number}", bodies if len(bodies) > 1 else bodies[0]

    def wait_for_answers(self, number: int, *, seconds: float) -> None:
        """Wait until so many more deliveries were answered, or for so long."""
        wanted, end = len(self.acknowledged) + number, time.monotonic() + seconds
        while len(self.acknowledged) < wanted and time.monotonic() < end:
            time.sleep(0.01)


@dataclass
class World:
    """A hospital with its processes, and those whom it tells."""

    hospital: Hospital
    secret: str
    web: WebProcesses
    workers: Keeper
    outside: Keeper
    endpoint: Outsider
    mailbox: Outsider
    postgres: OwnPostgres | None
    living: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Start whatever is dead."""
        orders = {"worker": (self.workers, "worker")}
        orders |= {each.order: (self.outside, each.order) for each in (self.endpoint, self.mailbox)}
        for name, (keeper, order) in orders.items():
            if name not in self.living:
                self.living[name] = keeper.start(order)

    def kill(self, name: str) -> None:
        """`kill -9` the worker, the endpoint or the mail server."""
        keeper = self.workers if name == "worker" else self.outside
        keeper.kill(self.living.pop(name))

    def crash_everything_once(self, platform: Platform) -> None:
        """Each dies in turn under load, in another order each time, and comes back while others die."""
        deaths: list[Callable[[], None]] = [
            lambda: self.web.crash(CHANCE.choice((0, 1))),
            lambda: self.web.crash(0, 1),
            lambda: self.kill("worker"),
            lambda: self.kill(self.endpoint.order),
            lambda: self.kill(self.mailbox.order),
            self._crash_database,
        ]
        for die in CHANCE.sample(deaths, len(deaths)):
            platform.wait_for_answers(CHANCE.randint(1, 8), seconds=LONGEST_LIFE_SECONDS)
            die()
            if CHANCE.random() < 0.5:  # else it stays dead while the next one dies
                self.start()
        self.let_time_pass()
        self.start()

    def let_time_pass(self) -> None:
        """As if the waits between tries had passed, and the leases of whoever is dead."""
        # Whoever lives works on the same rows meanwhile, so PostgreSQL may choose this as a deadlock's victim.
        slices.transaction(self.hospital.database, self._pass_time)

    def _pass_time(self, session: Session) -> None:
        now = clock.now()
        for table in (Delivery, OutboxMessage):
            session.execute(update(table).values(next_attempt_at=now))
            if "worker" not in self.living:
                session.execute(update(table).values(leased_until=None))
        session.execute(update(OutboxQueue).values(held_until=None, failures=0, failing_since=None))

    def finish(self) -> None:
        """Let everything live until nothing waits."""
        self.kill("worker")
        self.let_time_pass()
        self.start()
        end = time.monotonic() + PATIENCE_SECONDS
        while (states := self._waiting()) and time.monotonic() < end:
            time.sleep(0.2)
            self.let_time_pass()
        assert not states, f"still waiting: {states}"

    def _crash_database(self) -> None:
        if self.postgres is not None:  # SQLite lives in the processes that are killed
            self.postgres.stop("immediate")
            time.sleep(CHANCE.uniform(0.0, 0.2))
            self.postgres.start()

    def _waiting(self) -> list[str]:
        with self.hospital.database.read() as session:
            deliveries = session.scalars(select(Delivery.state).where(Delivery.state != DeliveryState.PROCESSED))
            messages = session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.state != OutboxState.SENT))
            return [*deliveries, *(f"message: {error}" for error in messages)]


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> OwnPostgres | None:
    """A PostgreSQL of the test's own, or None = the test runs on SQLite."""
    return request.getfixturevalue("own_postgres") if request.param == "postgresql" else None


@pytest.fixture
def outsiders(tmp_path: Path) -> Iterator[tuple[Outsider, Outsider]]:
    """An endpoint and a mail server, both dead."""
    made = Outsider("endpoint", tmp_path / "endpoint"), Outsider("mailbox", tmp_path / "mailbox")
    yield made
    for each in made:
        each.close()


@pytest.fixture
def besieged(
    request: pytest.FixtureRequest,
    make_hospital: Callable[[Settings], Hospital],
    settings: Settings,
    postgres: OwnPostgres | None,
    outsiders: tuple[Outsider, Outsider],
) -> Hospital:
    """A hospital that does not wait long for receivers, or for a server of databases."""
    if postgres is None:
        chosen: dict[str, Any] = {"database_url": request.getfixturevalue("sqlite_url")}
    else:
        chosen = {"database_url": postgres.url, "database_timeout_seconds": 5}
    chosen |= {
        "max_items_in_request": LARGEST_AT_ONCE,
        "worker_poll_seconds": 0.1,
        "webhook_timeout_seconds": 5,
        "smtp_host": "127.0.0.1",
        "smtp_port": outsiders[1].port,
        "smtp_security": "none",
        "smtp_timeout_seconds": 5,
    }
    return make_hospital(settings.model_copy(update=chosen))


@pytest.fixture
def world(
    besieged: Hospital,
    postgres: OwnPostgres | None,
    outsiders: tuple[Outsider, Outsider],
    run_web: Callable[..., WebProcesses],
    keep_workers: Callable[..., Keeper],
) -> Iterator[World]:
    """Everything alive, and an endpoint that wants all news."""
    endpoint, mailbox = outsiders
    with besieged.database.write() as session:
        issuer, url = issuers.by_id(session, besieged.issuer_id), f"http://127.0.0.1:{endpoint.port}/news"
        told = endpoints.create(session, besieged.service.office, issuer, url=url, name="HR", actor=ACTOR)
    outside = Keeper(besieged.service.settings, endpoint.file.with_name("outside.log"))
    web, workers = run_web(besieged, 2), keep_workers(besieged)
    made = World(besieged, told.secret, web, workers, outside, endpoint, mailbox, postgres)
    made.start()
    yield made
    outside.close()


@pytest.mark.soak
@pytest.mark.parametrize("postgres", ["sqlite", "postgresql"], indirect=True)
def test_whatever_dies_each_delivery_answered_200_has_its_awards_once_and_everybody_is_told_under_one_id(
    world: World, soak_seconds: float
):
    platform = Platform(world.hospital.sender, world.web.ports)
    platform.begin()
    platform.wait_for_answers(1, seconds=PATIENCE_SECONDS)

    cycles, end = 0, time.monotonic() + soak_seconds
    while cycles < CYCLES_AT_LEAST or time.monotonic() < end:
        world.crash_everything_once(platform)
        cycles += 1
    platform.end()
    world.finish()

    awards, addresses = awards_and_addresses(world.hospital)
    assert set(platform.statuses) <= {200, 503}
    assert len(awards) == sum(platform.sizes[each] for each in platform.acknowledged)
    assert platform.sizes.keys() == platform.acknowledged.keys()
    assert ids_by(world.mailbox.received, "to", "message-id") == dict.fromkeys(addresses, 1)
    assert ids_by(news_of(world), "award", "webhook-id") == dict.fromkeys(awards, 1)
    assert ids_by(news_of(world), "webhook-id", "body") == dict.fromkeys(told(world), 1)
    assert broken(world.hospital.service, platform.acknowledged, verified=50) == []


def awards_and_addresses(hospital: Hospital) -> tuple[set[str], set[str]]:
    with hospital.database.read() as session:
        return set(session.scalars(select(Award.id))), set(session.scalars(select(LearnerEmail.written)))


def news_of(world: World) -> list[dict[str, Any]]:
    """What the endpoint got about new awards, each with a signature that holds."""
    found = []
    for each in world.endpoint.received:
        sent_at = datetime.fromtimestamp(int(each["webhook-timestamp"]), UTC)
        assert each["webhook-signature"] == Webhook(world.secret).sign(each["webhook-id"], sent_at, each["body"])
        said = json.loads(each["body"])
        if said["type"] == "badge.issued":
            found.append({**each, "award": said["data"]["award_id"]})
    return found


def told(world: World) -> set[str]:
    return {each["webhook-id"] for each in news_of(world)}


def ids_by(received: list[dict[str, Any]], key: str, name: str) -> dict[str, int]:
    """How many different values of `name` came with each `key`."""
    found: dict[str, set[str]] = {}
    for each in received:
        found.setdefault(each[key], set()).add(each[name])
    return {each: len(values) for each, values in found.items()}
