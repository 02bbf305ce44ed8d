"""Nothing unlinted can be signed, and nothing is handed out that does not verify."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.credentials import sign
from app.credentials.jsonld import to_nquads
from app.credentials.keys import jwk_of_multibase
from app.credentials.multibase import from_base58btc
from app.credentials.proofs import eddsa_rdfc, vc_jwt
from app.errors import InvalidInput, LintFailed, SelfVerificationFailed

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
EMPTY_LIST = "uH4sIAAAAAAAC_-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


@pytest.fixture
def signed(make_award, signing_keys):
    return sign.sign(sign.prepare(make_award()), embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)


def test_only_prepare_can_make_what_sign_accepts(make_award):
    prepared = sign.prepare(make_award())

    with pytest.raises(TypeError):
        sign.Prepared(prepared.json, prepared.canonical, "JWT", made_by=object())
    with pytest.raises(TypeError):
        dataclasses.replace(prepared, json=b"{}", made_by=None)


def test_sign_takes_nothing_that_only_looks_prepared(signing_keys):
    look_alike = SimpleNamespace(json=b"{}", canonical=b"", typ="JWT")

    with pytest.raises(TypeError):
        sign.sign(look_alike, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)


def test_what_was_prepared_cannot_be_changed(make_award):
    prepared = sign.prepare(make_award())

    with pytest.raises(dataclasses.FrozenInstanceError):
        prepared.json = b"{}"


def test_a_document_that_breaks_a_rule_is_not_prepared(make_award, make_achievement):
    award = make_award(achievement=make_achievement(criteria_url=None, criteria_narrative=None))

    with pytest.raises(LintFailed) as caught:
        sign.prepare(award)

    assert caught.value.facts["findings"][0]["rule"] == "OB3-12"


def test_the_embedded_form_has_one_proof_in_an_array_and_is_ascii(signed):
    document = json.loads(signed.json)

    assert isinstance(document["proof"], list)
    assert signed.json.isascii()
    assert document["proof"][0]["created"] == "2026-03-01T09:05:00Z"


def test_the_embedded_proof_says_what_it_is_and_for_what_it_was_made(signed, signing_keys):
    (proof,) = json.loads(signed.json)["proof"]

    assert {name: proof[name] for name in ("type", "cryptosuite", "proofPurpose", "verificationMethod")} == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": signing_keys.embedded.verification_method,
    }
    assert proof["proofValue"].startswith("z")
    assert len(from_base58btc(proof["proofValue"])) == 64


def test_the_embedded_proof_verifies_with_the_key_in_its_own_address(signed):
    document = json.loads(signed.json)
    (proof,) = document.pop("proof")

    assert eddsa_rdfc.verify(document, proof, jwk_of_multibase(proof["verificationMethod"].partition("#")[2]))


def test_an_embedded_document_with_one_letter_changed_does_not_verify(signed, signing_keys):
    document = json.loads(signed.json.replace(b"Calm under pressure", b"Calm under pressurE"))
    (proof,) = document.pop("proof")

    verdict = eddsa_rdfc.verify(document, proof, signing_keys.embedded.public_jwk)

    assert verdict.code == "signature.invalid"


def test_the_token_repeats_the_document_in_its_claims(signed, signing_keys, make_award):
    header, claims = vc_jwt.read(signed.jwt.decode())

    assert header == {"alg": "RS256", "kid": signing_keys.token.verification_method, "typ": "JWT"}
    assert claims["iss"] == claims["issuer"]["id"]
    assert claims["sub"] == claims["credentialSubject"]["id"]
    assert (claims["jti"], claims["nbf"]) == (claims["id"], 1772355900)
    assert claims["exp"] == int(make_award().valid_until.timestamp())
    assert vc_jwt.mismatched_claims(claims) == ()


def test_both_forms_say_the_same(signed):
    document = json.loads(signed.json)
    document.pop("proof")

    assert vc_jwt.document_of(vc_jwt.read(signed.jwt.decode())[1]) == document


def test_the_payload_of_a_token_is_the_credential_itself_and_has_no_vc(signed, make_award):
    _, claims = vc_jwt.read(signed.jwt.decode())

    unsigned = json.loads(sign.prepare(make_award()).json)
    assert claims.keys() - unsigned.keys() == {"iss", "sub", "jti", "nbf", "exp"}
    assert {name: claims[name] for name in unsigned} == unsigned


def test_the_claims_are_words_that_the_contexts_define(signed):
    _, claims = vc_jwt.read(signed.jwt.decode())

    assert to_nquads(claims)


def test_a_badge_that_never_ends_has_no_exp(make_award, signing_keys):
    prepared = sign.prepare(make_award(valid_until=None))

    signed = sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)

    assert "exp" not in vc_jwt.read(signed.jwt.decode())[1]


def test_a_tampered_token_does_not_verify(signed, signing_keys):
    head, payload, signature = signed.jwt.decode().split(".")

    verdict = vc_jwt.verify(
        f"{head}.{payload[:-8]}{payload[-8:].swapcase()}.{signature}", signing_keys.token.public_jwk
    )

    assert not verdict


def test_a_key_store_that_signs_something_else_is_found_out(make_award, signing_keys, make_signing_keys):
    prepared = sign.prepare(make_award())
    other = make_signing_keys()
    wrong_embedded = dataclasses.replace(signing_keys.embedded, sign=other.embedded.sign)
    wrong_token = dataclasses.replace(signing_keys.token, sign=other.token.sign)

    with pytest.raises(SelfVerificationFailed) as caught:
        sign.sign(prepared, embedded=wrong_embedded, token=signing_keys.token, created=NOW)
    assert caught.value.facts["form"] == "embedded"
    with pytest.raises(SelfVerificationFailed) as caught:
        sign.sign(prepared, embedded=signing_keys.embedded, token=wrong_token, created=NOW)
    assert caught.value.facts["form"] == "token"


def test_a_key_signs_only_for_its_own_issuer(make_award, make_signing_keys, signing_keys):
    stranger = make_signing_keys("did:web:badges.example:issuers:another")

    with pytest.raises(InvalidInput, match="another issuer"):
        sign.sign(sign.prepare(make_award()), embedded=stranger.embedded, token=signing_keys.token, created=NOW)
    with pytest.raises(InvalidInput, match="another issuer"):
        sign.sign(sign.prepare(make_award()), embedded=signing_keys.embedded, token=stranger.token, created=NOW)


def test_a_token_may_name_its_key_by_the_keys_own_address(make_award, signing_keys):
    address = f"https://badges.example/issuers/st-elsewhere/keys/{signing_keys.token.kid}"
    token = dataclasses.replace(signing_keys.token, verification_method=address)

    signed = sign.sign(sign.prepare(make_award()), embedded=signing_keys.embedded, token=token, created=NOW)

    assert vc_jwt.read(signed.jwt.decode())[0] == {"alg": "RS256", "kid": address, "typ": "JWT"}


def test_keys_cannot_be_swapped_between_the_forms(make_award, signing_keys):
    with pytest.raises(InvalidInput, match="Ed25519"):
        sign.sign(sign.prepare(make_award()), embedded=signing_keys.token, token=signing_keys.embedded, created=NOW)


def test_signing_twice_at_the_same_moment_gives_the_same_bytes(make_award, signing_keys):
    once, again = (
        sign.sign(sign.prepare(make_award()), embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)
        for _ in range(2)
    )

    assert once == again


def test_a_status_list_is_signed_in_both_forms(make_status_list, signing_keys):
    prepared = sign.prepare_status_list(make_status_list(), EMPTY_LIST)

    signed = sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)

    document = json.loads(signed.json)
    header, claims = vc_jwt.read(signed.jwt.decode())
    assert document["credentialSubject"]["encodedList"] == claims["credentialSubject"]["encodedList"] == EMPTY_LIST
    assert header["typ"] == "vc+jwt"
    assert vc_jwt.verify(signed.jwt.decode(), signing_keys.token.public_jwk)


def test_letters_of_every_script_survive_both_forms(make_award, make_recipient, signing_keys):
    award = make_award(recipient=make_recipient(name="Nguyễn Thị ® 李"))

    signed = sign.sign(sign.prepare(award), embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)

    assert signed.json.isascii()
    names = [each["identityHash"] for each in json.loads(signed.json)["credentialSubject"]["identifier"]]
    assert "Nguyễn Thị ® 李" in names


def test_a_token_may_be_signed_by_a_p256_key(make_award, signing_keys, make_key):
    token = make_key("ES256")

    signed = sign.sign(sign.prepare(make_award()), embedded=signing_keys.embedded, token=token, created=NOW)

    text = signed.jwt.decode()
    assert vc_jwt.read(text)[0]["alg"] == "ES256"
    assert vc_jwt.verify(text, token.public_jwk)
    assert not vc_jwt.verify(text[:-8] + "AAAAAAAA", token.public_jwk)
    assert not vc_jwt.verify(text, make_key("ES256").public_jwk)
