"""Webhooks through the worker: the schedule of the standard on a virtual clock, and one dead receiver (F21)."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from sqlalchemy import event as database_events
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Verifier
from structlog.testing import capture_logs

from app import clock
from app.issuing import endpoints, issuers, news, outbox, outbox_queues
from app.issuing.endpoints import EndpointAttempt
from app.issuing.outbox import OutboxMessage, OutboxState
from app.outbound.network import Network
from app.worker import sending
from app.worker.sending import Sending

from .waiting import wait_until_a_lock_is_waited_for

START = "2026-03-01T09:00:00Z"


@dataclass
class FaultServer:
    """A receiver that answers as it is told, by path, and keeps what it got."""

    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    hanging: dict[str, threading.Event] = field(default_factory=dict)
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    def at(self, path: str) -> list[tuple[str, dict[str, str], bytes]]:
        return [one for one in self.received if one[0] == path]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def receiver():
    faults = FaultServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            faults.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if self.path in faults.hanging:
                faults.hanging[self.path].wait(30)
            status, headers = faults.answers.get(self.path, (204, {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    faults.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield faults
    for event in faults.hanging.values():
        event.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def endpoint(back_door, receiver):
    """Make an endpoint at a path of the receiver; its id and secret."""

    def make(path="/in", **facts):
        with back_door.database.write() as session:
            made = endpoints.create(
                session,
                back_door.service.office,
                issuers.by_slug(session, "st-anna"),
                url=receiver.url(path),
                name="A receiver",
                actor="cli",
                **facts,
            )
            return made.endpoint.id, made.secret

    return make


@pytest.fixture
def publish(back_door):
    def publish(count=1, event_type="badge.issued"):
        with back_door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            for number in range(count):
                news.publish(
                    session, back_door.service.office, issuer.id, event_type, f"award-{number}", {"award_id": number}
                )

    return publish


def send(back_door, network=None):
    return Sending(back_door.service, back_door.letterbox, network).send(threading.Event())


def messages(back_door):
    with back_door.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.channel == "webhook")
        return list(session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.event)))


def endpoint_of(back_door, endpoint_id):
    with back_door.database.read() as session:
        return endpoints.by_id(session, endpoint_id)


def attempts(back_door):
    with back_door.database.read() as session:
        return list(session.scalars(select(EndpointAttempt).order_by(EndpointAttempt.at, EndpointAttempt.number)))


@contextmanager
def at(moment):
    with time_machine.travel(moment, tick=False):
        yield


def test_an_event_arrives_signed_and_as_it_was_written(back_door, receiver, endpoint, publish):
    _, secret = endpoint()
    publish()

    assert send(back_door) == 1

    (_, headers, body) = receiver.received[0]
    assert Verifier(secret).verify(body, headers)["data"] == {"award_id": 0, "sequence": 1}
    assert body.decode() == messages(back_door)[0].payload["body"]
    assert messages(back_door)[0].state == OutboxState.SENT
    (attempt,) = attempts(back_door)
    assert (attempt.status, attempt.number, attempt.error) == (204, 1, None)


def test_ten_tries_on_the_schedule_of_the_standard_with_one_id_and_then_it_is_kept(
    back_door, receiver, endpoint, publish, monkeypatch
):
    monkeypatch.setattr(outbox_queues, "BREAKS_AFTER", 99)
    with at(START):
        endpoint()
        receiver.answers["/in"] = (500, {})
        publish()
        started = clock.now()
    tries = []
    while (message := messages(back_door)[0]).state == OutboxState.PENDING:
        with at(message.next_attempt_at + timedelta(seconds=1)):  # the service counts in whole seconds
            tries.append((clock.now() - started).total_seconds())
            assert send(back_door) == 1

    usual = [sum(outbox.RETRY_SECONDS[:number]) for number in range(10)]
    assert len(tries) == 10
    assert all(0.79 * due <= moment <= 1.21 * due + 10 for due, moment in zip(usual, tries, strict=True))
    ids = {headers["webhook-id"] for _, headers, _ in receiver.received}
    stamps = {headers["webhook-timestamp"] for _, headers, _ in receiver.received}
    signatures = {headers["webhook-signature"] for _, headers, _ in receiver.received}
    assert (len(ids), len(stamps), len(signatures)) == (1, 10, 10)
    assert len({body for _, _, body in receiver.received}) == 1
    assert message.state == OutboxState.PARKED
    assert message.payload["body"]
    assert [one.number for one in attempts(back_door)] == list(range(1, 11))


@pytest.mark.parametrize("status", [301, 400, 500, 503])
def test_a_failure_is_tried_again(back_door, receiver, endpoint, publish, status):
    endpoint_id, _ = endpoint()
    receiver.answers["/in"] = (status, {"Location": receiver.url("/other")})
    publish()
    send(back_door)

    message = messages(back_door)[0]
    assert (message.state, message.attempts, message.last_error) == ("pending", 1, f"answered {status}")
    assert endpoint_of(back_door, endpoint_id).state == "active"
    assert receiver.at("/other") == []


@pytest.mark.parametrize("status", [429, 502, 504])
def test_retry_after_holds_the_message_and_the_endpoint(back_door, receiver, endpoint, publish, status):
    with at(START):
        endpoint()
        receiver.answers["/in"] = (status, {"Retry-After": "900"})
        publish()
        send(back_door)
        publish(1, "badge.revoked")
        assert send(back_door) == 0
        due = clock.now() + timedelta(seconds=900)
    receiver.answers.clear()
    with at(due - timedelta(seconds=1)):
        assert send(back_door) == 0
    with at(due):
        assert send(back_door) == 2


def test_410_disables_the_endpoint_tells_the_issuer_and_keeps_what_happens(back_door, receiver, endpoint, publish):
    with back_door.database.write() as session:
        issuers.update(session, issuers.by_slug(session, "st-anna"), email="desk@st-anna.test", actor="cli")
    endpoint_id, _ = endpoint()
    receiver.answers["/in"] = (410, {})
    publish()
    send(back_door)
    publish(1, "badge.revoked")

    found = endpoint_of(back_door, endpoint_id)
    assert (found.state, found.disabled_reason) == ("disabled", "The receiver answered 410 Gone")
    assert [one.state for one in messages(back_door)] == ["parked", "parked"]
    send(back_door)
    assert len(receiver.received) == 1
    assert back_door.letterbox.recipients == ["desk@st-anna.test"]
    assert "410 Gone" in str(back_door.letterbox.received[0])


def test_an_endpoint_that_nothing_reaches_for_days_is_disabled_once(back_door, receiver, endpoint, publish):
    receiver.answers["/in"] = (500, {})
    with at(START):
        endpoint_id, _ = endpoint()
        publish()
        send(back_door)
        begun = clock.now()
    with at(begun + timedelta(days=4)):
        send(back_door)
        assert endpoint_of(back_door, endpoint_id).state == "active"
    with at(begun + timedelta(days=6)):
        send(back_door)
        found = endpoint_of(back_door, endpoint_id)
        assert (found.state, found.disabled_reason) == ("disabled", "Nothing got through for 5 days")


def test_a_success_in_between_starts_the_days_anew(back_door, receiver, endpoint, publish):
    with at(START):
        endpoint_id, _ = endpoint()
        receiver.answers["/in"] = (500, {})
        publish()
        send(back_door)
        begun = clock.now()
    receiver.answers.clear()
    with at(begun + timedelta(days=3)):
        send(back_door)
        receiver.answers["/in"] = (500, {})
        publish(1, "badge.revoked")
        send(back_door)
    with at(begun + timedelta(days=6)):
        send(back_door)
        assert endpoint_of(back_door, endpoint_id).state == "active"


def test_a_name_that_flips_to_a_private_address_is_blocked_and_gets_no_packet(back_door, receiver, endpoint, publish):
    endpoint_id, _ = endpoint()
    with back_door.database.write() as session:
        endpoints.change(session, endpoints.by_id(session, endpoint_id), url="https://hooks.example/in", actor="cli")
    publish()
    send(back_door, Network(resolve=lambda _host, _port: ["10.0.0.1"]))

    assert receiver.received == []
    assert [(one.status, one.error) for one in attempts(back_door)] == [(None, "blocked")]
    assert messages(back_door)[0].state == OutboxState.PENDING


def test_an_endpoint_that_hangs_delays_another_by_one_tick(back_door, receiver, endpoint, publish, monkeypatch):
    """Two hundred events wait for the dead one, of which two are on their way and never answered."""
    monkeypatch.setattr(sending, "TICK_SECONDS", 0.02)
    receiver.hanging["/dead"] = threading.Event()
    endpoint("/dead", event_types=["badge.issued"])
    endpoint("/good", event_types=["badge.revoked"])
    publish(200)
    thread = threading.Thread(target=send, args=(back_door,))
    thread.start()
    try:
        wait_until(lambda: len(receiver.at("/dead")) == 2)
        publish(5, "badge.revoked")
        wait_until(lambda: len(receiver.at("/good")) == 5)
        assert len(receiver.at("/dead")) == 2
    finally:
        with back_door.database.write() as session:
            session.execute(outbox_queues.update(outbox_queues.OutboxQueue).values(is_closed=True))
        receiver.hanging["/dead"].set()
        thread.join(10)
    assert not thread.is_alive()


def test_a_dead_endpoint_is_tried_five_times_in_a_row_and_then_left_alone(back_door, receiver, endpoint, publish):
    with at(START):
        endpoint()
        receiver.answers["/in"] = (500, {})
        publish(200)
        assert outbox_queues.BREAKS_AFTER <= send(back_door) <= outbox_queues.BREAKS_AFTER + 1
        assert send(back_door) == 0
        later = clock.now() + timedelta(seconds=61)
    with at(later):
        assert send(back_door) == 1
    receiver.answers.clear()
    with at(later + timedelta(hours=1)):
        send(back_door)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 200


def test_a_worker_that_died_after_sending_sends_once_more_with_the_same_id(
    back_door, receiver, endpoint, publish, monkeypatch
):
    with at(START):
        endpoint()
        publish()

        def die(*_arguments, **_facts):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(outbox, "mark_sent", die)
            with pytest.raises(SystemExit):
                send(back_door)
        leased_until = messages(back_door)[0].leased_until
    with at(leased_until):
        assert send(back_door) == 1

    first, second = receiver.received
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert first[2] == second[2]


def test_an_error_of_ours_while_sending_is_logged_with_its_place_and_the_message_comes_again(
    back_door, receiver, endpoint, publish, monkeypatch
):
    def stumble(*_arguments, **_named):
        raise RuntimeError("an error of ours")

    with time_machine.travel(START, tick=False) as traveller, capture_logs() as lines:
        endpoint("/ours")
        publish()
        with monkeypatch.context() as patch:
            patch.setattr("app.worker.webhooks.webhooks.send", stumble)
            send(back_door)
        (said,) = [line for line in lines if line["event"] == "message not sent"]
        assert said["log_level"] == "error"
        assert isinstance(said["exc_info"], RuntimeError)
        assert receiver.at("/ours") == []

        traveller.shift(timedelta(hours=1))
        send(back_door)
    assert len(receiver.at("/ours")) == 1


def test_a_message_is_signed_with_both_secrets_for_a_day_after_a_rotation(back_door, receiver, endpoint, publish):
    with at(START):
        endpoint_id, old = endpoint()
        with back_door.database.write() as session:
            found = endpoints.by_id(session, endpoint_id)
            new = endpoints.rotate_secret(session, back_door.service.office, found, actor="cli").secret
        publish()
        send(back_door)
        _, headers, body = receiver.received[-1]
        assert Verifier(old).verify(body, headers) == Verifier(new).verify(body, headers)
        begun = clock.now()
    with at(begun + timedelta(hours=24)):
        publish(1, "badge.revoked")
        send(back_door)
        _, headers, body = receiver.received[-1]
        assert len(headers["webhook-signature"].split()) == 1
        assert Verifier(new).verify(body, headers)


def test_an_endpoint_that_was_deleted_while_a_message_was_on_its_way_is_no_fault(
    back_door, receiver, endpoint, publish
):
    receiver.hanging["/in"] = threading.Event()
    endpoint_id, _ = endpoint()
    publish()
    thread = threading.Thread(target=send, args=(back_door,))
    thread.start()
    wait_until(lambda: receiver.received)
    with back_door.database.write() as session:
        endpoints.delete(session, endpoints.by_id(session, endpoint_id), actor="cli")
    receiver.hanging["/in"].set()
    thread.join(10)

    assert not thread.is_alive()
    assert (messages(back_door), attempts(back_door)) == ([], [])


def test_deleting_an_endpoint_while_a_try_is_recorded_makes_neither_wait_for_the_other(
    back_door, endpoint, publish, monkeypatch
):
    if back_door.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    endpoint_id, _ = endpoint()
    publish()
    errors: list[str] = []
    database_events.listen(back_door.database.engine, "handle_error", lambda context: errors.append(str(context)))
    get, threads = Session.get, []

    def delete() -> None:
        with back_door.database.write() as session:
            endpoints.delete(session, endpoints.by_id(session, endpoint_id), actor="cli")

    def hold_it_and_delete(self, entity, ident, **more):
        found = get(self, entity, ident, **more)
        if entity is OutboxMessage and not threads:
            threads.append(threading.Thread(target=delete))
            threads[0].start()
            wait_until_a_lock_is_waited_for(back_door.database)
        return found

    monkeypatch.setattr(Session, "get", hold_it_and_delete)
    assert send(back_door) == 1
    threads[0].join(20)

    assert errors == []
    assert (messages(back_door), attempts(back_door)) == ([], [])


def test_what_waited_while_it_was_paused_goes_out_when_it_is_resumed(back_door, receiver, endpoint, publish):
    endpoint_id, _ = endpoint()
    with back_door.database.write() as session:
        endpoints.pause(session, endpoints.by_id(session, endpoint_id), actor="cli")
    publish(3)
    assert send(back_door) == 0
    with back_door.database.write() as session:
        endpoints.resume(session, endpoints.by_id(session, endpoint_id), actor="cli")

    assert send(back_door) == 3
    assert sorted(json.loads(body)["data"]["sequence"] for _, _, body in receiver.received) == [1, 2, 3]


def test_a_replay_sends_the_same_id_and_bytes(back_door, receiver, endpoint, publish):
    endpoint_id, _ = endpoint()
    publish(3)
    send(back_door)
    with back_door.database.write() as session:
        found = endpoints.by_id(session, endpoint_id)
        first = receiver.received[0][1]["webhook-id"]
        assert endpoints.replay(session, found, message_ids=[first], actor="cli") == 1
    send(back_door)

    again = receiver.received[3]
    assert again[1]["webhook-id"] == first
    assert again[2] == receiver.received[0][2]
    assert len(receiver.received) == 4


def wait_until(holds, seconds: float = 20.0) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
