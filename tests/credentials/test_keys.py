"""Public keys: one name and one spelling each, unsafe ones refused, and documents that verifiers find them in."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.credentials import keys
from app.credentials.keys import weak
from app.credentials.model import Algorithm
from app.credentials.multibase import base58btc, base64url, from_base58btc, from_base64url
from app.errors import InvalidInput

P = weak.P
D = weak.D
W3C_MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"  # the key of the W3C vectors


def ed25519_jwk(data: bytes) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(data)}


def test_the_multikey_of_an_ed25519_key_reads_back_to_the_same_key():
    jwk = keys.jwk_of_multibase(W3C_MULTIKEY)

    assert keys.multibase_of(jwk) == W3C_MULTIKEY
    assert keys.kid_of(jwk) == W3C_MULTIKEY


def test_the_kid_of_an_rsa_key_is_its_rfc_7638_thumbprint():
    # The worked example of RFC 7638, section 3.1.
    jwk = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiF"
        "V4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zg"
        "dAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    }

    assert keys.kid_of(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "text",
    [
        W3C_MULTIKEY[1:],
        "z" + "1" + W3C_MULTIKEY[1:],
        W3C_MULTIKEY + "2",
        W3C_MULTIKEY.replace("k", "0", 1),
        base58btc(b"\x80\x24" + bytes(33)),
        base58btc(b"\xed\x01" + bytes(31)),
        "z" + "2" * 5_000,
        "",
    ],
    ids=["no prefix", "leading zero", "too long", "foreign character", "p-256", "too short", "huge", "empty"],
)
def test_a_multikey_in_any_other_spelling_is_refused(text):
    with pytest.raises(InvalidInput):
        keys.jwk_of_multibase(text)


def small_order_points() -> list[bytes]:
    """Every encoding of a point that eight additions of itself bring to nothing, also the non-canonical ones."""
    ys = [0, 1, P - 1, P, P + 1, weak.ORDER_8, P - weak.ORDER_8]
    return [(y | sign << 255).to_bytes(32, "little") for y in ys for sign in (0, 1)]


@pytest.mark.parametrize("data", small_order_points(), ids=lambda data: data[:3].hex() + data[-1:].hex())
def test_a_key_under_which_any_message_could_verify_is_refused(data):
    with pytest.raises(InvalidInput, match="unsafe"):
        keys.public_key_of(ed25519_jwk(data))


def test_the_listed_points_really_have_order_eight():
    x2 = (weak.ORDER_8**2 - 1) * pow(D * weak.ORDER_8**2 + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x if x * x % P == x2 else x * pow(2, (P - 1) // 4, P) % P
    point = (x, weak.ORDER_8)

    for _ in range(3):
        point = doubled(point)

    assert point == (0, 1)


def doubled(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    k = D * x * x * y * y % P
    return 2 * x * y * pow(1 + k, -1, P) % P, (y * y + x * x) * pow(1 - k, -1, P) % P


def test_bytes_that_are_no_point_of_the_curve_are_no_key():
    with pytest.raises(InvalidInput, match="not a point"):
        keys.public_key_of(ed25519_jwk((2).to_bytes(32, "little")))


@pytest.mark.parametrize(
    "change",
    [
        {"d": "AA"},
        {"k": "AA"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"kty": "oct"},
        {"crv": "X25519"},
        {"x": "AAAA"},
        {"x": 7},
    ],
    ids=str,
)
def test_a_jwk_that_is_private_or_for_something_else_is_refused(signing_keys, change):
    with pytest.raises(InvalidInput):
        keys.public_key_of({**signing_keys.embedded.public_jwk, **change})


def test_numbers_of_a_jwk_have_one_spelling(signing_keys):
    jwk = signing_keys.embedded.public_jwk

    with pytest.raises(InvalidInput):
        keys.public_key_of({**jwk, "x": jwk["x"] + "="})


@pytest.mark.parametrize("change", [{"e": "Aw"}, {"e": "AAEAAQ"}, {"n": base64url(b"\xff" * 128)}, {"n": "AA"}])
def test_a_weak_or_misspelt_rsa_key_is_refused(signing_keys, change):
    with pytest.raises(InvalidInput):
        keys.public_key_of({**signing_keys.token.public_jwk, **change})


def test_a_p256_key_can_be_read_for_checking_and_a_bent_one_not():
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))

    assert isinstance(keys.public_key_of({"kty": "EC", "crv": "P-256", "x": x, "y": y}), ec.EllipticCurvePublicKey)
    with pytest.raises(InvalidInput):
        keys.public_key_of({"kty": "EC", "crv": "P-256", "x": y, "y": x})


@pytest.mark.parametrize(
    ("base_url", "did"),
    [
        ("https://badges.example", "did:web:badges.example:issuers:st-elsewhere"),
        ("https://badges.example/", "did:web:badges.example:issuers:st-elsewhere"),
        ("http://localhost:8000", "did:web:localhost%3A8000:issuers:st-elsewhere"),
        ("https://Hospital.example/badges", "did:web:hospital.example:badges:issuers:st-elsewhere"),
    ],
)
def test_the_did_of_an_issuer_points_at_its_document(base_url, did):
    assert keys.did_web(base_url, "st-elsewhere") == did


@pytest.mark.parametrize(
    "base_url", ["badges.example", "ftp://x.example", "https://u@x.example", "https://x.example?a=1"]
)
def test_a_did_needs_a_plain_base_url(base_url):
    with pytest.raises(InvalidInput):
        keys.did_web(base_url, "a")


def test_the_did_document_lists_each_key_under_its_absolute_address(signing_keys):
    document = signing_keys.did_document

    methods = {method["id"]: method for method in document["verificationMethod"]}
    assert document["assertionMethod"] == list(methods)
    assert all(method["controller"] == document["id"] for method in methods.values())
    multikey = methods[signing_keys.embedded.verification_method]
    assert multikey["id"].endswith("#" + multikey["publicKeyMultibase"])
    assert methods[signing_keys.token.verification_method]["publicKeyJwk"]["kid"] == signing_keys.token.kid


def test_an_ed25519_key_is_published_as_a_multikey_of_its_issuer(signing_keys):
    embedded = signing_keys.embedded
    entry = keys.PublishedKey(embedded.kid, Algorithm.ED25519, embedded.public_jwk)

    (method,) = keys.did_document(issuer_id="did:web:a.example", keys=[entry])["verificationMethod"]

    assert (method["type"], method["controller"]) == ("Multikey", "did:web:a.example")
    assert method["publicKeyMultibase"].startswith("z6Mk")
    assert keys.jwk_of_multibase(method["publicKeyMultibase"])["x"] == embedded.public_jwk["x"]
    assert method.keys() == {"id", "type", "controller", "publicKeyMultibase"}


def test_a_compromised_key_stays_named_and_asserts_nothing(signing_keys):
    token = signing_keys.token
    revoked = keys.PublishedKey(token.kid, Algorithm.RS256, token.public_jwk, datetime(2026, 5, 1, tzinfo=UTC))

    document = keys.did_document(issuer_id="did:web:a.example", keys=[revoked], also_known_as=["https://a.example"])

    (method,) = document["verificationMethod"]
    assert method["revoked"] == "2026-05-01T00:00:00Z"
    assert not {"publicKeyJwk", "publicKeyMultibase"} & method.keys(), "there are verifiers that take any key they find"
    assert document["assertionMethod"] == []
    assert document["alsoKnownAs"] == ["https://a.example"]
    assert keys.jwks([("did:web:a.example", revoked)]) == {"keys": []}


def test_the_key_set_says_whose_each_key_is_and_nothing_private(signing_keys):
    token = signing_keys.token
    entry = keys.PublishedKey(token.kid, Algorithm.RS256, token.public_jwk)

    (jwk,) = keys.jwks([("did:web:a.example", entry)])["keys"]

    assert jwk["iss"] == "did:web:a.example"
    assert set(jwk) == {"kty", "n", "e", "kid", "alg", "use", "iss"}


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0abc", bytes(range(64))])
def test_base58_and_base64url_read_back_what_they_wrote(data):
    assert from_base58btc(base58btc(data)) == data
    assert from_base64url(base64url(data)) == data


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A A", "é", "AA\n", "+/8"])
def test_base64url_has_one_spelling(text):
    with pytest.raises(InvalidInput):
        from_base64url(text)


# -- weak moduli ----------------------------------------------------------------------------------------------


def rsa_jwk(n: int) -> dict[str, Any]:
    return {"kty": "RSA", "n": base64url(n.to_bytes((n.bit_length() + 7) // 8, "big")), "e": "AQAB"}


def factor(n: int, step: int = 2) -> int:
    """A stand-in for a prime: the first number from n on, in steps, that has no small factor."""
    while math.gcd(n, 2 * weak._PRODUCT) != 1:
        n += step
    return n


def test_an_rsa_key_with_a_small_factor_is_refused(signing_keys):
    n = int.from_bytes(from_base64url(signing_keys.token.public_jwk["n"]), "big")

    for factor in (2, 3, 1_009, 4_093):
        with pytest.raises(InvalidInput, match="small factor"):
            keys.public_key_of(rsa_jwk(n - n % (2 * factor) - factor))


def test_an_rsa_key_whose_primes_are_neighbours_is_refused():
    first = factor(2**1024 - 10**6 + 1)

    for second in (first, factor(first + 2)):
        with pytest.raises(InvalidInput, match="too close"):
            keys.public_key_of(rsa_jwk(first * second))


def test_an_rsa_key_of_the_generator_that_knew_few_primes_is_refused():
    """ROCA: both primes are k * M + 65537^a mod M, so that their product shows it modulo every factor of M."""
    m = math.prod(weak._ROCA) * 2
    first, second = (factor(k * m + pow(65537, a, m), m) for k, a in ((2**804, 77), (2**805, 1_234)))

    with pytest.raises(InvalidInput, match="generator"):
        keys.public_key_of(rsa_jwk(first * second))


def test_sound_rsa_keys_are_not_mistaken_for_weak_ones():
    for bits in (2048, 3072):
        n = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key().public_numbers().n
        assert keys.public_key_of(rsa_jwk(n)).key_size == bits


# -- which algorithms -----------------------------------------------------------------------------------------


def test_a_key_that_states_its_algorithm_serves_no_other(make_key):
    rsa_key = {name: make_key("PS256").public_jwk[name] for name in ("kty", "n", "e")}

    assert keys.algorithms_of({**rsa_key, "alg": "PS256"}) == {"PS256"}
    assert keys.algorithms_of(rsa_key) == {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
    assert keys.algorithms_of(make_key("ES256").public_jwk) == {"ES256"}
    assert keys.algorithms_of(make_key("ES384").public_jwk) == {"ES384"}
    assert keys.algorithms_of(make_key("EdDSA").public_jwk) == {"EdDSA", "Ed25519"}


@pytest.mark.parametrize(
    "change",
    [{"alg": "ES384"}, {"alg": "RS256"}, {"alg": None}, {"alg": ["ES256"]}, {"crv": "P-384"}, {"crv": "secp256k1"},
     {"crv": None}, {"crv": ["P-256"]}, {"kty": ["EC"]}, {"kty": None}, {"key_ops": "verify"}, {"use": None}],
    ids=str,
)  # fmt: skip
def test_a_p256_key_for_anything_but_es256_is_refused(make_key, change):
    with pytest.raises(InvalidInput):
        keys.public_key_of({**make_key("ES256").public_jwk, **change})


def test_an_es256_key_is_published_as_a_jwk(make_key):
    key = make_key("ES256")
    entry = keys.PublishedKey(keys.kid_of(key.public_jwk), Algorithm.ES256, key.public_jwk)

    (method,) = keys.did_document(issuer_id="did:web:a.example", keys=[entry])["verificationMethod"]

    assert method["type"] == "JsonWebKey"
    assert set(method["publicKeyJwk"]) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert method["publicKeyJwk"]["alg"] == "ES256"
