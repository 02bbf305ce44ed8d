"""Public keys and the documents that publish them: JWK, Multikey, did:web, JWKS. No private key comes here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.credentials.model import Algorithm
from app.credentials.multibase import base58btc, base64url, from_base58btc, from_base64url
from app.credentials.timestamps import rfc3339
from app.errors import InvalidInput

PublicKey = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_ED25519_PREFIX = b"\xed\x01"
_ED25519_BYTES = 32
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_THUMBPRINT_MEMBERS = {"OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
_ALGORITHM_OF_KTY = {"OKP": ("EdDSA", "Ed25519"), "RSA": ("RS256",), "EC": ("ES256",)}
_RSA_BITS = range(2048, 8193)
_RSA_EXPONENT = 65537

# The y coordinates of the eight points of small order: under such a "key" one signature fits any message (T19).
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_Y_OF_SMALL_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})


@dataclass(frozen=True)
class SigningKey:
    """A key that signs through `sign`, which takes bytes and returns the raw signature.

    `verification_method` is the absolute address that proofs and tokens name: `{issuer id}#{kid}`.
    """

    kid: str
    algorithm: Algorithm
    public_jwk: dict[str, Any]
    verification_method: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True)
class PublishedKey:
    """A key as an issuer publishes it, active or retired. `revoked_at` None = it was never compromised."""

    kid: str
    algorithm: Algorithm
    public_jwk: dict[str, Any]
    revoked_at: datetime | None = None


def kid_of(public_jwk: dict[str, Any]) -> str:
    """The name that a key gives itself: multibase `z6Mk…` for Ed25519, else the RFC 7638 thumbprint.

    Two keys never share a kid and a kid never changes, so an address with it in can be cached for ever.
    """
    public_key_of(public_jwk)
    if public_jwk["kty"] == "OKP":
        return multibase_of(public_jwk)
    members = {name: public_jwk[name] for name in _THUMBPRINT_MEMBERS[public_jwk["kty"]]}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def verification_method_of(issuer_id: str, kid: str) -> str:
    """The absolute address of a key, as proofs name it and as a token's `kid` header says: `{issuer id}#{kid}`.

    A token names a DID URL and not the key's https address: the 1EdTech validator and jose resolve both, but
    openbadgeslib refuses a `kid` that is not part of the issuer's DID.
    """
    return f"{issuer_id}#{kid}"


def multibase_of(jwk: dict[str, Any]) -> str:
    """The Multikey text `z6Mk…` of an Ed25519 public JWK. Raises InvalidInput for any other key."""
    if not isinstance(public_key_of(jwk), ed25519.Ed25519PublicKey):
        raise InvalidInput("Only an Ed25519 key is written as a Multikey here")
    return base58btc(_ED25519_PREFIX + from_base64url(jwk["x"]))


def jwk_of_multibase(text: str) -> dict[str, Any]:
    """The public JWK of Multikey text. Raises InvalidInput unless it is the one spelling of a safe Ed25519 key."""
    data = from_base58btc(text)
    if data[:2] != _ED25519_PREFIX or len(data) != len(_ED25519_PREFIX) + _ED25519_BYTES:
        raise InvalidInput("This Multikey is not an Ed25519 key")
    if base58btc(data) != text:
        raise InvalidInput("This Multikey is not the one spelling of its bytes")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(data[2:])}
    public_key_of(jwk)
    return jwk


def public_key_of(jwk: dict[str, Any]) -> PublicKey:
    """The key object of a public JWK: Ed25519, RSA of 2048 to 8192 bits with exponent 65537, or P-256.

    Raises InvalidInput for private members, another use or algorithm, non-canonical numbers and unsafe points.
    """
    if leaked := sorted(_PRIVATE_MEMBERS & jwk.keys()):
        raise InvalidInput("A public key must not carry private members", members=leaked)
    kty = jwk.get("kty")
    if kty not in _ALGORITHM_OF_KTY:
        raise InvalidInput("This kind of key is not supported", kty=str(kty)[:40])
    if jwk.get("alg", _ALGORITHM_OF_KTY[kty][0]) not in _ALGORITHM_OF_KTY[kty]:
        raise InvalidInput("The key says it is for an algorithm that does not fit its kind")
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        raise InvalidInput("The key says it is not for checking signatures")
    if kty == "OKP":
        return _ed25519_key(jwk)
    return _rsa_key(jwk) if kty == "RSA" else _p256_key(jwk)


def _number_bytes(jwk: dict[str, Any], member: str) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str) or not text:
        raise InvalidInput("A member of the key is missing", member=member)
    return from_base64url(text)


def _ed25519_key(jwk: dict[str, Any]) -> ed25519.Ed25519PublicKey:
    data = _number_bytes(jwk, "x")
    if jwk.get("crv") != "Ed25519" or len(data) != _ED25519_BYTES:
        raise InvalidInput("This is not an Ed25519 key")
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= _P or y in _Y_OF_SMALL_ORDER:
        raise InvalidInput("This Ed25519 key is unsafe: a signature under it proves nothing")
    # x² = (y² - 1) / (d y² + 1) must be a square; the product has the same character as the quotient.
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        raise InvalidInput("This Ed25519 key is not a point of the curve")
    return ed25519.Ed25519PublicKey.from_public_bytes(data)


def _rsa_key(jwk: dict[str, Any]) -> rsa.RSAPublicKey:
    modulus, exponent = _number_bytes(jwk, "n"), _number_bytes(jwk, "e")
    if modulus[0] == 0 or exponent[0] == 0:
        raise InvalidInput("A number of the key has leading zeros")
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    if n.bit_length() not in _RSA_BITS or n % 2 == 0 or e != _RSA_EXPONENT:
        raise InvalidInput("An RSA key has 2048 to 8192 bits and the exponent 65537")
    return rsa.RSAPublicNumbers(e, n).public_key()


def _p256_key(jwk: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    x, y = _number_bytes(jwk, "x"), _number_bytes(jwk, "y")
    if jwk.get("crv") != "P-256" or (len(x), len(y)) != (32, 32):
        raise InvalidInput("This is not a P-256 key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError as error:
        raise InvalidInput("This P-256 key is not a point of the curve") from error


def did_web(base_url: str, slug: str) -> str:
    """The DID whose document is at `{base_url}/issuers/{slug}/did.json`: `did:web:host%3Aport:issuers:slug`.

    Source: did:web method, "Create". Raises InvalidInput when the base URL has no host, or has user, query or fragment.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in base_url:
        raise InvalidInput("A did:web needs a base URL of a host, with nothing after its path", base_url=base_url)
    authority = parts.hostname + (f":{parts.port}" if parts.port else "")
    segments = [segment for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", *(quote(part, safe="") for part in (authority, *segments, "issuers", slug))])


def did_document(*, issuer_id: str, keys: Sequence[PublishedKey], also_known_as: Sequence[str] = ()) -> dict[str, Any]:
    """The DID document that lists every key an issuer ever had. Give them newest first.

    Keys of tokens come before the others and revoked ones last: openbadgeslib checks the token of a status list with
    the first key of the document, whatever key the token names. Ids are absolute and `assertionMethod` is a list of
    strings, because verifiers compare them as text (OB3-39). A retired key stays exactly as it was. A revoked one is
    named with the time and no longer asserts anything, so that verifiers that do not know `revoked` refuse it too
    (OB3-41, OB3-42).
    """
    keys = sorted(keys, key=lambda key: (key.revoked_at is not None, key.algorithm is Algorithm.ED25519))
    document: dict[str, Any] = {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": issuer_id,
        "verificationMethod": [_verification_method(issuer_id, key) for key in keys],
        "assertionMethod": [verification_method_of(issuer_id, key.kid) for key in keys if key.revoked_at is None],
    }
    if also_known_as:
        document["alsoKnownAs"] = list(also_known_as)
    return document


def _verification_method(issuer_id: str, key: PublishedKey) -> dict[str, Any]:
    method: dict[str, Any] = {"id": verification_method_of(issuer_id, key.kid)}
    match key.algorithm:
        case Algorithm.ED25519:
            method |= {"type": "Multikey", "controller": issuer_id, "publicKeyMultibase": multibase_of(key.public_jwk)}
        case Algorithm.RS256:
            method |= {"type": "JsonWebKey", "controller": issuer_id, "publicKeyJwk": bare_jwk(key)}
    if key.revoked_at is not None:
        method["revoked"] = rfc3339(key.revoked_at)
    return method


def bare_jwk(key: PublishedKey) -> dict[str, Any]:
    """The one public JWK that a key's own address answers with: numbers, `kid`, `alg`, `use`, nothing private."""
    public_key_of(key.public_jwk)
    members = {"OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
    numbers = {name: key.public_jwk[name] for name in members[key.public_jwk["kty"]]}
    return {**numbers, "kid": key.kid, "alg": key.algorithm.value, "use": "sig"}


def jwks(entries: Iterable[tuple[str, PublishedKey]]) -> dict[str, Any]:
    """The JWK set of (issuer id, key) pairs, each key with its issuer as `iss` (OB3-80).

    Revoked keys are left out: a JWK set has no way to say so, and readers would go on trusting them.
    """
    return {"keys": [{**bare_jwk(key), "iss": issuer_id} for issuer_id, key in entries if key.revoked_at is None]}
