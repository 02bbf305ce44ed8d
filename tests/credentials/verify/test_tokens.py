"""Badges as compact tokens, and everything that was ever tried with such tokens (T15-T19, OB3-27 to OB3-33)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from app.credentials.multibase import base58btc, base64url
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import KeyFound, thumbprint_uri

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def claims_of(honest: Any) -> dict[str, Any]:
    payload = honest.jwt.decode().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest.mark.parametrize(
    "change",
    [{"iss": "did:web:evil.example"}, {"jti": "https://badges.example/b/x"}, {"sub": "urn:x:1"}, {"nbf": 0},
     {"exp": 9_999_999_999}, {"nbf": "1"}, {"nbf": True}, {"iss": ["did:web:badges.example:issuers:st-elsewhere"]}],
)  # fmt: skip
def test_claims_that_differ_from_the_badge_are_refused(world: Any, honest: Any, change: Any):
    report = world.verify(world.token(claims_of(honest) | change))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "claims_differ")


@pytest.mark.parametrize("claim", ["iss", "jti", "nbf", "exp"])
def test_claims_that_are_missing_are_refused(world: Any, honest: Any, claim: str):
    claims = claims_of(honest)
    del claims[claim]

    assert world.verify(world.token(claims))["proof"].code == "claims_differ"


def test_a_token_without_a_subject_claim_is_read_since_the_subject_is_signed_anyway(world: Any, honest: Any):
    claims = claims_of(honest)
    del claims["sub"]

    assert world.verify(world.token(claims)).verdict is Verdict.GOOD


def test_the_form_of_the_w3c_needs_no_claims_but_no_claim_may_differ(world: Any, honest: Any):
    bare = {name: value for name, value in claims_of(honest).items() if name not in ("iss", "jti", "nbf", "exp", "sub")}

    assert world.verify(world.token(bare, typ="vc+jwt")).verdict is Verdict.GOOD
    assert world.verify(world.token(bare | {"nbf": 0}, typ="vc+jwt")).verdict is Verdict.BROKEN


def test_an_end_that_only_the_token_knows_is_refused(world: Any):
    claims = claims_of(world.badge(valid_until=None))

    assert world.verify(world.token(claims | {"exp": 4_000_000_000}))["proof"].code == "claims_differ"


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "HS256", "HS512", "RS512", "PS256", "", 5, None])
def test_no_other_algorithm_is_taken(world: Any, honest: Any, algorithm: Any):
    report = world.verify(world.token(claims_of(honest), alg=algorithm))

    assert not report.is_good
    assert report["proof"].outcome is not PASSED


def test_an_unsigned_token_is_refused(world: Any, honest: Any):
    head = base64url(b'{"alg":"none"}')
    body = honest.jwt.decode().split(".")[1]

    assert not world.verify(f"{head}.{body}.").is_good


def test_the_public_key_is_no_shared_secret_in_any_of_its_spellings(world: Any, honest: Any):
    """T15: HS256 over the public key, as PEM, DER and JWK."""
    keys = world.signing_keys
    public = keys.rsa.public_key()
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    secrets = [
        public.public_bytes(serialization.Encoding.PEM, info),
        public.public_bytes(serialization.Encoding.DER, info),
        json.dumps(keys.token.public_jwk).encode(),
        keys.ed25519.public_key().public_bytes_raw(),
    ]
    body = honest.jwt.decode().split(".")[1]
    for algorithm in ("HS256", "RS256"):
        head = base64url(json.dumps({"alg": algorithm, "kid": keys.token.verification_method}).encode())
        for secret in secrets:
            mac = hmac.digest(secret, f"{head}.{body}".encode(), hashlib.sha256)
            assert not world.verify(f"{head}.{body}.{base64url(mac)}").is_good


def test_the_algorithm_is_the_keys_own_and_not_the_headers(world: Any, honest: Any):
    assert not world.verify(world.token(claims_of(honest), alg="EdDSA")).is_good


@pytest.mark.parametrize(
    "member",
    [{"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/c"}, {"x5c": ["MII"]}, {"crit": ["b64"]},
     {"b64": False}, {"zip": "DEF"}, {"x5t": "a"}, {"unknown": 1}],
)  # fmt: skip
def test_header_members_that_are_not_allowed_are_refused(world: Any, honest: Any, member: Any):
    report = world.verify(world.token(claims_of(honest), **member))

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, "header_not_allowed")
    assert world.asked == []


@pytest.mark.parametrize(
    "kid",
    ["../../keys/x", "' OR 1=1--", "https://evil.example/key", "did:web:evil.example#k", "k" * 10_240, "", "a\nb",
     "\u202e", "did:key:z6Mk", "file:///etc/passwd"],
)  # fmt: skip
def test_a_kid_that_the_issuer_does_not_publish_never_passes(world: Any, honest: Any, kid: str):
    report = world.verify(world.token(claims_of(honest), kid=kid))

    assert report["issuer"].outcome is FAILED
    assert not report.is_good


def test_a_token_that_names_no_key_has_no_known_issuer(world: Any, honest: Any):
    report = world.verify(world.token(claims_of(honest), kid=None))

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "key_malformed")


def test_a_key_inside_a_token_is_only_a_claim(world: Any, honest: Any, stranger: Any):
    """T16: the attacker signs with a key of their own and carries it along."""
    forged = world.token(claims_of(honest), key=stranger.token, kid=None, jwk=public(stranger.token))

    assert world.verify(forged).verdict is Verdict.UNKNOWN_ISSUER


def test_a_key_inside_a_token_counts_when_the_issuer_publishes_it(world: Any, honest: Any):
    token = world.signing_keys.token
    name = thumbprint_uri(token.public_jwk)
    world.keys = {name: KeyFound(token.public_jwk, "did:web:badges.example:issuers:st-elsewhere")} | world.keys

    assert world.verify(world.token(claims_of(honest), kid=None, jwk=public(token))).verdict is Verdict.GOOD


def test_a_key_inside_a_token_must_be_the_one_it_names(world: Any, honest: Any, stranger: Any):
    differing = world.token(claims_of(honest), jwk=public(stranger.token))

    assert world.verify(differing)["proof"].code == "key_differs"


@pytest.mark.parametrize("jwk", [{}, {"kty": "oct", "k": "AA"}, {"kty": "RSA", "n": "AQ", "e": "AQAB", "d": "AQ"}, 5])
def test_a_key_inside_a_token_that_is_no_public_key_is_refused(world: Any, honest: Any, jwk: Any):
    assert not world.verify(world.token(claims_of(honest), kid=None, jwk=jwk)).is_good


def test_a_strangers_token_under_the_issuers_name_is_broken(world: Any, honest: Any, stranger: Any):
    assert world.verify(world.token(claims_of(honest), key=stranger.token)).verdict is Verdict.BROKEN


def test_a_strangers_token_under_the_issuers_key_name_is_broken(world: Any, honest: Any, stranger: Any):
    kid = world.signing_keys.token.verification_method

    report = world.verify(world.token(claims_of(honest), key=stranger.token, kid=kid))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


def test_padding_and_other_spellings_of_a_token_are_refused(world: Any, honest: Any):
    token = honest.jwt.decode()

    for spelling in (token + "=", token + "==", token.replace(".", "=.", 1), token + "."):
        assert not world.verify(spelling).is_good


def test_a_proof_inside_a_token_changes_nothing(world: Any, honest: Any, document: Any):
    broken = [document["proof"][0] | {"proofValue": base58btc(bytes(64))}]

    assert world.verify(world.token(claims_of(honest) | {"proof": broken})).verdict is Verdict.GOOD


def public(key: Any) -> dict[str, Any]:
    return {name: key.public_jwk[name] for name in ("kty", "n", "e")}
