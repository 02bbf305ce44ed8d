"""Issuers and their keys: what verifiers read, and what people see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import clock
from app.credentials.proofs import vc_jwt
from app.issuing import endorsements, signing_keys
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState
from app.service import Service

DID = "did:web:badges.test:issuers:northfield"


def rotate(service: Service, issuer: Issuer) -> None:
    with service.database.write() as session:
        signing_keys.rotate(session, service.office, issuer, actor="test")


@pytest.mark.usefixtures("issuer")
def test_a_browser_gets_the_page_and_a_program_the_profile(client: TestClient):
    page = client.get("/issuers/northfield", headers={"Accept": "text/html"})
    profile = client.get("/issuers/northfield", headers={"Accept": "application/json"})

    assert "<h1" in page.text
    assert profile.headers["content-type"] == "application/json"
    assert (page.headers["vary"], profile.headers["vary"]) == ("Accept, Accept-Language, Cookie", "Accept")
    assert page.headers["etag"] != profile.headers["etag"]


def test_the_profile_is_the_one_that_badges_carry(client: TestClient, award: Award):
    profile = client.get("/issuers/northfield.json").json()
    badge = client.get(f"/b/{award.id}.json").json()

    assert profile.pop("@context") == badge["@context"]
    assert profile == badge["issuer"]


def test_the_did_document_lists_every_key_there_ever_was(client: TestClient, service: Service, issuer: Issuer):
    rotate(service, issuer)

    answer = client.get("/issuers/northfield/did.json")
    document = answer.json()

    assert answer.headers["content-type"] == "application/did+json"
    assert document["id"] == DID
    assert len(document["verificationMethod"]) == 4
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]
    assert all(method["controller"] == DID for method in document["verificationMethod"])


@pytest.mark.usefixtures("issuer")
def test_the_did_document_is_plain_json_for_who_asks(client: TestClient):
    answer = client.get("/issuers/northfield/did.json", headers={"Accept": "application/json"})

    assert answer.headers["content-type"] == "application/json"


def test_all_keys_of_all_issuers_stand_in_one_place_with_their_issuer(
    client: TestClient, make_issuer: Callable[..., Any]
):
    make_issuer()
    make_issuer(slug="southfield", name="Southfield")

    found = client.get("/.well-known/jwks.json").json()["keys"]

    assert sorted(key["iss"] for key in found) == [DID] * 2 + ["did:web:badges.test:issuers:southfield"] * 2


@pytest.mark.usefixtures("issuer")
def test_a_key_has_an_address_that_answers_with_one_bare_jwk(client: TestClient):
    for key in client.get("/issuers/northfield/jwks.json").json()["keys"]:
        answer = client.get(f"/issuers/northfield/keys/{key['kid']}")

        assert answer.json() == {name: value for name, value in key.items() if name != "iss"}
        assert answer.headers["access-control-allow-origin"] == "*"
        assert not {"d", "p", "q", "keys"} & answer.json().keys()


def test_the_key_that_a_token_names_is_at_its_did_url_and_at_an_address_of_its_own(client: TestClient, award: Award):
    header, _ = vc_jwt.read(client.get(f"/b/{award.id}.jwt").text)

    did, _, name = header["kid"].partition("#")
    methods = client.get("/issuers/northfield/did.json").json()["verificationMethod"]
    (named,) = [method["publicKeyJwk"] for method in methods if method["id"] == header["kid"]]
    assert (did, header.keys()) == (DID, {"alg", "kid", "typ"})
    assert client.get(f"/issuers/northfield/keys/{name}").json() == named
    assert named.keys() == {"kty", "n", "e", "kid", "alg", "use"}


def test_a_page_of_any_origin_may_read_what_verifiers_read(client: TestClient, award: Award):
    badge = client.get(f"/b/{award.id}.json").json()
    achievement = badge["credentialSubject"]["achievement"]["id"]
    paths = ["/issuers/northfield.json", "/issuers/northfield/did.json", "/issuers/northfield/jwks.json"]
    paths += ["/.well-known/jwks.json", f"{achievement}.json", badge["credentialStatus"]["statusListCredential"]]
    for path in paths:
        answer = client.get(path, headers={"Origin": "https://verifier.example"})

        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (200, "*"), path
        assert "access-control-allow-credentials" not in answer.headers


def test_a_retired_key_keeps_answering(client: TestClient, service: Service, issuer: Issuer):
    before = client.get("/issuers/northfield/jwks.json").json()["keys"]
    rotate(service, issuer)
    rotate(service, issuer)

    answers = [client.get(f"/issuers/northfield/keys/{key['kid']}").status_code for key in before]

    assert answers == [200, 200]
    assert len(client.get("/issuers/northfield/jwks.json").json()["keys"]) == 6


def test_a_compromised_key_is_gone_from_the_views_that_cannot_say_so(
    client: TestClient, service: Service, issuer: Issuer
):
    with service.database.write() as session:
        bad = signing_keys.of_issuer(session, issuer)[0]
        bad.state, bad.revoked_at = KeyState.REVOKED, clock.now()

    assert client.get(f"/issuers/northfield/keys/{bad.kid}").status_code == 410
    assert bad.kid not in client.get("/issuers/northfield/jwks.json").text
    document = client.get("/issuers/northfield/did.json").json()
    assert [method.get("revoked") is not None for method in document["verificationMethod"]].count(True) == 1
    assert f"{DID}#{bad.kid}" not in document["assertionMethod"]


def test_the_key_of_another_issuer_is_not_found_under_this_one(client: TestClient, make_issuer: Callable[..., Any]):
    make_issuer()
    make_issuer(slug="southfield", name="Southfield")
    kid = client.get("/issuers/southfield/jwks.json").json()["keys"][0]["kid"]

    assert client.get(f"/issuers/northfield/keys/{kid}").status_code == 404


@pytest.mark.parametrize("path", ["/issuers/nobody", "/issuers/nobody/did.json", "/issuers/nobody/jwks.json"])
def test_an_issuer_that_there_is_not_is_a_404(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_the_page_shows_what_can_be_earned_and_the_domain_that_signs(
    client: TestClient, make_achievement: Callable[..., Any]
):
    made = make_achievement(name="CPR & First-Aid v2.0")

    page = client.get("/issuers/northfield").text

    assert "CPR &amp; First-Aid v2.0" in page
    assert f'href="/achievements/{made.id}"' in page
    assert "signs badges as <strong>badges.test</strong>" in page


def test_a_website_that_is_no_web_address_is_no_link(client: TestClient, make_issuer: Callable[..., Any]):
    make_issuer(url="javascript:alert(1)")

    assert 'href="javascript' not in client.get("/issuers/northfield").text


def test_the_page_names_the_keys_and_says_what_each_is_good_for(client: TestClient, service: Service, issuer: Issuer):
    rotate(service, issuer)
    with service.database.write() as session:
        retired = [key for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.RETIRED]
        bad = retired[0]
        bad.state, bad.revoked_at = KeyState.REVOKED, clock.now()

    page = client.get("/issuers/northfield").text

    assert page.count("Signs since") == 2
    assert page.count("What it signed stays good.") == 1
    assert page.count("Nothing that it signed can be trusted.") == 1
    assert bad.kid in page
    assert f"<code>{DID}</code>" in page


def test_what_others_say_of_an_issuer_stands_on_its_page_once_it_accepted_it(
    client: TestClient, service: Service, issuer: Issuer, make_issuer: Callable[..., Any]
):
    board = make_issuer(slug="board", name="Board of Training")
    with service.database.write() as session:
        stated = endorsements.Statement(DID, "Their assessors are *ours*.")
        said = endorsements.endorse(session, service.office, board, stated, actor="test")
    before = client.get("/issuers/northfield").text
    with service.database.write() as session:
        found = endorsements.by_id(session, said.id)
        endorsements.accept(session, issuer, found, accepted=True, actor="test")

    page = client.get("/issuers/northfield").text

    assert "assessors" not in before
    assert "Their assessors are <em>ours</em>." in page


@pytest.mark.usefixtures("issuer")
def test_an_issuer_that_offers_nothing_says_so(client: TestClient):
    assert "Nothing is offered here at present." in client.get("/issuers/northfield").text
