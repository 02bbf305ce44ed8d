"""Keys that change while badges are made: nothing fails, and every badge verifies afterwards (F13).

In `make soak`: 20 rotations in 60 seconds at 50 issues a second; in `make test` the same for some seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Self

import pytest
from sqlalchemy import select

from app.db import Database
from app.issuing import issuers, key_compromise, key_rotation, signing_keys
from app.issuing.awards import Award
from app.issuing.signing_keys import KeyState
from app.settings import Settings

from .conftest import ACTOR, Hospital
from .invariants import broken
from .processes import PATIENCE_SECONDS, Answer, Keeper, WebProcesses

ISSUES_PER_SECOND = 50
LANES = 12
EARLY = 5
BUSY = 503


@dataclass(frozen=True, slots=True)
class Plan:
    """How long issuing goes on, and how often keys change meanwhile."""

    seconds: float
    rotations: int

    @property
    def issues(self) -> int:
        """How many badges are asked for."""
        return round(self.seconds * ISSUES_PER_SECOND)

    def pause(self) -> float:
        """Between two rotations."""
        return self.seconds / (self.rotations + 1)


@pytest.fixture
def plan(pytestconfig: pytest.Config) -> Plan:
    """A minute with 20 rotations in `make soak`, a second with three as a rule."""
    return Plan(0.8, 3) if pytestconfig.getoption("--soak-minutes") is None else Plan(60.0, 20)


class Issuing:
    """Deliveries at an even pace to all web processes, whatever is done meanwhile; leaving waits for the answers."""

    def __init__(self, hospital: Hospital, web: WebProcesses, plan: Plan) -> None:
        self._hospital, self._web, self._plan = hospital, web, plan
        self._pool = ThreadPoolExecutor(LANES + 1)
        self._answers: list[Future[Answer]] = []
        self._bodies = [hospital.sender.completion() for _ in range(plan.issues)]

    def __enter__(self) -> Self:
        self._pacer = self._pool.submit(self._pace)
        return self

    def __exit__(self, *_error: object) -> None:
        # A machine that is too slow for the pace answers later; what is asked here is that it answers.
        patience = PATIENCE_SECONDS + 10 * self._plan.seconds
        self._pacer.result(patience)
        waiting = wait(self._answers, patience).not_done
        self._pool.shutdown(cancel_futures=True)
        assert not waiting, f"{len(waiting)} deliveries were not answered"

    def statuses(self) -> Counter[int]:
        """How the deliveries were answered."""
        return Counter(answer.result(0).status for answer in self._answers)

    def acknowledged(self) -> dict[str, list[str]]:
        """Delivery id -> the awards that its answer named."""
        pairs = zip(self._bodies, self._answers, strict=True)
        return {body["id"]: answer.result(0).award_ids for body, answer in pairs}

    def _pace(self) -> None:
        begin = time.monotonic()
        for number, body in enumerate(self._bodies):
            time.sleep(max(0.0, begin + number / ISSUES_PER_SECOND - time.monotonic()))
            port = self._web.ports[number % len(self._web.ports)]
            self._answers.append(self._pool.submit(self._deliver, port, body))

    def _deliver(self, port: int, body: dict[str, Any]) -> Answer:
        """Deliver, again while the database is busy, as senders do. No other refusal is forgiven."""
        answer = self._hospital.sender.deliver(port, body, body["id"])
        while answer.status == BUSY and answer.body["type"].endswith("/busy"):
            time.sleep(0.5)
            answer = self._hospital.sender.deliver(port, body, body["id"])
        return answer


def trouble(*processes: WebProcesses | Keeper) -> list[str]:
    """What the processes logged as errors, except that a slow machine's database was busy."""
    return [line for each in processes for line in each.trouble() if '"slug": "busy"' not in line]


@pytest.fixture
def keystore(request: pytest.FixtureRequest) -> str:
    """Where the private keys live; files unless the test asks for something else."""
    return str(getattr(request, "param", "files"))


@pytest.fixture
def hospital(
    make_hospital: Callable[[Settings], Hospital], settings: Settings, database: Database, keystore: str
) -> Hospital:
    """A hospital on this database, with this key store."""
    return make_hospital(settings.model_copy(update={"database_url": database.url, "keystore": keystore}))


def rotate(hospital: Hospital, number: int) -> None:
    """A rotation of each kind in turn: with a pair that was published before, and with one that is made now."""
    if number % 2:
        with hospital.database.write() as session:
            issuer = issuers.by_id(session, hospital.issuer_id)
            signing_keys.prepare(session, hospital.service.office, issuer, actor=ACTOR)
    with hospital.database.write() as session:
        issuer = issuers.by_id(session, hospital.issuer_id)
        key_rotation.rotate(session, hospital.service.office, issuer, actor=ACTOR)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("database", "keystore"),
    [("sqlite", "files"), ("postgresql", "files"), ("postgresql", "database")],
    indirect=True,
)
def test_rotations_while_badges_are_made_fail_nothing_and_every_badge_verifies(
    hospital: Hospital, run_web: Callable[..., WebProcesses], plan: Plan
):
    web = run_web(hospital, 2)

    with Issuing(hospital, web, plan) as issuing:
        for number in range(plan.rotations):
            time.sleep(plan.pause())
            rotate(hospital, number)

    assert issuing.statuses() == {200: plan.issues}
    assert broken(hospital.service, issuing.acknowledged(), verified=plan.issues) == []
    with hospital.database.read() as session:
        states = Counter(key.state for key in signing_keys.of_issuer(session, issuers.by_slug(session, "st-anna")))
    assert states == {"active": 2, "retired": 2 * plan.rotations}
    assert trouble(web) == []


@pytest.mark.soak
def test_a_stolen_key_while_badges_are_made_leaves_none_that_rests_on_it(
    hospital: Hospital, run_web: Callable[..., WebProcesses], keep_workers: Callable[..., Keeper], plan: Plan
):
    web, workers = run_web(hospital, 2), keep_workers(hospital, worker_poll_seconds=0.1)
    for _ in range(2):
        workers.start("worker")
    early = [hospital.award(f"early-{number}").id for number in range(EARLY)]

    with Issuing(hospital, web, plan) as issuing:
        time.sleep(plan.seconds / 2)
        with hospital.database.write() as session:
            issuer = issuers.by_id(session, hospital.issuer_id)
            active = [k.kid for k in signing_keys.of_issuer(session, issuer) if k.state == KeyState.ACTIVE]
            key_rotation.revoke(session, hospital.service.office, issuer, active, reason="stolen", actor=ACTOR)

    wait_until_nothing_is_left(hospital)
    assert issuing.statuses() == {200: plan.issues}
    assert broken(hospital.service, issuing.acknowledged(), verified=EARLY + plan.issues) == []
    with hospital.database.read() as session:
        revisions = dict(session.execute(select(Award.id, Award.revision)).all())
    assert len(revisions) == EARLY + plan.issues
    assert {revisions[award_id] for award_id in early} == {2}, "signed before the theft, and once more"
    assert set(revisions.values()) <= {1, 2}
    assert trouble(web, workers) == []


def wait_until_nothing_is_left(hospital: Hospital) -> None:
    """Until the workers have closed the case."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with hospital.database.read() as session:
            if not key_compromise.open_cases(session):
                return
        time.sleep(0.05)
    pytest.fail("badges still rest on the stolen key")
