"""One address for a badge: stored bytes in every signed form, and who may see them (B14, T40)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.credentials import baking, jsonld
from app.credentials.multibase import from_base64url
from app.issuing import award_status, awards, images
from app.issuing.awards import Award, Credential, Visibility
from app.outbound import email
from app.service import Service
from app.worker import Worker

FORMS = ["", ".json", ".jwt", ".png", ".svg", ".pdf"]
SIGNED = FORMS[1:5]


@pytest.fixture
def credential(service: Service, award: Award) -> Credential:
    """What is stored of the award."""
    with service.database.read() as session:
        return awards.credential_of(session, award)


def test_the_signed_documents_are_served_byte_for_byte(client: TestClient, award: Award, credential: Credential):
    assert client.get(f"/b/{award.id}.json").content == credential.json
    assert client.get(f"/b/{award.id}.jwt").content == credential.jwt
    assert client.get(f"/b/{award.id}", headers={"Accept": "application/vc"}).content == credential.json


def test_the_picture_is_the_achievements_with_the_stored_document_inside(
    client: TestClient, service: Service, award: Award, credential: Credential
):
    baked = client.get(f"/b/{award.id}.png").content

    assert baking.extract(baked) == credential.json
    with service.database.read() as session:
        plain = images.content(session, awards.version_of(session, award).image_sha256)
    assert baked == baking.bake(plain, credential.json)


def test_the_drawing_is_the_achievements_with_the_stored_document_inside(
    client: TestClient, service: Service, award: Award, credential: Credential
):
    baked = client.get(f"/b/{award.id}.svg")

    assert baked.headers["content-type"] == "image/svg+xml"
    assert baking.extract(baked.content) == credential.json
    with service.database.read() as session:
        plain = images.as_drawing(session, awards.version_of(session, award).image_sha256)
    assert baked.content == baking.bake(plain, credential.json)
    assert b"<path" in plain
    assert b"<image" not in plain


def test_a_drawing_opened_as_a_page_runs_and_loads_nothing(client: TestClient, award: Award):
    answers = [client.get(f"/b/{award.id}.svg"), client.get(f"/b/{award.id}", headers={"Accept": "image/svg+xml"})]

    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "script" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_picture_is_the_same_every_time(client: TestClient, award: Award):
    for form in (".png", ".svg"):
        first, second = (client.get(f"/b/{award.id}{form}") for _ in range(2))

        assert first.content == second.content
        assert first.headers["etag"] == second.headers["etag"]


def test_a_form_that_did_not_change_is_not_sent_again(client: TestClient, award: Award):
    for form in FORMS:
        first = client.get(f"/b/{award.id}{form}")

        again = client.get(f"/b/{award.id}{form}", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})

        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
        assert again.headers["etag"] == first.headers["etag"]
        assert not first.headers["etag"].startswith("W/")


def test_head_answers_as_get_without_the_bytes(client: TestClient, award: Award):
    same = ("etag", "content-type", "content-length", "link", "vary")
    for form in FORMS:
        head, get = client.head(f"/b/{award.id}{form}"), client.get(f"/b/{award.id}{form}")

        assert (head.status_code, head.content) == (200, b"")
        assert [head.headers.get(name) for name in same] == [get.headers.get(name) for name in same]


def test_every_form_names_the_others(client: TestClient, award: Award):
    links = {client.get(f"/b/{award.id}{form}").headers["link"] for form in FORMS[1:]}

    (same,) = links
    types = {".json": "application/vc+ld+json", ".jwt": "text/plain", ".png": "image/png", ".svg": "image/svg+xml"}
    types[".pdf"] = "application/pdf"
    for suffix, media_type in types.items():
        assert f'<http://badges.test/b/{award.id}{suffix}>; rel="alternate"; type="{media_type}"' in same
    assert same in client.get(f"/b/{award.id}").headers["link"]


def test_files_have_a_name_for_people(client: TestClient, award: Award):
    names = [client.get(f"/b/{award.id}{form}").headers["content-disposition"] for form in FORMS[1:]]

    assert names == [f'inline; filename="northfield-phlb{form}"' for form in FORMS[1:]]


def test_a_page_of_any_origin_may_read_a_badge(client: TestClient, award: Award):
    for form in FORMS:
        answer = client.get(f"/b/{award.id}{form}", headers={"Origin": "https://verifier.example"})

        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_may_ask_before_it_reads(client: TestClient, award: Award):
    asked = {"Origin": "https://verifier.example", "Access-Control-Request-Method": "GET"}

    answer = client.options(f"/b/{award.id}", headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]


def test_a_private_badge_looks_just_like_none_at_all(client: TestClient, make_award: Callable[..., Award]):
    private = make_award(visibility=Visibility.PRIVATE)

    for form in FORMS:
        for accept in ("text/html", "application/json", "*/*"):
            answers = [
                client.get(f"/b/{award_id}{form}", headers={"Accept": accept})
                for award_id in (private.id, "AAAAAAAAAAAAAAAAAAAAAA")
            ]
            assert [each.status_code for each in answers] == [404, 404]
            assert answers[0].content == answers[1].content
            assert told_by(answers[0]) == told_by(answers[1])


def told_by(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer, without those that differ with every request."""
    return {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}


def test_search_engines_stay_away_from_an_unlisted_badge(client: TestClient, award: Award):
    assert {client.get(f"/b/{award.id}{form}").headers["x-robots-tag"] for form in FORMS} == {"noindex"}


def test_search_engines_may_find_a_public_badge(client: TestClient, make_award: Callable[..., Award]):
    public = make_award(visibility=Visibility.PUBLIC)

    answers = [client.get(f"/b/{public.id}{form}") for form in FORMS]

    assert not any("x-robots-tag" in each.headers or b"noindex" in each.content for each in answers)


def test_the_page_asks_search_engines_to_stay_away_from_an_unlisted_badge(client: TestClient, award: Award):
    assert '<meta name="robots" content="noindex">' in client.get(f"/b/{award.id}").text


def test_a_revoked_badge_keeps_its_page_and_its_files(client: TestClient, service: Service, award: Award):
    """B58: the status list says that it is withdrawn; its own bytes stay what was signed."""
    before = [client.get(f"/b/{award.id}{form}").content for form in SIGNED]
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error", actor="test")

    after = [client.get(f"/b/{award.id}{form}") for form in FORMS]

    assert [each.status_code for each in after] == [200] * 6
    assert [each.content for each in after[1:5]] == before


def test_a_change_shows_on_the_very_next_request(client: TestClient, service: Service, award: Award):
    """B60."""
    before = client.get(f"/b/{award.id}")
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error", actor="test")

    after = client.get(f"/b/{award.id}", headers={"If-None-Match": before.headers["etag"]})

    assert after.status_code == 200
    assert "was withdrawn by Northfield Health Academy" in after.text


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_nonsense_for_an_id_is_a_calm_404(client: TestClient):
    for name in ("x", "%00", "..%2f..%2fetc%2fpasswd", "a" * 300, "' OR 1=1 --", "%F0%9F%8E%93"):
        for door in ("/b/", "/issuers/", "/achievements/", "/images/", "/status/", "/problems/", "/static/x/"):
            assert (name, door, client.get(f"{door}{name}").status_code) == (name, door, 404)
            assert client.get(f"{door}{name}", headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_addresses_come_from_the_settings_and_never_from_the_request(
    client: TestClient, award: Award, headers: dict[str, str]
):
    page = client.get(f"/b/{award.id}", headers=headers)

    assert "evil" not in page.text
    assert "evil" not in str(page.headers)
    assert f'<meta property="og:url" content="http://badges.test/b/{award.id}">' in page.text


def test_the_page_tells_link_previews_what_the_badge_is(client: TestClient, make_award: Callable[..., Award]):
    award = make_award(name_shown=True)

    page = client.get(f"/b/{award.id}").text

    assert f'<meta property="og:image" content="http://badges.test/b/{award.id}/card.png?v=' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:title" content="Phlebotomy Fundamentals (PHLB)">' in page
    assert "Held by Ana Ortiz. Awarded by Northfield Health Academy on 24 November 2026." in page


def names_in(document: bytes) -> list[str]:
    """The names that a badge states in plain text."""
    subject = json.loads(document)["credentialSubject"]
    return [each["identityHash"] for each in subject["identifier"] if not each["hashed"]]


@pytest.mark.parametrize("name", ["Šárka Nguyễn-O'Brien", "李 娜"], ids=ascii)
def test_a_name_in_any_script_is_whole_on_the_page_in_every_form_and_in_the_mail(
    client: TestClient, service: Service, make_award: Callable[..., Award], name: str
):
    award = make_award(name=name, name_shown=True)
    Worker(service, email.mailer(service.settings)).run_once()

    page, document, token, picture, drawing = (client.get(f"/b/{award.id}{form}") for form in ("", *SIGNED))
    (file,) = (service.settings.var_dir / "mail").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=default)

    assert f"<bdi>{html.escape(name).replace('&#x27;', '&#39;')}</bdi>" in page.text
    for signed in (document.content, baking.extract(picture.content), baking.extract(drawing.content)):
        assert names_in(signed) == [name]
    assert names_in(from_base64url(token.text.split(".")[1])) == [name]
    for part in ("plain", "html"):
        assert name in html.unescape(mail.get_body((part,)).get_content())


def test_every_document_of_a_badge_can_be_expanded_by_a_strict_reader_and_names_things_by_full_addresses(
    client: TestClient, award: Award
):
    """B53, B54: no word without a meaning, no id that is not absolute, in what is signed and in what it leads to."""
    badge = client.get(f"/b/{award.id}.json").json()
    entries = badge["credentialStatus"] if isinstance(badge["credentialStatus"], list) else [badge["credentialStatus"]]
    addresses = [badge["credentialSubject"]["achievement"]["id"], *(entry["statusListCredential"] for entry in entries)]
    found = [client.get(address, headers={"Accept": "application/ld+json"}).json() for address in addresses]

    for document in (badge, *found, client.get("/issuers/northfield.json").json()):
        assert jsonld.canonicalise({name: value for name, value in document.items() if name != "proof"})
        named = list(ids(document))
        assert named, document
        assert all(re.match(r"(https?://|did:web:|urn:uuid:)\S+$", each) for each in named), document


def ids(value: Any) -> list[str]:
    """Every id below a value."""
    if isinstance(value, list):
        return [each for item in value for each in ids(item)]
    if not isinstance(value, dict):
        return []
    return [each for name, item in value.items() for each in ([item] if name == "id" else ids(item))]
