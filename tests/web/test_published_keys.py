"""DID document, JWK sets and key addresses say the same of every key, whatever state it is in (OB3-39 … OB3-42)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.credentials.multibase import base64url, from_base58btc
from app.issuing import key_rotation, signing_keys
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState
from app.service import Service

HOME = "/issuers/northfield"
DID = "did:web:badges.test:issuers:northfield"


@dataclass(frozen=True)
class Published:
    """What each of the four places says of an issuer's keys: kid -> public numbers, of keys that may be trusted."""

    did_document: dict[str, str]
    key_set: dict[str, str]
    every_key: dict[str, str]
    addresses: dict[str, str]
    revoked: set[str]  # by the DID document
    gone: set[str]  # by the addresses


def numbers(jwk: dict[str, Any]) -> str:
    """The public number that makes the key."""
    return str(jwk.get("x") or jwk.get("n"))


def of_method(method: dict[str, Any]) -> str:
    if method["type"] == "Multikey":
        return base64url(from_base58btc(method["publicKeyMultibase"])[2:])
    return numbers(method["publicKeyJwk"])


@pytest.fixture
def look(client: TestClient, service: Service, issuer: Issuer) -> Callable[[], Published]:
    """Read all four places."""

    def read() -> Published:
        document = client.get(f"{HOME}/did.json").json()
        methods = {each["id"].removeprefix(f"{DID}#"): each for each in document["verificationMethod"]}
        asserting = [name.removeprefix(f"{DID}#") for name in document["assertionMethod"]]
        sets = [client.get(path).json()["keys"] for path in (f"{HOME}/jwks.json", "/.well-known/jwks.json")]
        with service.database.read() as session:
            kids = [key.kid for key in signing_keys.of_issuer(session, issuer)]
        answers = {kid: client.get(f"{HOME}/keys/{kid}") for kid in kids}
        return Published(
            did_document={kid: of_method(methods[kid]) for kid in asserting},
            key_set={key["kid"]: numbers(key) for key in sets[0] if key["iss"] == DID},
            every_key={key["kid"]: numbers(key) for key in sets[1] if key["iss"] == DID},
            addresses={kid: numbers(answer.json()) for kid, answer in answers.items() if answer.status_code == 200},
            revoked={kid for kid, method in methods.items() if "revoked" in method},
            gone={kid for kid, answer in answers.items() if answer.status_code == 410},
        )

    return read


def kids_in(service: Service, issuer: Issuer, *states: KeyState) -> set[str]:
    with service.database.read() as session:
        return {key.kid for key in signing_keys.of_issuer(session, issuer) if key.state in states}


def life(service: Service, issuer: Issuer) -> Iterator[str]:
    """Steps that lead through every state, by name; each is done when its name is given."""
    office = service.office
    yield "a first pair"
    for name, step in (
        ("a pending pair", signing_keys.prepare),
        ("activated", lambda *facts, actor: key_rotation.activate(*facts, actor=actor)),
        ("another pending pair", signing_keys.prepare),
    ):
        with service.database.write() as session:
            step(session, office, issuer, actor="test")
        yield name
    for state in (KeyState.RETIRED, KeyState.PENDING, KeyState.ACTIVE):
        kid = min(kids_in(service, issuer, state))
        with service.database.write() as session:
            key_rotation.revoke(session, office, issuer, [kid], reason="stolen", actor="test")
        yield f"a {state} key revoked"
    with service.database.write() as session:
        key_rotation.rotate(session, office, issuer, actor="test")
    yield "a rotation"


def test_all_four_places_agree_in_every_state(service: Service, issuer: Issuer, look: Callable[[], Published]):
    seen: set[KeyState] = set()
    for step in life(service, issuer):
        published = look()
        living = kids_in(service, issuer, KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRED)
        revoked = kids_in(service, issuer, KeyState.REVOKED)

        assert set(published.did_document) == living, step
        assert published.did_document == published.key_set == published.every_key == published.addresses, step
        assert published.revoked == published.gone == revoked, step
        seen |= {state for state in KeyState if kids_in(service, issuer, state)}

    assert seen == set(KeyState)


def test_readers_who_take_the_first_key_always_get_one_that_signs(client: TestClient, service: Service, issuer: Issuer):
    for step in life(service, issuer):
        first = client.get(f"{HOME}/did.json").json()["verificationMethod"][0]["id"]

        assert first.removeprefix(f"{DID}#") in kids_in(service, issuer, KeyState.ACTIVE), step


def test_a_key_that_was_ever_published_never_disappears_without_a_word(
    service: Service, issuer: Issuer, look: Callable[[], Published]
):
    ever: set[str] = set()
    for step in life(service, issuer):
        published = look()
        ever |= set(published.did_document)

        assert ever == set(published.did_document) | published.revoked, step
        assert ever == set(published.addresses) | published.gone, step
