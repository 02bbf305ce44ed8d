"""A proof that was put upon others holds as long as those do, and only beside them (VC Data Integrity, 2.1.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import data_integrity
from app.credentials.keys import SigningKey
from app.credentials.multibase import base58btc
from app.credentials.proofs import eddsa_rdfc
from app.credentials.report import Verdict
from app.credentials.verify import KeyFound

SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
FIRST, SECOND = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544", "urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54"


def proof_of(document: Any, key: SigningKey, before: Any = (), **options: Any) -> dict[str, Any]:
    """A proof, put upon the proofs `before`."""
    made = data_integrity.options(
        eddsa_rdfc.CRYPTOSUITE, created=SIGNED_AT, verification_method=key.verification_method
    )
    if before:
        options["previousProof"] = [each["id"] for each in before] if len(before) > 1 else before[0]["id"]
    made |= options
    return {**made, "proofValue": base58btc(key.sign(eddsa_rdfc.hash_data(document, made, previous=before)))}


@pytest.fixture
def bare(document: Any) -> dict[str, Any]:
    del document["proof"]
    return document


@pytest.fixture(scope="module")
def witness(make_key: Any) -> SigningKey:
    """Somebody who is a did:key, and signs first."""
    key = make_key("EdDSA")
    did = f"did:key:{key.kid}"
    return SigningKey(key.kid, key.algorithm, key.public_jwk, f"{did}#{key.kid}", key.sign)


def test_an_issuers_proof_upon_that_of_a_witness_is_good(world: Any, bare: Any, witness: Any):
    first = proof_of(bare, witness, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])

    assert world.verify({**bare, "proof": [first, second]}).verdict is Verdict.GOOD


def test_a_proof_upon_two_others_is_good(world: Any, bare: Any, witness: Any):
    first = proof_of(bare, witness, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first], id=SECOND)
    third = proof_of(bare, world.signing_keys.embedded, [first, second])

    assert world.verify({**bare, "proof": [first, second, third]}).verdict is Verdict.GOOD
    assert world.verify({**bare, "name": "Changed", "proof": [first, second, third]}).verdict is Verdict.BROKEN


def test_without_the_one_before_it_it_does_not_hold(world: Any, bare: Any, witness: Any):
    first = proof_of(bare, witness, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])

    for others in ([], [{**first, "id": SECOND}], [first, first]):
        report = world.verify({**bare, "proof": [*others, second]})
        assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "chain_broken")


def test_upon_one_that_does_not_hold_it_does_not_hold_either(world: Any, bare: Any, witness: Any):
    first = {**proof_of(bare, witness, id=FIRST), "proofValue": base58btc(bytes(64))}
    second = proof_of(bare, world.signing_keys.embedded, [first])

    assert world.verify({**bare, "proof": [first, second]})["proof"].code == "chain_broken"


def test_another_one_in_the_place_of_the_one_before_is_noticed(world: Any, bare: Any, witness: Any):
    first = proof_of(bare, witness, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])
    again = proof_of(bare, witness, id=FIRST, nonce="1")

    assert world.verify({**bare, "proof": [again, second]})["proof"].code == "signature_invalid"


def test_taking_the_name_of_the_one_before_out_is_noticed(world: Any, bare: Any, witness: Any):
    first = proof_of(bare, witness, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])
    alone = {name: value for name, value in second.items() if name != "previousProof"}

    assert world.verify({**bare, "proof": [alone]})["proof"].code == "signature_invalid"


@pytest.mark.parametrize("options", [{"expires": "2026-05-01T00:00:00Z"}, {"proofPurpose": "authentication"}])
def test_upon_one_that_ended_or_was_for_something_else_it_does_not_hold(
    world: Any, bare: Any, witness: Any, options: Any
):
    first = proof_of(bare, witness, id=FIRST, **options)
    second = proof_of(bare, world.signing_keys.embedded, [first])

    assert world.verify({**bare, "proof": [first, second]}).verdict is Verdict.BROKEN


def test_upon_one_of_a_stranger_who_is_not_known_here_it_cannot_be_told(world: Any, bare: Any, stranger: Any):
    first = proof_of(bare, stranger.embedded, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])

    report = world.verify({**bare, "proof": [first, second]})

    assert not report.is_good
    assert report["proof"].code == "chain_unknown"


def test_upon_one_whose_key_was_withdrawn_it_does_not_hold(world: Any, bare: Any, make_key: Any):
    issuer = bare["issuer"]["id"]
    key = make_key("EdDSA")
    world.keys[key.verification_method] = KeyFound(key.public_jwk, issuer, revoked_at=datetime(2026, 5, 1, tzinfo=UTC))
    first = proof_of(bare, key, id=FIRST)
    second = proof_of(bare, world.signing_keys.embedded, [first])

    assert world.verify({**bare, "proof": [second, first]}).verdict is Verdict.BROKEN


def test_a_circle_is_refused(world: Any, bare: Any):
    key = world.signing_keys.embedded
    first = {**proof_of(bare, key, id=FIRST), "previousProof": SECOND}
    second = {**proof_of(bare, key, id=SECOND), "previousProof": FIRST}

    assert world.verify({**bare, "proof": [first, second]})["proof"].code == "chain_broken"


@pytest.mark.parametrize("named", [[], "", 5, {}, [5], [FIRST, FIRST], ["urn:uuid:other"], [[FIRST]]])
def test_a_name_that_is_none_is_refused(world: Any, bare: Any, named: Any):
    key = world.signing_keys.embedded
    proofs = [proof_of(bare, key, id=FIRST), {**proof_of(bare, key), "previousProof": named}]

    assert world.verify({**bare, "proof": proofs[1:]})["proof"].code == "chain_broken"
    assert world.verify({**bare, "proof": proofs}).verdict is Verdict.GOOD  # for the first proof needs no other
