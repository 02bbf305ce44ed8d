"""An embedded proof holds for one document, one key and one purpose."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from app.credentials import ob3
from app.credentials.multibase import base58btc, from_base58btc
from app.credentials.proofs import eddsa_rdfc
from app.errors import InvalidInput

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
L = 2**252 + 27742317777372353535851937790883648493  # the order of Ed25519's group


@pytest.fixture(scope="module")
def document(make_award):
    return ob3.credential_document(make_award())


@pytest.fixture(scope="module")
def proof(document, signing_keys):
    return eddsa_rdfc.sign(document, key=signing_keys.embedded, created=NOW)


@pytest.fixture(scope="module")
def jwk(signing_keys):
    return signing_keys.embedded.public_jwk


def test_a_proof_holds_for_the_document_it_was_made_for(document, proof, jwk):
    assert eddsa_rdfc.verify(document, proof, jwk).code == "proof.holds"


def test_a_proof_does_not_hold_for_a_changed_document(document, proof, jwk):
    other = copy.deepcopy(document)
    other["credentialSubject"]["achievement"]["name"] = "Advanced Life Support"

    assert eddsa_rdfc.verify(other, proof, jwk).code == "signature.invalid"


def test_the_proof_inside_the_document_is_not_a_part_of_what_is_signed(document, proof, jwk):
    assert eddsa_rdfc.verify({**document, "proof": [proof]}, proof, jwk)


def test_an_unsigned_member_makes_the_proof_worthless(document, proof, jwk):
    assert eddsa_rdfc.verify({**document, "grade": "A+"}, proof, jwk).code == "term.undefined"


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2020-01-01T00:00:00Z"},
        {"verificationMethod": "did:web:evil.example#key"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"domain": "evil.example"},
    ],
    ids=str,
)
def test_the_options_of_the_proof_are_signed_too(document, proof, jwk, change):
    assert eddsa_rdfc.verify(document, {**proof, **change}, jwk).code == "signature.invalid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "Ed25519Signature2020"}, "proof.unsupported"),
        ({"cryptosuite": "eddsa-jcs-2022"}, "proof.unsupported"),
        ({"proofPurpose": "authentication"}, "proof.purpose"),
        ({"proofValue": None}, "proof.malformed"),
        ({"proofValue": "z0"}, "proof.malformed"),
        ({"proofValue": "z" + "1" * 100}, "proof.malformed"),
        ({"verificationMethod": {}}, "proof.malformed"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "proof.malformed"),
        ({"favourite": "x"}, "term.undefined"),
    ],
    ids=str,
)
def test_a_proof_of_another_shape_is_refused_by_name(document, proof, jwk, change, code):
    assert eddsa_rdfc.verify(document, {**proof, **change}, jwk).code == code


def test_a_malleable_copy_of_the_signature_is_refused(document, proof, jwk):
    signature = from_base58btc(proof["proofValue"])
    s = int.from_bytes(signature[32:], "little") + L
    copy_of_it = base58btc(signature[:32] + s.to_bytes(32, "little"))

    assert not eddsa_rdfc.verify(document, {**proof, "proofValue": copy_of_it}, jwk)


def test_the_proof_of_another_badge_is_refused(make_award, proof, jwk):
    other = ob3.credential_document(make_award(id="https://badges.example/b/other"))

    assert eddsa_rdfc.verify(other, proof, jwk).code == "signature.invalid"


def test_another_key_does_not_verify(document, proof, make_signing_keys):
    assert eddsa_rdfc.verify(document, proof, make_signing_keys().embedded.public_jwk).code == "signature.invalid"


def test_an_unsuitable_or_unsafe_key_is_named(document, proof, signing_keys):
    identity = {"kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}

    assert eddsa_rdfc.verify(document, proof, signing_keys.token.public_jwk).code == "key.unsuitable"
    assert eddsa_rdfc.verify(document, proof, identity).code == "key.unacceptable"


def test_the_moment_of_signing_has_whole_seconds(document, signing_keys):
    with pytest.raises(InvalidInput):
        eddsa_rdfc.sign(document, key=signing_keys.embedded, created=NOW.replace(microsecond=5))
