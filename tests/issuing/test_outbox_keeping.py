"""What is done is not kept for ever: messages to endpoints go, mails lose their words and are never sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock
from app.issuing import endpoints, outbox_keeping
from app.issuing.endpoints import EndpointAttempt
from app.issuing.outbox import OutboxMessage

NOW = "2026-03-02T09:00:00Z"
DAYS = 30


@pytest.fixture
def award(desk):
    """An award with a mail and a message to an endpoint, and a try to send it."""
    with time_machine.travel(NOW, tick=False):
        with desk.write() as session:
            stated = {"url": "https://hooks.example/in", "name": "x", "actor": "cli"}
            endpoint_id = endpoints.create(session, desk.office, desk.issuer, **stated).endpoint.id
        made = desk.award()
        with desk.write() as session:
            (message,) = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook"))
            session.add(
                EndpointAttempt(
                    id=clock.new_id(),
                    endpoint_id=endpoint_id,
                    message_id=message.id,
                    event_type="badge.issued",
                    number=1,
                    at=clock.now(),
                    duration_ms=1,
                )
            )
    return made


def set_state(desk, state: str) -> None:
    with desk.write() as session:
        session.execute(update(OutboxMessage).values(state=state))


def forget(desk, after: timedelta) -> int:
    with time_machine.travel(NOW, tick=False) as traveller, desk.write() as session:
        traveller.shift(after)
        return outbox_keeping.forget_old(session, days=DAYS)


def rows(desk, model):
    with desk.read() as session:
        return list(session.scalars(select(model)))


@pytest.mark.usefixtures("award")
def test_what_was_sent_long_ago_is_forgotten_and_a_mail_keeps_its_place(desk):
    set_state(desk, "sent")

    assert forget(desk, timedelta(days=31)) == 2

    (mail,) = rows(desk, OutboxMessage)
    assert (mail.channel, mail.payload, mail.recipient_key) == ("email", {}, None)
    assert rows(desk, EndpointAttempt) == []
    assert forget(desk, timedelta(days=31)) == 0


@pytest.mark.usefixtures("award")
def test_nothing_is_forgotten_before_its_time(desk):
    set_state(desk, "sent")

    assert forget(desk, timedelta(days=30)) == 0


@pytest.mark.usefixtures("award")
def test_what_still_waits_is_never_forgotten(desk):
    set_state(desk, "pending")

    assert forget(desk, timedelta(days=400)) == 0
    assert len(rows(desk, OutboxMessage)) == 2


@pytest.mark.usefixtures("award")
def test_a_mail_that_was_refused_keeps_its_words_for_the_staff(desk):
    set_state(desk, "parked")

    assert forget(desk, timedelta(days=31)) == 1
    assert [bool(one.payload) for one in rows(desk, OutboxMessage)] == [True]
