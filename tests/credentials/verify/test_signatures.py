"""Who signed, with what, and what happens to everybody who only pretends (T15-T19, OB3-33, OB3-36)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.credentials.keys import multibase_of
from app.credentials.multibase import base58btc, from_base58btc
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import KeyFound, Missing, Unreachable

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


# -- embedded proofs ----------------------------------------------------------------------------------------


def test_a_badge_without_a_proof_is_broken(world: Any, document: Any):
    del document["proof"]

    report = world.verify(document)

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "missing")


@pytest.mark.parametrize("proof", [[], None, "signed", ["signed"], [[]], [{}], 5, {}])
def test_what_is_no_proof_proves_nothing(world: Any, document: Any, proof: Any):
    report = world.verify(document | {"proof": proof})

    assert report["proof"].outcome is not PASSED
    assert not report.is_good


def test_a_proof_that_stands_alone_counts_as_a_list_of_one(world: Any, document: Any):
    assert world.verify(document | {"proof": document["proof"][0]}).verdict is Verdict.GOOD


def test_the_proof_of_another_badge_does_not_fit(world: Any, document: Any):
    other = json.loads(world.badge(id="https://badges.example/b/other").json)

    report = world.verify(document | {"proof": other["proof"]})

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2020-01-01T00:00:00Z"},
        {"proofPurpose": "authentication"},
        {"cryptosuite": "eddsa-jcs-2022"},
        {"type": "Ed25519Signature2020"},
        {"verificationMethod": "#key"},
        {"verificationMethod": 5},
        {"verificationMethod": "https://evil.example/" + "k" * 10_000},
        {"proofValue": "z"},
        {"proofValue": base58btc(bytes(64))},
        {"expires": "2030-01-01T00:00:00Z"},
        {"domain": "elsewhere.example"},
        {"previousProof": "urn:uuid:1"},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
    ],
)
def test_a_changed_proof_never_passes(world: Any, document: Any, change: Any):
    report = world.verify(document | {"proof": [document["proof"][0] | change]})

    assert report["proof"].outcome is not PASSED
    assert not report.is_good


def test_a_flipped_bit_of_the_signature_is_noticed(world: Any, document: Any):
    signature = bytearray(from_base58btc(document["proof"][0]["proofValue"]))
    signature[40] ^= 1
    document["proof"][0]["proofValue"] = base58btc(bytes(signature))

    assert world.verify(document)["proof"].code == "signature_invalid"


def test_one_valid_proof_among_others_is_enough(world: Any, document: Any):
    unknown = {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofPurpose": "assertionMethod"}

    assert world.verify(document | {"proof": [unknown, *document["proof"]]}).verdict is Verdict.GOOD


def test_a_proof_of_an_unknown_kind_alone_cannot_be_told(world: Any, document: Any):
    document["proof"][0]["cryptosuite"] = "bbs-2023"

    report = world.verify(document)

    assert (report.verdict, report["proof"].code) == (Verdict.CANNOT_TELL, "kind_unknown")


def test_a_broken_proof_is_not_hidden_behind_one_of_an_unknown_kind(world: Any, document: Any):
    document["name"] = "Changed"
    unknown = {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofPurpose": "assertionMethod"}

    assert world.verify(document | {"proof": [unknown, *document["proof"]]}).verdict is Verdict.BROKEN


def test_a_heap_of_proofs_is_refused_before_anybody_is_asked(world: Any, document: Any):
    report = world.verify(document | {"proof": document["proof"] * 5})

    assert report["proof"].code == "too_many"
    assert world.asked == []


def test_a_proof_that_ended_is_no_proof(world: Any, document: Any):
    ended = world.signed(document, expires="2026-05-01T00:00:00Z")

    assert world.verify(ended)["proof"].code == "expired"


# -- whose key ----------------------------------------------------------------------------------------------


def test_a_strangers_signature_under_the_issuers_name_is_broken(world: Any, document: Any, stranger: Any):
    """T18: the victim stays the issuer, the attacker signs with a key that is well published, but the attacker's."""
    key = stranger.embedded
    world.keys[key.verification_method] = KeyFound(key.public_jwk, controller="did:web:evil.example")

    report = world.verify(world.signed(document, keys=stranger))

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "issuer_differs")
    assert report.credential is None


def test_a_key_of_another_did_is_not_even_asked_for(world: Any, document: Any, stranger: Any):
    world.verify(world.signed(document, keys=stranger))

    assert world.asked == []


def test_a_key_under_an_address_with_another_owner_is_not_the_issuers(world: Any, document: Any, stranger: Any):
    method = "https://badges.example/keys/1"
    world.keys[method] = KeyFound(stranger.embedded.public_jwk, controller="did:web:evil.example")
    signed = world.signed(document, keys=stranger, verificationMethod=method)

    assert world.verify(signed)["issuer"].code == "issuer_differs"


def test_a_strangers_did_key_under_the_issuers_name_is_broken(world: Any, document: Any, stranger: Any):
    method = f"did:key:{multibase_of(stranger.embedded.public_jwk)}"

    assert world.verify(world.signed(document, keys=stranger, verificationMethod=method)).verdict is Verdict.BROKEN


def did_key_badge(world: Any, document: Any) -> dict[str, Any]:
    """A badge whose issuer is a did:key, signed with that key."""
    key = world.signing_keys.embedded
    multibase = multibase_of(key.public_jwk)
    document["issuer"]["id"] = f"did:key:{multibase}"
    del document["credentialStatus"]
    named = type(key)(key.kid, key.algorithm, key.public_jwk, f"did:key:{multibase}#{multibase}", key.sign)
    return world.signed(document, keys=type("Keys", (), {"embedded": named}))


def test_a_did_key_issuer_is_checked_without_asking_anybody(world: Any, document: Any):
    report = world.verify(did_key_badge(world, document))

    assert report.verdict is Verdict.GOOD
    assert report["status"].code == "no_status"
    assert world.asked == []


def test_a_changed_badge_of_a_did_key_issuer_is_broken(world: Any, document: Any):
    signed = did_key_badge(world, document)
    signed["name"] = "Changed"

    assert world.verify(signed).verdict is Verdict.BROKEN


def test_a_did_key_of_small_order_signs_nothing(world: Any, document: Any):
    """T19: under the identity point one signature fits any message."""
    multibase = base58btc(b"\xed\x01\x01" + bytes(31))
    document["issuer"]["id"] = f"did:key:{multibase}"
    document["proof"][0] |= {"verificationMethod": f"did:key:{multibase}#{multibase}",
                             "proofValue": base58btc(b"\x01" + bytes(63))}  # fmt: skip

    assert world.verify(document).verdict is Verdict.UNKNOWN_ISSUER


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_key_that_the_issuer_does_not_publish_is_an_unknown_issuer(world: Any, honest: Any, form: str):
    world.keys.clear()

    report = world.verify(getattr(honest, form))

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "key_not_published")
    assert report["proof"].outcome is UNKNOWN
    assert report.credential is None


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_an_issuer_out_of_reach_is_unknown_and_neither_good_nor_broken(world: Any, honest: Any, form: str):
    for method in world.keys:
        world.keys[method] = Unreachable()

    report = world.verify(getattr(honest, form))

    assert (report["proof"].outcome, report["issuer"].outcome) == (UNKNOWN, UNKNOWN)
    assert report.verdict is Verdict.CANNOT_TELL
    assert "could not reach badges.example" in report.sentence


@pytest.mark.parametrize(("since", "verdict"), [(NOW, Verdict.BROKEN), (NOW + timedelta(seconds=1), Verdict.GOOD)])
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_withdrawn_key_proves_nothing_from_that_moment(
    world: Any, honest: Any, *, form: str, since: datetime, verdict: Verdict
):
    for method, found in world.keys.items():
        world.keys[method] = KeyFound(found.public_jwk, found.controller, revoked_at=since)

    assert world.verify(getattr(honest, form)).verdict is verdict


def test_a_withdrawn_key_is_named_with_its_date(world: Any, honest: Any):
    for method, found in world.keys.items():
        world.keys[method] = KeyFound(found.public_jwk, found.controller, revoked_at=datetime(2026, 5, 3, tzinfo=UTC))

    assert "withdrew the key that signed it on 3 May 2026" in world.verify(honest.json).sentence


def test_a_published_key_of_another_kind_does_not_fit(world: Any, document: Any):
    token = world.signing_keys.token
    embedded = world.signing_keys.embedded
    world.keys[embedded.verification_method] = KeyFound(token.public_jwk, token.verification_method.partition("#")[0])

    assert world.verify(document)["proof"].outcome is FAILED


def test_missing_is_said_of_a_key_and_never_of_the_signature(world: Any, document: Any):
    world.keys = dict.fromkeys(world.keys, Missing())

    assert "does not publish the key" in world.verify(document).sentence
