"""New versions grandfather or migrate, and withdraw nothing; everybody is judged anew in the background, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.issuing import definitions, pathways, signing_keys
from app.issuing.definitions import Kind
from app.issuing.stacks import foresight, jobs, versions
from app.issuing.stacks.versions import Published, judged_by
from app.stacking.world import OnNewVersion
from tests.issuing.stacks.conftest import LADDER, Academy

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
G, M = OnNewVersion.GRANDFATHER, OnNewVersion.MIGRATE
EASIER = [{**LADDER["nodes"][0], "condition": {"credential": "bls"}}, LADDER["nodes"][1]]
HARDER = [
    {
        **LADDER["nodes"][0],
        "condition": {"all_of": [*LADDER["nodes"][0]["condition"]["all_of"], {"credential": "vit"}]},
    },
    LADDER["nodes"][1],
]


@pytest.mark.parametrize(
    ("published", "as_of", "expected"),
    [
        ([], date(2026, 7, 1), 1),
        ([Published(2, date(2026, 7, 1), M, 0)], date(2026, 7, 1), 2),
        ([Published(2, date(2026, 7, 1), G, 18)], date(2026, 7, 1), 1),
        ([Published(2, date(2026, 7, 1), G, 18)], date(2028, 1, 1), 1),
        ([Published(2, date(2026, 7, 1), G, 18)], date(2028, 1, 2), 2),
        ([Published(2, date(2026, 8, 31), G, 6)], date(2027, 2, 28), 1),
        ([Published(2, date(2026, 8, 31), G, 6)], date(2027, 3, 1), 2),
        ([Published(2, date(2026, 7, 1), G, 18), Published(3, date(2026, 8, 1), M, 0)], date(2026, 8, 1), 3),
        ([Published(2, date(2026, 7, 1), G, 1), Published(3, date(2026, 8, 1), G, 18)], date(2026, 8, 2), 3),
        ([Published(2, date(2026, 7, 1), G, 0)], date(2026, 7, 2), 2),
    ],
)
def test_which_version_counts_on_a_day(published: list[Published], as_of: date, expected: int):
    assert judged_by(1, published, as_of) == expected


def work_through(academy: Academy) -> list[tuple[int, int, int]]:
    """Do every job that is due: judged, changed and failed of each."""
    with academy.desk.write() as session:
        jobs.ask_for_changes(session)
    with academy.desk.read() as session:
        waiting = jobs.open_jobs(session)
    for job_id in waiting:
        while True:
            with academy.desk.write() as session:
                if jobs.go_on(session, academy.desk.office, job_id).is_done:
                    break
    with academy.desk.read() as session:
        found = jobs.of_issuer(session, academy.desk.issuer.id)
        return [(each.judged, each.changed, each.failed) for each in found if each.id in waiting]


def test_a_version_that_migrates_awards_in_the_background_once(academy: Academy):
    academy.pathway()
    people = [f"person{number}@hospital.test" for number in range(3)]
    for each in people:
        academy.enrol(each)
        academy.award("bls", each)
    work_through(academy)
    academy.new_version(nodes=EASIER, on_new_version="migrate", grandfather_months=0)

    assert work_through(academy) == [(3, 3, 0)]
    assert [academy.stacks(each) for each in people] == [[("st-base", "issued")]] * 3
    assert work_through(academy) == []


@SQLITE
def test_one_learner_for_whom_something_breaks_keeps_nobody_else_from_being_judged(
    academy: Academy, monkeypatch: pytest.MonkeyPatch
):
    academy.pathway()
    people = [f"person{number}@hospital.test" for number in range(3)]
    for each in people:
        academy.enrol(each)
        academy.award("bls", each)
    work_through(academy)
    academy.new_version(nodes=EASIER, on_new_version="migrate", grandfather_months=0)
    real, calls = signing_keys.active, []

    def once_broken(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("a fault of ours")
        return real(*given, **named)

    monkeypatch.setattr(signing_keys, "active", once_broken)
    assert work_through(academy) == [(3, 2, 1)]
    assert sorted(len(academy.stacks(each)) for each in people) == [0, 1, 1]

    with academy.desk.write() as session:
        jobs.ask_for_the_day(session)
    work_through(academy)
    assert [academy.stacks(each) for each in people] == [[("st-base", "issued")]] * 3


@SQLITE
def test_a_version_that_grandfathers_changes_nothing_until_its_months_are_over_or_somebody_asks(academy: Academy):
    academy.pathway()
    enrolment = academy.enrol()
    academy.enrol("jo@hospital.test")
    for each in ("mira.holm@hospital.test", "jo@hospital.test"):
        academy.award("bls", each)
    row = academy.new_version(nodes=EASIER)
    work_through(academy)
    assert academy.stacks() == []

    with academy.desk.write() as session:
        found = session.merge(enrolment)
        versions.move_now(session, found, row, actor="cli")
    assert academy.settle().awarded
    assert academy.stacks("jo@hospital.test") == []

    with time_machine.travel(clock.now() + timedelta(days=600), tick=False):
        with academy.desk.write() as session:
            assert jobs.ask_for_the_day(session) == 1
            assert jobs.ask_for_the_day(session) == 0
        work_through(academy)
        assert academy.stacks("jo@hospital.test") == [("st-base", "issued")]


@SQLITE
def test_a_harder_version_takes_nothing_away(academy: Academy):
    academy.pathway()
    academy.enrol()
    for each in ("bls", "ipc"):
        academy.award(each)
    academy.new_version(nodes=HARDER, on_new_version="migrate", grandfather_months=0)

    work_through(academy)

    assert academy.stacks() == [("st-base", "issued")]


@SQLITE
def test_publishing_is_foreseen_before_anything_is_signed(academy: Academy):
    row = academy.pathway()
    for number in range(4):
        academy.enrol(f"person{number}@hospital.test")
    for number in range(3):
        academy.award("bls", f"person{number}@hospital.test")

    with academy.desk.read() as session:
        drafted = pathways.parse({**LADDER, "nodes": EASIER, "on_new_version": "migrate"})
        seen = foresight.of(session, session.merge(row), drafted)
        harder = foresight.of(session, session.merge(row), pathways.parse({**LADDER, "nodes": HARDER}))

    assert (seen.enrolled, seen.gaining, seen.at_once, seen.further) == (4, 3, True, 0)
    assert {each.stacks for each in seen.gains} == {("st-base",)}
    assert seen.differences == ("Base no longer names IPC.",)
    assert (harder.gaining, harder.at_once, harder.further) == (0, False, 3)
    assert harder.differences == ("Base now also names VIT.",)
    assert academy.stacks("person0@hospital.test") == []


@SQLITE
def test_a_new_equivalence_is_worked_through_in_the_background(academy: Academy):
    academy.pathway()
    academy.enrol()
    for each in ("bls", "vit"):
        academy.award(each)
    work_through(academy)

    academy.define(Kind.EQUIVALENCE, "eq-1", source="vit", target="ipc", approved_by="The board")
    assert work_through(academy) == [(1, 1, 0)]

    assert [slug for slug, _state in academy.stacks()] == ["st-base", "st-top"]
    with academy.desk.write() as session:
        found = definitions.by_slug(session, academy.desk.issuer, Kind.EQUIVALENCE, "eq-1")
        definitions.archive(session, found, actor="cli")
    assert work_through(academy) == [(1, 0, 0)]
    assert {state for _slug, state in academy.stacks()} == {"issued"}


@SQLITE
def test_a_stack_that_expired_is_renewed_while_its_parts_are_good(academy: Academy):
    academy.achievements["st-base"] = academy.desk.achievement(
        "st-short", name="Short", abbreviation="ST-SHORT", is_stack=True, validity={"kind": "months", "amount": 1}
    )
    nodes = [{**LADDER["nodes"][0], "awards": "st-short"}]
    academy.pathway(nodes=nodes, completion="base")
    academy.enrol()
    for each in ("bls", "ipc"):
        academy.award(each)
    first = academy.stack("st-base")

    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        with academy.desk.write() as session:
            jobs.ask_for_the_day(session)
        work_through(academy)
        second = academy.stack("st-base")

    assert second.id != first.id
    assert second.follows_id == first.id
