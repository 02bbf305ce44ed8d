"""A database that is locked, stopped or killed: 503 and a time to come back, nothing lost, and no restart (F7, F11)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import SystemRandom

import pytest

from app.settings import Settings

from .conftest import Hospital
from .invariants import broken
from .own_postgres import OwnPostgres
from .processes import Answer, WebProcesses, get
from .traffic import Traffic

CHANCE = SystemRandom()
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


def is_a_polite_refusal(answer: Answer) -> bool:
    is_problem = answer.headers["content-type"] == "application/problem+json"
    return answer.status == 503 and is_problem and int(answer.headers["retry-after"]) > 0


# -- SQLite -----------------------------------------------------------------------------------------------


@pytest.fixture
def one_second(make_hospital: Callable[[Settings], Hospital], settings: Settings, sqlite_url: str) -> Hospital:
    """A hospital on SQLite that waits for its database for one second."""
    chosen = {"database_url": sqlite_url, "database_timeout_seconds": 1}
    return make_hospital(settings.model_copy(update=chosen))


@contextmanager
def held_by_another_process(hospital: Hospital) -> Iterator[None]:
    """Another program writes to the file and does not end its transaction."""
    file = hospital.database.engine.url.database or ""
    command = [sys.executable, "-c", HOLD, file]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate(timeout=60)


def test_a_delivery_to_a_locked_database_is_asked_to_come_back_and_succeeds_then(
    one_second: Hospital, run_web: Callable[..., WebProcesses]
):
    web, body = run_web(one_second), one_second.sender.completion()

    with held_by_another_process(one_second):
        started = time.monotonic()
        refused = one_second.sender.deliver(web.ports[0], body, "msg-1")
        waited = time.monotonic() - started
    accepted = one_second.sender.deliver(web.ports[0], body, "msg-1")

    assert is_a_polite_refusal(refused)
    assert 1 <= waited < 10
    assert accepted.status == 200
    assert broken(one_second.service, {"msg-1": accepted.award_ids}) == []


def test_fifty_deliveries_to_a_locked_database_are_all_answered_and_none_waits_for_the_others(
    one_second: Hospital, run_web: Callable[..., WebProcesses]
):
    web = run_web(one_second)
    bodies = [one_second.sender.completion() for _ in range(50)]

    def deliver(body: dict[str, object]) -> Answer:
        return one_second.sender.deliver(web.ports[0], body, str(body["id"]))

    with ThreadPoolExecutor(50) as pool:
        with held_by_another_process(one_second):
            refused = list(pool.map(deliver, bodies))
        accepted = list(pool.map(deliver, bodies))

    assert all(map(is_a_polite_refusal, refused))
    assert {answer.status for answer in accepted} <= {200, 503}
    acknowledged = {
        str(body["id"]): answer.award_ids for body, answer in zip(bodies, accepted, strict=True) if answer.status == 200
    }
    assert acknowledged
    assert broken(one_second.service, acknowledged, verified=5) == []


def test_pages_and_status_lists_are_still_read_while_another_process_writes(
    one_second: Hospital, run_web: Callable[..., WebProcesses]
):
    web = run_web(one_second)
    answer = one_second.sender.deliver(web.ports[0], one_second.sender.completion(), "msg-1")

    with held_by_another_process(one_second):
        badge = get(web.ports[0], f"/b/{answer.award_ids[0]}.json")

    assert badge.status == 200


# -- PostgreSQL -------------------------------------------------------------------------------------------


@pytest.fixture
def on_own_postgres(
    make_hospital: Callable[[Settings], Hospital], settings: Settings, own_postgres: OwnPostgres
) -> Hospital:
    return make_hospital(settings.model_copy(update={"database_url": own_postgres.url, "database_timeout_seconds": 5}))


def test_a_delivery_while_postgresql_is_stopped_is_asked_to_come_back_and_succeeds_after_its_start(
    on_own_postgres: Hospital, own_postgres: OwnPostgres, run_web: Callable[..., WebProcesses]
):
    hospital, web = on_own_postgres, run_web(on_own_postgres)
    first, second = hospital.sender.completion(), hospital.sender.completion()
    before = hospital.sender.deliver(web.ports[0], first, "before")

    own_postgres.stop("fast")
    refused = hospital.sender.deliver(web.ports[0], second, "during")
    own_postgres.start()
    after = hospital.sender.deliver(web.ports[0], second, "during")

    assert [before.status, after.status] == [200, 200]
    assert is_a_polite_refusal(refused)
    assert broken(hospital.service, {"before": before.award_ids, "during": after.award_ids}) == []


def test_a_process_that_starts_while_postgresql_is_stopped_waits_for_it_and_serves(
    on_own_postgres: Hospital, own_postgres: OwnPostgres, run_web: Callable[..., WebProcesses]
):
    own_postgres.stop("fast")
    web = run_web(on_own_postgres)
    while "cannot be reached yet" not in web.log_text():
        time.sleep(0.1)
    own_postgres.start()

    answer = on_own_postgres.sender.deliver(web.ports[0], on_own_postgres.sender.completion(), "first")

    assert answer.status == 200
    assert web.trouble() == []


@pytest.mark.soak
def test_what_was_answered_200_survives_crashes_of_postgresql(
    on_own_postgres: Hospital,
    own_postgres: OwnPostgres,
    run_web: Callable[..., WebProcesses],
    soak_seconds: float,
):
    hospital, web = on_own_postgres, run_web(on_own_postgres, 2)
    traffic = Traffic(hospital.sender, web.ports)
    traffic.begin()

    crashes, end = 0, time.monotonic() + soak_seconds
    while crashes < 2 or time.monotonic() < end:
        time.sleep(CHANCE.uniform(0.3, 0.8))
        own_postgres.stop("immediate")
        time.sleep(0.1)
        own_postgres.start()
        crashes += 1
    traffic.end()

    assert set(traffic.statuses) <= {200, 503}
    assert broken(hospital.service, traffic.acknowledged, verified=50) == []
