"""Webhooks: added with a secret that is shown once, tried, paused, sent again, deleted."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from app import clock
from app.issuing.endpoints import Endpoint, EndpointAttempt
from app.issuing.outbox import OutboxMessage, OutboxState
from app.service import Service

WEBHOOKS = "/staff/northfield/settings/webhooks"
NEW = {"name": "HR system", "url": "http://127.0.0.1:9/badges", "event_type": ["badge.issued"], "format": "standard"}


def add(owner: Any, service: Service, **changes: Any) -> Endpoint:
    """A webhook."""
    assert owner.post(f"{WEBHOOKS}/new", **{**NEW, **changes}).status_code == 200
    with service.database.read() as session:
        return session.scalars(select(Endpoint)).one()


def stored(service: Service, endpoint: Endpoint) -> Endpoint:
    """The webhook as it is kept now."""
    with service.database.read() as session:
        return session.get_one(Endpoint, endpoint.id)


def try_in_vain(service: Service, endpoint: Endpoint) -> OutboxMessage:
    """Let the newest message fail for good, as the worker would note it."""
    with service.database.write() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook")).one()
        message.state, message.last_error, message.attempts = OutboxState.PARKED, "answered 500", 10
        session.add(
            EndpointAttempt(
                id=clock.new_id(), endpoint_id=endpoint.id, message_id=message.id, event_type="endpoint.test",
                number=10, at=clock.now(), duration_ms=12, status=500, error="answered 500", response="<b>no</b>",
            )
        )  # fmt: skip
        return message


def test_the_secret_is_shown_once(owner: Any, service: Service):
    answer = owner.post(f"{WEBHOOKS}/new", **NEW)

    secret = re.search(r"whsec_[\w+/=]{44}", answer.text)[0]
    assert answer.headers["cache-control"] == "no-store"
    with service.database.read() as session:
        endpoint = session.scalars(select(Endpoint)).one()
    assert endpoint.event_types == ["badge.issued"]
    assert secret not in owner.get(f"{WEBHOOKS}/{endpoint.id}").text
    assert "HR system" in owner.get(WEBHOOKS).text


def test_an_address_to_which_nothing_may_be_sent_is_refused_with_what_was_typed(owner: Any, service: Service):
    answer = owner.post(f"{WEBHOOKS}/new", **{**NEW, "url": "https://169.254.169.254/latest"})

    assert answer.status_code == 422
    assert "Nothing can be sent to this address" in answer.text
    assert "HR system" in answer.text
    with service.database.read() as session:
        assert session.scalars(select(Endpoint)).all() == []


def test_a_test_is_put_on_its_way_and_what_came_of_it_is_shown_harmlessly(owner: Any, service: Service):
    endpoint = add(owner, service)

    assert owner.post(f"{WEBHOOKS}/{endpoint.id}/test").status_code == 303
    try_in_vain(service, endpoint)
    page = owner.get(f"{WEBHOOKS}/{endpoint.id}").text

    assert "answered 500" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "Send again" in page


def test_what_did_not_get_through_is_sent_again_with_its_id(owner: Any, service: Service):
    endpoint = add(owner, service)
    owner.post(f"{WEBHOOKS}/{endpoint.id}/test")
    message = try_in_vain(service, endpoint)

    one = owner.post(f"{WEBHOOKS}/{endpoint.id}/replay", message=message.id)
    with service.database.read() as session:
        again = session.get_one(OutboxMessage, message.id)
    none = owner.post(f"{WEBHOOKS}/{endpoint.id}/replay", since="2020-01-01")
    bad = owner.post(f"{WEBHOOKS}/{endpoint.id}/replay", since="yesterday")

    assert (one.status_code, none.status_code, bad.status_code) == (303, 303, 422)
    assert (again.state, again.attempts) == (OutboxState.PENDING, 0)


def test_it_is_paused_resumed_and_switched_off(owner: Any, service: Service, actions: Any):
    endpoint = add(owner, service)

    states = []
    for state in ("pause", "resume", "disable"):
        owner.post(f"{WEBHOOKS}/{endpoint.id}/state", state=state)
        states.append(stored(service, endpoint).state)

    assert states == ["paused", "active", "disabled"]
    assert owner.post(f"{WEBHOOKS}/{endpoint.id}/test").status_code == 409
    assert actions()[-3:] == ["endpoint.paused", "endpoint.active", "endpoint.disabled"]


def test_another_secret_is_shown_once_and_what_is_told_can_change(owner: Any, service: Service):
    endpoint = add(owner, service)
    before = endpoint.sealed_secrets

    shown = owner.post(f"{WEBHOOKS}/{endpoint.id}/secret", hours="24")
    owner.post(f"{WEBHOOKS}/{endpoint.id}", **{**NEW, "name": "Payroll", "event_type": []})

    assert re.search(r"whsec_", shown.text)
    after = stored(service, endpoint)
    assert after.sealed_secrets != before
    assert (after.name, after.event_types) == ("Payroll", [])
    assert owner.post(f"{WEBHOOKS}/{endpoint.id}/secret", hours="9999").status_code == 422


def test_a_deleted_webhook_is_gone_with_its_messages(owner: Any, service: Service):
    endpoint = add(owner, service)
    owner.post(f"{WEBHOOKS}/{endpoint.id}/test")

    owner.post(f"{WEBHOOKS}/{endpoint.id}/delete")

    assert owner.get(f"{WEBHOOKS}/{endpoint.id}").status_code == 404
    with service.database.read() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
