"""Uploaded files are checked and worked through: each row once, whoever is killed, and nobody else has to wait."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, text

from app.issuing import achievements, imports, issuers, rules, sources
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.imports import ImportState, Verdict
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.worker import Worker
from app.worker.imports import Imports

SLICE = 3
SETTINGS = {"namespace": "hr.example.org", "time_zone": "Europe/Vienna"}


class Registrar:
    """Somebody who uploads files to one source, whose course `bls` earns a badge."""

    def __init__(self, back_door: Any) -> None:
        self.back_door = back_door
        self.database, self.office = back_door.database, back_door.service.office
        with self.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            made = sources.create(
                session, self.office, issuer, name="Files", source_type="csv", settings=SETTINGS, actor="cli"
            )
            achievement = achievements.by_slug(session, issuer, "bls")
            sources.allow(session, made.source, achievement, actor="cli")
            rules.create(session, made.source, activity_id="bls", achievement=achievement, actor="cli")
            self.source_id, self.achievement_id = made.source.id, achievement.id

    def upload(self, data: bytes, **options: Any) -> str:
        with self.database.write() as session:
            source = sources.by_id(session, self.source_id)
            return imports.upload(session, self.office, source, data, actor="cli", options=options).id

    def work(self, stop: threading.Event | None = None, between: Any = lambda: None) -> int:
        return Imports(self.back_door.service, between, slice_rows=SLICE).work_through(stop or threading.Event())

    def confirm(self, import_id: str) -> None:
        with self.database.write() as session:
            imports.confirm(session, imports.by_id(session, import_id), actor="cli")

    def now(self, import_id: str) -> imports.Import:
        with self.database.read() as session:
            return imports.by_id(session, import_id)

    def rows(self, import_id: str) -> list[tuple[int, str, str | None]]:
        with self.database.read() as session:
            found = imports.rows_of(session, imports.by_id(session, import_id), limit=1_000_000)
            return [(each.row, each.verdict, each.outcome) for each in found]

    def award_count(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Award)) or 0

    def run(self, data: bytes, **options: Any) -> imports.Import:
        """Upload, check, confirm and work through."""
        import_id = self.upload(data, **options)
        self.work()
        self.confirm(import_id)
        self.work()
        return self.now(import_id)


@pytest.fixture
def registrar(back_door) -> Registrar:
    return Registrar(back_door)


def file_of(count: int, *, course: str = "bls", first: int = 0) -> bytes:
    rows = [f"p{n}@hospital.test,Person {n},{n},{course},2026-03-02" for n in range(first, first + count)]
    return "\n".join(["email,name,external_id,course_id,completed_at", *rows]).encode()


def test_a_file_is_checked_first_and_nothing_is_awarded_before_somebody_says_yes(registrar):
    import_id = registrar.upload(file_of(4))

    assert registrar.work() == 1

    found = registrar.now(import_id)
    assert (found.state, found.row_count, found.done_count) == (ImportState.CHECKED, 4, 4)
    assert found.checked == {Verdict.AWARD: 4}
    assert registrar.award_count() == 0
    with registrar.database.read() as session:
        left = [session.scalar(select(func.count()).select_from(each)) for each in (Learner, Completion, OutboxMessage)]
    assert left == [0, 0, 0]


def test_a_confirmed_file_becomes_badges_with_the_verdict_of_each_row(registrar):
    found = registrar.run(file_of(7))

    assert (found.state, found.done_count, found.results) == (ImportState.DONE, 7, {Verdict.AWARD: 7})
    assert registrar.award_count() == 7
    assert registrar.rows(found.id) == [(row, "award", "award") for row in range(2, 9)]


def test_what_the_check_says_of_each_kind_of_row_is_what_comes_of_it(registrar):
    registrar.run(file_of(1))
    data = b"""email,name,external_id,course_id,completed_at,status
p0@hospital.test,Person 0,0,bls,2026-03-02,completed
p0@hospital.test,Person 0,0,bls,2026-03-03,completed
p1@hospital.test,Person 1,1,bls,2026-03-02,failed
p2@hospital.test,Person 2,2,als,2026-03-02,completed
,Nobody,77,bls,2026-03-02,completed
not-an-address,Person 3,,bls,2026-03-02,completed
p4@hospital.test,Person 4,4,bls,2026-02-30,completed
p5@hospital.test,Person 5,5,bls,2026-03-02,wonderful
p6@hospital.test,Person 6,6,bls,2026-03-02,passed
p6@hospital.test,Person 6,6,bls,2026-03-02,passed
"""
    found = registrar.run(data)

    verdicts = ["repeat", "already-held", "not-earned", "unmapped", "unknown-person", "unreadable", "unreadable"]
    verdicts += ["unreadable", "award", "repeat"]
    assert registrar.rows(found.id) == [(row, each, each) for row, each in enumerate(verdicts, 2)]
    assert found.checked == found.results
    with registrar.database.read() as session:
        columns = {each.row: each.column for each in imports.rows_of(session, imports.by_id(session, found.id))}
    assert {row: columns[row] for row in (7, 8, 9)} == {7: "email", 8: "completed_at", 9: "status"}


def test_a_second_row_of_the_same_person_and_course_is_said_to_depend_on_the_first(registrar):
    data = file_of(1) + b"\np0@hospital.test,Person 0,0,bls,2026-03-03"

    found = registrar.run(data)

    assert registrar.rows(found.id) == [(2, "award", "award"), (3, "same-person", "already-held")]


def test_the_same_file_again_awards_nothing_again(registrar):
    registrar.run(file_of(5))

    again = registrar.run(file_of(5))

    assert again.results == {Verdict.REPEAT: 5}
    assert registrar.award_count() == 5


def test_the_same_rows_in_another_order_and_another_form_are_known_again(registrar):
    registrar.run(file_of(3))
    turned = "\n".join(
        ["Kurs-ID;Datum;Personalnummer;E-Mail", *(f"bls;02.03.2026;{n};P{n}@HOSPITAL.test" for n in (2, 0, 1))]
    )

    again = registrar.run(turned.encode("utf-16"), date_format="DD.MM.YYYY")

    assert again.results == {Verdict.REPEAT: 3}
    assert registrar.award_count() == 3


def test_a_row_that_waited_for_a_rule_is_decided_when_the_file_comes_again(registrar):
    waiting = registrar.run(file_of(2, course="als"))
    with registrar.database.write() as session:
        source = sources.by_id(session, registrar.source_id)
        achievement = achievements.by_id(session, registrar.achievement_id)
        rules.create(session, source, activity_id="als", achievement=achievement, actor="cli")

    again = registrar.run(file_of(2, course="als"))

    assert (waiting.results, again.results) == ({Verdict.UNMAPPED: 2}, {Verdict.AWARD: 2})


def test_a_file_with_a_date_that_can_be_read_in_two_ways_waits_for_an_answer(registrar):
    data = file_of(1).replace(b"2026-03-02", b"03/02/2026")
    import_id = registrar.upload(data)
    registrar.work()
    asked = registrar.now(import_id)
    with registrar.database.write() as session:
        found = imports.by_id(session, import_id)
        imports.change_options(session, found, {"date_format": "MM/DD/YYYY"}, actor="cli")
    registrar.work()

    assert asked.state == ImportState.UNCLEAR
    assert [each["setting"] for each in asked.about["questions"]] == ["date_format"]
    assert "3 February or 2 March" in asked.about["questions"][0]["sentence"]
    assert registrar.now(import_id).checked == {Verdict.AWARD: 1}


@pytest.mark.parametrize(
    ("data", "state"),
    [(b"no,known,heading\n1,2,3", "unclear"), (b"PK\x03\x04rubbish", "unreadable"), (b"\n\n", "unreadable")],
)
def test_a_file_that_cannot_be_read_says_so_and_is_kept(registrar, data, state):
    import_id = registrar.upload(data)
    registrar.work()

    found = registrar.now(import_id)
    assert found.state == state
    assert found.about.get("problem") or found.about["questions"]


def test_a_worker_that_dies_in_the_middle_leaves_an_import_that_another_one_finishes(registrar):
    import_id = registrar.upload(file_of(3 * SLICE))
    registrar.work()
    registrar.confirm(import_id)

    def die() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        registrar.work(between=die)
    half = registrar.now(import_id)
    assert (half.done_count, registrar.award_count()) == (SLICE, SLICE)
    assert registrar.work() == 0  # the lease of the dead one still runs

    with time_machine.travel(half.leased_until + timedelta(seconds=1)):
        assert registrar.work() == 1

    found = registrar.now(import_id)
    assert (found.state, found.results) == (ImportState.DONE, {Verdict.AWARD: 3 * SLICE})  # and none a repeat
    assert registrar.award_count() == 3 * SLICE


def test_a_worker_that_stops_gives_an_import_back_at_once(registrar):
    import_id = registrar.upload(file_of(3 * SLICE))
    registrar.work()
    registrar.confirm(import_id)
    stop = threading.Event()

    registrar.work(stop, between=stop.set)

    found = registrar.now(import_id)
    assert (found.state, found.leased_until, found.attempts, found.done_count) == ("running", None, 0, SLICE)
    assert registrar.work() == 1
    assert registrar.award_count() == 3 * SLICE


def test_a_small_delivery_does_not_wait_for_a_large_import(registrar, back_door, item):
    import_id = registrar.upload(file_of(30))
    registrar.work()
    registrar.confirm(import_id)
    back_door.deliver(item(9))
    done_when_decided = []
    worker = Worker(back_door.service, back_door.letterbox)
    plain = worker._deliveries.work_through

    def watched(stop: threading.Event) -> int:
        count = plain(stop)
        if count:
            done_when_decided.append(registrar.now(import_id).done_count)
        return count

    worker._deliveries.work_through = watched  # type: ignore[method-assign]
    worker._imports.work_through(threading.Event())

    assert done_when_decided == [25]  # after the first slice
    assert registrar.now(import_id).state == ImportState.DONE


def test_an_import_that_is_cancelled_stops_after_the_slice_in_hand_and_what_was_awarded_stays(registrar):
    import_id = registrar.upload(file_of(3 * SLICE))
    registrar.work()
    registrar.confirm(import_id)

    def cancel() -> None:
        with registrar.database.write() as session:
            imports.cancel(session, imports.by_id(session, import_id), actor="cli")

    registrar.work(between=cancel)

    assert registrar.now(import_id).state == ImportState.CANCELLED
    assert registrar.award_count() == SLICE
    assert registrar.work() == 0


def test_a_row_that_fails_for_a_reason_of_ours_holds_up_no_other(registrar, monkeypatch):
    import_id = registrar.upload(file_of(5))
    registrar.work()
    registrar.confirm(import_id)
    plain = imports.run

    def sometimes(session: Any, office: Any, found: Any, rows: Any) -> None:
        if any(row.number == 4 for row, _ in rows):
            raise ZeroDivisionError
        plain(session, office, found, rows)

    monkeypatch.setattr(imports, "run", sometimes)
    registrar.work()

    found = registrar.now(import_id)
    assert (found.state, found.results) == (ImportState.DONE, {Verdict.AWARD: 4, Verdict.FAILED: 1})
    assert registrar.rows(import_id)[2] == (4, "award", "failed")


def test_a_database_that_fails_in_the_middle_makes_the_import_go_on_later(registrar, monkeypatch):
    import_id = registrar.upload(file_of(3 * SLICE))
    registrar.work()
    registrar.confirm(import_id)
    plain = imports.run

    def broken(session: Any, office: Any, found: Any, rows: Any) -> None:
        plain(session, office, found, rows)
        if rows[0][0].number > 2:
            session.execute(text("SELECT * FROM no_such_table"))

    monkeypatch.setattr(imports, "run", broken)
    registrar.work()
    failed = registrar.now(import_id)
    monkeypatch.undo()
    with time_machine.travel(failed.next_attempt_at + timedelta(seconds=1)):
        registrar.work()

    assert (failed.state, failed.done_count, failed.last_error is not None) == ("running", SLICE, True)
    assert registrar.now(import_id).results == {Verdict.AWARD: 3 * SLICE}


def test_two_workers_at_once_do_no_row_twice(registrar):
    ids = [registrar.upload(file_of(10, first=10 * n)) for n in range(4)]
    for _ in range(2):
        threads = [threading.Thread(target=registrar.work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in ids:
            registrar.confirm(each)

    assert {registrar.now(each).state for each in ids} == {ImportState.DONE}
    assert [registrar.now(each).results for each in ids] == [{Verdict.AWARD: 10}] * 4
    assert registrar.award_count() == 40


def test_one_turn_of_the_worker_checks_a_file(registrar, back_door):
    import_id = registrar.upload(file_of(2))

    Worker(back_door.service, back_door.letterbox).run_once()

    assert registrar.now(import_id).state == ImportState.CHECKED


def test_no_personal_data_is_stored_beside_the_sealed_file(registrar):
    found = registrar.run(file_of(1) + b"\nnot-an-address,Secret Name,,bls,2026-03-02")

    with registrar.database.read() as session:
        rows = session.execute(text("SELECT * FROM import_rows")).all()
        whole = session.execute(text("SELECT * FROM imports")).all()
        deliveries = session.execute(text("SELECT body, answer, headers FROM deliveries")).all()
    assert found.results == {Verdict.AWARD: 1, Verdict.UNREADABLE: 1}
    assert "Secret Name" not in json.dumps([list(map(str, each)) for each in (*rows, *whole, *deliveries)])
