"""Status lists, images and the files of our pages: what is pointed at answers for as long as it lives (T21, T44)."""

from __future__ import annotations

import hashlib
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.credentials import bitstring
from app.credentials.proofs import vc_jwt
from app.issuing import achievements, award_status, awards, key_rotation, signing_keys, verification
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState
from app.service import Service


@pytest.fixture
def entry(client: TestClient, award: Award) -> dict[str, str]:
    """Where the award's revocation is looked up."""
    stated = client.get(f"/b/{award.id}.json").json()["credentialStatus"]
    entries: list[dict[str, str]] = stated if isinstance(stated, list) else [stated]
    return next(each for each in entries if each["statusPurpose"] == "revocation")


def test_a_status_list_is_json_unless_a_token_is_asked_for(client: TestClient, entry: dict[str, str]):
    wanted = {
        "*/*": "application/vc+ld+json",
        "text/html,*/*;q=0.8": "application/vc+ld+json",
        "text/html": "application/vc+ld+json",
        "application/vc": "application/vc",
        "application/ld+json, application/json": "application/ld+json",
        "application/vc+jwt": "application/vc+jwt",
        "application/jwt": "application/jwt",
    }

    got = {a: client.get(entry["statusListCredential"], headers={"Accept": a}) for a in wanted}

    assert {accept: answer.headers["content-type"] for accept, answer in got.items()} == wanted
    assert got["application/vc+jwt"].text.count(".") == 2
    assert got["*/*"].json()["id"] == entry["statusListCredential"]
    assert all(each.headers["vary"] == "Accept" for each in got.values())


def test_a_revocation_shows_in_the_list_at_once(
    client: TestClient, service: Service, award: Award, entry: dict[str, str]
):
    before = client.get(entry["statusListCredential"])
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error", actor="test")

    after = client.get(entry["statusListCredential"], headers={"If-None-Match": before.headers["etag"]})

    assert after.status_code == 200
    assert [is_set(each.json(), entry) for each in (before, after)] == [False, True]


def is_set(document: dict[str, dict[str, str]], entry: dict[str, str]) -> bool:
    bits = bitstring.decode(document["credentialSubject"]["encodedList"])
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def test_a_list_that_did_not_change_is_not_sent_again(client: TestClient, entry: dict[str, str]):
    first = client.get(entry["statusListCredential"])

    again = client.get(entry["statusListCredential"], headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["access-control-allow-origin"] == "*"


def test_a_list_says_how_long_a_copy_is_good_and_has_no_end_of_its_own(client: TestClient, entry: dict[str, str]):
    """Decision 0007: a list that nobody signs anew for a weekend must not put every badge in doubt."""
    for accept in ("application/vc", "application/vc+jwt"):
        answer = client.get(entry["statusListCredential"], headers={"Accept": accept})
        said = vc_jwt.read(answer.text)[1] if accept.endswith("jwt") else answer.json()

        assert said["credentialSubject"]["ttl"] == 60_000
        assert not {"validUntil", "exp"} & said.keys()
        assert "set-cookie" not in answer.headers


def test_a_list_answers_with_a_signature_that_holds_whatever_became_of_keys_and_achievement(
    client: TestClient, service: Service, award: Award, issuer: Issuer, entry: dict[str, str]
):
    def revoke(session: Session) -> None:
        kids = [key.kid for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.ACTIVE]
        key_rotation.revoke(session, service.office, issuer, kids, reason="stolen", actor="test")

    def archive(session: Session) -> None:
        achievements.archive(session, achievements.by_id(session, award.achievement_id), actor="test")

    def rotate(session: Session) -> None:
        key_rotation.rotate(session, service.office, issuer, actor="test")

    for step in (revoke, archive, rotate, revoke):
        with service.database.write() as session:
            step(session)
        answers = [
            client.get(entry["statusListCredential"], headers={"Accept": accept})
            for accept in ("application/vc", "application/vc+jwt")
        ]
        assert [each.status_code for each in answers] == [200, 200], step
        with service.database.read() as session:
            for each in answers:
                twin = each.content[:-12] + b"AAAAAAAA" + each.content[-4:]
                assert verification.judge(session, service.office, each.content)["proof"].outcome == "passed", step
                assert verification.judge(session, service.office, twin)["proof"].outcome != "passed", step


def test_an_image_is_kept_for_ever_and_loads_on_any_site(client: TestClient, award: Award):
    address = client.get(f"/b/{award.id}.json").json()["credentialSubject"]["achievement"]["image"]["id"]

    image = client.get(address)

    assert hashlib.sha256(image.content).hexdigest() in address
    assert image.headers["content-type"] == "image/png"
    assert image.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert image.headers["x-content-type-options"] == "nosniff"
    assert image.headers["cross-origin-resource-policy"] == "cross-origin"


A_THOUSAND = "bytes=" + ",".join(f"{number}-{number + 1}" for number in range(1_000))


@pytest.mark.parametrize("wanted", ["bytes=0-0", "bytes=-1", A_THOUSAND], ids=["first", "last", "a thousand"])
def test_a_file_is_sent_whole_and_once_however_many_ranges_are_asked_for(client: TestClient, award: Award, wanted: str):
    for path in (f"/b/{award.id}.png", f"/b/{award.id}.json", f"/b/{award.id}", "/static/x/style.css"):
        whole, answer = client.get(path), client.get(path, headers={"Range": wanted})

        assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("name", ["0" * 64 + ".png", "x.png", "0" * 64, "0" * 64 + ".svg", "../../etc/passwd"])
def test_an_image_that_there_is_not_is_a_404(client: TestClient, name: str):
    assert client.get(f"/images/{name}").status_code == 404


def test_the_files_of_a_page_are_kept_for_ever_at_addresses_that_change_with_them(client: TestClient):
    page = client.get("/").text

    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_an_older_address_of_a_file_answers_and_is_not_kept(client: TestClient):
    answer = client.get("/static/0123456789abcdef/style.css")

    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/x/../pages.py", "/static/x/%2e%2e%2fpages.py", "/static/x/none.css"])
def test_nothing_but_the_files_of_pages_is_served(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_an_image_is_there_as_a_drawing_too_which_runs_and_loads_nothing(client: TestClient, award: Award):
    address = client.get(f"/b/{award.id}.json").json()["credentialSubject"]["achievement"]["image"]["id"]

    drawing = client.get(address.removesuffix(".png") + ".svg")

    assert (drawing.status_code, drawing.headers["content-type"]) == (200, "image/svg+xml")
    assert b"<path" in drawing.content
    assert drawing.headers["content-security-policy"].startswith("default-src 'none'")
    assert drawing.headers["content-security-policy"].endswith("sandbox")
    assert drawing.headers["x-content-type-options"] == "nosniff"


def test_a_drawing_has_no_address_of_its_own(client: TestClient, award: Award):
    address = client.get(f"/b/{award.id}.json").json()["credentialSubject"]["achievement"]["image"]["id"]
    digest = hashlib.sha256(client.get(address.removesuffix(".png") + ".svg").content).hexdigest()

    assert [client.get(f"/images/{digest}.{suffix}").status_code for suffix in ("png", "svg")] == [404, 404]
