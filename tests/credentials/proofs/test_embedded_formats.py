"""What every embedded format promises alike: a proof holds for one document, one key, one purpose and one format."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import data_integrity, ob3
from app.credentials.jsonld.contexts import ED25519_2020
from app.credentials.keys import SigningKey
from app.credentials.multibase import base58btc, from_base58btc
from app.credentials.proofs import ecdsa_rdfc, ed25519_2020, eddsa_jcs, eddsa_rdfc
from app.errors import InvalidInput

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signed_in_2020(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    """We do not issue this format, so its proofs are made here."""
    options = data_integrity.options(None, created=created, verification_method=key.verification_method)
    options["type"] = ed25519_2020.TYPE
    return {**options, "proofValue": base58btc(key.sign(ed25519_2020.hash_data(document, options)))}


FORMATS: dict[str, tuple[Any, Callable[..., dict[str, Any]], str]] = {
    "eddsa-rdfc-2022": (eddsa_rdfc, eddsa_rdfc.sign, "EdDSA"),
    "eddsa-jcs-2022": (eddsa_jcs, eddsa_jcs.sign, "EdDSA"),
    "ecdsa-rdfc-2019 P-256": (ecdsa_rdfc, ecdsa_rdfc.sign, "ES256"),
    "ecdsa-rdfc-2019 P-384": (ecdsa_rdfc, ecdsa_rdfc.sign, "ES384"),
    "Ed25519Signature2020": (ed25519_2020, signed_in_2020, "EdDSA"),
}


@dataclass
class Case:
    """One format with a document and its proof."""

    name: str
    module: Any
    key: SigningKey
    document: dict[str, Any]
    proof: dict[str, Any]
    other_jwk: dict[str, Any]  # another key of the same kind

    def verify(self, document: dict[str, Any] | None = None, jwk: dict[str, Any] | None = None, **options: Any) -> Any:
        proof = {**self.proof, **options}
        return self.module.verify(document or self.document, proof, jwk or self.key.public_jwk)


@pytest.fixture(scope="module", params=FORMATS)
def case(request: Any, make_award: Any, make_key: Any) -> Case:
    module, sign, algorithm = FORMATS[request.param]
    document = ob3.credential_document(make_award())
    if module is ed25519_2020:
        document["@context"] = [*document["@context"], ED25519_2020]
    key = make_key(algorithm)
    proof = sign(document, key=key, created=NOW)
    return Case(request.param, module, key, document, proof, make_key(algorithm).public_jwk)


def test_a_proof_holds_for_the_document_it_was_made_for(case: Case):
    assert case.verify().code == "proof.holds"


def test_a_proof_in_the_document_is_not_a_part_of_what_is_signed(case: Case):
    assert case.verify({**case.document, "proof": [case.proof]})


def test_a_proof_does_not_hold_for_a_changed_document(case: Case):
    other = copy.deepcopy(case.document)
    other["credentialSubject"]["achievement"]["name"] = "Advanced Life Support"

    assert case.verify(other).code == "signature.invalid"


def test_a_proof_does_not_hold_for_another_badge(case: Case):
    assert case.verify({**case.document, "id": "https://badges.example/b/other"}).code == "signature.invalid"


@pytest.mark.parametrize(
    "option",
    [
        {"created": "2020-01-01T00:00:00Z"},
        {"verificationMethod": "did:web:evil.example#key"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"domain": "evil.example"},
        {"challenge": "1"},
        {"nonce": "1"},
        {"id": "urn:uuid:9c1e8f0a-6f0f-4f0d-8a3e-2f4f3c1d2b10"},
    ],
    ids=str,
)
def test_every_option_is_signed_too(case: Case, option: dict[str, Any]):
    assert case.verify(**option).code == "signature.invalid"


@pytest.mark.parametrize("bit", [0, 255, 256, 511])
def test_a_flipped_bit_of_the_signature_is_noticed(case: Case, bit: int):
    signature = bytearray(from_base58btc(case.proof["proofValue"]))
    signature[bit // 8] ^= 1 << bit % 8

    assert case.verify(proofValue=base58btc(bytes(signature))).code == "signature.invalid"


def test_another_key_of_the_same_kind_does_not_verify(case: Case):
    assert case.verify(jwk=case.other_jwk).code == "signature.invalid"


def test_a_key_of_another_kind_is_named_as_such(case: Case, signing_keys: Any, make_key: Any):
    other = make_key("EdDSA" if "ecdsa" in case.name else "ES256")

    assert case.verify(jwk=signing_keys.token.public_jwk).code == "key.unsuitable"
    assert case.verify(jwk=other.public_jwk).code == "key.unsuitable"


def test_an_unsafe_or_private_key_is_refused(case: Case):
    assert case.verify(jwk={**case.key.public_jwk, "d": "AA"}).code == "key.unacceptable"
    assert case.verify(jwk={**case.key.public_jwk, "use": "enc"}).code == "key.unacceptable"
    assert case.verify(jwk={"kty": "oct", "k": "AA"}).code == "key.unacceptable"


@pytest.mark.parametrize("name", FORMATS)
def test_the_name_of_another_format_does_not_turn_the_proof_into_one(case: Case, name: str):
    module, *_ = FORMATS[name]
    renamed = {**case.proof, "type": getattr(module, "TYPE", "DataIntegrityProof")}
    renamed["cryptosuite"] = getattr(module, "CRYPTOSUITE", None)

    if module is not case.module:
        assert case.verify(**renamed).code == "proof.unsupported"
        assert not module.verify(case.document, renamed, case.key.public_jwk)


def test_the_proof_of_another_format_is_not_looked_into(case: Case):
    assert case.verify(type="Ed25519Signature2018").code == "proof.unsupported"
    assert case.verify(proofPurpose="authentication").code == "proof.purpose"


@pytest.mark.parametrize("value", [None, "", "z", "z0", 5, "u" + "A" * 86, "z" + "1" * 65, base58btc(bytes(63)), "Z5"])
def test_a_proof_value_of_another_shape_is_refused(case: Case, value: Any):
    assert case.verify(proofValue=value).code == "proof.malformed"


def test_a_signature_of_nothing_but_zeros_is_refused(case: Case):
    size = len(from_base58btc(case.proof["proofValue"]))

    assert case.verify(proofValue=base58btc(bytes(size))).code == "signature.invalid"


def test_proofs_that_it_was_put_upon_are_signed_too(case: Case):
    before = [{**case.proof, "id": "urn:uuid:1"}]

    assert case.module.verify(case.document, case.proof, case.key.public_jwk, previous=before).code != "proof.holds"


def test_the_moment_of_signing_has_whole_seconds(case: Case):
    _, sign, _ = FORMATS[case.name]

    with pytest.raises(InvalidInput):
        sign(case.document, key=case.key, created=NOW.replace(microsecond=5))


# -- what only some promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in FORMATS if "jcs" not in name])
def test_formats_that_sign_the_meaning_refuse_a_word_that_has_none(name: str, make_award: Any, make_key: Any):
    module, _, algorithm = FORMATS[name]
    document = ob3.credential_document(make_award())
    document["@context"] = [*document["@context"], ED25519_2020]
    key = make_key(algorithm)
    proof = FORMATS[name][1](document, key=key, created=NOW)

    assert module.verify(document, proof, key.public_jwk)
    assert module.verify({**document, "grade": "A+"}, proof, key.public_jwk).code == "term.undefined"
    assert module.verify(document, {**proof, "favourite": "x"}, key.public_jwk).code == "term.undefined"


@pytest.mark.parametrize("name", [name for name in FORMATS if "jcs" not in name])
def test_a_proof_may_repeat_the_context_of_its_document_and_carry_no_other(name: str, make_award: Any, make_key: Any):
    module, sign, algorithm = FORMATS[name]
    document = ob3.credential_document(make_award())
    document["@context"] = [*document["@context"], ED25519_2020]
    key = make_key(algorithm)
    proof = sign(document, key=key, created=NOW)

    def code(context: Any) -> str:
        return str(module.verify(document, {**proof, "@context": context}, key.public_jwk).code)

    assert code(document["@context"]) == "proof.holds"
    for other in (document["@context"][:1], document["@context"][0], [], None, {"name": "https://evil.example/"}):
        assert code(other) == "proof.malformed"


def test_the_draft_name_of_eddsa_rdfc_2022_is_read(make_award: Any, make_key: Any):
    document, key = ob3.credential_document(make_award()), make_key("EdDSA")
    options = data_integrity.options("eddsa-2022", created=NOW, verification_method=key.verification_method)
    proof = {**options, "proofValue": base58btc(key.sign(eddsa_rdfc.hash_data(document, options)))}

    assert eddsa_rdfc.verify(document, proof, key.public_jwk)
    assert not eddsa_rdfc.verify(document, {**proof, "cryptosuite": "eddsa-rdfc-2022"}, key.public_jwk)


def test_the_other_of_two_ecdsa_signatures_holds_as_well(make_award: Any, make_key: Any):
    """(r, n - s) beside (r, s): both are common, and a badge is never told by its signature."""
    document, key = ob3.credential_document(make_award()), make_key("ES256")
    proof = ecdsa_rdfc.sign(document, key=key, created=NOW)
    signature = from_base58btc(proof["proofValue"])
    twin = signature[:32] + (P256_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")

    assert ecdsa_rdfc.verify(document, {**proof, "proofValue": base58btc(twin)}, key.public_jwk)


# -- the letters that eddsa-jcs-2022 signs -------------------------------------------------------------------


@pytest.fixture(scope="module")
def jcs(make_award: Any, make_key: Any) -> Case:
    document, key = ob3.credential_document(make_award()), make_key("EdDSA")
    proof = eddsa_jcs.sign(document, key=key, created=NOW)
    return Case("jcs", eddsa_jcs, key, document, proof, key.public_jwk)


def test_a_context_added_behind_the_signed_ones_changes_nothing(jcs: Case):
    assert jcs.verify({**jcs.document, "@context": [*jcs.document["@context"], ED25519_2020]})


@pytest.mark.parametrize(
    "bend", [lambda c: c[:1], lambda c: c[::-1], lambda c: [ED25519_2020, *c], lambda _: [], lambda c: c[0]]
)
def test_a_context_before_the_signed_ones_or_one_less_does(jcs: Case, bend: Any):
    other = {**jcs.document, "@context": bend(jcs.document["@context"])}

    assert jcs.verify(other).code == "proof.context"


def test_a_proof_without_its_context_signs_the_document_as_it_is(jcs: Case):
    options = {name: value for name, value in jcs.proof.items() if name not in ("proofValue", "@context")}
    proof = {**options, "proofValue": base58btc(jcs.key.sign(eddsa_jcs.hash_data(jcs.document, options)))}
    longer = {**jcs.document, "@context": [*jcs.document["@context"], ED25519_2020]}

    assert eddsa_jcs.verify(jcs.document, proof, jcs.key.public_jwk)
    assert eddsa_jcs.verify(longer, proof, jcs.key.public_jwk).code == "signature.invalid"


def test_taking_the_context_out_of_a_proof_breaks_it(jcs: Case):
    proof = {name: value for name, value in jcs.proof.items() if name != "@context"}

    assert eddsa_jcs.verify(jcs.document, proof, jcs.key.public_jwk).code == "signature.invalid"


def test_the_order_of_members_does_not_matter_and_the_order_of_a_list_does(jcs: Case):
    backwards = dict(reversed(jcs.document.items()))
    types = {**jcs.document, "type": jcs.document["type"][::-1]}

    assert jcs.verify(backwards)
    assert jcs.verify(types).code == "signature.invalid"


@pytest.mark.parametrize("value", [2**60, float("nan"), float("inf"), "\ud800"])
def test_what_has_no_canonical_form_is_refused_and_raises_nothing(jcs: Case, value: Any):
    assert jcs.verify({**jcs.document, "name": value}).code == "json.invalid"
