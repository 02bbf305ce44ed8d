"""The outbox: written with the change it tells of, leased to one worker at a time, tried again, parked at last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.db import Database
from app.issuing import outbox
from app.issuing.outbox import OutboxMessage

LEASE = 60


@pytest.fixture
def put(database: Database) -> Callable[..., None]:
    """Put a message about somebody into the outbox."""

    def put(subject: str = "award-1", **facts: Any) -> None:
        with database.write() as session:
            outbox.put(
                session,
                subject_id=subject,
                **{"channel": "email", "event": "award.issued", "payload": {"n": 1}, **facts},
            )

    return put


@pytest.fixture
def lease(database: Database) -> Callable[..., list[OutboxMessage]]:
    def lease(limit: int = 10) -> list[OutboxMessage]:
        with database.write() as session:
            return outbox.lease(session, limit=limit, lease_seconds=LEASE)

    return lease


@pytest.fixture
def messages(database: Database) -> Callable[[], list[OutboxMessage]]:
    def messages() -> list[OutboxMessage]:
        with database.read() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.subject_id, OutboxMessage.event)))

    return messages


# -- put ----------------------------------------------------------------------------------------------------


def test_the_same_thing_is_put_once_with_its_first_payload(put, messages):
    put(payload={"n": 1})
    put(payload={"n": 2})

    assert [message.payload for message in messages()] == [{"n": 1}]


@pytest.mark.parametrize("other", [{"subject": "award-2"}, {"event": "award.revoked"}, {"channel": "webhook"}])
def test_another_subject_event_or_channel_is_another_message(put, messages, other):
    put()
    put(**other)

    assert len(messages()) == 2


def test_three_awards_of_one_transaction_have_three_payloads(database, messages):
    with database.write() as session:
        for number in range(3):
            outbox.put(session, channel="email", subject_id=f"award-{number}", event="x", payload={"n": number})

    assert [message.payload["n"] for message in messages()] == [0, 1, 2]


def test_a_change_that_is_rolled_back_tells_nobody(database, messages):
    def change() -> None:
        with database.write() as session:
            outbox.put(session, channel="email", subject_id="award-1", event="x", payload={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()

    assert messages() == []


@pytest.mark.usefixtures("database")
def test_the_same_thing_put_at_the_same_moment_is_one_message(put, messages):
    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(messages()) == 1


# -- lease --------------------------------------------------------------------------------------------------


def test_a_leased_message_is_given_to_nobody_else_until_the_lease_ends(put, lease):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        put()
        assert [message.attempts for message in lease()] == [1]
        assert lease() == []
        traveller.shift(timedelta(seconds=LEASE - 1))
        assert lease() == []
        traveller.shift(timedelta(seconds=1))
        assert [message.attempts for message in lease()] == [2]


def test_no_more_are_leased_than_asked_for_and_the_oldest_first(put, lease):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        for number in range(3):
            put(f"award-{number}")
            traveller.shift(timedelta(seconds=1))

        assert [message.subject_id for message in lease(2)] == ["award-0", "award-1"]
        assert [message.subject_id for message in lease(2)] == ["award-2"]


def test_leases_taken_at_the_same_moment_share_nothing(database, put):
    for number in range(30):
        put(f"award-{number:02}")
    taken: list[str] = []

    def run() -> None:
        own = Database(database.url, pool_size=1)
        for _ in range(5):
            with own.write() as session:
                taken.extend(message.id for message in outbox.lease(session, limit=3, lease_seconds=LEASE))
        own.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == len(set(taken)) == 30


def test_a_lease_can_be_held_longer_by_who_has_it(database, put, lease, messages):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        put()
        (message,) = lease()
        traveller.shift(timedelta(seconds=30))
        with database.write() as session:
            outbox.renew(session, {message.id: message.attempts}, lease_seconds=LEASE)

        assert messages()[0].leased_until == clock.now() + timedelta(seconds=LEASE)


def test_a_lease_cannot_be_held_longer_by_who_lost_it(database, put, lease, messages):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        put()
        (lost,) = lease()
        traveller.shift(timedelta(seconds=LEASE))
        lease()
        held_until = messages()[0].leased_until
        traveller.shift(timedelta(seconds=10))
        with database.write() as session:
            outbox.renew(session, {lost.id: 1}, lease_seconds=LEASE)

        assert messages()[0].leased_until == held_until


# -- results ------------------------------------------------------------------------------------------------


def test_what_was_sent_is_not_sent_again(database, put, lease, messages):
    put()
    (message,) = lease()
    with database.write() as session:
        outbox.mark_sent(session, message.id)

    assert lease() == []
    assert (messages()[0].state, messages()[0].leased_until) == ("sent", None)


@pytest.mark.parametrize("attempt", range(1, len(outbox.RETRY_SECONDS) + 1))
def test_each_failure_waits_longer_than_the_one_before(database, put, lease, messages, attempt):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False):
        put()
        (message,) = lease()
        with database.write() as session:
            session.get_one(OutboxMessage, message.id).attempts = attempt
            outbox.mark_failed(session, message.id, error="451", permanent=False)

        wait = (messages()[0].next_attempt_at - clock.now()).total_seconds()
        usual = outbox.RETRY_SECONDS[attempt - 1]
        assert 0.79 * usual <= wait <= 1.21 * usual


def test_the_tries_span_three_days():
    assert timedelta(days=3) <= timedelta(seconds=sum(outbox.RETRY_SECONDS)) <= timedelta(days=4)


def test_after_the_last_try_a_message_is_parked_for_a_person(database, put, lease, messages):
    put()
    (message,) = lease()
    with database.write() as session:
        session.get_one(OutboxMessage, message.id).attempts = len(outbox.RETRY_SECONDS) + 1
        outbox.mark_failed(session, message.id, error="451", permanent=False)

    assert messages()[0].state == "parked"
    assert lease() == []


def test_a_final_refusal_is_parked_at_once(database, put, lease, messages):
    put()
    (message,) = lease()
    with database.write() as session:
        outbox.mark_failed(session, message.id, error="550 no such mailbox", permanent=True)

    assert (messages()[0].state, messages()[0].last_error) == ("parked", "550 no such mailbox")


def test_a_late_failure_does_not_undo_that_another_worker_sent_it(database, put, lease, messages):
    put()
    (message,) = lease()
    with database.write() as session:
        outbox.mark_sent(session, message.id)
        outbox.mark_failed(session, message.id, error="451", permanent=False, attempt=1)

    assert messages()[0].state == "sent"


def test_a_late_failure_does_not_end_the_lease_of_another_worker(database, put, lease, messages):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        put()
        (lost,) = lease()
        traveller.shift(timedelta(seconds=LEASE))
        lease()
        with database.write() as session:
            outbox.mark_failed(session, lost.id, error="timeout", permanent=False, attempt=1)

        assert messages()[0].leased_until is not None
        assert lease() == []
