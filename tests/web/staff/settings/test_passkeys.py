"""Passkeys: set up by somebody who is sure, good for both factors, and every lie of a device or a browser refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient

from app import clock
from app.issuing.accounts import passkeys, people, second_factors
from app.issuing.accounts.passkeys import party_of
from app.issuing.issuers import Issuer
from app.service import Service
from app.settings import Settings
from tests.authenticator import USER_PRESENT, Authenticator

ORIGIN = "https://badges.test"
ACCOUNT = "/staff/account"
HEADERS = {"Origin": ORIGIN, "Accept": "text/html"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A service at an https address with a name, as passkeys ask for."""
    return settings.model_copy(update={"public_base_url": ORIGIN})


@pytest.fixture
def owner(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """Olga, at that address."""
    made = enter("olga@example.org", role="owner", at=issuer)
    made.client.base_url = ORIGIN
    made.client.cookies.set("__Host-lanyard", made.client.cookies["lanyard"])
    made.client.headers["Origin"] = ORIGIN
    return made


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """Whoever comes to the door."""
    client.base_url = ORIGIN  # type: ignore[assignment]  # httpx takes text
    return client


@pytest.fixture
def device(owner: Any) -> Authenticator:
    """Olga's phone, with a passkey that was set up."""
    phone = Authenticator(ORIGIN, "badges.test", user=owner.account_id.encode())
    assert register(owner, phone).headers["location"] == ACCOUNT
    return phone


def register(owner: Any, device: Authenticator, **fields: str) -> Any:
    """Set up a passkey, as our script does."""
    begun = owner.post(f"{ACCOUNT}/passkeys/challenge").json()
    credential = device.create(begun["options"])
    return owner.post(f"{ACCOUNT}/passkeys", token=begun["token"], credential=credential, name="Phone", **fields)


def begin(client: TestClient) -> Any:
    """A challenge at the door."""
    return client.post("/staff/sign-in/passkey/challenge", headers=HEADERS).json()


def sign_in(client: TestClient, device: Authenticator, begun: Any | None = None) -> Any:
    """Come in with a passkey."""
    begun = begun or begin(client)
    fields = {"token": begun["token"], "credential": device.get(begun["options"]), "next": "/staff/northfield"}
    return client.post("/staff/sign-in/passkey", data=fields, headers=HEADERS, follow_redirects=False)


def test_a_passkey_opens_the_door_of_staff_at_once(client: TestClient, device: Authenticator):
    answer = sign_in(client, device)

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/northfield")
    assert client.get("/staff/northfield", headers=HEADERS).status_code == 200


def test_its_challenge_asks_for_a_verified_user_and_a_key_that_is_found_without_a_name(owner: Any, client: TestClient):
    created = owner.post(f"{ACCOUNT}/passkeys/challenge").json()["options"]
    asked = begin(client)["options"]

    assert created["authenticatorSelection"]["userVerification"] == asked["userVerification"] == "required"
    assert created["authenticatorSelection"]["residentKey"] == "required"
    assert created["rp"]["id"] == asked["rpId"] == "badges.test"
    assert asked["allowCredentials"] == []
    assert len(created["challenge"]) >= 43


def test_a_challenge_is_good_once(client: TestClient, device: Authenticator):
    begun = begin(client)
    sign_in(client, device, begun)
    client.cookies.clear()

    again = sign_in(client, device, begun)

    assert again.status_code == 401
    assert "sent twice" in again.text


def test_a_challenge_is_used_up_by_a_wrong_answer_too(client: TestClient, device: Authenticator):
    begun = begin(client)
    stranger = Authenticator(ORIGIN, "badges.test", id=device.id)

    assert sign_in(client, stranger, begun).status_code == 401
    assert sign_in(client, device, begun).status_code == 401


def test_a_challenge_is_good_for_five_minutes(client: TestClient, device: Authenticator):
    begun = begin(client)

    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert sign_in(client, device, begun).status_code == 401


LIES: dict[str, dict[str, Any]] = {
    "from a false page": {"origin": "https://badges.test.evil.example"},
    "from another port": {"origin": "https://badges.test:8443"},
    "for another host": {"party": "evil.example"},
    "without having known its user": {"flags": USER_PRESENT},
    "without anybody there": {"flags": 0},
    "of another account": {"user": b"somebody else"},
    "that counts no further": {"counter": -1},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_passkey_is_refused(client: TestClient, device: Authenticator, lie: dict[str, Any]):
    sign_in(client, device)
    client.cookies.clear()
    for name, value in lie.items():
        setattr(device, name, value if name != "counter" else device.counter + value)

    answer = sign_in(client, device)

    assert answer.status_code == 401
    assert "could not be checked" in answer.text


@pytest.mark.parametrize("lie", [LIES["from a false page"], LIES["for another host"], LIES["without anybody there"],
                                 LIES["without having known its user"]])  # fmt: skip
def test_a_lie_is_refused_when_a_passkey_is_set_up_too(owner: Any, lie: dict[str, Any]):
    device = Authenticator(ORIGIN, "badges.test")
    for name, value in lie.items():
        setattr(device, name, value)

    assert register(owner, device).status_code == 401


@pytest.mark.parametrize("credential", ["", "{}", "[]", "nonsense", '{"id": 7}', "[" * 5000])
def test_what_is_no_passkey_is_refused_calmly(client: TestClient, device: Authenticator, credential: str):
    del device
    fields = {"token": begin(client)["token"], "credential": credential}

    assert client.post("/staff/sign-in/passkey", data=fields, headers=HEADERS).status_code == 401


def test_a_challenge_of_one_kind_or_person_does_not_serve_another(
    owner: Any, as_role: Callable[[str], Any], service: Service, client: TestClient, device: Authenticator
):
    other = as_role("awarder")
    confirming = owner.post("/staff/confirm/passkey/challenge").json()
    mine = owner.post(f"{ACCOUNT}/passkeys/challenge").json()
    with service.database.write() as session:
        account = people.by_id(session, other.account_id)
        with pytest.raises(Exception, match="sent twice"):
            passkeys.take(session, mine["token"], passkeys.ChallengePurpose.REGISTER, account_id=account.id)

    assert sign_in(client, device, confirming).status_code == 401


def test_it_confirms_that_it_is_still_the_same_person(owner: Any, device: Authenticator):
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        begun = owner.post("/staff/confirm/passkey/challenge").json()
        credential = device.get(begun["options"])
        answer = owner.post("/staff/confirm/passkey", token=begun["token"], credential=credential, next=ACCOUNT)
        sure = owner.post(f"{ACCOUNT}/recovery-codes")

    assert [each["id"] for each in begun["options"]["allowCredentials"]] == [json.loads(credential)["id"]]
    assert answer.headers["location"] == ACCOUNT
    assert sure.status_code == 200


def test_another_s_passkey_confirms_nothing(
    owner: Any, device: Authenticator, enter: Callable[..., Any], issuer: Issuer
):
    del owner
    other = enter("amir@example.org", role="awarder", at=issuer)
    other.client.base_url = ORIGIN
    other.client.cookies.set("__Host-lanyard", other.client.cookies["lanyard"])
    other.client.headers["Origin"] = ORIGIN
    begun = other.post("/staff/confirm/passkey/challenge").json()

    answer = other.post("/staff/confirm/passkey", token=begun["token"], credential=device.get(begun["options"]))

    assert answer.status_code == 401


def test_it_is_listed_renamed_and_removed(owner: Any, device: Authenticator, actions: Any, service: Service):
    passkey_id = json.loads(device.get({"challenge": "x"}))["id"]
    register(owner, Authenticator(ORIGIN, "badges.test"))

    owner.post(f"{ACCOUNT}/passkeys/{passkey_id}/name", name="  My   phone ")
    listed = owner.get(ACCOUNT).text
    empty = owner.post(f"{ACCOUNT}/passkeys/{passkey_id}/name", name=" ")
    owner.post(f"{ACCOUNT}/passkeys/{passkey_id}/remove")

    assert "Remove the passkey “My phone”" in listed
    assert empty.status_code == 422
    assert actions()[-2:] == ["member.passkey-added", "member.passkey-removed"]
    with service.database.read() as session:
        assert second_factors.of_account(session, people.by_id(session, owner.account_id)).passkeys == 1


def test_the_only_second_factor_is_not_removed_where_one_is_required(owner: Any, device: Authenticator):
    passkey_id = json.loads(device.get({"challenge": "x"}))["id"]

    answer = owner.post(f"{ACCOUNT}/passkeys/{passkey_id}/remove")

    assert answer.status_code == 422
    assert "only second factor" in answer.text


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://badges.example.org", "badges.example.org"),
        ("https://badges.example.org:8443", "badges.example.org"),
        ("http://localhost:8321", "localhost"),
        ("http://badges.example.org", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]", None),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(base_url: str, party: str | None):
    found = party_of(base_url)

    assert (found.id if found else None) == party
