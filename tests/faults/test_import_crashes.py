"""A large file whose worker is killed with `kill -9` in the middle: every row counts once, and none is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from app.issuing import achievements, imports, issuers, rules, sources
from app.issuing.awards import Award
from app.issuing.imports import FINAL, Import, ImportState, Verdict

from .conftest import ACTOR, Hospital
from .invariants import broken
from .processes import Keeper

ROWS = 200
ROWS_OF_A_SOAK = 50_000
UNKNOWN_COURSE_EVERY = 50
PATIENCE_SECONDS_A_ROW = 0.4


def upload(hospital: Hospital, count: int) -> str:
    """A file of so many people, every fiftieth with a course that no rule names; the import's id."""
    lines = ["email;name;external_id;course_id;completed_at"]
    for number in range(count):
        course = "bls" if number % UNKNOWN_COURSE_EVERY else "tea"
        lines.append(f"p{number}@hospital.test;Person {number};{number};{course};2026-03-01")
    with hospital.database.write() as session:
        issuer = issuers.by_id(session, hospital.issuer_id)
        settings = {"namespace": "hr.test", "time_zone": "Europe/Vienna"}
        office = hospital.service.office
        made = sources.create(session, office, issuer, name="Files", source_type="csv", settings=settings, actor=ACTOR)
        bls = achievements.by_slug(session, issuer, "bls")
        sources.allow(session, made.source, bls, actor=ACTOR)
        rules.create(session, made.source, activity_id="bls", achievement=bls, actor=ACTOR)
        return imports.upload(session, office, made.source, "\r\n".join(lines).encode("utf-16"), actor=ACTOR).id


def state_of(hospital: Hospital, import_id: str) -> Import:
    with hospital.database.read() as session:
        return imports.by_id(session, import_id)


def wait_until(happened: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL's turn is in tests/worker, with fewer rows
def test_a_large_file_whose_worker_is_killed_in_both_phases_is_finished_and_nothing_is_awarded_twice(
    hospital: Hospital, keep_workers: Callable[..., Keeper], pytestconfig: pytest.Config
):
    count = ROWS if pytestconfig.getoption("--soak-minutes") is None else ROWS_OF_A_SOAK
    patience = 60 + count * PATIENCE_SECONDS_A_ROW
    workers = keep_workers(hospital)
    import_id = upload(hospital, count)

    def kill_after_some_rows() -> None:
        worker = workers.start("worker")
        wait_until(lambda: state_of(hospital, import_id).done_count >= count // 10, patience)
        workers.kill(worker)
        with hospital.database.write() as session:  # as if the time of the lease had passed
            session.execute(update(Import).values(leased_until=None))

    kill_after_some_rows()
    worker = workers.start("worker")
    wait_until(lambda: state_of(hospital, import_id).state == ImportState.CHECKED, patience)
    workers.kill(worker)
    with hospital.database.write() as session:
        imports.confirm(session, imports.by_id(session, import_id), actor=ACTOR)
    kill_after_some_rows()
    half = state_of(hospital, import_id)
    workers.start("worker")
    wait_until(lambda: state_of(hospital, import_id).state in FINAL, patience)

    found = state_of(hospital, import_id)
    unmapped = len(range(0, count, UNKNOWN_COURSE_EVERY))
    assert 0 < half.done_count < count
    assert found.results == found.checked == {Verdict.AWARD: count - unmapped, Verdict.UNMAPPED: unmapped}
    assert (found.state, found.done_count) == (ImportState.DONE, count)
    with hospital.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == count - unmapped
    assert broken(hospital.service, verified=20) == []
    assert workers.trouble() == []
