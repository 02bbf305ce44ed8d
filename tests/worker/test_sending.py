"""The outbox is drained: at least once, with the same message id, and one bad message delays nobody (F3, F20, I7)."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock
from app import service as services
from app.issuing import outbox
from app.worker import sending
from app.worker.sending import Sending


class Deadlock(Exception):
    # As the driver of PostgreSQL tells it.
    sqlstate = "40P01"


def send(back_door, stop=None) -> int:
    return Sending(back_door.service, back_door.letterbox).send(stop or threading.Event())


def at(moment):
    return time_machine.travel(moment + timedelta(seconds=1))


def test_a_message_is_sent_once(back_door):
    back_door.put_message("mira@hospital.test")

    assert [send(back_door), send(back_door)] == [1, 0]

    assert back_door.letterbox.recipients == ["mira@hospital.test"]
    message = back_door.message("mira@hospital.test")
    assert (message.state, message.leased_until, message.last_error) == ("sent", None, None)
    assert message.sent_at is not None


def test_the_message_id_names_the_message_and_this_host(back_door):
    back_door.put_message("mira@hospital.test")
    send(back_door)

    (letter,) = back_door.letterbox.received
    assert letter["Message-ID"] == f"<{back_door.message('mira@hospital.test').id}@badges.test>"


def test_more_messages_than_senders_all_go_out(back_door):
    everyone = [f"p{number}@hospital.test" for number in range(3 * sending.AT_ONCE + 1)]
    for recipient in everyone:
        back_door.put_message(recipient)

    assert send(back_door) == len(everyone)
    assert sorted(back_door.letterbox.recipients) == sorted(everyone)


def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(back_door, refused):
    back_door.put_message("mira@hospital.test")
    back_door.letterbox.refusals["mira@hospital.test"] = refused(permanent=False)
    send(back_door)

    message = back_door.message("mira@hospital.test")
    assert (message.state, message.attempts) == ("pending", 1)
    assert message.last_error == "The mail server refused the recipient (451)"
    assert message.next_attempt_at > clock.now()

    back_door.letterbox.refusals.clear()
    assert send(back_door) == 0
    with at(message.next_attempt_at):
        assert send(back_door) == 1
    assert back_door.message("mira@hospital.test").state == "sent"


def test_a_permanent_refusal_is_parked_at_once(back_door, refused):
    back_door.put_message("mira@hospital.test")
    back_door.letterbox.refusals["mira@hospital.test"] = refused(permanent=True)

    send(back_door)

    message = back_door.message("mira@hospital.test")
    assert (message.state, message.attempts) == ("parked", 1)
    assert message.last_error == "The mail server refused the recipient (550)"


def test_a_server_that_is_dead_for_days_parks_the_message_and_loses_nothing(back_door, refused):
    back_door.put_message("mira@hospital.test")
    back_door.letterbox.refusals["mira@hospital.test"] = refused(permanent=False)
    tries = 0
    while (message := back_door.message("mira@hospital.test")).state == "pending":
        with at(message.next_attempt_at):
            tries += send(back_door)

    assert tries == len(outbox.RETRY_SECONDS) + 1
    assert message.state == "parked"
    assert message.payload["to"] == "mira@hospital.test"


def test_one_bad_message_delays_nobody(back_door, refused):
    for number in range(6):
        back_door.put_message(f"bad{number}@hospital.test")
        back_door.letterbox.refusals[f"bad{number}@hospital.test"] = refused(permanent=False)
    back_door.put_message("good@hospital.test")

    send(back_door)

    assert back_door.letterbox.recipients == ["good@hospital.test"]


def test_a_server_that_hangs_on_one_message_delays_no_other(back_door):
    release = threading.Event()
    back_door.letterbox.hanging["slow@hospital.test"] = release
    back_door.put_message("slow@hospital.test")
    thread = threading.Thread(target=send, args=(back_door,))
    thread.start()
    try:
        for number in range(6):
            back_door.put_message(f"p{number}@hospital.test")
        wait_until(lambda: len(back_door.letterbox.received) == 6)
        assert back_door.message("slow@hospital.test").state == "pending"
    finally:
        release.set()
        thread.join()

    assert back_door.message("slow@hospital.test").state == "sent"


def test_an_error_that_nobody_thought_of_is_a_failure_of_that_message_alone(back_door):
    back_door.put_message("odd@hospital.test", subject=None)
    back_door.put_message("good@hospital.test")

    send(back_door)

    assert back_door.letterbox.recipients == ["good@hospital.test"]
    odd = back_door.message("odd@hospital.test")
    assert (odd.state, odd.last_error) == ("pending", "TypeError")


def test_an_address_that_is_none_is_parked(back_door):
    back_door.put_message("no address")

    send(back_door)

    assert back_door.message("no address").state == "parked"


def test_a_message_that_was_erased_is_parked_and_not_sent(back_door):
    back_door.put_message("mira@hospital.test")
    with back_door.database.write() as session:
        session.execute(text("UPDATE outbox SET payload = '{}'"))

    send(back_door)

    assert back_door.letterbox.received == []
    assert back_door.message("mira@hospital.test").state == "parked"


def test_a_channel_of_a_newer_version_is_left_for_it(back_door):
    with back_door.database.write() as session:
        outbox.put(session, channel="pigeon", subject_id="mira@hospital.test", event="x", payload={"to": "roof"})

    send(back_door)

    message = back_door.message("mira@hospital.test")
    assert (message.state, message.attempts) == ("pending", 1)


def test_a_worker_that_died_after_sending_causes_one_more_mail_with_the_same_id(back_door, monkeypatch):
    back_door.put_message("mira@hospital.test")

    def die(*_arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "mark_sent", die)
        with pytest.raises(SystemExit):
            send(back_door)
    assert send(back_door) == 0  # the lease of the dead one still runs

    with at(back_door.message("mira@hospital.test").leased_until):
        assert send(back_door) == 1

    first, second = back_door.letterbox.received
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_a_result_that_postgresql_asks_to_record_again_is_recorded_and_nothing_is_sent_twice(back_door, monkeypatch):
    back_door.put_message("mira@hospital.test")
    mark_sent, failures = outbox.mark_sent, [Deadlock()]

    def mark_sent_at_last(session, message_id) -> None:
        mark_sent(session, message_id)
        if failures:
            raise DBAPIError("UPDATE", {}, failures.pop())

    monkeypatch.setattr(outbox, "mark_sent", mark_sent_at_last)

    assert send(back_door) == 1
    assert back_door.message("mira@hospital.test").state == "sent"
    assert back_door.letterbox.recipients == ["mira@hospital.test"]


def test_a_lease_is_renewed_while_the_message_is_on_its_way(back_door, monkeypatch):
    release = threading.Event()
    back_door.letterbox.hanging["slow@hospital.test"] = release
    back_door.put_message("slow@hospital.test")
    short = services.build(back_door.service.settings.model_copy(update={"lease_seconds": 5}))
    monkeypatch.setattr(sending, "TICK_SECONDS", 0.05)
    thread = threading.Thread(target=Sending(short, back_door.letterbox).send, args=(threading.Event(),))
    thread.start()
    try:
        wait_until(lambda: back_door.message("slow@hospital.test").leased_until is not None)
        first = back_door.message("slow@hospital.test").leased_until
        wait_until(lambda: back_door.message("slow@hospital.test").leased_until > first)
    finally:
        release.set()
        thread.join()
        short.close()

    assert back_door.message("slow@hospital.test").attempts == 1


def test_a_worker_that_stops_takes_nothing_new_and_finishes_what_is_on_its_way(back_door):
    stop = threading.Event()
    release = threading.Event()
    back_door.letterbox.hanging["slow@hospital.test"] = release
    back_door.put_message("slow@hospital.test")
    thread = threading.Thread(target=send, args=(back_door, stop))
    thread.start()
    wait_until(lambda: back_door.message("slow@hospital.test").attempts == 1)
    stop.set()
    back_door.put_message("late@hospital.test")
    release.set()
    thread.join(5)

    assert not thread.is_alive()
    assert back_door.message("slow@hospital.test").state == "sent"
    assert back_door.message("late@hospital.test").attempts == 0


def test_a_worker_that_stops_does_not_wait_for_ever(back_door, monkeypatch):
    monkeypatch.setattr(sending, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(sending, "TICK_SECONDS", 0.05)
    stop, release = threading.Event(), threading.Event()
    back_door.letterbox.hanging["slow@hospital.test"] = release
    back_door.put_message("slow@hospital.test")
    thread = threading.Thread(target=send, args=(back_door, stop))
    thread.start()
    wait_until(lambda: back_door.message("slow@hospital.test").attempts == 1)
    stop.set()
    thread.join(5)
    release.set()

    assert not thread.is_alive()
    assert back_door.message("slow@hospital.test").state == "pending"


def test_workers_at_the_same_moment_never_send_the_same_message(back_door):
    everyone = [f"p{number}@hospital.test" for number in range(40)]
    for recipient in everyone:
        back_door.put_message(recipient)

    def run() -> None:
        other = services.build(back_door.service.settings)
        Sending(other, back_door.letterbox).send(threading.Event())
        other.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(back_door.letterbox.recipients) == sorted(everyone)
    assert {back_door.message(each).state for each in everyone} == {"sent"}


def wait_until(holds, seconds: float = 20.0) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
