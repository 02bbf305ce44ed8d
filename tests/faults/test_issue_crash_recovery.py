"""`kill -9` at any moment: what was answered is there, and nothing is there twice (F1, F3, N9, N11)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from random import SystemRandom
from threading import Event
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from app.issuing.awards import Award
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.outbox import OutboxMessage, OutboxState
from app.worker.sending import AT_ONCE

from .conftest import Hospital
from .invariants import broken
from .processes import Keeper, WebProcesses
from .traffic import Traffic

CRASHES_AT_LEAST = 5
CHANCE = SystemRandom()
PATIENCE_SECONDS = 60


@pytest.mark.soak
def test_every_delivery_answered_200_has_its_award_after_crashes_and_none_has_two(
    hospital: Hospital, run_web: Callable[..., WebProcesses], soak_seconds: float
):
    web = run_web(hospital, 2)
    traffic = Traffic(hospital.sender, web.ports)
    traffic.begin()

    crashes, end = 0, time.monotonic() + soak_seconds
    while crashes < CRASHES_AT_LEAST or time.monotonic() < end:
        time.sleep(CHANCE.uniform(0.2, 0.8))
        web.crash(*CHANCE.choice([(0,), (1,), (0, 1)]))
        crashes += 1
    traffic.end()

    assert set(traffic.statuses) == {200}
    assert {len(named) for named in traffic.acknowledged.values()} == {1}
    with hospital.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == len(traffic.acknowledged)
    assert broken(hospital.service, traffic.acknowledged, verified=50) == []
    assert web.trouble() == []


def test_the_service_answers_again_within_seconds_of_a_crash(hospital: Hospital, run_web: Callable[..., WebProcesses]):
    web = run_web(hospital)
    hospital.sender.deliver_until_answered(web.ports[0], hospital.sender.completion(), "before")

    started = time.monotonic()
    web.crash(0)
    hospital.sender.deliver_until_answered(web.ports[0], hospital.sender.completion(), "after")

    assert time.monotonic() - started < 10  # under a second on an idle machine; this one may be busy


def test_a_large_delivery_whose_worker_was_killed_half_way_is_finished_by_the_next_one(
    hospital: Hospital, run_web: Callable[..., WebProcesses], keep_workers: Callable[..., Keeper]
):
    web, workers = run_web(hospital), keep_workers(hospital)
    items = [hospital.sender.completion() for _ in range(120)]
    assert hospital.sender.deliver(web.ports[0], items, "large").body["status"] == "queued"

    worker = workers.start("worker")
    wait_until(lambda: 0 < count_of(hospital, Award) < len(items))
    workers.kill(worker)
    let_leases_run_out(hospital)
    workers.start("worker")
    wait_until(lambda: states_of(hospital, Delivery) == {DeliveryState.PROCESSED})

    answer = hospital.sender.deliver(web.ports[0], items, "large")
    assert len(set(answer.award_ids)) == len(items) == count_of(hospital, Award)
    assert broken(hospital.service, {"large": answer.award_ids}, verified=20) == []


# -- mail -------------------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """Takes every mail. `on_quit` happens after a mail was accepted and before its sender can note it."""

    accepted: list[bytes] = field(default_factory=list)
    on_quit: Callable[[], None] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's hook
        """Keep it."""
        self.accepted.append(envelope.content)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's hook
        """The sender has its 250 by now."""
        if self.on_quit is not None:
            self.on_quit()
        return "221 Bye"

    @property
    def by_recipient(self) -> dict[str, set[str]]:
        """Message-IDs by recipient."""
        found: dict[str, set[str]] = {}
        for content in self.accepted:
            message = message_from_bytes(content)
            found.setdefault(message["To"], set()).add(message["Message-ID"])
        return found


@pytest.fixture
def mail_server() -> Iterator[tuple[MailServer, int]]:
    """A mail server and its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_a_mail_whose_sender_died_before_noting_it_goes_out_again_with_the_same_message_id(
    hospital: Hospital, keep_workers: Callable[..., Keeper], mail_server: tuple[MailServer, int]
):
    mails, port = mail_server
    workers = keep_workers(hospital, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    hospital.award("mira")
    killed = Event()

    def kill() -> None:
        workers.kill(worker)
        killed.set()

    mails.on_quit = kill
    worker = workers.start("worker")
    assert killed.wait(PATIENCE_SECONDS)
    assert states_of(hospital, OutboxMessage) == {OutboxState.PENDING}
    mails.on_quit = None
    let_leases_run_out(hospital)
    workers.start("worker")
    wait_until(lambda: states_of(hospital, OutboxMessage) == {OutboxState.SENT})

    assert len(mails.accepted) == 2
    assert [len(ids) for ids in mails.by_recipient.values()] == [1]
    assert broken(hospital.service) == []


@pytest.mark.soak
def test_after_many_crashes_of_the_worker_every_mail_went_out_and_few_went_out_twice(
    hospital: Hospital, keep_workers: Callable[..., Keeper], mail_server: tuple[MailServer, int], soak_seconds: float
):
    mails, port = mail_server
    workers = keep_workers(hospital, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    crashes, people, end = 0, 0, time.monotonic() + soak_seconds

    while crashes < 4 or time.monotonic() < end:
        for _ in range(5):
            people += 1
            hospital.award(f"person-{people}")
        worker = workers.start("worker")
        time.sleep(CHANCE.uniform(0.05, 0.5))
        workers.kill(worker)
        let_leases_run_out(hospital)
        crashes += 1
    workers.start("worker")
    wait_until(lambda: states_of(hospital, OutboxMessage) == {OutboxState.SENT})

    assert len(mails.by_recipient) == people
    assert {len(ids) for ids in mails.by_recipient.values()} == {1}
    assert len(mails.accepted) <= people + crashes * AT_ONCE
    assert broken(hospital.service, verified=20) == []
    assert workers.trouble() == []


# -- looking and waiting ----------------------------------------------------------------------------------


def count_of(hospital: Hospital, table: type[Any]) -> int:
    with hospital.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def states_of(hospital: Hospital, table: type[Any]) -> set[str]:
    with hospital.database.read() as session:
        return set(session.scalars(select(table.state)))


def let_leases_run_out(hospital: Hospital) -> None:
    """As if the time of the leases had passed."""
    with hospital.database.write() as session:
        for table in (Delivery, OutboxMessage):
            session.execute(update(table).values(leased_until=None))


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
