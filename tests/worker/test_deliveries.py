"""Deliveries that wait are worked through: none is lost, counts twice or holds up the others (B70, I1, I2)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, text

from app import service as services
from app.issuing import achievements, awards, inbox, issuers, learners, rules, sources
from app.worker import Worker
from app.worker.deliveries import Deliveries

from .waiting import wait_until_a_lock_is_waited_for

SLICE = 3


def work_through(back_door, stop=None, between=lambda: None) -> int:
    return Deliveries(back_door.service, between, slice_items=SLICE).work_through(stop or threading.Event())


def test_a_delivery_that_waits_becomes_a_badge(back_door, item):
    delivery_id = back_door.deliver(item(1))

    assert work_through(back_door) == 1

    delivery = back_door.delivery(delivery_id)
    assert delivery.state == "processed"
    assert [outcome["outcome"] for outcome in delivery.answer["items"]] == ["awarded"]
    assert len(back_door.awards()) == 1


def test_there_is_nothing_to_do_twice(back_door, item):
    back_door.deliver(item(1))

    assert [work_through(back_door), work_through(back_door)] == [1, 0]


def test_a_large_delivery_is_answered_item_by_item_in_its_order(back_door, item):
    count = 2 * SLICE + 1
    delivery_id = back_door.deliver(*[item(number) for number in range(count)])

    work_through(back_door)

    outcomes = back_door.delivery(delivery_id).answer["items"]
    assert [outcome["index"] for outcome in outcomes] == list(range(count))
    assert {outcome["outcome"] for outcome in outcomes} == {"awarded"}
    assert len(back_door.awards()) == count


def test_a_large_delivery_is_replayed_by_the_worker_and_keeps_its_answer_until_then(back_door, item):
    office = replace(back_door.service.office, max_items_in_request=SLICE)
    too_many = 2 * SLICE
    unmapped = {"id": "als", "name": "Advanced Life Support"}
    delivery_id = back_door.deliver(*[item(number, activity=unmapped) for number in range(too_many)])
    work_through(back_door)
    first = back_door.delivery(delivery_id).answer
    with back_door.database.write() as session:
        source = sources.by_id(session, back_door.source_id)
        before = (source.accepted_count, source.ignored_count)
        bls = achievements.by_slug(session, issuers.by_slug(session, "st-anna"), "bls")
        rules.create(session, source, activity_id="als", achievement=bls, actor="cli")
        said = inbox.replay(session, office, inbox.by_id(session, delivery_id), actor="cli")

    assert (said["status"], back_door.delivery(delivery_id).state) == ("queued", "replaying")
    assert back_door.delivery(delivery_id).answer == first
    assert [work_through(back_door), work_through(back_door)] == [1, 0]
    after = back_door.delivery(delivery_id)
    assert (after.state, len(after.answer["items"]), len(back_door.awards())) == ("processed", too_many, too_many)
    with back_door.database.read() as session:
        source = sources.by_id(session, back_door.source_id)
        assert (source.accepted_count, source.ignored_count) == before  # it came once


def test_others_can_write_between_two_slices_of_a_large_delivery(back_door, item):
    back_door.deliver(*[item(number) for number in range(2 * SLICE)])
    counts = []

    def between() -> None:
        with back_door.database.write() as session:
            sources.count_rejected(session, back_door.source_id)
        counts.append(len(back_door.awards()))

    work_through(back_door, between=between)

    assert counts == [SLICE]


def test_a_worker_that_dies_in_the_middle_leaves_a_delivery_that_another_one_finishes(back_door, item):
    count = 2 * SLICE
    delivery_id = back_door.deliver(*[item(number) for number in range(count)])

    def die() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        work_through(back_door, between=die)
    assert len(back_door.awards()) == SLICE
    assert work_through(back_door) == 0  # the lease of the dead one still runs

    with time_machine.travel(back_door.delivery(delivery_id).leased_until + timedelta(seconds=1)):
        assert work_through(back_door) == 1

    outcomes = back_door.delivery(delivery_id).answer["items"]
    assert [outcome["outcome"] for outcome in outcomes] == ["awarded"] * count
    assert len(back_door.awards()) == count


def test_a_worker_that_stops_gives_a_large_delivery_back_at_once(back_door, item):
    delivery_id = back_door.deliver(*[item(number) for number in range(3 * SLICE)])
    stop = threading.Event()

    work_through(back_door, stop, between=stop.set)

    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.leased_until, delivery.attempts) == ("received", None, 0)
    assert len(back_door.awards()) == SLICE
    assert work_through(back_door) == 1
    assert len(back_door.awards()) == 3 * SLICE


def test_a_worker_that_lost_its_lease_leaves_the_delivery_to_the_other(back_door, item):
    delivery_id = back_door.deliver(*[item(number) for number in range(2 * SLICE)])

    def sleep_too_long() -> None:
        with back_door.database.write() as session:
            session.execute(text("UPDATE deliveries SET leased_until = NULL"))
            inbox.lease(session, limit=1, lease_seconds=60)

    work_through(back_door, between=sleep_too_long)

    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("received", 2, None)
    assert delivery.leased_until is not None


def test_a_worker_that_lost_its_lease_notes_no_failure_on_what_another_one_holds(back_door, item):
    delivery_id = back_door.deliver(*[item(number) for number in range(2 * SLICE)])

    def sleep_too_long_and_fail() -> None:
        with back_door.database.write() as session:
            session.execute(text("UPDATE deliveries SET leased_until = NULL"))
            inbox.lease(session, limit=1, lease_seconds=60)
        raise ValueError

    work_through(back_door, between=sleep_too_long_and_fail)

    delivery = back_door.delivery(delivery_id)
    assert (delivery.standing, delivery.attempts, delivery.last_error) == ("waiting", 2, None)
    assert delivery.leased_until is not None


def test_a_replay_at_the_moment_at_which_the_worker_decides_makes_neither_wait_for_the_other(back_door, item):
    if back_door.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    delivery_id = back_door.deliver(*[item(number) for number in range(SLICE)])
    errors: list[str] = []
    event.listen(back_door.database.engine, "handle_error", lambda context: errors.append(str(context)))
    worker = threading.Thread(target=work_through, args=(back_door,))

    with back_door.database.write() as session:
        issuers.take_turn(session, back_door.delivery(delivery_id).issuer_id)
        worker.start()
        wait_until_a_lock_is_waited_for(back_door.database)
        inbox.replay(session, back_door.service.office, session.get_one(inbox.Delivery, delivery_id), actor="cli")
    worker.join()

    assert errors == []
    assert (back_door.delivery(delivery_id).state, len(back_door.awards())) == ("processed", SLICE)


@pytest.fixture
def poison(monkeypatch):
    """Makes what is awarded to this address an error that nobody thought of, until the returned function is called."""
    give = awards.award

    def award(session, office, earned, *, actor):
        if learners.email_of(session, earned.learner).normalised == "p1@hospital.test":
            raise ValueError("nobody thought of this")
        return give(session, office, earned, actor=actor)

    monkeypatch.setattr(awards, "award", award)
    return monkeypatch.undo


def outcomes_of(back_door, delivery_id: str) -> list[str]:
    return [outcome["outcome"] for outcome in back_door.delivery(delivery_id).answer["items"]]


@pytest.mark.usefixtures("poison")
def test_an_item_that_fails_by_an_error_of_ours_holds_up_no_other_of_its_delivery(back_door, item):
    delivery_id = back_door.deliver(*[item(number) for number in range(2 * SLICE)])

    assert work_through(back_door) == 1

    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.standing) == ("processed", "failed")
    assert outcomes_of(back_door, delivery_id) == ["awarded", "failed", *["awarded"] * (2 * SLICE - 2)]
    assert delivery.answer["items"][1] == {"index": 1, "outcome": "failed", "reason": "internal-error"}
    assert len(back_door.awards()) == 2 * SLICE - 1


def test_an_item_that_failed_by_an_error_of_ours_is_decided_by_a_replay_once_that_is_mended(back_door, item, poison):
    delivery_id = back_door.deliver(item(0), item(1), item(2))
    with back_door.database.write() as session:
        inbox.forget(session, [delivery_id])  # to be emptied when nothing has to be read in it any more
    work_through(back_door)
    poison()

    with back_door.database.write() as session:
        inbox.replay(session, back_door.service.office, inbox.by_id(session, delivery_id), actor="cli")

    assert outcomes_of(back_door, delivery_id) == ["awarded"] * 3
    delivery = back_door.delivery(delivery_id)
    assert (delivery.standing, delivery.raw_forgotten_at is None) == ("processed", False)


@pytest.mark.usefixtures("poison")
def test_an_item_that_fails_by_an_error_of_ours_holds_up_no_other_when_only_facts_are_kept(back_door, item):
    unmapped = {"id": "als", "name": "Advanced Life Support"}
    delivery_id = back_door.deliver(*[item(number, activity=unmapped) for number in range(2 * SLICE)])
    work_through(back_door)
    with back_door.database.write() as session:
        inbox.forget(session, [delivery_id])
        bls = achievements.by_slug(session, issuers.by_slug(session, "st-anna"), "bls")
        source = sources.by_id(session, back_door.source_id)
        rules.create(session, source, activity_id="als", achievement=bls, actor="cli")
        inbox.replay_all(session, source.issuer_id, inbox.Wanted(), actor="cli")

    assert work_through(back_door) == 1

    assert back_door.delivery(delivery_id).state == "processed"
    assert len(back_door.awards()) == 2 * SLICE - 1


def test_a_failure_of_the_moment_is_nobody_s_fault_and_the_delivery_is_tried_again_as_a_whole(
    back_door, item, monkeypatch
):
    delivery_id = back_door.deliver(item(0), item(1))

    def fail(*_arguments, **_more):
        raise OSError

    monkeypatch.setattr(awards, "award", fail)
    work_through(back_door)

    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.answer, delivery.last_error) == ("received", {}, "OSError")


def test_a_failure_is_noted_and_the_delivery_tried_again_later(back_door, item):
    bad = back_door.deliver(item(1))
    with back_door.database.write() as session:
        session.execute(text("UPDATE sources SET type = 'none that exists'"))
    work_through(back_door)

    delivery = back_door.delivery(bad)
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("received", 1, "KeyError")

    with back_door.database.write() as session:
        session.execute(text("UPDATE sources SET type = 'generic'"))
    with time_machine.travel(delivery.next_attempt_at + timedelta(seconds=1)):
        assert work_through(back_door) == 1
    assert back_door.delivery(bad).state == "processed"
    assert back_door.delivery(bad).last_error is None


def test_a_delivery_that_fails_holds_up_no_other(back_door, item):
    broken = back_door.another_source()
    with back_door.database.write() as session:
        session.execute(text("UPDATE sources SET type = 'none that exists' WHERE id = :id"), {"id": broken})
    bad = [back_door.deliver(item(number), key=f"bad {number}", source_id=broken) for number in range(3)]
    good = back_door.deliver(item(9), key="good")

    assert work_through(back_door) == 4

    assert back_door.delivery(good).state == "processed"
    assert {back_door.delivery(each).state for each in bad} == {"received"}


def test_a_delivery_that_cannot_be_read_is_kept_for_a_person(back_door):
    delivery_id = back_door.deliver(body=b"no JSON")

    work_through(back_door)

    delivery = back_door.delivery(delivery_id)
    assert delivery.state == "unreadable"
    assert delivery.answer["items"][0]["reason"] == "malformed-json"


def test_a_secret_of_ours_that_cannot_be_opened_does_not_make_a_delivery_unreadable(back_door, item, settings):
    delivery_id = back_door.deliver(item(1))
    changed = settings.model_copy(
        update={"database_url": back_door.database.url, "secret": type(settings.secret)("another secret " * 4)}
    )
    other = services.build(changed)
    Deliveries(other, lambda: None).work_through(threading.Event())
    other.close()

    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.last_error) == ("received", "KeyUnavailable")


def test_an_empty_batch_is_finished(back_door):
    delivery_id = back_door.deliver(body=b'{"items": []}')

    work_through(back_door)

    assert back_door.delivery(delivery_id).state == "processed"


def four_workers_at_once(back_door) -> list[int]:
    """How much each of them did."""
    counts: list[int] = []

    def run() -> None:
        other = services.build(back_door.service.settings)
        counts.append(Deliveries(other, lambda: None).work_through(threading.Event()))
        other.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


def test_workers_at_the_same_moment_share_the_work_and_do_nothing_twice(back_door, item):
    ids = [back_door.deliver(item(number), key=f"msg_{number}") for number in range(24)]

    counts = four_workers_at_once(back_door)

    assert sum(counts) == len(ids)
    assert {back_door.delivery(each).attempts for each in ids} == {1}
    assert len(back_door.awards()) == len(ids)


def test_one_completion_in_many_deliveries_is_one_award_whichever_worker_takes_them(back_door, item):
    ids = [back_door.deliver(item(1), key=f"msg_{number}") for number in range(20)]

    four_workers_at_once(back_door)

    (award,) = back_door.awards()
    answers = [back_door.delivery(each).answer["items"][0]["awards"] for each in ids]
    assert {answer[0]["award"] for answer in answers} == {award.id}


def test_one_turn_of_the_worker_awards_tells_and_seals(back_door, item):
    back_door.deliver(item(1))

    assert Worker(back_door.service, back_door.letterbox).run_once() == 2

    assert back_door.letterbox.recipients == ["p1@hospital.test"]
    with back_door.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entries WHERE sequence IS NULL")).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM audit_checkpoints")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM heartbeats")).scalar_one() == 1
