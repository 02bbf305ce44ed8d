"""Bulk checks in the background: right rows in bounded work, whatever hosts do; nothing lost, nothing asked twice."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock
from app.issuing import audit, award_status, awards, bulk_checks, issuers, learners
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.bulk_checks import BulkCheck, BulkCheckRow, CheckState, Reason, Stated
from app.outbound.documents_of_a_run import Bounds
from app.worker.checking import Checking
from app.worker.upkeep import Upkeep
from tests import neighbour as neighbours
from tests.neighbour import Neighbour
from tests.strangers import Answer, Strangers, strangers
from tests.worker.conftest import BackDoor

ROWS, FOREIGN = 1_000, 100
ROWS_OF_A_SOAK, FOREIGN_OF_A_SOAK = 5_000, 500
QUICK = Bounds(fetch_seconds=4.0, silent_after=3)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    names = ("neighbour.example", "slow.example", "down.example", "tired.example", "odd.example")
    with strangers(tmp_path, *names) as opened:
        opened.unreachable.add("down.example")
        yield opened


@pytest.fixture
def neighbour(back_door: BackDoor, tmp_path: Path, _sqlite_template: Path, world: Strangers) -> Iterator[Neighbour]:
    file = tmp_path / "neighbour.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    with neighbours.neighbour(back_door.service.settings, f"sqlite:///{file}", tmp_path / "neighbour") as opened:
        world.hosts[neighbours.HOST] = opened.answer
        yield opened


@dataclass
class House:
    """A service that checks, with badges of its own and a world outside."""

    door: BackDoor
    world: Strangers
    bounds: Bounds = QUICK
    awards: list[Award] = field(default_factory=list)

    def ask(self, *rows: Stated) -> str:
        with self.door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            return bulk_checks.ask(session, issuer, rows, name="Agency staff", actor="cli").id

    def work(self, stop: threading.Event | None = None, told: Callable[[BulkCheck], object] = lambda _: None) -> None:
        checking = Checking(self.door.service, self.world.network(), bounds=self.bounds, told=told)
        checking.work_through(stop or threading.Event())

    def check(self, check_id: str) -> BulkCheck:
        with self.door.database.read() as session:
            return bulk_checks.by_id(session, check_id)

    def rows(self, check_id: str) -> list[BulkCheckRow]:
        with self.door.database.read() as session:
            return list(bulk_checks.rows_of(session, bulk_checks.by_id(session, check_id), limit=10_000))

    def verdicts(self, check_id: str) -> list[str | None]:
        return [each.reason or each.verdict for each in self.rows(check_id)]

    def award(self, number: int) -> Award:
        with self.door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            named = {"namespace": None, "source_id": None, "display_name": f"Person {number}"}
            learner = learners.resolve(session, issuer, email=f"p{number}@hospital.test", **named)
            assert learner is not None
            learner.name_shown = True
            achievement = session.scalars(select(Achievement)).one()
            earned = Earned(achievement, learner, clock.now())
            return awards.award(session, self.door.service.office, earned, actor="cli").award

    def link(self, award: Award) -> str:
        return self.door.service.office.addresses.badge(award.id)

    def revoke(self, award: Award) -> None:
        with self.door.database.write() as session:
            found = awards.by_id(session, award.id)
            award_status.revoke(session, self.door.service.office, found, reason="issued in error", actor="cli")


@pytest.fixture
def house(back_door: BackDoor, world: Strangers) -> House:
    made = House(back_door, world)
    made.awards = [made.award(number) for number in range(3)]
    return made


def tired(path: str, accept: str) -> Answer:
    """A host that has trouble of its own."""
    return Answer(path.encode(), accept, status=503)


def remembering(neighbour: Neighbour) -> Callable[[str, str], Answer]:
    """The neighbour's answers, each worked out once."""
    known: dict[str, Answer] = {}

    def answer(path: str, accept: str) -> Answer:
        plain = path.partition("?")[0]
        if plain not in known:
            known[plain] = neighbour.answer(plain, accept)
        return known[plain]

    for each in (f"/b/{neighbour.award.id}", "/issuers/dales/did.json"):
        answer(each, "application/json")
    return answer


# -- each kind of row -----------------------------------------------------------------------------------------


def test_each_row_gets_the_verdict_of_its_badge_and_whether_it_is_the_persons(house: House, neighbour: Neighbour):
    house.revoke(house.awards[2])
    mine, theirs = house.link(house.awards[0]), neighbour.address

    check_id = house.ask(
        Stated("Person 0", "p0@hospital.test", mine),
        Stated("Person 1", "p1@hospital.test", mine),
        Stated("Person 2", None, house.link(house.awards[2])),
        Stated("Bo", "bo@dales.example", theirs),
        Stated("Ana", "ana@dales.example", "b.json", neighbour.file("json")),
        Stated(None, None, "b.png", neighbour.file("png")),
        Stated("Nobody"),
        Stated("Nobody", None, "lost.pdf"),
        Stated(None, None, "x.json", b"no badge at all"),
    )
    house.work()

    assert house.verdicts(check_id) == [
        "good", "wrong_person", "revoked", "good", "wrong_person", "good",
        Reason.NOTHING_STATED, Reason.FILE_MISSING, "unreadable",
    ]  # fmt: skip
    said = [each.said for each in house.rows(check_id)]
    assert [each["holder"] for each in said[:4] if each] == ["same", "other", "not-asked", "same"]
    assert [each.get("issuer_is") for each in (said[0], said[3]) if each] == ["ours", "unknown"]
    assert said[3] is not None
    assert (said[3]["title"], said[3]["signed_by"]) == ("Wound Care", "neighbour.example")
    assert house.check(check_id).state == CheckState.DONE


def test_a_badge_that_was_altered_is_never_good(house: House, neighbour: Neighbour):
    document = json.loads(neighbour.file("json"))
    document["credentialSubject"]["achievement"]["name"] = "Surgery"

    check_id = house.ask(Stated(document=json.dumps(document).encode()), Stated(document=neighbour.file("json")))
    house.work()

    assert house.verdicts(check_id) == ["broken", "good"]
    assert "title" not in (house.rows(check_id)[0].said or {})


def test_a_name_that_the_list_writes_otherwise_is_a_warning_and_no_verdict(house: House):
    link = house.link(house.awards[0])

    check_id = house.ask(Stated("Somebody Else", None, link), Stated("0, PERSON", None, link))
    house.work()

    warned = [[each["code"] for each in (row.said or {})["warnings"]] for row in house.rows(check_id)]
    assert ["other_name" in each for each in warned] == [True, False]
    assert house.verdicts(check_id) == ["good", "good"]


def test_a_private_badge_and_an_address_of_ours_without_one_look_the_same(house: House):
    private = house.awards[0]
    with house.door.database.write() as session:
        awards.by_id(session, private.id).visibility = "private"

    check_id = house.ask(
        Stated(asked=house.link(private)),
        Stated(asked="http://badges.test/b/nothing"),
        Stated(asked="http://badges.test/"),
    )
    house.work()

    assert house.verdicts(check_id) == [Reason.NO_BADGE_HERE] * 3


# -- hosts that fail ------------------------------------------------------------------------------------------


def test_a_host_that_does_not_answer_is_given_up_and_its_badges_can_be_checked_again(
    house: House, neighbour: Neighbour
):
    house.world.hosts["tired.example"] = tired
    asked_of_it = [Stated(asked=f"https://tired.example/{number}") for number in range(40)]

    check_id = house.ask(*asked_of_it, Stated(asked=neighbour.address))
    house.work()

    counts = Counter(house.verdicts(check_id))
    asked = sum(each.startswith("tired.example") for each in house.world.asked)
    assert counts["good"] == 1
    assert counts[Reason.HOST_SILENT] + counts[Reason.NOTHING_FETCHED] == 40
    assert counts[Reason.HOST_SILENT] >= 36
    assert asked <= QUICK.silent_after + QUICK.at_one_host

    house.world.hosts["tired.example"] = lambda path, _accept: Answer(neighbour.file("json"), path and "text/plain")
    with house.door.database.write() as session:
        bulk_checks.again(session, bulk_checks.by_id(session, check_id), actor="cli")
    house.work()

    assert house.check(check_id).results == {"good": 41}


def test_a_run_that_has_asked_enough_says_so_of_the_rest_and_nothing_is_lost(house: House, neighbour: Neighbour):
    house.bounds = Bounds(jobs=1, fetches=4)
    rows = [Stated(asked=f"{neighbour.address}?{number}") for number in range(10)]

    check_id = house.ask(*rows)
    house.work()

    counts = Counter(house.verdicts(check_id))
    assert len(house.world.asked) == 4
    assert counts["good"] >= 1
    assert counts["good"] + counts[Reason.TIME_UP] == 10


def test_a_list_and_a_key_that_many_badges_share_are_asked_for_once(house: House, neighbour: Neighbour):
    document = neighbour.file("json")

    house.ask(*(Stated(document=document) for _ in range(30)))
    house.work()

    assert sorted(Counter(house.world.asked).values()) == [1, 1]


# -- interruptions ----------------------------------------------------------------------------------------------


def test_a_worker_that_stops_in_the_middle_leaves_the_rest_to_the_next_one(house: House):
    check_id = house.ask(*(Stated(asked=house.link(house.awards[0])) for _ in range(80)))
    stop = threading.Event()

    house.work(stop, told=lambda _: stop.set())
    half = house.check(check_id)
    house.work()

    whole = house.check(check_id)
    assert (half.state, 0 < half.done_count < 80) == (CheckState.RUNNING, True)
    assert (whole.state, whole.results) == (CheckState.DONE, {"good": 80})


def test_a_worker_that_died_is_followed_by_another_which_looks_at_no_row_twice(house: House):
    check_id = house.ask(*(Stated(asked=house.link(house.awards[0])) for _ in range(60)))
    with house.door.database.write() as session:  # what a worker had stored when it was killed
        leased = bulk_checks.lease(session, lease_seconds=60)
        assert leased is not None
        first = [bulk_checks.Finding(row, "good", None, None, {"sentence": "by the first"}) for row in (1, 2, 3)]
        bulk_checks.store(session, leased, first, lease_seconds=60)

    house.work()
    assert house.check(check_id).done_count == 3  # the lease still holds
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        house.work()

    sentences = [(each.said or {})["sentence"] for each in house.rows(check_id)]
    assert house.check(check_id).results == {"good": 60}
    assert [each == "by the first" for each in sentences] == [True] * 3 + [False] * 57


def test_what_a_worker_found_whose_lease_was_lost_is_not_stored(house: House):
    check_id = house.ask(Stated(asked=house.link(house.awards[0])))
    with house.door.database.write() as session:
        late = bulk_checks.lease(session, lease_seconds=60)
        session.execute(update(BulkCheck).values(leased_until=None))
        session.flush()
        bulk_checks.lease(session, lease_seconds=60)
        assert late is not None
        finding = bulk_checks.Finding(1, "broken")
        assert bulk_checks.store(session, late, [finding], lease_seconds=60) is None

    assert house.verdicts(check_id) == [None]


def test_a_slice_that_takes_longer_than_its_lease_is_still_one_workers(house: House, neighbour: Neighbour):
    lease_seconds, rows = 2, 5
    settings = house.door.service.settings.model_copy(update={"lease_seconds": lease_seconds})
    service = replace(house.door.service, settings=settings)
    bounds = Bounds(jobs=1, fetch_seconds=20.0)
    others, stored = [], threading.Event()

    def slow(path: str, _accept: str) -> Answer:
        stored.clear()
        stored.wait(3 * lease_seconds)
        traveller.shift(lease_seconds - 1)
        others.append(Checking(service, house.world.network(), bounds=bounds).work_through(threading.Event()))
        return Answer(neighbour.file("json"), path and "application/json")

    house.world.hosts["slow.example"] = slow
    check_id = house.ask(*(Stated(asked=f"https://slow.example/{number}") for number in range(rows)))
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = Checking(service, house.world.network(), bounds=bounds, told=lambda _: stored.set())
        first.work_through(threading.Event())

    asked = Counter(each for each in house.world.asked if each.startswith("slow.example"))
    assert others == [0] * rows
    assert set(asked.values()) == {1}
    assert (house.check(check_id).state, house.check(check_id).results) == (CheckState.DONE, {"good": rows})


def test_a_check_that_is_stopped_and_begun_again_belongs_to_nobody_who_had_it_before(house: House):
    link = house.link(house.awards[0])
    check_id = house.ask(Stated(asked=link), Stated(asked=link))

    with house.door.database.write() as session:
        check = bulk_checks.by_id(session, check_id)
        first = bulk_checks.lease(session, lease_seconds=60)
        assert first is not None
        bulk_checks.store(session, first, [bulk_checks.Finding(1, "cannot_tell")], lease_seconds=60)
        bulk_checks.stop(session, check, actor="cli")
        bulk_checks.again(session, check, actor="cli")
        between = bulk_checks.store(session, first, [bulk_checks.Finding(2, "broken")], lease_seconds=60)
        second = bulk_checks.lease(session, lease_seconds=60)
        assert second is not None
        late = bulk_checks.end(session, first)

    assert (between, late) == (None, None)
    assert second.attempts > first.attempts
    house.work()  # the second still has it
    assert house.verdicts(check_id) == [None, None]
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        house.work()
    assert house.check(check_id).results == {"good": 2}


def test_two_workers_at_a_check_that_is_stopped_and_begun_again_decide_every_row_once(
    house: House, neighbour: Neighbour
):
    house.bounds = Bounds(jobs=1)
    addresses = [f"https://slow.example/{number}" for number in range(30)]
    others: list[threading.Thread] = []

    def interrupted(path: str, _accept: str) -> Answer:
        if path == "/3" and not others:
            with house.door.database.write() as session:
                check = bulk_checks.by_id(session, check_id)
                bulk_checks.stop(session, check, actor="cli")
                bulk_checks.again(session, check, actor="cli")
            others.append(threading.Thread(target=house.work))
            others[0].start()
        return Answer(neighbour.file("json"), path and "application/json")

    house.world.hosts["slow.example"] = interrupted
    check_id = house.ask(*(Stated(asked=each) for each in addresses))
    house.work()
    others[0].join(60)

    with house.door.database.read() as session:
        query = select(audit.AuditEntry.action).where(audit.AuditEntry.object_id == check_id)
        ends = [each for each in session.scalars(query) if each == "bulk-check.done"]
    assert (house.check(check_id).state, house.check(check_id).results) == (CheckState.DONE, {"good": 30})
    assert len(ends) == 1


def test_a_check_whose_rows_still_wait_when_a_worker_has_gone_through_runs_on_and_is_free(house: House):
    check_id = house.ask(Stated(asked=house.link(house.awards[0])), Stated(asked=house.link(house.awards[1])))

    with house.door.database.write() as session:
        leased = bulk_checks.lease(session, lease_seconds=60)
        assert leased is not None
        bulk_checks.store(session, leased, [bulk_checks.Finding(1, "good")], lease_seconds=60)
        bulk_checks.end(session, leased)
    half = house.check(check_id)
    house.work()

    assert (half.state, half.leased_until, half.finished_at) == (CheckState.RUNNING, None, None)
    assert (house.check(check_id).state, house.check(check_id).results) == (CheckState.DONE, {"good": 2})


def test_a_worker_that_fails_comes_back_soon_and_then_less_often(house: House):
    check_id = house.ask(Stated(asked=house.link(house.awards[0])))
    waits = []

    for _ in range(3):
        with house.door.database.write() as session:
            session.execute(update(BulkCheck).values(next_attempt_at=clock.now()))
            leased = bulk_checks.lease(session, lease_seconds=60)
            assert leased is not None
            bulk_checks.mark_failed(session, leased, error="OperationalError")
        waits.append(house.check(check_id).next_attempt_at > clock.now() + timedelta(seconds=60))

    assert waits == [False, True, True]


def test_a_check_that_is_stopped_says_so_of_the_rest(house: House):
    check_id = house.ask(*(Stated(asked=house.link(house.awards[0])) for _ in range(60)))

    def stop(_: BulkCheck) -> None:
        with house.door.database.write() as session:
            bulk_checks.stop(session, bulk_checks.by_id(session, check_id), actor="cli")

    house.work(told=stop)

    found = house.check(check_id)
    assert (found.state, found.done_count) == (CheckState.STOPPED, 60)
    assert found.results["good"] + found.results["not_checked"] == 60


# -- what is kept -----------------------------------------------------------------------------------------------


def test_asking_and_ending_are_in_the_audit_log_without_a_name(house: House):
    check_id = house.ask(Stated("Person 0", "p0@hospital.test", house.link(house.awards[0])))
    house.work()

    with house.door.database.read() as session:
        entries = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.object_id == check_id)).all()
    assert [each.action for each in entries] == ["bulk-check.asked", "bulk-check.done"]
    assert "hospital.test" not in json.dumps([each.facts for each in entries])


def test_the_daily_round_empties_what_was_handed_in_and_keeps_the_numbers(house: House):
    check_id = house.ask(Stated("Person 0", "p0@hospital.test", house.link(house.awards[0])))
    house.work()
    days = house.door.service.settings.checks_kept_days

    with time_machine.travel(clock.now() + timedelta(days=days + 1), tick=False):
        Upkeep(house.door.service).make_round()

    (row,), found = house.rows(check_id), house.check(check_id)
    kept: dict[str, Any] = {name: getattr(row, name) for name in ("name", "identifier", "asked", "document", "said")}
    assert set(kept.values()) == {None}
    assert (found.results, found.emptied_at is not None, found.name) == ({"good": 1}, True, "")


def test_an_old_check_that_never_ended_is_stopped_and_emptied(house: House):
    check_id = house.ask(Stated("Person 0", "p0@hospital.test", "b.json", b"a badge"))
    days = house.door.service.settings.checks_kept_days

    with time_machine.travel(clock.now() + timedelta(days=days + 1), tick=False):
        with house.door.database.write() as session:  # a worker that will never store anything
            bulk_checks.lease(session, lease_seconds=60)
        Upkeep(house.door.service).make_round()

    (row,), found = house.rows(check_id), house.check(check_id)
    assert {getattr(row, name) for name in ("name", "identifier", "asked", "document", "said")} == {None}
    assert (found.state, found.emptied_at is not None, found.name) == (CheckState.STOPPED, True, "")
    assert house.verdicts(check_id) == [Reason.STOPPED]


# -- at size ----------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_large_check_with_failing_and_slow_hosts_ends_in_bounded_work_with_the_right_rows(
    house: House, neighbour: Neighbour, pytestconfig: pytest.Config
):
    is_short = pytestconfig.getoption("--soak-minutes") is None
    rows, foreign = (ROWS, FOREIGN) if is_short else (ROWS_OF_A_SOAK, FOREIGN_OF_A_SOAK)
    over = threading.Event()
    badge, path = neighbour.file("json"), f"/b/{neighbour.award.id}"
    house.world.hosts[neighbours.HOST] = remembering(neighbour)  # a host that is quick, however busy the machine
    altered = badge.replace(b"Wound Care", b"Brain Surgery")
    together = [0, 0]  # how many ask the slow host now, and at most

    def slow(path: str, accept: str) -> Answer:
        together[0] += 1
        together[1] = max(together)
        over.wait(30)
        together[0] -= 1
        return Answer(path.encode(), accept, status=404)

    def odd(path: str, accept: str) -> Answer:
        if path.startswith("/altered"):
            return Answer(altered)
        return Answer(badge) if path.startswith("/moved") else Answer(b"", accept, status=404)

    house.world.hosts |= {"slow.example": slow, "tired.example": tired, "odd.example": odd}
    kinds = (
        ("good", lambda number: f"https://{neighbours.HOST}{path}?{number}"),
        ("good", lambda number: f"https://odd.example/moved/{number}"),
        ("broken", lambda number: f"https://odd.example/altered/{number}"),
        ("unfetched", lambda number: f"https://odd.example/gone/{number}"),
        ("unfetched", lambda number: f"https://slow.example/{number}"),
    )
    outside = [(kinds[n % 5][0], Stated(asked=kinds[n % 5][1](n))) for n in range(foreign - 20)]
    outside += [("unfetched", Stated(asked=f"https://{h}.example/{n}")) for h in ("down", "tired") for n in range(10)]
    inside = []
    for number in range(rows - foreign):
        who, badge_of = f"p{number % 3}@hospital.test", house.awards[0 if number % 4 else number % 3]
        is_theirs = badge_of is house.awards[number % 3]
        inside.append(("good" if is_theirs else "wrong_person", Stated(None, who, house.link(badge_of))))
    every = [each for pair in zip(inside, outside, strict=False) for each in pair] + inside[len(outside) :]

    began = time.monotonic()
    check_id = house.ask(*(each for _, each in every))
    house.work()
    took = time.monotonic() - began
    over.set()

    found = ["unfetched" if each.verdict == "not_checked" else each.verdict for each in house.rows(check_id)]
    hosts = Counter(each.partition("/")[0] for each in house.world.asked)
    assert len(every) == rows
    assert found == [verdict for verdict, _ in every]
    assert house.check(check_id).done_count == rows
    assert together[1] <= QUICK.at_one_host + QUICK.silent_after
    assert hosts["slow.example"] <= QUICK.silent_after + QUICK.at_one_host
    assert hosts["tired.example"] <= QUICK.silent_after + QUICK.at_one_host
    lists = Counter(each for each in house.world.asked if "/status/" in each or each.endswith("did.json"))
    assert set(lists.values()) == {1}
    assert sum(hosts.values()) <= foreign + 2
    print(f"{rows} rows, {foreign} elsewhere: {took:.1f} s, {sum(hosts.values())} requests")  # noqa: T201 - a figure
