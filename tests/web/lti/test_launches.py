"""A launch says who somebody is and shows a badge. It never awards, whatever it says (B76)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient
from httpx import Response

from app.issuing import learners, lti
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.lti import LtiPlatform, PlatformState
from app.issuing.lti.keys import KeyPair
from app.service import Service
from tests.campus import CLIENT_ID, ISS, LTI, MEMBERS_URL, REGISTRATION, Campus

HTML = "text/html; charset=utf-8"


def test_a_launch_asks_the_platform_who_is_there(begin: Callable[..., dict[str, str]]):
    asked = begin()

    assert {name: asked[name] for name in ("scope", "response_type", "response_mode", "prompt")} == {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"
    }  # fmt: skip
    assert (asked["client_id"], asked["login_hint"], asked["lti_message_hint"]) == (CLIENT_ID, "u-17", "m")
    assert asked["redirect_uri"].endswith("/lti/launch")
    assert len(asked["state"]) >= 43
    assert asked["nonce"] != asked["state"]


@pytest.mark.usefixtures("platform")
def test_it_may_begin_with_get_as_well(browser: TestClient):
    answer = browser.get("/lti/login/northfield", params={"iss": ISS, "login_hint": "u"}, follow_redirects=False)

    assert answer.status_code == 302
    cookie = answer.headers["set-cookie"]
    assert all(rule in cookie for rule in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/lti"))


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    "said", [{}, {"iss": ISS}, {"iss": "https://other.example", "login_hint": "u"},
             {"iss": ISS, "login_hint": "u", "client_id": "another"}]
)  # fmt: skip
def test_a_platform_that_is_not_connected_begins_nothing(browser: TestClient, said: Any):
    assert browser.post("/lti/login/northfield", data=said, follow_redirects=False).status_code in (404, 422)


def test_a_learner_is_known_by_the_platforms_id_and_gets_nothing(
    launch: Callable[..., Response], service: Service, issuer: Issuer, achievement: Achievement
):
    answer = launch(**{LTI + "custom": {"achievement": achievement.id}})

    assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)
    assert "You have not earned this badge yet" in answer.text
    with service.database.read() as session:
        learner = learners.find_by_identity(session, issuer, ISS, "u-17")
        assert learner is not None
        assert learners.by_email(session, issuer, "ana@hospital.example").id == learner.id
        assert session.query(Award).count() == 0


def test_a_learner_who_has_the_badge_finds_it(
    launch: Callable[..., Response], make_award: Callable[..., Award], achievement: Achievement
):
    award = make_award(achievement, email="ana@hospital.example")

    answer = launch(**{LTI + "custom": {"achievement": achievement.id}})

    assert f'href="/b/{award.id}"' in answer.text
    assert "You have earned this badge" in answer.text


def test_without_a_choice_all_badges_of_the_learner_are_shown(
    launch: Callable[..., Response], make_award: Callable[..., Award]
):
    award = make_award(email="ana@hospital.example")

    assert f'href="/b/{award.id}"' in launch().text
    assert "There is no badge to show here yet" in launch(sub="u-99", email="bo@hospital.example").text


def test_a_page_of_ours_may_be_framed_here_and_nowhere_else(launch: Callable[..., Response], browser: TestClient):
    assert "frame-ancestors https:" in launch().headers["content-security-policy"]
    assert "frame-ancestors 'none'" in browser.get("/verify").headers["content-security-policy"]


@pytest.mark.parametrize("missing", ["sub", "email", "name", LTI + "context", LTI + "custom"])
def test_a_platform_may_keep_things_to_itself(launch: Callable[..., Response], missing: str):
    assert launch(**{missing: None}).status_code == 200


def test_a_test_user_is_told_so(launch: Callable[..., Response], service: Service, issuer: Issuer):
    role = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

    answer = launch(**{LTI + "roles": [role]})

    assert "test user" in answer.text
    with service.database.read() as session:
        assert learners.find_by_identity(session, issuer, ISS, "u-17") is None


def test_the_course_and_our_column_in_it_are_remembered(
    launch: Callable[..., Response], service: Service, platform: LtiPlatform
):
    for _ in range(2):
        launch()

    with service.database.read() as session:
        (course,) = lti.launches.courses(session, platform)
        (column,) = lti.launches.line_items(session, course)
    assert (course.context_id, course.title, course.members_url) == ("course-7", "Phlebotomy 101", MEMBERS_URL)
    assert column.resource_id == "link-5"


FORGED: dict[str, dict[str, Any]] = {
    "another platform": {"iss": "https://evil.example"},
    "another tool": {"aud": "another"},
    "no audience": {"aud": None},
    "two audiences without a party": {"aud": [CLIENT_ID, "another"]},
    "another party": {"azp": "another"},
    "another question": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "ended": {"iat": 1_700_000_000, "exp": 1_700_000_300},
    "of the future": {"iat": int(time.time()) + 5_000, "exp": int(time.time()) + 5_300},
    "without an end": {"exp": None},
    "without a beginning": {"iat": None},
    "good for ever": {"exp": int(time.time()) + 10**8},
    "another version": {LTI + "version": "1.1"},
    "another kind": {LTI + "message_type": "LtiSubmissionReviewRequest"},
    "no kind": {LTI + "message_type": None},
    "no deployment": {LTI + "deployment_id": None},
    "another deployment": {LTI + "deployment_id": "evil"},
    "odd times": {"iat": "now", "exp": [1]},
}


@pytest.mark.parametrize("changed", FORGED.values(), ids=FORGED.keys())
def test_a_launch_that_is_not_what_it_should_be_is_refused(
    launch: Callable[..., Response], service: Service, issuer: Issuer, changed: dict[str, Any]
):
    answer = launch(**changed)

    assert answer.status_code == 403
    assert answer.json()["title"] == "This launch cannot be accepted"
    with service.database.read() as session:
        assert learners.find_by_identity(session, issuer, ISS, "u-17") is None


def test_two_audiences_are_fine_when_the_platform_says_that_it_means_us(launch: Callable[..., Response]):
    assert launch(aud=[CLIENT_ID, "another"], azp=CLIENT_ID).status_code == 200


@pytest.mark.parametrize("forge", ["stranger's key", "flipped byte", "none", "HS256", "no key name", "nothing"])
def test_a_token_that_the_platform_did_not_sign_is_refused(
    browser: TestClient, campus: Campus, begin: Callable[..., dict[str, str]], forge: str
):
    asked = begin()
    claims, good = campus.claims(asked["nonce"]), campus.sign(campus.claims(asked["nonce"]))
    stranger = rsa.generate_private_key(65537, 2048)
    token = {
        "stranger's key": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": campus.kid}),
        "flipped byte": good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:],
        "none": jwt.encode(claims, None, algorithm="none", headers={"kid": campus.kid}),
        "HS256": jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": campus.kid}),
        "no key name": jwt.encode(claims, campus.key, algorithm="RS256"),
        "nothing": "",
    }[forge]

    assert browser.post("/lti/launch", data={"id_token": token, "state": asked["state"]}).status_code == 403


def test_an_answer_counts_once(browser: TestClient, campus: Campus, begin: Callable[..., dict[str, str]]):
    asked = begin()
    form = {"id_token": campus.sign(campus.claims(asked["nonce"])), "state": asked["state"]}

    answers = [browser.post("/lti/launch", data=form).status_code for _ in range(2)]

    assert answers == [200, 404]


def test_an_answer_in_another_browser_is_not_taken(
    browser: TestClient, campus: Campus, begin: Callable[..., dict[str, str]]
):
    """Nobody can be led into somebody else's launch: the cookie is of the browser that began."""
    asked = begin()
    browser.cookies.clear()

    answer = browser.post(
        "/lti/launch", data={"id_token": campus.sign(campus.claims(asked["nonce"])), "state": asked["state"]}
    )

    assert (answer.status_code, answer.headers["content-type"]) == (400, HTML)
    assert "Open this in a new window" in answer.text


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize("state", ["", "x", "A" * 43])
def test_a_state_of_nobody_is_not_found(browser: TestClient, state: str):
    assert browser.post("/lti/launch", data={"id_token": "x", "state": state}).status_code == 404


def test_a_launch_that_took_too_long_has_ended(
    browser: TestClient, campus: Campus, begin: Callable[..., dict[str, str]]
):
    asked = begin()

    with time_machine.travel(time.time() + 700, tick=False):
        form = {"id_token": campus.sign(campus.claims(asked["nonce"])), "state": asked["state"]}
        assert browser.post("/lti/launch", data=form).status_code == 404


def test_a_key_that_was_exchanged_is_fetched_once(launch: Callable[..., Response], campus: Campus):
    assert launch().status_code == 200
    campus.key, campus.kid = rsa.generate_private_key(65537, 2048), "campus-2"

    answers = [launch().status_code for _ in range(2)]

    assert 403 in answers[:1] or answers == [200, 200]  # the first may come within the minute of the last fetch
    assert sum(asked.path == "/jwks" for asked in campus.asked) <= 2


def test_the_first_deployment_is_learned_where_none_was_told(
    launch: Callable[..., Response], service: Service, platform: LtiPlatform
):
    with service.database.write() as session:
        lti.platforms.by_id(session, platform.id).deployments = []

    answers = [launch(**{LTI + "deployment_id": each}).status_code for each in ("first", "second", "first")]

    assert answers == [200, 403, 200]


def test_a_platform_that_is_switched_off_begins_nothing(browser: TestClient, service: Service, platform: LtiPlatform):
    with service.database.write() as session:
        found = lti.platforms.by_id(session, platform.id)
        lti.platforms.set_state(session, found, PlatformState.DISABLED, actor="test")

    answer = browser.post("/lti/login/northfield", data={"iss": ISS, "login_hint": "u"}, follow_redirects=False)

    assert answer.status_code == 404


def test_a_launch_is_no_delivery(browser: TestClient, campus: Campus, platform: LtiPlatform):
    token = campus.sign(campus.claims("n"))

    assert browser.post(f"/hooks/{platform.source_id}", content=token).status_code == 401


@pytest.mark.usefixtures("platform")
def test_our_keys_are_published_without_their_private_half(browser: TestClient):
    (key,) = browser.get("/lti/jwks.json").json()["keys"]

    assert set(key) == {"kty", "n", "e", "alg", "use", "kid"}


@pytest.mark.usefixtures("platform")
def test_a_heap_of_fields_is_refused(browser: TestClient):
    assert browser.post("/lti/launch", content=b"&".join(b"a%d=1" % n for n in range(100))).status_code == 422
    assert browser.post("/lti/login/northfield", content=b"a=" + b"b" * 300_000).status_code == 413


def test_the_column_of_a_chosen_badge_has_the_id_of_its_achievement(
    launch: Callable[..., Response], service: Service, platform: LtiPlatform, achievement: Achievement
):
    launch(**{LTI + "custom": {"achievement": achievement.id}})

    with service.database.read() as session:
        (course,) = lti.launches.courses(session, platform)
        (column,) = lti.launches.line_items(session, course)
    assert column.resource_id == achievement.id


def test_another_issuers_registration_of_the_same_platform_stands_in_nobodys_way(
    browser: TestClient, service: Service, platform: LtiPlatform, make_issuer: Callable[..., Issuer], fresh: KeyPair
):
    neighbour = make_issuer(slug="southfield")
    elsewhere = replace(REGISTRATION, login_url="https://evil.example/auth")
    with service.database.write() as session:
        lti.platforms.register(session, service.office, neighbour, elsewhere, actor="test", fresh=fresh)

    answer = browser.get(
        "/lti/login/northfield", params={"iss": platform.iss, "login_hint": "u"}, follow_redirects=False
    )

    assert answer.headers["location"].startswith(f"{ISS}/auth?")


def test_launches_cannot_be_begun_without_end(browser: TestClient, platform: LtiPlatform):
    said = {"iss": platform.iss, "login_hint": "u"}

    answers = {
        browser.get("/lti/login/northfield", params=said, follow_redirects=False).status_code for _ in range(301)
    }

    assert answers == {302, 429}
