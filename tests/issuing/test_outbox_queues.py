"""Queues of the outbox take turns: a dead receiver holds up nobody but itself, and is left alone at last (F21)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import inspect

from app import clock
from app.issuing import outbox, outbox_queues
from app.issuing.outbox_queues import OutboxQueue

START = "2026-03-01T09:00:00Z"


@pytest.fixture
def put(database):
    def put(queue: str, count: int = 1, channel: str = "webhook") -> None:
        with database.write() as session:
            for number in range(count):
                outbox.put(
                    session,
                    channel=channel,
                    queue=queue,
                    subject_id=f"{queue}-{number}",
                    event="x",
                    payload={"n": number},
                )

    return put


@pytest.fixture
def lease(database):
    def lease(limit: int = 12, **rest):
        with database.write() as session:
            return outbox.lease(session, limit=limit, lease_seconds=60, **rest)

    return lease


@pytest.fixture
def fail(database):
    def fail(queue: str, times: int = 1) -> OutboxQueue:
        for _ in range(times):
            with database.write() as session:
                found = outbox_queues.note_failure(session, queue)
        return found

    return fail


def of_queues(messages) -> Counter[str]:
    return Counter(message.queue for message in messages)


def test_every_queue_gets_its_share_however_long_another_is(put, lease):
    put("dead", 200)
    put("good", 3)

    assert of_queues(lease(4)) == {"dead": 2, "good": 2}


def test_what_the_others_leave_goes_to_the_long_queue(put, lease):
    put("long", 200)
    put("short", 1)

    assert of_queues(lease(8)) == {"long": 7, "short": 1}


def test_of_more_queues_than_places_each_has_its_turn(put, lease):
    for number in range(9):
        put(f"queue-{number}", 5)

    served = [of_queues(lease(3)) for _ in range(3)]

    assert sum(served, Counter()) == {f"queue-{number}": 1 for number in range(9)}


def test_a_queue_has_only_so_many_on_their_way_all_workers_together(put, lease):
    put("slow", 200)

    assert [len(lease(12, most_of_a_queue=2)) for _ in range(3)] == [2, 0, 0]


def test_an_event_beside_two_hundred_of_a_dead_endpoint_is_in_the_next_lease(put, lease):
    """Each lease is one tick; the dead one's messages never come back, as if each hung until its lease ends."""
    with time_machine.travel(START, tick=False) as traveller:
        put("dead", 200)
        lease(12, most_of_a_queue=2)
        for _ in range(10):
            traveller.shift(timedelta(seconds=0.5))
            put_before = lease(12, most_of_a_queue=2)
            assert put_before == []
        put("good")
        assert of_queues(lease(12, most_of_a_queue=2)) == {"good": 1}


def test_lanes_do_not_take_each_other_s_messages(put, lease):
    put("mail:1", channel="email")
    put("endpoint:1")

    assert of_queues(lease(channel="webhook")) == {"endpoint:1": 1}
    assert of_queues(lease(not_channels=("webhook",))) == {"mail:1": 1}


# -- the breaker --------------------------------------------------------------------------------------------


def test_a_queue_that_fails_five_times_is_held_and_twice_as_long_each_time(put, fail):
    with time_machine.travel(START, tick=False):
        put("dead")
        assert fail("dead", outbox_queues.BREAKS_AFTER - 1).held_until is None

        held = [(fail("dead").held_until - clock.now()).total_seconds() for _ in range(9)]

    assert held[:4] == [30, 60, 120, 240]
    assert held[-1] == outbox_queues.LONGEST_BREAK_SECONDS


def test_nothing_of_a_held_queue_is_leased_and_then_one_message_is_tried(put, lease, fail):
    with time_machine.travel(START, tick=False) as traveller:
        put("dead", 10)
        put("good", 1)
        fail("dead", 5)
        assert of_queues(lease()) == {"good": 1}
        traveller.shift(timedelta(seconds=30))
        assert of_queues(lease()) == {"dead": 1}


def test_a_success_opens_the_queue_for_all(database, put, lease, fail):
    with time_machine.travel(START, tick=False):
        put("dead", 3)
        fail("dead", 6)
        with database.write() as session:
            outbox_queues.note_success(session, "dead")

        assert len(lease()) == 3


def test_a_closed_queue_waits_and_opens_with_a_clean_slate(database, put, lease, fail):
    put("endpoint", 2)
    fail("endpoint", 6)
    with database.write() as session:
        outbox_queues.set_closed(session, "endpoint", is_closed=True)
    assert lease() == []
    with database.write() as session:
        outbox_queues.set_closed(session, "endpoint", is_closed=False)

    assert len(lease()) == 2


def test_a_message_that_is_given_back_has_lost_no_try(database, put, lease):
    with time_machine.travel(START, tick=False) as traveller:
        put("mail")
        with database.write() as session:
            (message,) = outbox.lease(session, limit=1, lease_seconds=60)
            outbox.release(message, until=clock.now() + timedelta(hours=1), why="Held: quiet hours")
        assert lease() == []
        traveller.shift(timedelta(hours=1))

        assert [message.attempts for message in lease()] == [1]


def test_the_receiver_s_own_wish_is_kept_when_it_is_later_than_the_schedule(database, put, lease):
    with time_machine.travel(START, tick=False):
        put("busy")
        (message,) = lease()
        later = clock.now() + timedelta(hours=3)
        with database.write() as session:
            outbox.mark_failed(session, message.id, error="429", permanent=False, not_before=later)
        with database.read() as session:
            assert session.get_one(outbox.OutboxMessage, message.id).next_attempt_at == later


def test_which_mails_went_into_another_is_found_without_reading_the_whole_outbox(database):
    indexed = [index["column_names"] for index in inspect(database.engine).get_indexes("outbox")]

    assert ["joined_into_id"] in indexed
