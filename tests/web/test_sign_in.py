"""Signing in by mail: one answer for everybody, a link that works once and only by its button (T31, T32, T35, T42)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.issuing.accounts import AccountAddress, WebSession
from app.issuing.awards import Award
from app.issuing.outbox import OutboxMessage
from app.service import Service
from app.web.signed_in import safe_path

ANA = "ana.ortiz@example.org"


def ask(client: TestClient, email: str, **headers: str) -> Any:
    """Ask for a link as a browser does."""
    sent = {"Origin": "http://badges.test", "Accept": "text/html", **headers}
    return client.post("/sign-in", data={"email": email, "next": "/me"}, headers=sent, follow_redirects=False)


def mailed_link(service: Service) -> str:
    """The path of the link in the last mail about an account."""
    with service.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("account.%"))
        text = session.scalars(query.order_by(OutboxMessage.created_at.desc())).first().payload["text"]
    return re.search(r"http://badges\.test(/sign-in/\S+)", text)[1]


def use(client: TestClient, path: str) -> Any:
    """Press the button behind a link."""
    headers = {"Origin": "http://badges.test", "Accept": "text/html"}
    return client.post(path, data={}, headers=headers, follow_redirects=False)


@pytest.mark.usefixtures("award")
def test_a_known_and_an_unknown_address_get_the_same_answer_and_only_one_a_mail(client: TestClient, service: Service):
    known, unknown = ask(client, ANA), ask(client, "nora@example.org")

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text.replace(ANA, "x") == unknown.text.replace("nora@example.org", "x")
    with service.database.read() as session:
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.event.like("account.%"))).all()
    assert [mail.payload["to"] for mail in mails] == [ANA]


@pytest.mark.usefixtures("award")
def test_a_link_signs_in_once_by_its_button_and_looking_changes_nothing(client: TestClient, service: Service):
    ask(client, ANA)
    link = mailed_link(service)

    assert [client.get(link).status_code for _ in range(3)] == [200, 200, 200]
    first, second = use(client, link), client.get(link)

    assert (first.status_code, first.headers["location"]) == (303, "/me")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert second.status_code == 410


@pytest.mark.usefixtures("award")
def test_a_link_ends_after_half_an_hour(client: TestClient, service: Service):
    ask(client, ANA)
    link = mailed_link(service)

    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert use(client, link).status_code == 410


@pytest.mark.usefixtures("award")
def test_nobody_s_mailbox_is_filled(client: TestClient):
    assert [ask(client, ANA).status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(client: TestClient, headers: dict[str, str]):
    assert ask(client, ANA, **headers).status_code == 403


def test_a_form_without_any_origin_is_refused(client: TestClient):
    answer = client.post("/sign-in", data={"email": ANA}, headers={"Accept": "text/html"})

    assert answer.status_code == 403


def test_signing_out_needs_the_token_of_the_session_and_ends_it(enter: Callable[..., Any], service: Service):
    browser = enter(ANA)

    assert browser.client.post("/sign-out", data={}, follow_redirects=False).status_code == 403
    assert browser.post("/sign-out", csrf="x" * 32).status_code == 403
    assert browser.post("/sign-out").status_code == 303
    with service.database.read() as session:
        assert session.scalars(select(WebSession)).all() == []


def test_the_cookie_s_value_is_nowhere_in_the_database(enter: Callable[..., Any], service: Service):
    browser = enter(ANA)

    with service.database.read() as session:
        kept = session.scalars(select(WebSession.token_sha256)).one()
    assert browser.client.cookies["lanyard"] != kept


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/%09/evil", "https:evil", "https://evil.example/", "/a\nb", "", "me"]
)
def test_next_leads_to_no_other_host(path: str):
    assert safe_path(path) == "/me"


def test_next_leads_to_pages_of_ours():
    assert safe_path("/staff/northfield/awards?state=issued") == "/staff/northfield/awards?state=issued"


def test_an_address_that_was_only_stated_goes_to_whoever_reads_it(
    client: TestClient, service: Service, enter: Callable[..., Any], award: Award
):
    squatter = enter("mallory@example.org")
    with service.database.write() as session:
        session.add(AccountAddress(normalised=ANA, account_id=squatter.account_id, written=ANA, added_at=clock.now()))
    ask(client, ANA)

    use(client, mailed_link(service))

    with service.database.read() as session:
        assert session.get_one(AccountAddress, ANA).account_id != squatter.account_id
    assert award.id
