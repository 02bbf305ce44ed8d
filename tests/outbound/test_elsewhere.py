"""Which key is an issuer's, by the documents the issuer publishes: no stranger's key passes for it (T17, T18)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.credentials.keys import multibase_of
from app.credentials.multibase import base64url
from app.credentials.verify.resolver import (
    DocumentFound,
    KeyFound,
    ListFound,
    Missing,
    Unreachable,
    thumbprint_uri,
)
from app.outbound.documents import Allowance, Documents
from app.outbound.elsewhere import Elsewhere, Nowhere
from tests.strangers import Strangers, strangers

DID = "did:web:issuer.example:north"
PLACE = "issuer.example/north/did.json"
ISSUER = "https://issuer.example/north"
JWKS = "issuer.example/.well-known/jwks.json"


def ed25519_jwk() -> dict[str, Any]:
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}


def p256_jwk() -> dict[str, Any]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", **{n: base64url(getattr(numbers, n).to_bytes(32, "big")) for n in ("x", "y")}}


KEY, OTHER, EC_KEY = ed25519_jwk(), ed25519_jwk(), p256_jwk()


def method(name: str = "#key-1", **facts: Any) -> dict[str, Any]:
    """A verification method as a DID document has it."""
    return {"id": DID + name, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": KEY, **facts}


def did_document(*methods: Any, **facts: Any) -> dict[str, Any]:
    listed = [each["id"] for each in methods]
    return {"id": DID, "verificationMethod": list(methods), "assertionMethod": listed, **facts}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "issuer.example", "evil.example") as opened:
        yield opened


@pytest.fixture
def ask(world: Strangers) -> Any:
    def key(name: str, issuer_id: str = DID) -> KeyFound | Missing | Unreachable:
        return Elsewhere(Documents(world.network())).key(name, issuer_id=issuer_id)

    return key


# -- did:web ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        did_document(method()),
        did_document(method(), assertionMethod=f"{DID}#key-1"),
        did_document(method(), assertionMethod=["#key-1"]),
        did_document(method(), verificationMethod=[{**method(), "id": "#key-1"}]),
        did_document(method(), verificationMethod=method()),
        {"id": DID, "assertionMethod": [method()]},
        did_document(method(type="Multikey", publicKeyMultibase=multibase_of(KEY), publicKeyJwk=KEY)),
        did_document(method(), method("#key-2", publicKeyJwk=OTHER)),
        did_document(method(publicKeyJwk={**KEY, "kid": "x", "use": "sig", "alg": "EdDSA"})),
    ],
    ids=range(9),
)
def test_a_key_that_the_did_document_lists_for_assertions_is_found(ask: Any, world: Strangers, document: Any):
    world.publish(PLACE, document, "application/did+json")

    found = ask(f"{DID}#key-1")

    assert isinstance(found, KeyFound)
    assert (found.public_jwk["x"], found.controller, found.revoked_at) == (KEY["x"], DID, None)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {**did_document(method()), "id": "did:web:evil.example"},
        {key: value for key, value in did_document(method()).items() if key != "id"},
        did_document(method(), assertionMethod=[]),
        {"id": DID, "verificationMethod": [method()], "authentication": [f"{DID}#key-1"]},
        did_document(method(), assertionMethod=[f"{DID}#key-2"]),
        did_document(method(), assertionMethod=["did:web:evil.example#key-1"]),
        did_document(method(controller=None)),
        did_document(method(controller=[DID])),
        did_document(method(publicKeyJwk=None)),
        did_document(method(publicKeyJwk={**KEY, "d": "AAAA"})),
        did_document(method(publicKeyJwk={**KEY, "x": KEY["x"] + "="})),
        did_document(method(publicKeyJwk={**KEY, "x": base64url(bytes(32))})),
        did_document(method(publicKeyJwk={**KEY, "kty": ["OKP"]})),
        did_document(method(publicKeyJwk={"kty": "oct", "k": "AAAA"})),
        did_document(method(publicKeyJwk={**KEY, "use": "enc"})),
        did_document(method(publicKeyJwk={**KEY, "key_ops": {"verify": 1}})),
        did_document(method(publicKeyMultibase=multibase_of(OTHER))),
        did_document(method(publicKeyMultibase=5)),
        did_document(method(), method(publicKeyJwk=OTHER)),
        did_document(*[method(f"#key-{number}") for number in range(1, 300)]),
        did_document(method(), verificationMethod=[1, None, "x", []]),
    ],
    ids=range(22),
)
def test_a_key_that_the_did_document_does_not_vouch_for_is_missing(ask: Any, world: Strangers, document: Any):
    world.publish(PLACE, document, "application/did+json")

    assert ask(f"{DID}#key-1") == Missing()


def test_a_key_that_somebody_else_controls_is_told_as_theirs(ask: Any, world: Strangers):
    world.publish(PLACE, did_document(method(controller="did:web:evil.example")))

    assert ask(f"{DID}#key-1").controller == "did:web:evil.example"


@pytest.mark.parametrize(
    ("facts", "moment"),
    [
        ({"revoked": "2026-03-01T00:00:00Z"}, "2026-03-01"),
        ({"expires": "2026-04-01T00:00:00Z"}, "2026-04-01"),
        ({"expires": "2026-04-01T00:00:00Z", "revoked": "2026-05-01T00:00:00Z"}, "2026-04-01"),
        ({"revoked": "yesterday"}, "0001-01-01"),
        ({"revoked": True}, "0001-01-01"),
        ({"revoked": None}, "0001-01-01"),
    ],
)
def test_a_key_that_was_withdrawn_says_since_when(ask: Any, world: Strangers, facts: dict[str, Any], moment: str):
    world.publish(PLACE, did_document(method(**facts)))

    assert ask(f"{DID}#key-1").revoked_at.date().isoformat() == moment


def test_a_token_may_name_a_key_by_its_thumbprint(ask: Any, world: Strangers):
    world.publish(PLACE, did_document(method(), method("#2", publicKeyJwk=EC_KEY)))

    assert ask(thumbprint_uri(EC_KEY)).public_jwk == EC_KEY
    assert ask(thumbprint_uri(OTHER)) == Missing()


def test_a_token_may_name_a_key_by_an_address_on_the_issuers_host_when_the_document_lists_that_key(
    ask: Any, world: Strangers
):
    world.publish(PLACE, did_document(method()))
    world.publish("issuer.example/keys/1", KEY, "application/jwk+json")
    world.publish("issuer.example/keys/2", OTHER, "application/jwk+json")

    assert ask("https://issuer.example/keys/1").controller == DID
    assert ask("https://issuer.example/keys/2") == Missing()


@pytest.mark.parametrize(
    "name",
    ["https://evil.example/key", "http://issuer.example/key", "https://issuer.example:8443/key", "../../keys/x",
     "' OR 1=1--",
     "https://issuer.example@evil.example/", "file:///etc/passwd", "did:web:evil.example#key-1", "x" * 10_240, "\x00", "https://["],
    ids=range(11),
)  # fmt: skip
def test_no_other_name_is_ever_asked_for(ask: Any, world: Strangers, name: str):
    world.publish(PLACE, did_document(method()))
    world.publish("evil.example/key", {**KEY, "iss": DID})

    assert ask(name) == Missing()
    assert world.asked == [PLACE]


@pytest.mark.parametrize("did", ["did:web:127.0.0.1", "did:web:localhost", "did:web:issuer.example:..", "did:web:"])
def test_a_did_that_leads_nowhere_has_no_keys_and_nobody_is_asked(ask: Any, world: Strangers, did: str):
    assert ask(f"{did}#key-1", did) == Missing()
    assert world.asked == []


@pytest.mark.parametrize(
    ("content", "status", "found"),
    [(b"", 404, Missing()), (b"", 410, Missing()), (b"", 500, Unreachable()), (b"", 403, Unreachable()),
     (b"{", 200, Unreachable()), (b"[]", 200, Unreachable()), (b'{"id": 1, "id": 2}', 200, Unreachable()),
     (b"\xff", 200, Unreachable()), (b"<html>", 200, Unreachable()), (b"[" * 50_000, 200, Unreachable()),
     (b" " * 300_000, 200, Unreachable()), (b"", 302, Unreachable())],
    ids=range(12),
)  # fmt: skip
def test_only_an_answer_that_can_be_read_says_that_there_is_no_key(
    ask: Any, world: Strangers, content: bytes, status: int, found: Any
):
    world.publish(PLACE, content, status=status, headers={"Location": "https://evil.example/"} if status == 302 else {})

    assert ask(f"{DID}#key-1") == found


@pytest.mark.parametrize("issuer_id", ["did:ion:abc", "urn:x:1", "http://issuer.example/north", "", "x", "https://"])
def test_an_issuer_of_another_kind_is_out_of_reach(ask: Any, world: Strangers, issuer_id: str):
    assert ask(f"{issuer_id}#key", issuer_id) == Unreachable()
    assert world.asked == []


# -- https issuers ------------------------------------------------------------------------------------------


def test_a_bare_key_at_an_address_of_the_issuers_origin_is_the_issuers(ask: Any, world: Strangers):
    world.publish("issuer.example/keys/1", KEY)

    assert ask("https://issuer.example/keys/1", ISSUER).controller == ISSUER


def test_a_key_document_says_itself_whose_it_is(ask: Any, world: Strangers):
    name = "https://issuer.example/keys/1"
    facts = {"id": name, "type": "Multikey", "publicKeyMultibase": multibase_of(KEY)}
    world.publish("issuer.example/keys/1", {**facts, "controller": ISSUER})
    world.publish(
        "issuer.example/keys/2", {**facts, "id": name[:-1] + "2", "controller": "https://issuer.example/south"}
    )
    world.publish("issuer.example/keys/3", {**facts, "controller": ISSUER})

    assert ask(name, ISSUER).controller == ISSUER
    assert ask("https://issuer.example/keys/2", ISSUER).controller == "https://issuer.example/south"
    assert ask("https://issuer.example/keys/3", ISSUER) == Missing()


def test_a_key_in_the_document_at_the_issuers_own_address_is_found(ask: Any, world: Strangers):
    named = {"id": f"{ISSUER}#key-1", "type": "JsonWebKey", "controller": ISSUER, "publicKeyJwk": KEY}
    adopted = {**named, "id": "https://keys.example/1", "publicKeyJwk": OTHER}
    document = {"id": ISSUER, "verificationMethod": [named], "assertionMethod": [f"{ISSUER}#key-1", adopted]}
    world.publish("issuer.example/north", document)

    assert ask(f"{ISSUER}#key-1", ISSUER).public_jwk == KEY
    assert ask("https://keys.example/1", ISSUER).public_jwk == OTHER
    assert ask("https://keys.example/2", ISSUER) == Missing()


@pytest.mark.parametrize("name", ["k1", thumbprint_uri(KEY)], ids=["by name", "by numbers"])
def test_a_key_in_the_issuers_key_set_is_found_by_name_or_numbers(ask: Any, world: Strangers, name: str):
    """B62."""
    world.publish(
        JWKS, {"keys": [{**KEY, "kid": "k1", "iss": ISSUER}, {**OTHER, "kid": "k2", "iss": "https://x.example"}]}
    )

    assert ask(name, ISSUER).public_jwk["x"] == KEY["x"]
    assert ask(name, ISSUER).controller == ISSUER


def test_a_key_set_that_gives_the_key_to_another_issuer_of_the_host_is_believed(ask: Any, world: Strangers):
    south = "https://issuer.example/south"
    world.publish("issuer.example/keys/1", KEY)
    world.publish(JWKS, {"keys": [{**KEY, "kid": "k1", "iss": south}]})

    assert ask("https://issuer.example/keys/1", ISSUER).controller == south


def test_a_key_set_that_names_this_issuers_keys_names_them_all(ask: Any, world: Strangers):
    world.publish("issuer.example/uploads/1.json", KEY)
    world.publish(JWKS, {"keys": [{**OTHER, "kid": "k1", "iss": ISSUER}]})

    assert ask("https://issuer.example/uploads/1.json", ISSUER) == Missing()


def test_a_key_set_out_of_reach_leaves_the_question_open(ask: Any, world: Strangers):
    world.publish("issuer.example/keys/1", KEY)
    world.publish(JWKS, b"", status=500)

    assert ask("https://issuer.example/keys/1", ISSUER) == Unreachable()


def test_a_key_on_another_host_is_not_asked_for_whatever_it_says(ask: Any, world: Strangers):
    world.publish("evil.example/key", {"id": "https://evil.example/key", "controller": ISSUER, "publicKeyJwk": KEY})
    world.publish("issuer.example/north", {"id": ISSUER})

    assert ask("https://evil.example/key", ISSUER) == Missing()
    assert not any(place.startswith("evil.example") for place in world.asked)


# -- lists and documents ------------------------------------------------------------------------------------


def test_lists_and_documents_come_as_they_are(world: Strangers):
    world.publish("issuer.example/status/1", b"eyJ.x.y", "application/vc+jwt")
    world.publish("issuer.example/moved", b"", status=301, headers={"Location": "/status/1"})
    asking = Elsewhere(Documents(world.network()))

    assert asking.status_list("https://issuer.example/status/1") == ListFound(b"eyJ.x.y")
    assert asking.document("https://issuer.example/status/1#x") == DocumentFound(b"eyJ.x.y", "application/vc+jwt")
    assert asking.document("https://issuer.example/moved") == DocumentFound(
        b"eyJ.x.y", "application/vc+jwt", url="https://issuer.example/status/1"
    )
    assert asking.status_list("https://issuer.example/moved") == Unreachable()


def test_gone_absent_and_silent_are_three_answers(world: Strangers):
    world.publish("issuer.example/gone", b"", status=410)
    world.publish("issuer.example/broken", b"", status=503)
    asking = Elsewhere(Documents(world.network()))

    assert asking.document("https://issuer.example/gone") == DocumentFound(b"", is_gone=True)
    assert asking.document("https://issuer.example/absent") == Missing()
    assert asking.document("https://issuer.example/broken") == Unreachable()
    assert asking.document("http://169.254.169.254/") == Unreachable()


def test_one_verification_does_not_ask_without_end(world: Strangers):
    asking = Elsewhere(Documents(world.network()), Allowance(fetches=2))

    found = [asking.document(f"https://issuer.example/{number}") for number in range(4)]

    assert found == [Missing(), Missing(), Unreachable(), Unreachable()]


def test_nowhere_answers_nothing():
    asking = Nowhere()

    assert asking.key(f"{DID}#key-1", issuer_id=DID) == Unreachable()
    assert asking.status_list("https://issuer.example/1") == Unreachable()
    assert asking.document("https://issuer.example/1") == Unreachable()
