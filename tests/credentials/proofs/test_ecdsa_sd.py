"""A holder shows a part of a badge; nothing else can be made of it, and nothing that is mandatory can be left out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials import ob3
from app.credentials.data_integrity import ProofProblem
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs import ecdsa_sd
from app.credentials.proofs.ecdsa_sd import cbor, selection, values
from app.errors import InvalidInput

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
LABELS = bytes(range(32))  # the secret of the labels
MANDATORY = (
    "/issuer", "/validFrom", "/validUntil", "/credentialStatus", "/credentialSubject/id",
    "/credentialSubject/achievement/name", "/credentialSubject/achievement/criteria",
)  # fmt: skip
REVEAL = ("/credentialSubject/result", "/evidence/0/name", "/credentialSubject/achievement/alignment")


@pytest.fixture(scope="module")
def key(make_key: Any) -> Any:
    return make_key("ES256")


@pytest.fixture(scope="module")
def document(make_award: Any) -> dict[str, Any]:
    return ob3.credential_document(make_award())


@pytest.fixture(scope="module")
def base(document: dict[str, Any], key: Any) -> dict[str, Any]:
    return ecdsa_sd.sign(document, key=key, created=NOW, mandatory=MANDATORY, hmac_key=LABELS)


@pytest.fixture(scope="module")
def made(document: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    return ecdsa_sd.derive(document, base, reveal=REVEAL)


@pytest.fixture
def shown(made: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(made)


def verdict(shown: dict[str, Any], key: Any, **options: Any) -> Any:
    return ecdsa_sd.verify(shown, {**shown["proof"], **options}, key.public_jwk)


def with_value(shown: dict[str, Any], change: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """The same proof with its value taken apart, changed, and put together again."""
    parts = cbor.loads(from_base64url(shown["proof"]["proofValue"][1:])[3:])
    change(parts)
    return {**shown["proof"], "proofValue": "u" + base64url(values.DERIVED + cbor.dumps(parts))}


def test_a_part_of_a_badge_holds_under_the_issuers_key(shown: dict[str, Any], key: Any):
    assert verdict(shown, key).code == "proof.holds"


def test_it_says_what_is_mandatory_and_what_was_chosen_and_nothing_else(
    shown: dict[str, Any], document: dict[str, Any]
):
    assert shown["issuer"] == document["issuer"]
    assert shown["validUntil"] == document["validUntil"]
    assert shown["credentialSubject"]["result"] == document["credentialSubject"]["result"]
    assert shown["evidence"][0].keys() == {"id", "type", "name"}
    assert "identifier" not in shown["credentialSubject"]
    assert "maria.garcia" not in json.dumps(shown)
    assert "description" not in shown["credentialSubject"]["achievement"]


@pytest.mark.parametrize(
    "reveal", [(), ("/credentialSubject",), ("",), ("/evidence/0",), ("/credentialSubject/identifier/0/salt",)]
)
def test_any_part_can_be_shown(document: dict[str, Any], base: dict[str, Any], key: Any, reveal: tuple[str, ...]):
    assert verdict(ecdsa_sd.derive(document, base, reveal=reveal), key)


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: shown["issuer"].update(name="St Nowhere"),
        lambda shown: shown.update(validUntil="2099-01-01T00:00:00Z"),
        lambda shown: shown.pop("validUntil"),
        lambda shown: shown.pop("credentialStatus"),
        lambda shown: shown["credentialSubject"].update(id="urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-000000000000"),
        lambda shown: shown["credentialSubject"]["result"][0].update(value="100"),
        lambda shown: shown["credentialSubject"].pop("result"),
        lambda shown: shown["credentialSubject"]["achievement"]["criteria"].update(narrative="None."),
        lambda shown: shown["credentialSubject"]["achievement"].update(description="Anything."),
        lambda shown: shown.update(id="https://badges.example/b/other"),
        lambda shown: shown["credentialSubject"]["achievement"]["alignment"].append(
            {"type": ["Alignment"], "targetName": "Surgery", "targetUrl": "https://skills.example/surgery"}
        ),
    ],
    ids=["issuer", "end", "no end", "no status", "holder", "result", "less", "criteria", "more", "id", "alignment"],
)  # fmt: skip
def test_a_changed_part_does_not_hold(shown: dict[str, Any], key: Any, change: Any):
    change(shown)

    assert verdict(shown, key).code == "signature.invalid"


@pytest.mark.parametrize("option", [{"created": "2020-01-01T00:00:00Z"}, {"domain": "evil.example"}, {"id": "urn:x:1"}])
def test_every_option_is_signed_too(shown: dict[str, Any], key: Any, option: dict[str, Any]):
    assert verdict(shown, key, **option).code == "signature.invalid"


def test_another_key_does_not_verify_and_one_of_another_kind_is_named(shown: dict[str, Any], make_key: Any):
    assert verdict(shown, make_key("ES256")).code == "signature.invalid"
    assert verdict(shown, make_key("ES384")).code == "key.unsuitable"
    assert verdict(shown, make_key("EdDSA")).code == "key.unsuitable"


def test_the_form_for_the_holder_proves_nothing_to_others(document: dict[str, Any], base: dict[str, Any], key: Any):
    assert ecdsa_sd.verify(document, base, key.public_jwk).code == "proof.base"


def test_two_shown_parts_cannot_be_put_together(document: dict[str, Any], base: dict[str, Any], key: Any):
    results = ecdsa_sd.derive(document, base, reveal=["/credentialSubject/result"])
    evidence = ecdsa_sd.derive(document, base, reveal=["/evidence"])

    assert not verdict({**results, "evidence": evidence["evidence"]}, key)
    assert not verdict({**results, "proof": evidence["proof"]}, key)


def test_the_proof_of_another_badge_of_the_same_issuer_does_not_fit(shown: dict[str, Any], make_award: Any, key: Any):
    other = ob3.credential_document(make_award(id="https://badges.example/b/other"))
    proof = ecdsa_sd.sign(other, key=key, created=NOW, mandatory=MANDATORY, hmac_key=LABELS)

    assert not verdict({**shown, "proof": ecdsa_sd.derive(other, proof, reveal=REVEAL)["proof"]}, key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda parts: parts[2].pop(), "signature.invalid"),
        (lambda parts: parts[2].reverse(), "signature.invalid"),
        (lambda parts: parts[2].append(parts[2][0]), "signature.invalid"),
        (lambda parts: parts.__setitem__(0, bytes(64)), "signature.invalid"),
        (lambda parts: parts.__setitem__(0, bytes(63)), "proof.malformed"),
        (lambda parts: parts.__setitem__(1, b"\x80\x24\x02" + bytes(32)), "signature.invalid"),
        (lambda parts: parts.__setitem__(1, b"\x81\x24" + parts[1][2:]), "signature.invalid"),
        (lambda parts: parts.__setitem__(1, parts[1][:-1]), "proof.malformed"),
        (lambda parts: parts.__setitem__(3, {}), "signature.invalid"),
        (lambda parts: parts[3].__setitem__(0, parts[3][1]), "proof.malformed"),
        (lambda parts: parts[3].__setitem__(0, bytes(32)), "signature.invalid"),
        (lambda parts: parts[3].__setitem__(0, b"short"), "proof.malformed"),
        (lambda parts: parts[4].append(100_000), "proof.malformed"),
        (lambda parts: parts[4].append(parts[4][0]), "proof.malformed"),
        (lambda parts: parts[4].pop(), "signature.invalid"),
        (lambda parts: parts.__setitem__(4, []), "signature.invalid"),
        (lambda parts: parts.__setitem__(4, ["/issuer"]), "proof.malformed"),
        (lambda parts: parts.pop(), "proof.malformed"),
        (lambda parts: parts.append(1), "proof.malformed"),
    ],
)
def test_a_bent_proof_value_is_refused(shown: dict[str, Any], key: Any, change: Any, code: str):
    assert ecdsa_sd.verify(shown, with_value(shown, change), key.public_jwk).code == code


def test_a_mandatory_statement_cannot_be_turned_into_one_that_may_be_hidden(
    document: dict[str, Any], base: dict[str, Any]
):
    """The holder owns no signature of it alone, and the issuer's covers all mandatory ones together."""
    base = {**base, "proofValue": _without_mandatory(base["proofValue"], "/validUntil")}

    with pytest.raises(ProofProblem):
        ecdsa_sd.derive(document, base, reveal=REVEAL)


def _without_mandatory(text: str, pointer: str) -> str:
    parts = cbor.loads(from_base64url(text[1:])[3:])
    parts[4].remove(pointer)
    return "u" + base64url(values.BASE + cbor.dumps(parts))


@pytest.mark.parametrize(
    "text",
    ["", "u", "z", "u2V0B", "uAAAA", "u2V0BhQ", "u2V0BhVhA", "u2V0B" + "A" * 100, "U2V0B", "u2V0Bn_8", "u2V0B=="],
)
def test_what_is_no_proof_value_is_refused(shown: dict[str, Any], key: Any, text: str):
    assert verdict(shown, key, proofValue=text).code == "proof.malformed"


def test_the_two_random_keys_make_the_proof_and_the_same_ones_the_same_labels(document: dict[str, Any], key: Any):
    one_time = ec.generate_private_key(ec.SECP256R1())
    options = {"key": key, "created": NOW, "mandatory": MANDATORY, "one_time_key": one_time}
    derived = [
        values.parse_derived(ecdsa_sd.derive(document, proof, reveal=REVEAL)["proof"]["proofValue"])
        for proof in (ecdsa_sd.sign(document, hmac_key=bytes([seed]) * 32, **options) for seed in (1, 1, 2))
    ]

    assert derived[0].labels == derived[1].labels != derived[2].labels
    assert derived[0].public_key == derived[2].public_key


def test_a_secret_of_another_length_is_refused(document: dict[str, Any], key: Any):
    with pytest.raises(InvalidInput):
        ecdsa_sd.sign(document, key=key, created=NOW, mandatory=MANDATORY, hmac_key=bytes(16))


def test_only_a_p256_key_makes_a_base_proof(document: dict[str, Any], make_key: Any):
    with pytest.raises(ProofProblem):
        ecdsa_sd.sign(document, key=make_key("ES384"), created=NOW, mandatory=MANDATORY, hmac_key=LABELS)


@pytest.mark.parametrize(
    "pointer", ["issuer", "/nowhere", "/evidence/1", "/evidence/00", "/evidence/-", "/id/x", "/evidence/٠"]
)
def test_a_pointer_to_nothing_is_refused(document: dict[str, Any], base: dict[str, Any], key: Any, pointer: str):
    with pytest.raises(InvalidInput):
        ecdsa_sd.sign(document, key=key, created=NOW, mandatory=[pointer], hmac_key=LABELS)
    with pytest.raises(InvalidInput):
        ecdsa_sd.derive(document, base, reveal=[pointer])


def test_a_document_with_a_name_that_is_kept_for_nameless_things_is_refused(document: dict[str, Any], key: Any):
    trap = {**document, "evidence": [{"id": f"{selection.SKOLEM}0", "type": ["Evidence"]}]}

    with pytest.raises(InvalidInput):
        ecdsa_sd.sign(trap, key=key, created=NOW, mandatory=MANDATORY, hmac_key=LABELS)


def test_a_list_whose_order_counts_cannot_be_shown_in_part(document: dict[str, Any], key: Any):
    ordered = copy.deepcopy(document)
    ordered["credentialSubject"]["achievement"]["resultDescription"][0]["allowedValue"] = ["A", "B"]

    with pytest.raises(InvalidInput, match="list or a graph"):
        ecdsa_sd.sign(ordered, key=key, created=NOW, mandatory=MANDATORY, hmac_key=LABELS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_a_proof_value_can_be_changed(made: dict[str, Any], key: Any, place: int, bit: int):
    data = bytearray(from_base64url(made["proof"]["proofValue"][1:]))
    data[place % len(data)] ^= 1 << bit

    assert not verdict(made, key, proofValue="u" + base64url(bytes(data)))


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b"])
def test_a_text_with_any_kind_of_line_in_it_can_be_signed_and_shown(make_award: Any, key: Any, separator: str):
    document = ob3.credential_document(make_award(narrative=f"One{separator}two"))

    proof = ecdsa_sd.sign(document, key=key, created=NOW, mandatory=MANDATORY, hmac_key=LABELS)
    shown = ecdsa_sd.derive(document, proof, reveal=("/credentialSubject/narrative",))

    assert verdict(shown, key)
