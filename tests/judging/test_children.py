"""The process that judges: it answers like the workshop itself, and whatever happens to it is no one else's trouble."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.credentials.jsonld.lanes import SlowPathNeeded, quick_only
from app.credentials.report import Verdict
from app.credentials.verify import verify
from app.errors import Busy
from app.judging.children import Child
from app.judging.desk import Desk
from app.outbound.elsewhere import Nowhere
from tests.neighbour import Neighbour
from tests.poison import poison

NOW = datetime(2026, 12, 1, tzinfo=UTC)
POISON = json.dumps(poison()).encode()


@pytest.fixture
def child() -> Iterator[Child]:
    opened = Child()
    yield opened
    opened.close()


def pid_of(child: Child) -> int:
    assert child._process is not None
    return child._process.pid


def test_a_child_finds_what_the_workshop_finds(child: Child, desk: Desk, neighbour: Neighbour):
    for form in ("json", "jwt", "png"):
        document = neighbour.file(form)
        for recipient in (None, "bo@dales.example", "ana@x.example"):
            facts = {"now": NOW, "resolve": desk.resolver(), "recipient": recipient, "known_in": lambda _: ("north",)}

            assert child.judge(document, **facts).to_dict() == verify(document, **facts).to_dict()


def test_the_quick_lane_ends_where_slow_work_would_begin():
    with quick_only(), pytest.raises(SlowPathNeeded):
        verify(POISON, now=NOW, resolve=Nowhere())


def test_a_poisoned_document_is_given_up_by_a_child_and_the_next_one_is_judged(desk: Desk, neighbour: Neighbour):
    assert desk.judge(POISON)["context"].code == "too_complex"
    assert desk.judge(neighbour.file("json")).verdict is Verdict.GOOD


def test_a_child_that_works_too_long_is_killed_and_nothing_is_said_for_or_against(neighbour: Neighbour, desk: Desk):
    hurried = Child(wall_seconds=0.0)

    report = hurried.judge(neighbour.file("json"), now=NOW, resolve=desk.resolver(), recipient="bo@dales.example")

    assert (report.verdict, report["format"].code) == (Verdict.CANNOT_TELL, "too_complex")
    assert {check.outcome.value for check in report.checks} == {"unknown"}
    assert hurried._process is None


def test_a_child_that_died_is_replaced(child: Child, neighbour: Neighbour, desk: Desk):
    facts: dict[str, Any] = {"now": NOW, "resolve": desk.resolver()}
    child.judge(neighbour.file("json"), **facts)
    first = pid_of(child)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, os.WNOHANG)

    reports = [child.judge(neighbour.file("json"), **facts) for _ in range(2)]

    assert reports[-1].verdict is Verdict.GOOD
    assert pid_of(child) != first


def test_a_fault_while_a_question_is_answered_is_raised_and_leaves_nothing_behind(child: Child, neighbour: Neighbour):
    class Faulty(Nowhere):
        def key(self, verification_method: str, *, issuer_id: str) -> Any:
            raise Busy(f"no database for {verification_method} of {issuer_id}")

    with pytest.raises(Busy):
        child.judge(neighbour.file("json"), now=NOW, resolve=Faulty())

    assert child.judge(neighbour.file("json"), now=NOW, resolve=Nowhere()).verdict is Verdict.CANNOT_TELL


def test_who_finds_the_child_taken_is_told_to_come_again(neighbour: Neighbour):
    child, asked, go_on = Child(turn_seconds=0.05), threading.Event(), threading.Event()

    class Slow(Nowhere):
        def key(self, verification_method: str, *, issuer_id: str) -> Any:
            asked.set()
            go_on.wait(20)
            return super().key(verification_method, issuer_id=issuer_id)

    document = neighbour.file("json")
    first = threading.Thread(target=child.judge, args=(document,), kwargs={"now": NOW, "resolve": Slow()})
    first.start()
    assert asked.wait(20)

    with pytest.raises(Busy) as busy:
        child.judge(document, now=NOW, resolve=Nowhere())

    go_on.set()
    first.join(20)
    child.close()
    assert busy.value.facts == {"retry_after_seconds": 5}


def test_a_child_has_no_secret_little_memory_and_goes_last(
    child: Child, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LANYARD_SECRET", "not for whoever reads strangers' papers")

    child.judge(neighbour.file("json"), now=NOW, resolve=Nowhere())

    process = Path(f"/proc/{pid_of(child)}")
    assert b"LANYARD_SECRET" not in (process / "environ").read_bytes()
    assert os.getpriority(os.PRIO_PROCESS, pid_of(child)) == 10
    limits = (process / "limits").read_text().splitlines()
    assert "805306368" in next(line for line in limits if line.startswith("Max address space"))
