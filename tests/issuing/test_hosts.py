"""Connections to hosts: what is sent and ended at once leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.issuing import awards
from app.issuing.accounts import people
from app.issuing.hosting import queueing
from app.issuing.hosts import CHANNEL, Described, HostConnection, HostPush, Tokens, connecting, pushing
from app.issuing.outbox import OutboxMessage
from app.worker.hosts import HostLane

MIRA, BASE = "mira.holm@hospital.test", "https://host.example"
ABOUT = Described(f"{BASE}/discovery", "host.example", BASE, f"{BASE}/register", f"{BASE}/authorize", f"{BASE}/token")


@pytest.fixture
def connection(desk) -> HostConnection:
    """Mira's connection to a host."""
    with desk.write() as session:
        account = people.of_confirmed_address(session, MIRA)
        host = connecting.keep(session, desk.office, ABOUT, host_id=clock.new_id(), client_id="x", secret="x")
        return connecting.connect(session, desk.office, account.id, host, Tokens("a", "r"), seconds=None)


def choose(session: Session, connection: HostConnection, award_id: str) -> None:
    connected = connecting.mine(session, connection.account_id, connection.id)
    pushing.choose(session, connected, [award_id])


def end(session: Session, connection: HostConnection, award_id: str) -> None:
    del award_id
    connecting.end(session, connecting.mine(session, connection.account_id, connection.id))


def leave(session: Session, connection: HostConnection, award_id: str) -> None:
    del award_id
    connecting.forget_account(session, connection.account_id)


def sign_anew(session: Session, connection: HostConnection, award_id: str) -> None:
    del connection
    queueing.signed_anew(session, awards.by_id(session, award_id))


def left(desk) -> list[Any]:
    with desk.read() as session:
        waiting = session.scalars(select(OutboxMessage.id).where(OutboxMessage.channel == CHANNEL)).all()
        return [*waiting, *session.scalars(select(HostPush.id)), *session.scalars(select(HostConnection.id))]


def lane_of(desk) -> HostLane:
    settings = SimpleNamespace(lease_seconds=60)
    return HostLane(SimpleNamespace(database=desk.database, office=desk.office, settings=settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "second"), [(choose, end), (end, choose), (choose, leave), (leave, choose)])
def test_a_badge_that_is_sent_while_the_connection_ends_leaves_no_message_behind(
    desk, connection: HostConnection, first: Callable[..., None], second: Callable[..., None]
):
    award = desk.award(MIRA)

    at_once(desk, lambda session: first(session, connection, award.id), lambda late: second(late, connection, award.id))

    assert left(desk) == []


@pytest.mark.parametrize(("first", "second"), [(sign_anew, end), (end, sign_anew), (sign_anew, leave)])
def test_a_badge_that_is_signed_anew_while_the_connection_ends_leaves_no_message_behind(
    desk, connection: HostConnection, first: Callable[..., None], second: Callable[..., None]
):
    award = desk.award(MIRA)
    with desk.write() as session:
        choose(session, connection, award.id)
        session.execute(update(HostPush).values(state="sent", revision=1))
        session.execute(delete(OutboxMessage).where(OutboxMessage.channel == CHANNEL))

    at_once(desk, lambda session: first(session, connection, award.id), lambda late: second(late, connection, award.id))

    assert left(desk) == []


def at_once(desk, first: Callable[[Session], None], second: Callable[[Session], None]) -> None:
    """Do the first, and the second in a thread of its own before the first is committed."""
    begun = threading.Event()

    def late() -> None:
        begun.set()
        with suppress(NotFound), desk.write() as session:
            second(session)

    with ThreadPoolExecutor(1) as other:
        with desk.write() as session:
            first(session)
            session.flush()
            waits = other.submit(late)
            begun.wait()
            wait([waits], timeout=0.5)  # it waits for us, or has come to nothing
        waits.result()


def test_a_message_whose_push_is_gone_is_put_away(desk, connection: HostConnection):
    award, lane = desk.award(MIRA), lane_of(desk)
    with desk.write() as session:
        choose(session, connection, award.id)
    with desk.write() as session:
        [message] = lane.take(session, 1)
        session.execute(delete(HostPush))
        session.execute(delete(HostConnection))

    with desk.write() as session:
        lane.record(session, message, RuntimeError("the host is away"))

    assert left(desk) == []


def test_ending_a_connection_and_recording_what_came_of_its_badge_wait_in_no_circle(desk, connection: HostConnection):
    award, lane = desk.award(MIRA), lane_of(desk)
    with desk.write() as session:
        choose(session, connection, award.id)
    with desk.write() as session:
        [message] = lane.take(session, 1)
    lane._ready.clear()
    at_once = threading.Barrier(2)

    def record() -> None:
        at_once.wait()
        with desk.write() as session:
            lane.record(session, message, RuntimeError("the host is away"))

    def ends() -> None:
        at_once.wait()
        with desk.write() as session:
            end(session, connection, award.id)

    with ThreadPoolExecutor(2) as both:
        for each in [both.submit(record), both.submit(ends)]:
            each.result()

    assert left(desk) == []
