"""A token is read strictly, checked with one key and one algorithm, and must agree with itself (T13, T14)."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from jwt.algorithms import ECAlgorithm

from app.credentials import ob3
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs import vc_jwt
from app.errors import UnreadableCredential


@pytest.fixture(scope="module")
def document(make_award):
    return ob3.credential_document(make_award())


@pytest.fixture(scope="module")
def token(document, signing_keys):
    return vc_jwt.sign(document, key=signing_keys.token)


@pytest.fixture(scope="module")
def jwk(signing_keys):
    return signing_keys.token.public_jwk


def forged(header: dict[str, Any] | str, payload: str, signature: bytes) -> str:
    head = header if isinstance(header, str) else json.dumps(header)
    return ".".join(base64url(part) for part in (head.encode(), payload.encode(), signature))


def resigned(token: str, header: dict[str, Any] | str, signing_keys: Any, payload: str | None = None) -> str:
    """The token with another header or payload, under a good signature of the same key."""
    text = payload if payload is not None else from_base64url(token.split(".")[1]).decode()
    unsigned = forged(header, text, b"").rstrip(".")
    signature = signing_keys.rsa.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{unsigned}.{base64url(signature)}"


def test_a_token_verifies_with_its_key_and_with_pyjwt_on_its_own(token, jwk, signing_keys):
    assert vc_jwt.verify(token, jwk)
    assert pyjwt.decode(token, signing_keys.rsa.public_key(), algorithms=["RS256"], options={"verify_exp": False})


def test_a_changed_payload_does_not_verify(token, jwk):
    head, payload, signature = token.split(".")
    other = base64url(from_base64url(payload).replace(b"Calm", b"Cold"))

    assert vc_jwt.verify(f"{head}.{other}.{signature}", jwk).code == "signature.invalid"


def test_another_key_does_not_verify(token, make_signing_keys):
    assert vc_jwt.verify(token, make_signing_keys().token.public_jwk).code == "signature.invalid"


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", None, "HS256", "HS384", "PS256", "RS1", "ES256K", 7])
def test_algorithms_that_are_not_for_credentials_are_refused(token, jwk, signing_keys, algorithm):
    header = {"alg": algorithm, "kid": "x", "typ": "JWT"}

    for forgery in (resigned(token, header, signing_keys), forged(header, "{}", b"")):
        assert vc_jwt.verify(forgery, jwk).code == "alg_not_allowed"


def public_encodings(signing_keys: Any) -> dict[str, bytes]:
    encode, form = serialization.Encoding, serialization.PublicFormat
    rsa, ed = signing_keys.rsa.public_key(), signing_keys.ed25519.public_key()
    pem = rsa.public_bytes(encode.PEM, form.SubjectPublicKeyInfo)
    return {
        "rsa pem": pem,
        "rsa pem without last line": pem.rstrip(),
        "rsa pem with other line ends": pem.replace(b"\n", b"\r\n"),
        "rsa pkcs1": rsa.public_bytes(encode.PEM, form.PKCS1),
        "rsa der": rsa.public_bytes(encode.DER, form.SubjectPublicKeyInfo),
        "rsa ssh": rsa.public_bytes(encode.OpenSSH, form.OpenSSH),
        "rsa jwk": json.dumps(signing_keys.token.public_jwk).encode(),
        "ed raw": ed.public_bytes(encode.Raw, form.Raw),
        "ed pem": ed.public_bytes(encode.PEM, form.SubjectPublicKeyInfo),
        "ed der": ed.public_bytes(encode.DER, form.SubjectPublicKeyInfo),
        "ed ssh": ed.public_bytes(encode.OpenSSH, form.OpenSSH),
        "ed jwk": json.dumps(signing_keys.embedded.public_jwk).encode(),
    }


def test_a_public_key_is_never_taken_for_a_shared_secret(token, signing_keys):
    payload = from_base64url(token.split(".")[1]).decode()
    for name, secret in public_encodings(signing_keys).items():
        unsigned = forged({"alg": "HS256", "typ": "JWT"}, payload, b"").rstrip(".")
        forgery = f"{unsigned}.{base64url(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}"
        for key in (signing_keys.token, signing_keys.embedded):
            assert vc_jwt.verify(forgery, key.public_jwk).code == "alg_not_allowed", name


def test_the_key_and_not_the_header_says_the_algorithm(token, signing_keys):
    assert vc_jwt.verify(token, signing_keys.embedded.public_jwk).code == "alg_not_allowed"


@pytest.mark.parametrize(
    "member",
    [
        {"jku": "https://evil.example/k"},
        {"x5u": "https://evil.example/k"},
        {"x5c": ["AA"]},
        {"crit": ["exp"]},
        {"b64": False},
        {"zip": "DEF"},
        {"kid": 7},
        {"jwk": "k"},
    ],
    ids=str,
)
def test_headers_that_change_how_a_token_is_read_are_refused(token, jwk, signing_keys, member):
    forgery = resigned(token, {"alg": "RS256", "kid": "x", "typ": "JWT", **member}, signing_keys)

    assert vc_jwt.verify(forgery, jwk).code == "header_not_allowed"


def test_a_key_in_the_header_is_read_and_never_trusted(token, make_signing_keys, jwk):
    attacker = make_signing_keys()
    header = {"alg": "RS256", "typ": "JWT", "jwk": attacker.token.public_jwk}

    forgery = resigned(token, header, attacker)

    assert vc_jwt.read(forgery)[0]["jwk"] == attacker.token.public_jwk
    assert vc_jwt.verify(forgery, jwk).code == "signature.invalid"


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "", 7])
def test_a_token_of_another_trade_is_refused(token, jwk, signing_keys, typ):
    assert vc_jwt.verify(resigned(token, {"alg": "RS256", "typ": typ}, signing_keys), jwk).code == "token.type"


@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", "VC+JWT", "vc+ld+jwt", None])
def test_the_types_of_credentials_are_accepted_and_so_is_none(token, jwk, signing_keys, typ):
    header = {"alg": "RS256"} if typ is None else {"alg": "RS256", "typ": typ}

    assert vc_jwt.verify(resigned(token, header, signing_keys), jwk)


@pytest.mark.parametrize(
    "payload",
    ['{"iss":"good","iss":"evil"}', '{"nbf":NaN}', '{"nbf":1e400}', "[1]", '"text"', "{", '{"a":"\\ud800"}', "[" * 100],
)
def test_payloads_that_parsers_disagree_about_are_refused(token, jwk, signing_keys, payload):
    forgery = resigned(token, {"alg": "RS256", "typ": "JWT"}, signing_keys, payload=payload)

    assert vc_jwt.verify(forgery, jwk).code == "token.malformed"


def test_a_header_with_a_member_twice_is_refused(token, jwk, signing_keys):
    assert vc_jwt.verify(resigned(token, '{"alg":"RS256","alg":"RS256"}', signing_keys), jwk).code == "token.malformed"


@pytest.mark.parametrize(
    "bend",
    [
        lambda token: token + "==",
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token.replace(".", "..", 1),
        lambda token: token.rpartition(".")[0],
        lambda token: token + ".x",
        lambda token: "é" + token,
        lambda _: "",
        lambda token: token + "A" * 1_500_000,
    ],
    ids=["padding", "line feed", "blank", "extra dot", "no signature", "fourth part", "letter", "empty", "huge"],
)
def test_a_token_has_exactly_one_spelling(token, jwk, bend):
    assert vc_jwt.verify(bend(token), jwk).code == "token.malformed"


def test_a_private_key_is_not_accepted_as_a_public_one(token, jwk):
    assert vc_jwt.verify(token, {**jwk, "d": "AQAB"}).code == "key.unacceptable"


def test_es256_tokens_of_other_issuers_verify(document):
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(ECAlgorithm.to_jwk(key.public_key()))

    token = pyjwt.encode({**document, **vc_jwt.claims_of(document)}, key, algorithm="ES256")

    assert vc_jwt.verify(token, jwk)
    assert not vc_jwt.verify(token[:-4] + "AAAA", jwk)


def test_reading_raises_one_kind_of_error():
    with pytest.raises(UnreadableCredential):
        vc_jwt.read("not a token")


@pytest.mark.parametrize("claim", ["iss", "jti", "sub", "nbf", "exp"])
def test_a_claim_that_contradicts_the_document_is_named(document, claim):
    claims = {**document, **vc_jwt.claims_of(document)}
    without = {name: value for name, value in claims.items() if name != claim}

    assert vc_jwt.mismatched_claims(claims) == ()
    assert vc_jwt.mismatched_claims(without) == (claim,)
    assert vc_jwt.mismatched_claims({**claims, claim: "other"}) == (claim,)


def test_an_end_in_the_token_alone_is_a_contradiction(document):
    endless = {name: value for name, value in document.items() if name != "validUntil"}
    claims = {**endless, **vc_jwt.claims_of(endless), "exp": 2_000_000_000}

    assert vc_jwt.mismatched_claims(claims) == ("exp",)


def test_a_credential_of_data_model_1_is_found_in_its_wrapper():
    wrapped = {"vc": {"@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"]}}

    assert vc_jwt.document_of({**wrapped, "iss": "did:web:a.example"}) == wrapped["vc"]
