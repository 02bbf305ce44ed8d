"""Every kind of embedded proof and token key that can be checked, through the whole verification."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import data_integrity
from app.credentials.jsonld.contexts import ED25519_2020, VC_V1
from app.credentials.keys import SigningKey
from app.credentials.multibase import base58btc, base64url
from app.credentials.proofs import ecdsa_rdfc, ecdsa_sd, ed25519_2020, eddsa_jcs, eddsa_rdfc
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import KeyFound

SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
LABELS = bytes(range(32))  # the secret of the labels
MANDATORY = ("/issuer", "/validFrom", "/validUntil", "/credentialStatus", "/credentialSubject")


def in_2020(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    options = data_integrity.options(None, created=created, verification_method=key.verification_method)
    options["type"] = ed25519_2020.TYPE
    return {**options, "proofValue": base58btc(key.sign(ed25519_2020.hash_data(document, options)))}


def in_draft(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    options = data_integrity.options("eddsa-2022", created=created, verification_method=key.verification_method)
    return {**options, "proofValue": base58btc(key.sign(eddsa_rdfc.hash_data(document, options)))}


def derived(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    base = ecdsa_sd.sign(document, key=key, created=created, mandatory=MANDATORY, hmac_key=LABELS)
    return ecdsa_sd.derive(document, base, reveal=[""])["proof"]


KINDS: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "eddsa-rdfc-2022": (eddsa_rdfc.sign, "EdDSA"),
    "eddsa-2022": (in_draft, "EdDSA"),
    "eddsa-jcs-2022": (eddsa_jcs.sign, "EdDSA"),
    "ecdsa-rdfc-2019 with P-256": (ecdsa_rdfc.sign, "ES256"),
    "ecdsa-rdfc-2019 with P-384": (ecdsa_rdfc.sign, "ES384"),
    "ecdsa-sd-2023": (derived, "ES256"),
    "Ed25519Signature2020": (in_2020, "EdDSA"),
}


@pytest.fixture(scope="module")
def signers(make_key: Any) -> dict[str, SigningKey]:
    return {algorithm: make_key(algorithm) for algorithm in ("EdDSA", "ES256", "ES384")}


@pytest.fixture(params=KINDS)
def signed(request: Any, world: Any, document: Any, signers: dict[str, SigningKey]) -> dict[str, Any]:
    """The good badge under a proof of each kind, by a key that its issuer publishes."""
    sign, algorithm = KINDS[request.param]
    key = signers[algorithm]
    world.keys[key.verification_method] = KeyFound(key.public_jwk, document["issuer"]["id"])
    del document["proof"]
    if request.param == "Ed25519Signature2020":
        document["@context"] = [*document["@context"], ED25519_2020]
    return {**document, "proof": [sign(document, key=key, created=SIGNED_AT)]}


def test_a_badge_with_a_proof_of_this_kind_is_good(world: Any, signed: Any):
    report = world.verify(signed)

    assert report.verdict is Verdict.GOOD, report.sentence
    assert report.credential.achievement_name == "Basic Life Support"


def test_its_tampered_twin_is_broken(world: Any, signed: Any):
    signed["credentialSubject"]["achievement"]["name"] = "Advanced Life Support"

    report = world.verify(signed)

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")
    assert report.credential is None


@pytest.mark.parametrize("option", [{"created": "2026-03-02T09:05:00Z"}, {"nonce": "1"}, {"domain": "evil.example"}])
def test_a_changed_option_breaks_it(world: Any, signed: Any, option: Any):
    signed["proof"][0] |= option

    assert world.verify(signed)["proof"].code == "signature_invalid"


@pytest.mark.parametrize(
    "created", ["2026-02-30T00:00:00Z", "2026-03-01", "2026-03-01T09:05:00", "yesterday", 5, None, []]
)
def test_a_moment_of_signing_that_is_none_is_refused(world: Any, signed: Any, created: Any):
    signed["proof"][0]["created"] = created

    assert world.verify(signed)["proof"].code == "malformed"


def test_the_issuers_key_of_another_kind_does_not_fit_and_is_named_so(world: Any, signed: Any):
    name = signed["proof"][0]["verificationMethod"]
    token = world.signing_keys.token
    world.keys[name] = KeyFound(token.public_jwk, signed["issuer"]["id"])

    report = world.verify(signed)

    assert (report["proof"].outcome, report["proof"].code) == (Outcome.FAILED, "key_unsuitable")


def test_another_key_under_the_issuers_name_does_not_fit(world: Any, signed: Any, make_key: Any, signers: Any):
    name = signed["proof"][0]["verificationMethod"]
    algorithm = next(algorithm for algorithm, key in signers.items() if key.verification_method == name)
    world.keys[name] = KeyFound(make_key(algorithm).public_jwk, signed["issuer"]["id"])

    assert world.verify(signed)["proof"].code == "signature_invalid"


@pytest.mark.parametrize(
    "suite", ["eddsa-rdfc-2022", "eddsa-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023", None]
)
def test_the_name_of_another_suite_never_makes_it_pass(world: Any, signed: Any, suite: str | None):
    proof = signed["proof"][0]
    renamed = (
        {"type": "Ed25519Signature2020"} if suite is None else {"type": "DataIntegrityProof", "cryptosuite": suite}
    )
    if renamed.items() <= proof.items():
        return
    signed["proof"] = [{**{name: value for name, value in proof.items() if name != "cryptosuite"}, **renamed}]

    assert world.verify(signed)["proof"].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "kind",
    [{"cryptosuite": "bbs-2023"}, {"cryptosuite": "ecdsa-jcs-2019"}, {"type": "JsonWebSignature2020"},
     {"type": "RsaSignature2018"},
     {"cryptosuite": None}, {"cryptosuite": ["eddsa-rdfc-2022"]}, {"type": ["DataIntegrityProof"]}, {"type": None}],
)  # fmt: skip
def test_a_kind_that_is_not_known_cannot_be_told(world: Any, document: Any, kind: Any):
    document["proof"][0] |= kind

    assert world.verify(document)["proof"].code == "kind_unknown"


def test_the_form_for_its_holder_proves_nothing(world: Any, document: Any, signers: Any):
    key = signers["ES256"]
    world.keys[key.verification_method] = KeyFound(key.public_jwk, document["issuer"]["id"])
    base = ecdsa_sd.sign(document, key=key, created=SIGNED_AT, mandatory=MANDATORY, hmac_key=LABELS)

    assert world.verify({**document, "proof": [base]})["proof"].code == "proof_base"


def test_a_part_that_hides_what_every_badge_has_is_no_complete_badge(world: Any, document: Any, signers: Any):
    key = signers["ES256"]
    world.keys[key.verification_method] = KeyFound(key.public_jwk, document["issuer"]["id"])
    base = ecdsa_sd.sign(document, key=key, created=SIGNED_AT, mandatory=["/issuer", "/validFrom"], hmac_key=LABELS)

    report = world.verify(ecdsa_sd.derive(document, base, reveal=["/credentialSubject/achievement/name"]))

    assert report["proof"].outcome is Outcome.PASSED
    assert (report["schema"].outcome, report.credential) == (Outcome.FAILED, None)


# -- issuers that are keys themselves ------------------------------------------------------------------------


def by_itself(document: dict[str, Any], key: SigningKey, *, method: str) -> tuple[dict[str, Any], SigningKey]:
    """The badge of an issuer who is a DID of this method, and the issuer's key."""
    did = f"did:key:{key.kid}" if method == "did:key" else f"did:jwk:{base64url(json.dumps(key.public_jwk).encode())}"
    fragment = key.kid if method == "did:key" else "0"
    document = {
        name: value for name, value in copy.deepcopy(document).items() if name not in ("proof", "credentialStatus")
    }
    document["issuer"]["id"] = did
    return document, replace(key, verification_method=f"{did}#{fragment}")


@pytest.mark.parametrize("method", ["did:key", "did:jwk"])
@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES384"])
def test_an_issuer_who_is_a_key_is_checked_without_asking_anybody(
    world: Any, document: Any, signers: Any, method: str, algorithm: str
):
    document, key = by_itself(document, signers[algorithm], method=method)
    sign = eddsa_rdfc.sign if algorithm == "EdDSA" else ecdsa_rdfc.sign
    proof = sign(document, key=key, created=SIGNED_AT)

    assert world.verify({**document, "proof": proof}).verdict is Verdict.GOOD
    assert world.verify({**document, "name": "Changed", "proof": proof}).verdict is Verdict.BROKEN
    assert world.verify(
        {**document, "proof": proof | {"verificationMethod": key.verification_method + "x"}}
    ).verdict is (Verdict.UNKNOWN_ISSUER)
    assert world.asked == []


@pytest.mark.parametrize("method", ["did:key", "did:jwk"])
def test_a_strangers_key_in_its_own_name_is_not_the_issuers(world: Any, document: Any, signers: Any, method: str):
    _, key = by_itself(document, signers["ES256"], method=method)
    bare = {name: value for name, value in document.items() if name != "proof"}

    report = world.verify({**bare, "proof": ecdsa_rdfc.sign(bare, key=key, created=SIGNED_AT)})

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "issuer_differs")


# -- the older data model, where the older proof comes from --------------------------------------------------


def test_an_older_badge_in_the_older_proof_is_good_and_its_tampered_twin_broken(world: Any, signers: Any):
    key = signers["EdDSA"]
    issuer = key.verification_method.partition("#")[0]
    world.keys[key.verification_method] = KeyFound(key.public_jwk, issuer)
    document = {
        "@context": [VC_V1, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json", ED25519_2020],
        "id": "https://badges.example/b/older",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Basic Life Support",
        "issuer": {"id": issuer, "type": ["Profile"], "name": "St Elsewhere Hospital"},
        "issuanceDate": "2023-03-01T09:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://badges.example/achievements/bls",
                "type": ["Achievement"],
                "name": "Basic Life Support",
                "description": "Resuscitates an adult.",
                "criteria": {"narrative": "Pass the practical station."},
            },
        },
    }
    proof = in_2020(document, key=key, created=SIGNED_AT)

    report = world.verify({**document, "proof": proof})

    assert report.verdict is Verdict.GOOD, report.sentence
    assert world.verify({**document, "name": "Another", "proof": proof})["proof"].code == "signature_invalid"
    without = {**document, "@context": document["@context"][:2], "proof": proof}
    assert world.verify(without)["proof"].outcome is Outcome.FAILED
