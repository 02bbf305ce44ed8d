"""One's own account: password, authenticator, recovery codes, browsers; and the doors that must not let others in."""

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
from app.issuing import issuers
from app.issuing.accounts import (
    Role,
    Strength,
    invitations,
    members,
    passwords,
    people,
    second_factors,
    sessions,
)
from app.issuing.accounts.tables import Passkey
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.signed_in import csrf_of

ACCOUNT = "/staff/account"
PASSWORD = "four horses read the menu"
HEADERS = {"Origin": "http://badges.test", "Accept": "text/html"}


@pytest.fixture
def owner(owner: Any, service: Service) -> Any:
    """Olga, with a password and an authenticator."""
    secret = passwords.new_totp()
    with service.database.write() as session:
        account = people.by_id(session, owner.account_id)
        kept = sessions.of_account(session, account.id)[0].token_sha256
        passwords.set_password(session, account, PASSWORD, keep_session=kept)
        passwords.set_totp(session, service.office, account, secret, pyotp.TOTP(secret).at(clock.now()))
    return owner


def codes_of(owner: Any) -> list[str]:
    """Ten fresh codes, as the page shows them."""
    page = owner.post(f"{ACCOUNT}/recovery-codes")
    assert page.headers["cache-control"] == "no-store"
    return re.findall(r"<li><code>([\w-]+)</code>", page.text)


def with_password(client: TestClient, **fields: str) -> Any:
    """Sign in with the password; the browser keeps the cookie."""
    stated = {"email": "olga@example.org", "password": PASSWORD, **fields}
    return client.post("/staff/sign-in", data=stated, headers=HEADERS, follow_redirects=False)


def send(client: TestClient, path: str, **fields: str) -> Any:
    """Send a form of the session that the browser has."""
    csrf = csrf_of(client.cookies["lanyard"])
    return client.post(path, data={"csrf": csrf, **fields}, headers=HEADERS, follow_redirects=False)


def test_a_new_password_needs_the_old_one_and_signs_other_browsers_out(owner: Any, service: Service, actions: Any):
    with service.database.write() as session:
        sessions.begin(session, people.by_id(session, owner.account_id), Strength.TWO_FACTORS)

    wrong = owner.post(f"{ACCOUNT}/password", old_password="not this one at all", password="another long sentence")
    short = owner.post(f"{ACCOUNT}/password", old_password=PASSWORD, password="short")
    right = owner.post(f"{ACCOUNT}/password", old_password=PASSWORD, password="another long sentence")

    assert (wrong.status_code, short.status_code, right.status_code) == (401, 422, 303)
    with service.database.read() as session:
        assert len(sessions.of_account(session, owner.account_id)) == 1
    assert owner.get(ACCOUNT).status_code == 200
    assert actions()[-1] == "member.password-changed"


def test_a_recovery_code_stands_in_for_the_authenticator_once(owner: Any, client: TestClient, actions: Any):
    codes = codes_of(owner)

    with_password(client)
    first = send(client, "/staff/sign-in/code", code=codes[0].lower().replace("-", " "))
    client.cookies.clear()
    with_password(client)
    again = send(client, "/staff/sign-in/code", code=codes[0])

    assert len(set(codes)) == 10
    assert first.headers["location"] == "/staff"
    assert again.status_code == 401
    assert actions()[-1] == "member.recovery-code-used"


def test_codes_are_kept_as_keyed_hashes_and_new_ones_end_the_old(owner: Any, service: Service):
    old, new = codes_of(owner), codes_of(owner)

    with service.database.write() as session:
        account = people.by_id(session, owner.account_id)
        assert second_factors.of_account(session, account).codes_left == 10
        assert not second_factors.accepts_code(session, service.office, account, old[3])
        assert second_factors.accepts_code(session, service.office, account, new[3])
        stored = session.connection().exec_driver_sql("SELECT * FROM recovery_codes").all()
    assert not any(code.replace("-", "") in str(stored) for code in old + new)


def test_another_s_code_is_nobody_s(owner: Any, as_role: Callable[[str], Any], service: Service):
    codes = codes_of(owner)
    awarder = as_role("awarder")

    with service.database.write() as session:
        other = people.by_id(session, awarder.account_id)
        assert not second_factors.accepts_code(session, service.office, other, codes[0])


def test_the_codes_come_as_a_text_file_and_nothing_else_does(owner: Any):
    codes = codes_of(owner)

    file = owner.post(f"{ACCOUNT}/recovery-codes/text", code=codes)
    other = owner.post(f"{ACCOUNT}/recovery-codes/text", code=["<script>"] * 10)

    assert file.headers["content-disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert file.headers["content-type"].startswith("text/plain")
    assert all(code in file.text for code in codes)
    assert other.status_code == 422


def test_ten_wrong_codes_lock_the_account(owner: Any, client: TestClient):
    codes = codes_of(owner)
    with_password(client)

    for _ in range(10):
        assert send(client, "/staff/sign-in/code", code="AAAA-BBBB-CCCC-DDDD").status_code == 401

    assert send(client, "/staff/sign-in/code", code=codes[0]).status_code == 429


def test_what_opens_doors_asks_once_more_who_it_is(owner: Any):
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        answers = [
            owner.post(f"{ACCOUNT}/recovery-codes"),
            owner.post(f"{ACCOUNT}/authenticator/drop"),
            owner.post(f"{ACCOUNT}/provider/link"),
            owner.post(f"{ACCOUNT}/passkeys", token="x", credential="{}", name="x"),
            owner.post("/staff/second-factor", secret=passwords.new_totp(), code="000000"),
        ]
        challenge = owner.post(f"{ACCOUNT}/passkeys/challenge")

    assert {answer.headers["location"].partition("?")[0] for answer in answers} == {"/staff/confirm"}
    assert challenge.json() == {"confirm": "/staff/confirm?next=/staff/account"}


def test_the_last_second_factor_stays_where_one_is_required(owner: Any, service: Service):
    kept = owner.post(f"{ACCOUNT}/authenticator/drop")
    object.__setattr__(service, "settings", service.settings.model_copy(update={"staff_second_factor": "offered"}))
    dropped = owner.post(f"{ACCOUNT}/authenticator/drop")

    assert kept.status_code == 422
    assert "only second factor" in kept.text
    assert dropped.status_code == 303


def test_a_password_alone_does_not_open_the_account_of_somebody_with_a_passkey(
    owner: Any, client: TestClient, service: Service
):
    with service.database.write() as session:
        account = people.by_id(session, owner.account_id)
        passwords.drop_totp(session, account)
        session.add(
            Passkey(id="k", account_id=account.id, name="Phone", public_key=b"x", sign_count=0, created_at=clock.now())
        )

    led = with_password(client)
    looked = client.get(ACCOUNT, headers=HEADERS, follow_redirects=False)
    secret = passwords.new_totp()
    taken = send(client, "/staff/second-factor", secret=secret, code=pyotp.TOTP(secret).at(clock.now()))

    assert led.headers["location"].startswith("/staff/sign-in/code")
    assert looked.headers["location"].startswith("/staff/sign-in/code")
    assert taken.headers["location"].startswith("/staff/sign-in/code")
    with service.database.read() as session:
        assert not people.by_id(session, owner.account_id).has_authenticator


def test_a_learner_s_session_does_not_open_it(enter: Callable[..., Any]):
    answer = enter("ana.ortiz@example.org").get(ACCOUNT)

    assert answer.headers["location"] == "/staff/sign-in?next=%2Fstaff%2Faccount"


def test_browsers_are_listed_by_what_they_call_themselves_and_signed_out_one_or_all(
    owner: Any, client: TestClient, service: Service
):
    owner.client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client.headers["User-Agent"] = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
    with_password(client)

    page = owner.get(ACCOUNT).text
    ids = re.findall(r'name="browser" value="(\w+)"', page)
    owner.post(f"{ACCOUNT}/browsers/end", browser=ids[0])

    assert "Safari, iPhone" in page
    assert len(ids) == 1
    assert client.get(ACCOUNT, headers=HEADERS, follow_redirects=False).headers["location"].startswith("/staff/sign-in")
    with_password(client)
    owner.post(f"{ACCOUNT}/browsers/end-others")
    with service.database.read() as session:
        assert len(sessions.of_account(session, owner.account_id)) == 1


def test_nobody_signs_another_s_browser_out(owner: Any, as_role: Callable[[str], Any], service: Service):
    with service.database.read() as session:
        mine = sessions.of_account(session, owner.account_id)[0].token_sha256

    as_role("awarder").post(f"{ACCOUNT}/browsers/end", browser=mine)

    assert owner.get(ACCOUNT).status_code == 200


# -- the door itself --------------------------------------------------------------------------------------


def test_a_browser_whose_session_is_over_can_sign_in_again(owner: Any):
    """It still sends its cookie: the forms of the door carry what belongs to that cookie."""
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        for path in ("/staff/sign-in", "/sign-in", "/staff/forgotten"):
            page = owner.get(path)
            hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
            fields = hidden | {"email": "olga@example.org", "password": "x" * 12}
            answer = owner.client.post(path, data=fields, follow_redirects=False)
            assert answer.status_code in {200, 401}, path


def test_an_invitation_gives_no_rights_to_whoever_only_stated_its_address(
    client: TestClient, service: Service, issuer: Issuer
):
    with service.database.write() as session:
        mallory = people.of_confirmed_address(session, "mallory@example.org")
        people.add_address(session, mallory, "amir@example.org", is_confirmed=False)
        made = invitations.invite(
            session, service.office, issuer, "amir@example.org", Role.OWNER, invited_by="Olga", actor="test"
        )
    fields = {"name": "Amir", "password": PASSWORD}
    answer = client.post(
        made.url.removeprefix("http://badges.test"), data=fields, headers=HEADERS, follow_redirects=False
    )

    assert answer.status_code == 303
    with service.database.read() as session:
        amir = people.by_address(session, "amir@example.org")
        assert amir is not None
        assert amir.id != mallory.id
        assert members.role_of(session, issuer.id, mallory.id) is None
        assert people.by_id(session, mallory.id).password_hash is None


@pytest.mark.parametrize("slug", ["account", "sign-in", "welcome"])
def test_no_issuer_is_named_as_a_page_of_the_service(service: Service, slug: str):
    with pytest.raises(Exception, match="kept for pages of the service"), service.database.write() as session:
        issuers.create(session, slug=slug, name="X", url="https://x.example/", actor="test")
