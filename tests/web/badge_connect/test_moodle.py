"""Moodle's own calls, one after the other, as its code makes them: discovery, registration, a user's tokens, pushes.

Source: Moodle's `lib/classes/oauth2/discovery/imsbadgeconnect.php`, `badges/classes/oauth2/client.php` and
`badges/classes/backpack_api2p1*.php` (read in November 2026). Where it differs from the standard, it does here.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from app.issuing import kept_badges
from app.outbound.network import Network
from app.web.rates import Rates
from tests.strangers import Strangers, strangers
from tests.web.badge_connect.conftest import BASE, House, words_of
from tests.web.badge_connect.consumer import query_of

HOST = "moodle.example"
ROOT = f"https://{HOST}/"
CALLBACK = f"{ROOT}admin/oauth2callback.php"
SCOPE = "https://purl.imsglobal.org/spec/ob/v2p1/scope/"
OK = {"error": None, "statusCode": 200, "statusText": "OK"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strangers]:
    """The internet, with a Moodle."""
    with strangers(tmp_path_factory.mktemp("world"), HOST) as opened:
        yield opened


@pytest.fixture(scope="module")
def way_out(world: Strangers) -> Network:
    """The way to it."""
    return world.network()


class Moodle:
    """A Moodle with one user, as its code is."""

    def __init__(self, client: TestClient) -> None:
        self.http = client
        manifest = client.get(f"{BASE}/.well-known/badgeconnect.json").json()
        api = manifest["badgeConnectAPI"].pop()  # the last one
        assert all(len(key) >= 3 for key in api)  # or PHP 8 throws in substr_compare()
        self.endpoints = {key[:-3].lower(): value for key, value in api.items() if key.endswith("Url") and value}
        self.base, self.supported = api["apiBase"], " ".join(api["scopesOffered"])
        registration = {
            "client_name": "Northfield Learning",
            "client_uri": ROOT,
            "logo_uri": f"{ROOT}pix/f/moodle-256.png",
            "tos_uri": ROOT,
            "policy_uri": ROOT,
            "software_id": "moodle",
            "software_version": 2026112900.01,
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": self.supported,
        }
        answer = client.post(self.endpoints["registration"], json=registration).json()
        self.client_id, self.client_secret = answer["client_id"], answer["client_secret"]
        self.token: dict[str, Any] = {}

    def login_url(self) -> str:
        scopes = self.supported.split(" ")
        del scopes[0]  # array_search() gives false for "profile", and unset($scopes[false]) takes the first
        self.verifier = urlsafe_b64encode(b"v" * 43).rstrip(b"=").decode()
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        fields = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "state": "/admin/oauth2callback?sesskey=aB3",
            "scope": " ".join(scopes),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.endpoints['authorization']}?{urlencode(fields)}"

    def upgrade_token(self, code: str) -> None:
        basic = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        form = {
            "code": code,
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "scope": "",  # none is stored yet
            "code_verifier": self.verifier,
        }
        self._store(self.http.post(self.endpoints["token"], data=form, headers={"Authorization": f"Basic {basic}"}))

    def refresh(self) -> None:
        form = {
            "refresh_token": self.token["refresh_token"],
            "grant_type": "refresh_token",
            "scope": self.token["scope"],
            "client_id": self.client_id,  # in the form, though it registered for Basic
            "client_secret": self.client_secret,
        }
        self._store(self.http.post(self.endpoints["token"], data=form))

    def _store(self, answer: Any) -> None:
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert {"access_token", "refresh_token", "expires_in", "scope"} <= set(told)  # all stored, whatever came
        self.token = told

    def put_assertion(self, assertion: dict[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token['access_token']}",
            "Content-type": "application/json",
            "Accept": "application/json",
        }
        return self.http.post(f"{self.base}/assertions", content=json.dumps({"assertion": assertion}), headers=headers)

    def get(self, path: str) -> Any:
        return self.http.get(f"{self.base}{path}", headers={"Authorization": f"Bearer {self.token['access_token']}"})


@pytest.fixture
def moodle(client: TestClient, house: House) -> Moodle:
    """A Moodle that has registered itself."""
    house.app.state.rates = Rates(verify_per_minute=0)
    return Moodle(client)


@pytest.fixture
def connected(moodle: Moodle, house: House, ana: str) -> Moodle:
    """The same, with Ana's backpack connected."""
    browser = house.enter(ana)
    page = browser.get(moodle.login_url()).headers["location"]
    back = query_of(browser.post(page, answer="agree").headers["location"])
    assert back["state"] == "/admin/oauth2callback?sesskey=aB3"
    moodle.upgrade_token(back["code"])
    return moodle


def assertion_for(email: str, world: Strangers, number: int = 1) -> dict[str, Any]:
    """A badge as Moodle hosts it and pushes it: 2.0, the class and the issuer by address."""
    place = f"{HOST}/badges/assertion.php"
    badge = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"{ROOT}badges/assertion.php?b={number}&obversion=2",
        "recipient": {
            "identity": "sha256$" + hashlib.sha256(f"{email}badges{number}".encode()).hexdigest(),
            "type": "email",
            "hashed": True,
            "salt": f"badges{number}",
        },
        "badge": f"{ROOT}badges/badge_json.php?id={number}",
        "verify": {"type": "hosted", "url": f"{ROOT}badges/assertion.php?b={number}&obversion=2"},
        "verification": {"type": "hosted"},
        "issuedOn": "2026-03-01T09:00:00+00:00",
        "evidence": f"{ROOT}badges/badge.php?hash={number}",
    }
    world.publish(f"{place}?b={number}&obversion=2", badge)
    badge_class = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "BadgeClass",
        "id": badge["badge"],
        "name": "Hand Hygiene",
        "description": "Washes hands as it is asked for.",
        "image": f"{ROOT}badges/image.png",
        "criteria": {"id": f"{ROOT}badges/badgeclass.php?id={number}", "narrative": "Pass the course."},
        "issuer": f"{ROOT}badges/issuer_json.php?id={number}",
    }
    world.publish(f"{HOST}/badges/badge_json.php?id={number}", badge_class)
    issuer = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Issuer",
        "id": badge_class["issuer"],
        "name": "Northfield Learning",
        "url": ROOT,
        "email": "badges@moodle.example",
    }
    world.publish(f"{HOST}/badges/issuer_json.php?id={number}", issuer)
    return badge


def test_moodle_finds_every_address_that_it_needs(moodle: Moodle):
    assert {"authorization", "token", "registration", "termsofservice", "privacypolicy"} == set(moodle.endpoints)
    assert moodle.base == f"{BASE}/ims/ob/v2p1"
    assert moodle.client_id


def test_what_moodle_loses_of_the_scopes_is_none_that_a_push_needs(moodle: Moodle, house: House, ana: str):
    browser = house.enter(ana)
    page = words_of(browser.get(browser.get(moodle.login_url()).headers["location"]).text)

    assert "Let moodle.example in?" in page
    assert "add badges to yours" in page


def test_moodle_pushes_a_badge_into_the_holder_s_collection(
    connected: Moodle, world: Strangers, house: House, ana: str
):
    pushed = assertion_for(ana, world)
    first, again = connected.put_assertion(pushed), connected.put_assertion(pushed)

    assert (first.status_code, first.json()) == (201, {"status": OK})
    assert (again.status_code, again.json()) == (200, {"status": OK})
    with house.service.database.read() as session:
        mine = kept_badges.of_account(session, house.enter(ana).account_id)
    assert [each.title for each in mine] == ["Hand Hygiene"]
    told = connected.get("/assertions").json()
    assert (told["status"], [each["id"] for each in told["assertions"]]) == (OK, [pushed["id"]])


def test_moodle_goes_on_with_a_refresh(connected: Moodle, world: Strangers, ana: str):
    connected.refresh()

    assert connected.put_assertion(assertion_for(ana, world, 2)).json() == {"status": OK}


def test_moodle_is_told_in_a_sentence_why_a_badge_was_not_taken(connected: Moodle, world: Strangers, ana: str):
    gone = assertion_for(ana, world, 3)
    del world.answers[f"{HOST}/badges/assertion.php?b=3&obversion=2"]
    refused = {
        "somebody else's": connected.put_assertion(assertion_for("nora@example.org", world, 4)),
        "not there": connected.put_assertion(gone),
        "no badge": connected.put_assertion({}),
    }
    for name, answer in refused.items():
        status = answer.json()["status"]
        assert (answer.status_code, status["statusCode"], status["statusText"]) == (400, 400, "BAD_REQUEST"), name
        assert len(status["error"]) > 20, name


def test_a_scope_that_is_missing_and_a_token_that_ended_are_told_in_the_form_of_2_1(connected: Moodle):
    no_scope = connected.get("/profile")  # the scope that Moodle lost
    connected.token["access_token"] = "lct_nothing"
    ended = connected.get("/assertions")

    assert (no_scope.status_code, no_scope.json()["status"]["statusText"]) == (403, "FORBIDDEN")
    assert (ended.status_code, ended.json()["status"]["statusText"]) == (401, "UNAUTHORIZED")


def test_scopes_of_one_version_do_not_open_the_other(connected: Moodle):
    headers = {"Authorization": f"Bearer {connected.token['access_token']}"}
    answer = connected.http.get(f"{BASE}/ims/ob/v3p0/credentials", headers=headers)

    assert (answer.status_code, answer.json()["imsx_codeMajor"]) == (403, "failure")
