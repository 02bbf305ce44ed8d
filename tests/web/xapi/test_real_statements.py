"""22,000 real statements of a MOOC through the door, the inbox, the worker and the office.

With default rules they earn nothing and wait for nobody; with the ten videos mapped, 568 badges and 68 repeats.
`make test` takes the first 2,500 of them; `make soak`, or `pytest -s --soak-minutes 5` with this file, takes all. The
rate is printed: it is a figure and no promise.
"""

from __future__ import annotations

import base64
import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.issuing import learners, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.service import Service
from app.worker.deliveries import Deliveries

pytestmark = pytest.mark.soak

ACTOR = "test"
BATCH = 500
OF_A_SHORT_RUN = 2_500


@dataclass
class Mooc:
    """A learning record store with 22,000 statements."""

    client: TestClient
    service: Service
    source_id: str
    secret: str
    lines: list[bytes] = field(repr=False)

    @property
    def completed(self) -> list[dict[str, Any]]:
        """The statements that say that somebody finished something; of all 22,000 they are 636."""
        marked = (line for line in self.lines if b"verbs/completed" in line)
        return [json.loads(line) for line in marked]

    @property
    def expected(self) -> Counter[str]:
        """States of completions when each person earns a video's badge once: in all 568 awarded and 68 recorded."""
        pairs = [(each["actor"]["account"]["name"], each["object"]["id"]) for each in self.completed]
        return Counter(awarded=len(set(pairs)), recorded=len(pairs) - len(set(pairs)))

    def send_everything(self) -> None:
        """Every statement, in batches; large ones wait for the worker, as at a hospital."""
        started = time.perf_counter()
        pair = base64.b64encode(self.secret.encode()).decode()
        headers = {"authorization": f"Basic {pair}", "x-experience-api-version": "1.0.3"}
        headers["content-type"] = "application/json"
        for first in range(0, len(self.lines), BATCH):
            body = b"[" + b",".join(self.lines[first : first + BATCH]) + b"]"
            answer = self.client.post(f"/xapi/{self.source_id}/statements", content=body, headers=headers)
            assert answer.status_code == 200
            assert len(answer.json()) == min(BATCH, len(self.lines) - first)
        posted = time.perf_counter() - started
        Deliveries(self.service, lambda: None).work_through(threading.Event())
        seconds = time.perf_counter() - started
        rate = len(self.lines) / seconds
        print(f"{len(self.lines)} statements: taken in {posted:.1f} s, done in {seconds:.1f} s, {rate:,.0f} a second")  # noqa: T201 - a figure

    def outcomes(self) -> Counter[tuple[str, str]]:
        """What came of each statement: outcome and reason."""
        with self.service.database.read() as session:
            answers = session.scalars(select(Delivery.answer)).all()
        return Counter((item["outcome"], item["reason"]) for answer in answers for item in answer["items"])

    def states(self) -> Counter[str]:
        with self.service.database.read() as session:
            return Counter(str(state) for state in session.scalars(select(Completion.state)))

    def awards(self) -> int:
        with self.service.database.read() as session:
            return session.scalar(select(func.count()).select_from(Award)) or 0


@pytest.fixture
def mooc(shared: Path, service: Service, issuer: Issuer, client: TestClient, pytestconfig: pytest.Config) -> Mooc:
    with gzip.open(shared / "conformance/lms/xapi/statements.json.gz") as file:
        lines = file.read().splitlines()
    if pytestconfig.getoption("--soak-minutes") is None:
        lines = lines[:OF_A_SHORT_RUN]
    with service.database.write() as session:
        facts = {"name": "FUN", "source_type": "xapi", "settings": {}}
        made = sources.create(session, service.office, issuer, actor=ACTOR, **facts)
    return Mooc(client, service, made.source.id, made.secret or "", lines)


def test_with_default_rules_they_earn_nothing_and_wait_for_nobody(mooc: Mooc):
    mooc.send_everything()

    assert mooc.awards() == 0
    assert sum(mooc.outcomes().values()) == len(mooc.lines)
    assert {outcome for outcome, _ in mooc.outcomes()} == {"ignored"}
    assert mooc.states() == {"ignored": len(mooc.completed)}


def test_with_the_ten_videos_mapped_each_person_earns_each_once_and_the_rest_are_repeats(
    mooc: Mooc, issuer: Issuer, service: Service, make_achievement: Callable[..., Achievement]
):
    videos = sorted({each["object"]["id"] for each in mooc.completed})
    made = [make_achievement(f"video-{number}") for number in range(len(videos))]
    with service.database.write() as session:
        source = sources.by_id(session, mooc.source_id)
        for video, achievement in zip(videos, made, strict=True):
            rules.create(session, source, activity_id=video, achievement=achievement, actor=ACTOR)
            sources.allow(session, source, achievement, actor=ACTOR)
        accounts = {each["actor"]["account"]["name"]: each["actor"]["account"] for each in mooc.completed}
        for name, account in accounts.items():
            person = {"namespace": account["homePage"], "source_id": name, "display_name": None}
            learners.resolve(session, issuer, email=f"{name}@mooc.test", **person)

    mooc.send_everything()

    assert mooc.awards() == mooc.expected["awarded"]
    assert mooc.states() == mooc.expected
    if len(mooc.lines) == 22_000:
        assert mooc.expected == {"awarded": 568, "recorded": 68}
