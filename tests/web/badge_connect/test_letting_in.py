"""Letting a program in: registration, a holder's answer, codes and tokens; each rule with what breaks it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.errors import InvalidInput
from app.issuing.audit import AuditEntry
from app.issuing.badge_connect import ConnectQuestion, clients
from app.issuing.office import Addresses
from app.web.badge_connect.oauth import MEMBERS
from tests.web.badge_connect.conftest import House, words_of
from tests.web.badge_connect.consumer import ALL, HOME, PROFILE, READ, REGISTRATION, UPSERT, Consumer, query_of

Agree = Callable[..., str]
PAGE = {"Accept": "text/html"}


def test_the_description_says_where_everything_is(consumer: Consumer):
    """OB3-63."""
    told, scheme = consumer.description, consumer.scheme

    assert told["openapi"].startswith("3.0")
    assert {"title", "version", "termsOfService", "x-imssf-privacyPolicyUrl"} <= set(told["info"])
    assert (scheme["type"], scheme["x-imssf-registrationUrl"]) == (
        "oauth2",
        "http://badges.test/ims/ob/v3p0/oauth/register",
    )
    assert set(consumer.flow["scopes"]) == set(ALL.split())
    assert {"authorizationUrl", "tokenUrl", "refreshUrl"} <= set(consumer.flow)


def test_a_program_registers_and_is_told_what_it_said_and_its_secret(consumer: Consumer):
    """OB3-64."""
    answer = consumer.register(contacts=["help@portfolio.example"])

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in REGISTRATION} == REGISTRATION
    assert answer.json()["contacts"] == ["help@portfolio.example"]
    assert answer.json()["client_secret_expires_at"] == 0
    assert answer.headers["cache-control"] == "no-store"


NO_REGISTRATIONS: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uris": ["http://portfolio.example/callback"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://elsewhere.example/callback"]}, "invalid_redirect_uri"),
    ({"redirect_uris": [f"{HOME}/callback#part"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://ana@portfolio.example/callback"]}, "invalid_redirect_uri"),
    ({"redirect_uris": []}, "invalid_redirect_uri"),
    ({"redirect_uris": [7]}, "invalid_redirect_uri"),
    ({"logo_uri": "http://portfolio.example/logo.png"}, "invalid_client_metadata"),
    ({"policy_uri": "https://portfolio.example;script-src/x"}, "invalid_client_metadata"),
    ({"tos_uri": None}, "invalid_client_metadata"),
    ({"software_version": None}, "invalid_client_metadata"),
    ({"client_name": "x\u202ey"}, "invalid_client_metadata"),
    ({"scope": f"{READ} admin"}, "invalid_client_metadata"),
    ({"scope": ["a"]}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
    ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
    ({"grant_types": ["password"]}, "invalid_client_metadata"),
    ({"response_types": ["token"]}, "invalid_client_metadata"),
]


def test_what_is_no_registration_is_refused(consumer: Consumer):
    """OB3-64."""
    for changes, error in NO_REGISTRATIONS:
        answer = consumer.register(**changes)

        assert (answer.status_code, answer.json()["error"]) == (400, error), changes
        assert answer.json()["error_description"]


def test_a_body_that_is_no_registration_is_refused_in_the_same_words(client: TestClient, consumer: Consumer):
    url = consumer.scheme["x-imssf-registrationUrl"]
    answers = [
        client.post(url, content=b"{", headers={"Content-Type": "application/json"}),
        client.post(url, json=[REGISTRATION]),
        client.post(url, data=REGISTRATION),
        client.post(url, json=REGISTRATION | {"x": "x" * 40_000}),
    ]

    assert {(each.status_code, each.json()["error"]) for each in answers} == {(400, "invalid_client_metadata")}


def test_the_page_names_the_host_that_asks_and_everything_that_it_may_do(consumer: Consumer, house: House, ana: str):
    browser = house.enter(ana)
    page = browser.get(browser.get(consumer.question()).headers["location"])
    words = words_of(page.text)

    assert "Let portfolio.example in?" in words
    assert "calls itself Portfolio ; anybody can choose such a name" in words
    for sentence in ("read all your badges", "add badges to yours", "read your name", "write your profile"):
        assert sentence in words
    assert "form-action 'self' https://portfolio.example;" in page.headers["content-security-policy"]


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(consumer: Consumer, client: TestClient):
    asked = client.get(consumer.question(state="s" * 1_500), headers=PAGE, follow_redirects=False)
    page = client.get(asked.headers["location"], headers=PAGE, follow_redirects=False)

    assert page.headers["location"] == f"/sign-in?next={asked.headers['location'].replace('/', '%2F')}"


def test_the_answer_brings_a_code_and_the_code_brings_tokens(consumer: Consumer, agree: Agree):
    """OB3-65."""
    location = agree()
    answer = consumer.exchange(consumer.come_back(location))
    told = answer.json()

    assert query_of(location)["scope"] == ALL
    assert (answer.status_code, told["token_type"], told["expires_in"], told["scope"]) == (200, "Bearer", 3_600, ALL)
    assert {"access_token", "refresh_token"} <= set(told)
    assert answer.headers["cache-control"] == "no-store"


def test_the_holder_may_decline_and_a_question_is_answered_once(
    consumer: Consumer, agree: Agree, house: House, ana: str
):
    told = query_of(agree(says="decline"))
    browser = house.enter(ana)
    page = browser.get(consumer.question()).headers["location"]
    browser.post(page, answer="decline")

    assert (told["error"], told["state"]) == ("access_denied", told["state"])
    assert "code" not in told
    assert browser.post(page, answer="agree").status_code == 404
    assert browser.get(page).status_code == 404


NO_QUESTIONS: list[dict[str, Any]] = [
    {"code_challenge": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": None},
    {"code_challenge": "short"},
    {"code_challenge": "c" * 43 + "\n"},
    {"code_challenge": "c" * 127 + "\n"},
    {"state": None},
    {"response_type": 'token"'},
    {"response_type": None},
    {"scope": "admin"},
    {"scope": None},
]


def test_a_question_that_is_not_as_it_should_be_is_told_and_sends_nobody_anywhere(
    consumer: Consumer, client: TestClient, house: House, ana: str
):
    """OB3-65: no PKCE, plain PKCE and no state are refused. A stranger's address is no place to send people to."""
    for fields in NO_QUESTIONS:
        for browser in (client, house.enter(ana).client):
            answer = browser.get(consumer.question(**fields), headers=PAGE, follow_redirects=False)

            assert answer.status_code == 422, fields
            assert "location" not in answer.headers, fields
            assert "nothing was let in" in answer.text, fields


UNKNOWN_ADDRESSES: list[dict[str, Any]] = [
    {"redirect_uri": f"{HOME}/callback/"},
    {"redirect_uri": f"{HOME}/callback?x=1"},
    {"redirect_uri": "https://evil.example/\"'<"},
    {"redirect_uri": None},
    {"client_id": "A" * 22},
    {"client_id": "\0"},
    {"client_id": None},
]


def test_nobody_is_sent_to_an_address_that_was_not_registered(consumer: Consumer, client: TestClient):
    """OB3-65: redirects are compared letter by letter."""
    for fields in UNKNOWN_ADDRESSES:
        answer = client.get(consumer.question(**fields), headers=PAGE, follow_redirects=False)

        assert answer.status_code == 422, fields
        assert "location" not in answer.headers, fields
        assert "nothing was let in" in answer.text, fields


def test_a_field_that_stands_there_twice_is_refused(consumer: Consumer, client: TestClient):
    answer = client.get(f"{consumer.question()}&scope=x", headers=PAGE, follow_redirects=False)

    assert "/me/apps/" not in answer.headers.get("location", "")


NO_EXCHANGES: list[tuple[dict[str, Any], str]] = [
    ({"code_verifier": None}, "invalid_request"),
    ({"code_verifier": "w" * 64}, "invalid_grant"),
    ({"redirect_uri": f"{HOME}/other"}, "invalid_grant"),
    ({"redirect_uri": None}, "invalid_grant"),
    ({"code": "nothing"}, "invalid_grant"),
    ({"code": None}, "invalid_request"),
    ({"grant_type": 'pass"word'}, "unsupported_grant_type"),
]


def test_a_code_brings_nothing_with_a_wrong_word_beside_it(consumer: Consumer, agree: Agree):
    code = consumer.come_back(agree())
    for changes, error in NO_EXCHANGES:
        answer = consumer.exchange(code, **({"code": code} | changes))

        assert (answer.status_code, answer.json()["error"]) == (400, error), changes

    assert consumer.exchange(code).status_code == 200


def test_a_code_that_is_shown_twice_ends_the_tokens_that_came_of_it(consumer: Consumer, agree: Agree):
    """OB3-65: a replay revokes."""
    code = consumer.come_back(agree())
    consumer.exchange(code)
    before = consumer.call("GET", "/profile").status_code

    again = consumer.exchange(code)

    assert (before, again.status_code, again.json()["error"]) == (200, 400, "invalid_grant")
    assert consumer.call("GET", "/profile").status_code == 401
    assert consumer.refresh().json()["error"] == "invalid_grant"


def test_a_code_is_good_for_ten_minutes_at_most(consumer: Consumer, agree: Agree):
    code = consumer.come_back(agree())
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        answer = consumer.exchange(code)

    assert answer.json()["error"] == "invalid_grant"


def test_another_program_gets_nothing_for_a_code_or_a_token(consumer: Consumer, agree: Agree):
    code = consumer.come_back(agree())
    mine = consumer.credentials
    consumer.register()  # as somebody else
    stolen = consumer.exchange(code)
    theirs, consumer.credentials = consumer.credentials, mine
    consumer.exchange(code)
    consumer.credentials = theirs

    assert stolen.json()["error"] == "invalid_grant"
    assert consumer.refresh().json()["error"] == "invalid_grant"
    assert consumer.revoke(consumer.tokens["refresh_token"]).status_code == 400


def test_a_program_without_its_secret_is_told_to_show_it(consumer: Consumer, client: TestClient):
    token, *headers = [consumer.flow["tokenUrl"], b"Basic !", b"Basic /////w==", b"Bearer x", b"Basic Og==", b""]
    headers += [
        b"Basic \xe9",
        b"Basic \xa0",
        b"Basic \xc3\xa9",
        b"Basic",
        b"Basic a b",
        b"Basic =",
        b"\xff",
        b"Basic \xff=",
    ]
    for url in (token, token.replace("/token", "/revoke")):
        for header in headers:
            told = {"grant_type": "refresh_token", "token": "lct_x"}
            answer = client.post(url, data=told, headers=[(b"Authorization", header)])

            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), (url, header)
            assert answer.headers["www-authenticate"].startswith("Basic"), (url, header)


def test_a_refresh_brings_a_fresh_token_and_widens_nothing(consumer: Consumer, agree: Agree):
    """OB3-66."""
    consumer.exchange(consumer.come_back(agree(scope=f"{READ} {PROFILE}")))
    first = consumer.tokens["access_token"]

    wider = consumer.refresh(scope=f"{READ} {UPSERT}")
    narrower = consumer.refresh(scope=READ)
    whole = consumer.refresh(scope="")

    assert wider.json()["error"] == "invalid_scope"
    assert narrower.json()["scope"] == READ
    assert (whole.json()["scope"], whole.json()["refresh_token"]) == (
        f"{READ} {PROFILE}",
        consumer.tokens["refresh_token"],
    )
    assert consumer.tokens["access_token"] != first


def test_an_access_token_ends_after_an_hour_and_a_refresh_goes_on(let_in: Consumer):
    with time_machine.travel(clock.now() + timedelta(seconds=3_601), tick=False):
        ended = let_in.call("GET", "/profile").status_code
        let_in.refresh()

        assert (ended, let_in.call("GET", "/profile").status_code) == (401, 200)


def test_a_token_that_is_given_back_is_good_for_nothing(let_in: Consumer):
    refresh = let_in.tokens["refresh_token"]

    assert let_in.revoke(let_in.tokens["access_token"]).status_code == 200
    assert let_in.call("GET", "/profile").status_code == 401
    assert let_in.refresh().status_code == 200
    assert let_in.revoke(refresh).status_code == 200
    assert let_in.revoke(refresh).status_code == 200  # nobody knows it any more
    assert let_in.call("GET", "/profile").status_code == 401


def test_the_holder_sees_who_is_let_in_and_ends_it_at_once(let_in: Consumer, house: House, ana: str):
    ana, nora = house.enter(ana), house.enter("nora@example.org")
    shown = words_of(ana.get("/me/settings").text)
    client_id = let_in.credentials[0]

    assert "portfolio.example calls itself Portfolio" in shown
    assert "portfolio.example" not in nora.get("/me/settings").text
    assert nora.post("/me/settings/apps/end", app=client_id).status_code == 404
    assert let_in.call("GET", "/profile").status_code == 200
    assert ana.post("/me/settings/apps/end", app=client_id).status_code == 303
    assert let_in.call("GET", "/profile").status_code == 401
    assert let_in.refresh().json()["error"] == "invalid_grant"
    assert "portfolio.example" not in ana.get("/me/settings").text.replace("portfolio.example is not let in", "")


def test_who_leaves_lets_nobody_in_any_more(let_in: Consumer, house: House, ana: str):
    house.enter(ana).post("/me/delete", address=ana, what="account")

    assert let_in.call("GET", "/profile").status_code == 401
    assert let_in.refresh().json()["error"] == "invalid_grant"


def test_each_issuer_s_log_says_that_its_badges_were_opened_to_somebody(
    house: House, ana: str, agree: Agree, consumer: Consumer
):
    award = house.award(ana)
    consumer.exchange(consumer.come_back(agree()))
    house.enter(ana).post("/me/settings/apps/end", app=consumer.credentials[0])
    with house.service.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == award.learner_id)).all()
        found = [(each.action, each.facts["host"]) for each in entries if each.action.startswith("app.")]

    assert found == [("app.let-in", "portfolio.example"), ("app.ended", "portfolio.example")]


@pytest.mark.parametrize("how", ["gave its token back", "shown once more"])
def test_each_issuer_s_log_says_so_once_when_a_program_ends_it(
    house: House, ana: str, agree: Agree, consumer: Consumer, how: str
):
    award = house.award(ana)
    code = consumer.come_back(agree())
    consumer.exchange(code)
    for _ in range(2):
        consumer.revoke(consumer.tokens["refresh_token"]) if how == "gave its token back" else consumer.exchange(code)
    with house.service.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == award.learner_id)).all()
        [ended] = [each for each in entries if each.action == "app.ended"]

    assert ended.actor == f"app:{consumer.credentials[0]}"
    assert ended.facts["host"] == "portfolio.example"
    assert how in ended.facts["reason"]


def test_of_a_question_nothing_is_kept_but_what_it_is_asked_with(consumer: Consumer, client: TestClient, house: House):
    more = {f"x{number}": "y" * 2_000 for number in range(20)}
    asked = client.get(consumer.question(state="s" * 2_048, **more), headers=PAGE, follow_redirects=False)
    question_id = asked.headers["location"].rpartition("/")[2]

    with house.service.database.read() as session:
        kept = session.get_one(ConnectQuestion, question_id).asked["pairs"]

    assert sorted(name for name, _ in kept) == sorted(MEMBERS)
    assert len(json.dumps(kept)) < 8_000


def test_a_question_with_a_member_that_is_long_or_there_twice_is_not_kept(consumer: Consumer, client: TestClient):
    for name, longest in MEMBERS.items():
        for question in (
            consumer.question(**{name: "s" * (longest + 1)}),
            f"{consumer.question(**{name: 's'})}&{name}=s",
            consumer.question(**{name: "s\0"}),
        ):
            answer = client.get(question, headers=PAGE, follow_redirects=False)

            assert answer.status_code == 422, question
            assert "nothing was let in" in answer.text, question


def test_no_program_takes_the_host_of_this_service_for_its_own(house: House):
    """Nor one that was its host before, in whatever letters and at whatever port."""
    office = house.service.office
    moved = dataclasses.replace(office, former=(Addresses("https://badges-of-old.test"),))
    for host in ("badges.test", "BADGES.test", "badges.test:8443", "badges.test.", "badges-of-old.test"):
        addresses = dict.fromkeys(("client_uri", "logo_uri", "tos_uri", "policy_uri"), f"https://{host}/")
        stated = REGISTRATION | addresses | {"redirect_uris": [f"https://{host}/me"]}
        with house.service.database.write() as session, pytest.raises(InvalidInput, match="this service itself"):
            clients.register(session, moved, stated)


def test_a_host_is_as_long_as_a_host_may_be(consumer: Consumer):
    def at(host: str) -> dict[str, Any]:
        addresses = dict.fromkeys(("client_uri", "logo_uri", "tos_uri", "policy_uri"), f"https://{host}/")
        return addresses | {"redirect_uris": [f"https://{host}/callback"]}

    longest = ".".join(["a" * 63] * 3 + ["b" * 61])

    assert (len(longest), consumer.register(**at(longest)).status_code) == (253, 201)
    for host in (f"a{longest}", "a" * 300):
        refused = consumer.register(**at(host))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
