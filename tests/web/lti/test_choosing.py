"""A teacher chooses badges for a course, and the platform gets links that we signed (deep linking)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx import Response

from app.issuing.achievements import Achievement
from tests.campus import CLIENT_ID, DEPLOYMENT, DL, ISS, LTI, RETURN_URL, Campus

KEPT = re.compile(r'name="kept" value="([^"]+)"')
TOKEN = re.compile(r'name="JWT" value="([^"]+)"')


@pytest.fixture
def choosing(launch: Callable[..., Response], campus: Campus) -> Callable[..., Response]:
    """The page on which a teacher chooses."""
    return lambda **settings: launch(lambda question: campus.choosing(question, **settings))


@pytest.fixture
def kept(choosing: Callable[..., Response], achievement: Achievement) -> str:
    """What the page keeps until the teacher has chosen."""
    del achievement  # or there is nothing to choose
    return KEPT.search(choosing().text)[1]  # type: ignore[index]


def sent(answer: Response, campus: Campus) -> dict[str, Any]:
    """What the platform reads in the answer, with the key that we publish."""
    token = TOKEN.search(answer.text)[1]  # type: ignore[index]
    (jwk,) = campus.tool_jwks["keys"]
    assert jwt.get_unverified_header(token)["kid"] == jwk["kid"]
    return dict(jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=["RS256"], audience=ISS))


def test_the_issuers_published_badges_can_be_chosen(
    choosing: Callable[..., Response], make_achievement: Callable[..., Achievement], achievement: Achievement
):
    other = make_achievement(slug="wound", name="Wound Care", abbreviation="WND")

    page = choosing().text

    assert all(f'value="{each.id}"' in page for each in (achievement, other))
    assert "Wound Care" in page


def test_the_choice_goes_back_signed_with_what_the_platform_wanted_back(
    browser: TestClient, campus: Campus, kept: str, achievement: Achievement
):
    answer = browser.post("/lti/choose", data={"kept": kept, "achievement": achievement.id})

    said = sent(answer, campus)
    (link,) = said[DL + "content_items"]
    assert answer.status_code == 200
    assert f'action="{RETURN_URL}"' in answer.text
    assert f"form-action {ISS};" in answer.headers["content-security-policy"]
    assert (said["iss"], said[DL + "data"], said[LTI + "deployment_id"]) == (CLIENT_ID, "opaque", DEPLOYMENT)
    assert said[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert said["nonce"]
    assert (link["type"], link["title"]) == ("ltiResourceLink", "Phlebotomy Fundamentals")
    assert link["custom"] == {"achievement": achievement.id}
    assert link["lineItem"]["resourceId"] == achievement.id


def test_several_badges_make_several_links(
    browser: TestClient,
    campus: Campus,
    kept: str,
    make_achievement: Callable[..., Achievement],
    achievement: Achievement,
):
    chosen = [achievement.id, make_achievement(slug="wound").id]

    answer = browser.post("/lti/choose", data={"kept": kept, "achievement": chosen})

    assert [link["custom"]["achievement"] for link in sent(answer, campus)[DL + "content_items"]] == chosen


def test_where_the_platform_takes_one_only_one_can_be_chosen(
    browser: TestClient, choosing: Callable[..., Response], make_achievement: Callable[..., Achievement]
):
    chosen = [make_achievement(slug=slug).id for slug in ("a", "b")]
    page = choosing(accept_multiple=False).text

    answer = browser.post("/lti/choose", data={"kept": KEPT.search(page)[1], "achievement": chosen})  # type: ignore[index]

    assert 'type="radio"' in page
    assert answer.status_code == 422


def test_choosing_nothing_says_what_to_do(browser: TestClient, kept: str):
    answer = browser.post("/lti/choose", data={"kept": kept})

    assert (answer.status_code, answer.json()["pointer"]) == (422, "/achievement")


@pytest.mark.parametrize("spoil", ["", "x", "AAAA", "cut", "flipped"])
def test_what_was_kept_in_the_page_cannot_be_made_up(
    browser: TestClient, kept: str, achievement: Achievement, spoil: str
):
    forged = {"cut": kept[:-8], "flipped": ("A" if kept[0] != "A" else "B") + kept[1:]}.get(spoil, spoil)

    assert browser.post("/lti/choose", data={"kept": forged, "achievement": achievement.id}).status_code == 403


def test_a_choice_ends_after_an_hour(browser: TestClient, kept: str, achievement: Achievement):
    with time_machine.travel(time.time() + 3_700, tick=False):
        answer = browser.post("/lti/choose", data={"kept": kept, "achievement": achievement.id})

    assert answer.status_code == 403


def test_another_issuers_badge_cannot_be_chosen(
    browser: TestClient, kept: str, make_issuer: Callable[..., Any], make_achievement: Callable[..., Achievement]
):
    theirs = make_achievement(slug="theirs", by=make_issuer(slug="southfield"))

    assert browser.post("/lti/choose", data={"kept": kept, "achievement": theirs.id}).status_code == 404


@pytest.mark.parametrize(
    "linking",
    [
        {"deep_link_return_url": "http://campus.example/x"},
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": "https://lms.example; script-src-elem */x"},
        {"deep_link_return_url": "https://.b/x"},
        {"deep_link_return_url": "https://lms.example:abc/x"},
        {"deep_link_return_url": None},
        {"accept_types": ["link"]},
        {"accept_types": None},
        {"data": {"a": 1}},
    ],
    ids=["not https", "a script", "a policy", "no host", "no port", "nowhere", "other kinds", "no kind", "no text"],
)
def test_a_choice_that_cannot_be_sent_back_is_not_offered(choosing: Callable[..., Response], linking: dict[str, Any]):
    assert choosing(**linking).status_code == 403
