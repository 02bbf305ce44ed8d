"""Staff: invitation, password, second factor, roles; nobody sees another issuer's pages (T29, T32, TOB-26-8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from fastapi.testclient import TestClient

from app import clock
from app.issuing.accounts import Role, invitations, members, people
from app.issuing.issuers import Issuer
from app.service import Service

HEADERS = {"Origin": "http://badges.test", "Accept": "text/html"}
PASSWORD = "four horses read the menu"
NEW = {
    "name": "Olga Owner",
    "email": "olga@example.org",
    "password": PASSWORD,
    "issuer_name": "Riverside Hospital",
    "slug": "riverside",
    "url": "https://riverside.example/",
    "timezone": "Europe/Madrid",
}


def post(client: TestClient, path: str, **fields: str) -> Any:
    """Send a form of the page at this address, with what it hides."""
    page = client.get(path, headers=HEADERS)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    return client.post(path, data=hidden | fields, headers=HEADERS, follow_redirects=False)


def set_up(client: TestClient, service: Service, **changes: str) -> Any:
    """Use the link that `lanyard setup` prints."""
    with service.database.write() as session:
        url = invitations.for_set_up(session, service.office, None).url
    return post(client, url.removeprefix("http://badges.test"), **NEW | changes)


def test_the_first_owner_sets_an_issuer_up_that_can_sign_at_once(client: TestClient, service: Service):
    answer = set_up(client, service)

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/riverside")
    keys = client.get("/issuers/riverside/jwks.json").json()["keys"]
    assert {key["kty"] for key in keys} == {"OKP", "RSA"}
    assert client.get("/status/nothing").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "A password has 12 to 200 characters"),
        ("email", "not an address", "This is not an e-mail address that mail can be sent to"),
        ("slug", "Not A Slug", "slug"),
        ("timezone", "Mars/Olympus", "This is not a time zone"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_half_done(
    client: TestClient, service: Service, field: str, value: str, sentence: str
):
    answer = set_up(client, service, **{field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    with service.database.read() as session:
        assert people.by_address(session, "olga@example.org") is None
    assert client.get("/issuers/riverside").status_code == 404


def test_without_a_second_factor_one_is_led_to_set_one_up_and_a_code_works_once(client: TestClient, service: Service):
    set_up(client, service)

    led = client.get("/staff/riverside", headers=HEADERS, follow_redirects=False)
    assert led.headers["location"] == "/staff/second-factor?next=%2Fstaff%2Friverside"
    page = client.get(led.headers["location"], headers=HEADERS)
    secret = re.search(r'name="secret" value="(\w+)"', page.text)[1]
    before = client.cookies["lanyard"]
    wrong = post_second_factor(client, page.text, "000000")
    assert wrong.status_code == 401
    with time_machine.travel(clock.now(), tick=False):
        code = pyotp.TOTP(secret).at(clock.now())
        assert post_second_factor(client, page.text, code).headers["location"] == "/staff/riverside"
        assert client.cookies["lanyard"] != before
        assert client.get("/staff/riverside", headers=HEADERS).status_code == 200
        client.cookies.clear()
        signed_in = post(client, "/staff/sign-in", email="olga@example.org", password=PASSWORD)
        assert signed_in.headers["location"].startswith("/staff/sign-in/code")
        assert post(client, "/staff/sign-in/code", code=code).status_code == 401, "a code works once"
    with time_machine.travel(clock.now() + timedelta(seconds=40), tick=False):
        again = post(client, "/staff/sign-in/code", code=pyotp.TOTP(secret).at(clock.now()))
    assert again.status_code == 303


def post_second_factor(client: TestClient, page: str, code: str) -> Any:
    """Confirm the authenticator with what the page at hand hides."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return client.post("/staff/second-factor", data=hidden | {"code": code}, headers=HEADERS, follow_redirects=False)


def test_ten_wrong_passwords_lock_the_account_also_for_the_right_one(client: TestClient, service: Service):
    set_up(client, service)
    client.cookies.clear()

    wrong = [post(client, "/staff/sign-in", email="olga@example.org", password="x" * 12) for _ in range(10)]
    right = post(client, "/staff/sign-in", email="olga@example.org", password=PASSWORD)

    assert {answer.status_code for answer in wrong} == {401}
    assert right.status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert post(client, "/staff/sign-in", email="olga@example.org", password=PASSWORD).status_code == 303


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(client: TestClient, service: Service):
    set_up(client, service)
    client.cookies.clear()

    wrong = post(client, "/staff/sign-in", email="olga@example.org", password="x" * 12)
    unknown = post(client, "/staff/sign-in", email="nora@example.org", password="x" * 12)

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("olga@", "nora@") == unknown.text


def test_a_member_sees_their_issuer_and_nobody_else_s(
    enter: Callable[..., Any], issuer: Issuer, make_issuer: Callable[..., Issuer]
):
    other = make_issuer(slug="riverside", name="Riverside Hospital")
    owner = enter("olga@example.org", role="owner", at=issuer)

    assert owner.get("/staff/northfield").status_code == 200
    assert owner.get("/staff/riverside").status_code == 404
    assert owner.get("/staff/nobody").status_code == 404
    assert other.slug == "riverside"


def test_a_learner_is_led_to_the_door_of_staff(enter: Callable[..., Any], issuer: Issuer):
    answer = enter("ana.ortiz@example.org").get(f"/staff/{issuer.slug}")

    assert answer.headers["location"] == "/staff/sign-in?next=%2Fstaff%2Fnorthfield"


def test_staff_are_signed_out_after_half_an_hour_of_nothing(enter: Callable[..., Any], issuer: Issuer):
    owner = enter("olga@example.org", role="owner", at=issuer)

    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert owner.get("/staff/northfield").status_code == 303


def test_another_role_signs_out_and_the_last_owner_stays(enter: Callable[..., Any], issuer: Issuer, service: Service):
    owner = enter("olga@example.org", role="owner", at=issuer)
    awarder = enter("amir@example.org", role="awarder", at=issuer)

    with service.database.write() as session:
        members.change_role(session, issuer, awarder.account_id, Role.REVIEWER, actor=f"account:{owner.account_id}")
    assert awarder.get("/staff/northfield").status_code == 303
    with pytest.raises(Exception, match="last owner"), service.database.write() as session:
        members.remove(session, issuer, owner.account_id, actor="test")


def test_an_invitation_that_was_mailed_proves_its_address_and_works_once(
    client: TestClient, service: Service, issuer: Issuer
):
    with service.database.write() as session:
        made = invitations.invite(
            session, service.office, issuer, "amir@example.org", Role.AWARDER, invited_by="Olga", actor="test"
        )
    path = made.url.removeprefix("http://badges.test")

    answer = post(client, path, name="Amir Awarder", password=PASSWORD, email="else@example.org")

    assert answer.status_code == 303
    with service.database.read() as session:
        account = people.by_address(session, "amir@example.org")
        assert account is not None
        assert members.role_of(session, issuer.id, account.id) is Role.AWARDER
        assert people.addresses_of(session, account.id)[0].confirmed_at is not None
        assert people.by_address(session, "else@example.org") is None
    assert client.get(path, headers=HEADERS).status_code == 410
