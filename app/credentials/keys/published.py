"""The keys of an issuer, and the documents that publish them: did:web and JWKS. No private key comes here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from app.credentials.keys.multikey import multibase_of
from app.credentials.keys.public import public_key_of
from app.credentials.model import Algorithm
from app.credentials.multibase import base64url
from app.credentials.timestamps import rfc3339
from app.errors import InvalidInput

_NUMBERS = {"OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}


@dataclass(frozen=True)
class SigningKey:
    """A key that signs through `sign`, which takes bytes and returns the signature as JOSE writes it.

    That is the raw bytes, and of an elliptic curve r and s side by side (not DER). An elliptic key hashes by itself.
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
    members = {name: public_jwk[name] for name in _NUMBERS[public_jwk["kty"]]}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def verification_method_of(issuer_id: str, kid: str) -> str:
    """The absolute address of a key, as proofs name it and as a token's `kid` header says: `{issuer id}#{kid}`.

    A token names a DID URL and not the key's https address: the 1EdTech validator and jose resolve both, but
    openbadgeslib refuses a `kid` that is not part of the issuer's DID.
    """
    return f"{issuer_id}#{kid}"


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
    named with the time, asserts nothing any more, and its numbers are left out: openbadgeslib looks at neither
    `revoked` nor `assertionMethod`, and goes on trusting whatever key it finds (OB3-41, OB3-42; CID 1.0 lets a
    method be without key material).
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
    material: dict[str, Any]
    match key.algorithm:
        case Algorithm.ED25519:
            kind, material = "Multikey", {"publicKeyMultibase": multibase_of(key.public_jwk)}
        case Algorithm.RS256 | Algorithm.ES256:
            kind, material = "JsonWebKey", {"publicKeyJwk": bare_jwk(key)}
    if key.revoked_at is not None:
        material = {"revoked": rfc3339(key.revoked_at)}
    return {"id": verification_method_of(issuer_id, key.kid), "type": kind, "controller": issuer_id, **material}


def bare_jwk(key: PublishedKey) -> dict[str, Any]:
    """The one public JWK that a key's own address answers with: numbers, `kid`, `alg`, `use`, nothing private."""
    public_key_of(key.public_jwk)
    numbers = {name: key.public_jwk[name] for name in _NUMBERS[key.public_jwk["kty"]]}
    return {**numbers, "kid": key.kid, "alg": key.algorithm.value, "use": "sig"}


def jwks(entries: Iterable[tuple[str, PublishedKey]]) -> dict[str, Any]:
    """The JWK set of (issuer id, key) pairs, each key with its issuer as `iss` (OB3-80).

    Revoked keys are left out: a JWK set has no way to say so, and readers would go on trusting them.
    """
    return {"keys": [{**bare_jwk(key), "iss": issuer_id} for issuer_id, key in entries if key.revoked_at is None]}
