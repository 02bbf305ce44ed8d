"""Open Badges 2.0 at its addresses: JSON-LD for programs, pages for people, 410 for what does not count."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
from fastapi.testclient import TestClient

from app.credentials import baking, strict_json
from app.issuing import achievement_facts, achievements, award_status, awards, issuers, open_badges_2, signed_assertions
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Visibility
from app.issuing.issuers import Issuer
from app.service import Service

from .conftest import PHLEBOTOMY

CONTEXT = "https://w3id.org/openbadges/v2"
VERIFIER = {"Accept": "application/ld+json, application/json, image/png, image/svg+xml"}  # 1EdTech's own asks like this
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def issuer(make_issuer: Callable[..., Issuer]) -> Issuer:
    """An issuer with the address that 2.0 asks for."""
    return make_issuer(email="badges@northfield.example")


@pytest.fixture
def achievement(service: Service, issuer: Issuer) -> Achievement:
    """An achievement that was switched on and then published."""
    with service.database.write() as session:
        stated = achievement_facts.parse(PHLEBOTOMY)
        made = achievements.create(session, issuer, slug="phlb", facts=stated, actor="test")
        open_badges_2.switch(session, made, on=True, actor="test")
        achievements.publish(session, service.office, made, actor="test")
    return made


@pytest.fixture
def award(make_award: Callable[..., Award], achievement: Achievement) -> Award:
    return make_award(achievement)


def path(address: str) -> str:
    assert address.startswith("http://badges.test/ob2/")
    return urlsplit(address).path


def graph_of(client: TestClient, assertion: dict[str, object]) -> list[dict[str, object]]:
    """Everything that a reader fetches on the way from an assertion: badge class, issuer, list, and the key if any."""
    badge = client.get(path(str(assertion["badge"])), headers=VERIFIER).json()
    profile = client.get(path(badge["issuer"]), headers=VERIFIER).json()
    further = [profile["revocationList"], *([profile["publicKey"]] if "publicKey" in profile else [])]
    return [badge, profile, *(client.get(path(each), headers=VERIFIER).json() for each in further)]


def signed(client: TestClient, award: Award) -> dict[str, object]:
    token = client.get(f"/ob2/assertions/{award.id}.jws").content
    read = jwt.PyJWS().decode_complete(token, options={"verify_signature": False})
    return dict(strict_json.loads(read["payload"]))


def change(service: Service, award: Award, what: Callable[..., object], **facts: object) -> None:
    with service.database.write() as session:
        what(session, service.office, awards.by_id(session, award.id), actor="test", **facts)


# -- the objects ------------------------------------------------------------------------------------------


def test_every_object_stands_at_its_id(client: TestClient, award: Award):
    hosted = client.get(f"/ob2/assertions/{award.id}", headers=VERIFIER).json()

    assert hosted["id"] == f"http://badges.test/ob2/assertions/{award.id}"
    for assertion in (hosted, signed(client, award)):
        for document in graph_of(client, assertion):
            again = client.get(path(str(document["id"])), headers=VERIFIER)
            assert again.json() == document
            assert again.headers["content-type"] == "application/ld+json"
            assert document["@context"] == CONTEXT


def test_a_hosted_badge_leads_to_an_issuer_that_allows_its_address(client: TestClient, award: Award):
    hosted = client.get(f"/ob2/assertions/{award.id}").json()

    _, profile, _ = graph_of(client, hosted)

    assert hosted["id"].startswith(profile["verification"]["startsWith"])
    assert (profile["name"], profile["email"]) == ("Northfield Health Academy", "badges@northfield.example")
    assert "publicKey" not in profile


def test_a_signed_badge_holds_under_the_key_that_key_and_issuer_name_to_each_other(client: TestClient, award: Award):
    assertion = signed(client, award)
    _, profile, _, key = graph_of(client, assertion)

    assert assertion["verification"] == {"type": "SignedBadge", "creator": key["id"]}
    assert (profile["publicKey"], key["owner"]) == (key["id"], profile["id"])
    token = client.get(f"/ob2/assertions/{award.id}.jws").content
    assert jwt.PyJWS().decode(token, key["publicKeyPem"], algorithms=["RS256"])


def test_both_generations_name_each_other(client: TestClient, award: Award, issuer: Issuer):
    newer = client.get(f"/b/{award.id}.json").json()
    hosted = client.get(f"/ob2/assertions/{award.id}").json()
    badge, profile, _ = graph_of(client, hosted)
    did = client.get(f"/issuers/{issuer.slug}/did.json").json()
    achievement = newer["credentialSubject"]["achievement"]

    assert hosted["related"][0]["id"] == newer["id"]
    assert badge["related"][0]["id"] == achievement["id"]
    assert achievement["related"][0]["id"] == badge["id"]
    assert profile["related"][0]["id"] in did["alsoKnownAs"]
    assert profile["id"] in did["alsoKnownAs"]


def test_the_list_is_of_the_issuer_and_has_two_entries_before_anybody_is_in_it(client: TestClient, award: Award):
    _, profile, revocations = graph_of(client, client.get(f"/ob2/assertions/{award.id}").json())

    assert revocations["issuer"] == profile["id"]
    assert len(revocations["revokedAssertions"]) == 2


# -- how they are served ----------------------------------------------------------------------------------


def test_programs_that_ask_for_nothing_or_anything_get_json(client: TestClient, award: Award):
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"User-Agent": ""}):
        answer = client.get(f"/ob2/assertions/{award.id}", headers=headers, follow_redirects=False)

        assert answer.status_code == 200
        assert answer.json()["type"] == "Assertion"
        assert answer.headers["vary"] == "Accept"


def test_people_get_the_page(client: TestClient, award: Award, issuer: Issuer):
    pages = {
        f"/ob2/assertions/{award.id}": f"/b/{award.id}",
        f"/ob2/achievements/{award.achievement_id}/v1": f"/achievements/{award.achievement_id}/v1",
        f"/ob2/issuers/{issuer.slug}": f"/issuers/{issuer.slug}",
    }
    for address, page in pages.items():
        answer = client.get(address, headers=BROWSER, follow_redirects=False)

        assert answer.status_code == 303
        assert answer.headers["location"] == f"http://badges.test{page}"
        assert answer.headers["vary"] == "Accept"
        assert "<h1" in client.get(address, headers=BROWSER).text


def test_what_did_not_change_is_not_sent_again_and_any_page_may_read_it(client: TestClient, award: Award):
    addresses = [f"/ob2/assertions/{award.id}", f"/ob2/assertions/{award.id}.jws"]
    addresses += [path(str(each["id"])) for each in graph_of(client, signed(client, award))]
    for address in addresses:
        first = client.get(address, headers={"Origin": "https://backpack.example"})
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["access-control-allow-origin"] == "*"
        assert first.headers["cache-control"] == "no-cache"


def test_the_signed_form_is_served_byte_for_byte(client: TestClient, service: Service, award: Award):
    answer = client.get(f"/ob2/assertions/{award.id}.jws")

    with service.database.read() as session:
        assert answer.content == open_badges_2.signed_assertion(session, awards.by_id(session, award.id))
    assert answer.headers["content-type"] == "text/plain"


def test_a_picture_carries_the_forms_of_both_generations(client: TestClient, award: Award):
    token = client.get(f"/ob2/assertions/{award.id}.jws").content
    for suffix, media_type in ((".png", "image/png"), (".svg", "image/svg+xml")):
        picture = client.get(f"/ob2/assertions/{award.id}{suffix}")

        assert picture.headers["content-type"] == media_type
        assert token in picture.content
        assert baking.extract(picture.content) == client.get(f"/b/{award.id}.json").content
        assert picture.content == client.get(f"/ob2/assertions/{award.id}{suffix}").content


@pytest.mark.parametrize("suffix", [".jwt", ".json", ".jws.png", "."])
def test_a_form_that_there_is_not_is_a_404(client: TestClient, award: Award, suffix: str):
    assert client.get(f"/ob2/assertions/{award.id}{suffix}").status_code == 404


def test_search_engines_stay_away_from_an_unlisted_badge(
    client: TestClient, achievement: Achievement, make_award: Callable[..., Award]
):
    unlisted = make_award(achievement)
    public = make_award(achievement, email="zoe@example.org", visibility=Visibility.PUBLIC)

    for suffix in ("", ".jws"):
        assert client.get(f"/ob2/assertions/{unlisted.id}{suffix}").headers["x-robots-tag"] == "noindex"
        assert "x-robots-tag" not in client.get(f"/ob2/assertions/{public.id}{suffix}").headers


# -- what does not count, and what nobody may see ---------------------------------------------------------


def test_a_revoked_badge_is_410_and_says_why(client: TestClient, service: Service, award: Award):
    change(service, award, award_status.revoke, reason="issued in error")

    answer = client.get(f"/ob2/assertions/{award.id}", headers=VERIFIER)

    assert answer.status_code == 410
    assert answer.json() == {
        "@context": CONTEXT,
        "id": f"http://badges.test/ob2/assertions/{award.id}",
        "type": "Assertion",
        "revoked": True,
        "revocationReason": "issued in error",
    }


def test_a_change_shows_on_the_very_next_request(client: TestClient, service: Service, award: Award):
    before = client.get(f"/ob2/assertions/{award.id}")
    change(service, award, award_status.revoke, reason="issued in error")

    after = client.get(f"/ob2/assertions/{award.id}", headers={"If-None-Match": before.headers["etag"]})

    assert after.status_code == 410


def test_people_read_about_a_revoked_badge_on_its_page(client: TestClient, service: Service, award: Award):
    change(service, award, award_status.revoke, reason="issued in error")

    page = client.get(f"/ob2/assertions/{award.id}", headers=BROWSER)

    assert page.status_code == 200
    assert "was withdrawn by Northfield Health Academy" in page.text


def test_a_paused_badge_is_not_said_to_be_gone_for_good(client: TestClient, service: Service, award: Award):
    change(service, award, award_status.suspend, reason="under review")

    paused = client.get(f"/ob2/assertions/{award.id}", headers=VERIFIER)

    assert paused.status_code == 404
    assert paused.json()["revoked"] is True
    assert "may count again" in paused.json()["revocationReason"]
    change(service, award, award_status.reinstate)
    assert client.get(f"/ob2/assertions/{award.id}", headers=VERIFIER).json()["type"] == "Assertion"


def test_a_private_badge_looks_just_like_none_at_all(
    client: TestClient, achievement: Achievement, make_award: Callable[..., Award]
):
    private = make_award(achievement, visibility=Visibility.PRIVATE)

    for suffix in ("", ".jws"):
        for headers in (VERIFIER, BROWSER):
            answers = [
                client.get(f"/ob2/assertions/{award_id}{suffix}", headers=headers, follow_redirects=False)
                for award_id in (private.id, "AAAAAAAAAAAAAAAAAAAAAA")
            ]
            assert [each.status_code for each in answers] == [404, 404]
            assert told_by(answers[0]) == told_by(answers[1])


def told_by(answer: httpx.Response) -> tuple[bytes, dict[str, str]]:
    """Body and headers, without the headers that differ with every request."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    return answer.content, headers


def test_nothing_stands_here_while_it_is_switched_off(
    client: TestClient, make_award: Callable[..., Award], issuer: Issuer
):
    award = make_award()

    for address in (
        f"/ob2/assertions/{award.id}",
        f"/ob2/assertions/{award.id}.jws",
        f"/ob2/achievements/{award.achievement_id}/v1",
        f"/ob2/issuers/{issuer.slug}",
        f"/ob2/issuers/{issuer.slug}/revocations",
    ):
        assert client.get(address, headers=VERIFIER).status_code == 404
    did = client.get(f"/issuers/{issuer.slug}/did.json").json()
    assert did["alsoKnownAs"] == [f"http://badges.test/issuers/{issuer.slug}"]


@pytest.mark.usefixtures("issuer")
def test_reading_signs_nothing(client: TestClient, service: Service, make_award: Callable[..., Award]):
    award = make_award()
    with service.database.write() as session:
        made = achievements.by_id(session, award.achievement_id)
        open_badges_2.switch(session, made, on=True, actor="test")

    hosted, signed = (client.get(f"/ob2/assertions/{award.id}{suffix}") for suffix in ("", ".jws"))

    assert (hosted.status_code, signed.status_code) == (200, 404)
    with service.database.read() as session:
        assert signed_assertions.newest(session, award.id) is None


@pytest.mark.parametrize(
    "tail",
    ["x/v1", "{id}/v0", "{id}/v2", "{id}/1", "{id}/v1/keys/none", "{id}/v1/keys/%00", "{id}/v99999999999999999999"],
)
def test_a_badge_class_that_there_is_not_is_a_404(client: TestClient, achievement: Achievement, tail: str):
    assert client.get(f"/ob2/achievements/{tail.format(id=achievement.id)}").status_code == 404


@pytest.mark.usefixtures("achievement")
@pytest.mark.parametrize("tail", ["none", "northfield/keys/none", "northfield/keys/none/issuer", "none/revocations"])
def test_an_issuer_or_key_that_there_is_not_is_a_404(client: TestClient, tail: str):
    assert client.get(f"/ob2/issuers/{tail}").status_code == 404


@pytest.mark.usefixtures("award")
def test_the_address_of_an_issuer_is_told_as_it_is_now(client: TestClient, service: Service):
    with service.database.write() as session:
        found = issuers.by_slug(session, "northfield")
        issuers.update(session, found, actor="test", email="new@northfield.example")

    assert client.get("/ob2/issuers/northfield").json()["email"] == "new@northfield.example"


def test_the_address_of_a_hosted_badge_is_judged_by_what_stands_there(
    client: TestClient, service: Service, award: Award
):
    address = f"http://badges.test/ob2/assertions/{award.id}"
    verdicts = []

    for happened in (None, award_status.suspend, award_status.revoke):
        if happened is not None:
            change(service, award, happened, reason="by mistake")
        verdicts.append(client.post("/verify", json={"address": address}).json()["verdict"])

    assert verdicts == ["good", "revoked", "revoked"]
