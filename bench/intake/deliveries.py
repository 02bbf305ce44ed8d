"""Canvas deliveries to a badge, over HTTP: Lanyard, Lanyard with ready bytes, and the bare floor, turn by turn."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.issuing.awards import Award
from app.web import taking_in
from bench.academy import Academy, furnish, settings_for
from bench.deliveries import rows_of
from bench.intake import processes
from bench.intake.canvas import Canvas
from bench.intake.load import HEADERS, Run, Subject

KINDS = ("lanyard", "ready bytes", "floor")
WARM_UP_SECONDS = 0.5
SHARE = 0.8  # of what Lanyard takes: the rate at which deliveries come in the open loop
BEFORE = 2  # deliveries before the first round
SUSTAINED_SECONDS = 1.0  # so long after the last delivery was due, the last one is answered


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, and how much. The number of signed deliveries bounds what the quickest subject can take."""

    rounds: int = 3
    round_seconds: float = 2.0
    open_seconds: float = 6.0
    connections: int = 16
    deliveries: int = 6_000


@dataclass(slots=True)
class Measured:
    """One subject: its warm-up, its closed rounds, one after the other, and its open run."""

    warm_up: Run = field(default_factory=Run)
    closed: list[Run] = field(default_factory=list)
    open: Run = field(default_factory=Run)
    due_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Deliveries a second: the middle of the closed rounds."""
        return statistics.median(run.rate for run in self.closed)

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return (self.warm_up, *self.closed, self.open)

    @property
    def errors(self) -> Counter[str]:
        """What went wrong in all runs."""
        return sum((run.errors for run in self.runs), Counter())

    @property
    def awarded(self) -> int:
        """How many deliveries were answered with an award, in all runs."""
        return sum(len(run.milliseconds) for run in self.runs)

    def share_of(self, other: Measured) -> float | None:
        """Its rate as a share of the other's: the middle of the shares round by round.

        A round in which the other took nothing has no share; None = there was no other round. A busy machine can
        stand still for the whole of a short round.
        """
        pairs = zip(self.closed, other.closed, strict=True)
        shares = [mine.rate / its.rate for mine, its in pairs if its.milliseconds]
        return statistics.median(shares) if shares else None

    def as_values(self, lanyard: Measured) -> dict[str, Any]:
        """What is kept of it; `open_per_second` is the rate at which deliveries came."""
        share = lanyard.share_of(self)
        return {
            "per_second": round(self.rate, 2),
            "lanyard_reaches_of_this": None if share is None else round(share, 4),
            "open_per_second": round(len(self.open.milliseconds) / self.due_seconds, 2),
            "open_ms_p50": round(self.open.percentile(0.5), 2),
            "open_ms_p99": round(self.open.percentile(0.99), 2),
            "sustained": self.open.seconds <= self.due_seconds + SUSTAINED_SECONDS,
            "deliveries": self.awarded,
            "errors": dict(self.errors),
        }


def measure(folder: Path, url_of: Callable[[str], str], *, web_processes: int, plan: Plan) -> dict[str, Measured]:
    """What each kind takes on a fresh database of its own; `url_of` gives the address of one by name."""
    canvas = Canvas()
    signed = canvas.sign(plan.deliveries)
    with ExitStack() as opened:
        academies: dict[str, Academy] = {}
        subjects: dict[str, Subject] = {}
        for kind in KINDS:
            academy = furnish(settings_for(folder / kind.replace(" ", "-"), url_of(kind.replace(" ", "_"))))
            opened.callback(academy.service.close)
            source_id = canvas.connect(academy)
            _take_one(academy, source_id, canvas.sign(1).pop())
            ports = opened.enter_context(processes.web(kind, academy.service.settings, web_processes))
            academies[kind], subjects[kind] = academy, Subject(ports, f"/hooks/{source_id}")
        _check_that_rows_are_equal(academies, subjects, canvas)
        measured = _in_turns(subjects, signed, plan)
        _check_that_each_has_its_award(academies["lanyard"], measured["lanyard"])
        return measured


def _in_turns(subjects: dict[str, Subject], signed: deque[bytes], plan: Plan) -> dict[str, Measured]:
    pools = {kind: deque(signed) for kind in subjects}
    measured = {kind: Measured() for kind in subjects}
    kinds = list(subjects)
    for number in range(plan.rounds + 1):
        shift = number % len(kinds)
        for kind in kinds[shift:] + kinds[:shift]:
            seconds = plan.round_seconds if number else WARM_UP_SECONDS
            run = subjects[kind].closed_loop(pools[kind], connections=plan.connections, seconds=seconds)
            if number:
                measured[kind].closed.append(run)
            else:
                measured[kind].warm_up = run
    rate = measured["lanyard"].rate * SHARE
    for kind in kinds:
        measured[kind].open = subjects[kind].open_loop(pools[kind], rate=rate, seconds=plan.open_seconds)
        measured[kind].due_seconds = plan.open_seconds
    return measured


def _take_one(academy: Academy, source_id: str, body: bytes) -> None:
    """A first delivery, taken in this process as the door takes it: the pattern of the floors."""
    opened = taking_in.open_source(academy.service, source_id)
    authenticated = taking_in.authenticate(academy.service, opened, HEADERS, body)
    answer = taking_in.take_in(academy.service, opened, authenticated, HEADERS, body)
    assert answer["items"][0]["outcome"] == "awarded", answer


def _check_that_rows_are_equal(academies: dict[str, Academy], subjects: dict[str, Subject], canvas: Canvas) -> None:
    grown = {}
    for kind, academy in academies.items():
        before = rows_of(academy.service)
        problem = subjects[kind].post(canvas.sign(1).pop())
        assert problem is None, f"{kind}: {problem}"
        grown[kind] = {table: number - before[table] for table, number in rows_of(academy.service).items()}
    assert grown["floor"] == grown["ready bytes"] == grown["lanyard"], f"a floor writes other rows: {grown}"


def _check_that_each_has_its_award(academy: Academy, measured: Measured) -> None:
    with academy.service.database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Award)) or 0
    expected = measured.awarded + BEFORE
    assert expected <= stored <= expected + sum(measured.errors.values()), f"{expected} answered, {stored} stored"
