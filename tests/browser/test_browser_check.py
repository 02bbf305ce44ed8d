"""The visitor's own browser judges a badge with WebCrypto, and does not believe the page it stands on."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from app.issuing import award_status, awards, key_rotation
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.service import Service

PLACES = {"token": "**/b/*.jwt", "status": "**/status/*", "keys": "**/did.json"}


@pytest.fixture
def award(make_award: Callable[..., Award]) -> Award:
    """A badge that is good."""
    return make_award()


@pytest.fixture
def checked(open_page: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """Presses the button on a badge's page: which check found what, and the verdict under `said`.

    `answers` changes what the server answers: a name of `PLACES` -> a function from the text to another text.
    """

    def check(award: Award, **answers: Callable[[str], str]) -> dict[str, str]:
        page = open_page(f"/b/{award.id}")
        for name, change in answers.items():
            page.route(PLACES[name], partial(_changed, change))
        page.get_by_role("button", name="Check it in this browser").click()
        page.locator("[data-found] li").last.wait_for()
        said = page.locator("[data-found] > p").inner_text()
        lines = page.locator("[data-found] li").all()
        return {line.get_attribute("data-check"): line.text_content().strip() for line in lines} | {"said": said}

    return check


def _changed(change: Callable[[str], str], route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=change(answer.text()))


def _with(part: int, change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    """Changes the header (0) or the claims (1) of a token, and leaves its signature as it is."""

    def changed(token: str) -> str:
        parts = token.split(".")
        value = json.loads(base64.urlsafe_b64decode(parts[part] + "=="))
        change(value)
        parts[part] = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
        return ".".join(parts)

    return changed


def test_a_good_badge_is_good_and_the_browser_says_what_it_checked(checked, award: Award):
    found = checked(award)

    assert found["said"].startswith("Your browser finds this badge good. It says “Phlebotomy Fundamentals”")
    assert list(found) == ["format", "proof", "claims", "dates", "status", "said"]
    assert all(line.startswith("Passed:") for name, line in found.items() if name != "said")


def test_a_badge_that_was_signed_before_the_keys_were_changed_is_good(checked, award: Award, service: Service):
    with service.database.write() as session:
        issuer = awards.issuers.by_id(session, award.issuer_id)
        key_rotation.rotate(session, service.office, issuer, actor="cli")

    assert "finds this badge good" in checked(award)["said"]


def test_a_withdrawn_badge_is_found_withdrawn(checked, award: Award, service: Service):
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="by mistake", actor="cli")

    found = checked(award)

    assert found["said"].startswith("Your browser does not find this badge good.")
    assert found["status"].startswith("Failed: It was withdrawn by its issuer")


def test_a_badge_that_has_ended_is_found_ended(checked, make_award: Callable[..., Award]):
    ended = make_award(awarded_at=datetime.now(UTC).replace(microsecond=0) - timedelta(days=3 * 365))

    assert checked(ended)["dates"].startswith("Failed: It was good until")


@pytest.mark.parametrize(
    ("answers", "check"),
    [
        ({"token": _with(1, lambda claims: claims.update(name="Another Badge"))}, "proof"),
        ({"token": _with(1, lambda claims: claims["credentialSubject"]["achievement"].update(name="X"))}, "proof"),
        ({"token": _with(0, lambda header: header.update(alg="none"))}, "proof"),
        ({"token": _with(0, lambda header: header.update(alg="ES256"))}, "proof"),
        ({"token": _with(0, lambda header: header.update(kid="did:web:evil.example#k"))}, "proof"),
        ({"token": _with(0, lambda header: header.update(crit=["exp"]))}, "proof"),
        ({"token": lambda token: token[:-8] + "AAAAAAAA"}, "proof"),
        ({"token": lambda _: "<html>"}, "format"),
        ({"status": _with(1, lambda claims: claims.pop("credentialSubject"))}, "status"),
        ({"status": lambda token: token[:-8] + "AAAAAAAA"}, "status"),
        ({"keys": lambda text: text.replace("assertionMethod", "authentication")}, "proof"),
        ({"keys": lambda text: text.replace('"controller":"did:web:', '"controller":"did:web:evil.')}, "proof"),
    ],
    ids=[
        "another name", "another achievement", "no algorithm", "another algorithm", "a stranger's key",
        "a critical header", "another signature", "no token", "a list without a subject",
        "a list with another signature", "a key that may not assert", "a key of somebody else",
    ],
)  # fmt: skip
def test_what_was_tampered_with_on_the_way_is_not_found_good(
    checked, award: Award, answers: dict[str, Any], check: str
):
    found = checked(award, **answers)

    assert found["said"].startswith("Your browser does not find this badge good.")
    assert not found[check].startswith("Passed:")
    assert list(found)[-2] == check  # and what depends on it was not looked at


def test_another_good_badge_in_its_place_is_noticed(
    checked, make_award: Callable[..., Award], make_achievement: Callable[..., Achievement], service: Service
):
    achievement = make_achievement()
    one, other = make_award(achievement, email="one@hospital.test"), make_award(achievement)
    with service.database.read() as session:
        token = awards.credential_of(session, awards.by_id(session, other.id)).jwt.decode()

    assert checked(one, token=lambda _: token)["claims"].startswith("Failed: What is at this address is another badge")


def test_without_scripts_the_button_is_not_there(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}", javascript=False)

    assert page.get_by_role("button", name="Check it in this browser").count() == 0
    page.get_by_role("link", name="Check it here").wait_for()


def test_the_answer_fits_a_small_phone_and_breaks_no_policy(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}", width=320)
    page.get_by_role("button", name="Check it in this browser").click()
    page.locator("[data-found] li").last.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.complaints == []
