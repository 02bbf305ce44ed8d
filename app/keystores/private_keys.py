"""What key stores that hold private halves in memory share: making a key, describing its public half, using it."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app.credentials.keys import PublicKey, kid_of
from app.credentials.model import Algorithm
from app.errors import KeyUnavailable

# Enough for a token that is checked today, small enough to sign in about a millisecond; 1EdTech asks for no more.
RSA_BITS = 2048

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def generate(algorithm: Algorithm) -> PrivateKey:
    """A fresh private key."""
    match algorithm:
        case Algorithm.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case Algorithm.RS256:
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case Algorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    """The public JWK of a private key, with `kid` and `alg`."""
    return jwk_of(key.public_key())


def jwk_of(public: PublicKey) -> dict[str, Any]:
    """The JWK of a public key, with `kid` and `alg`."""
    match public:
        case ed25519.Ed25519PublicKey():
            algorithm, text = Algorithm.ED25519, OKPAlgorithm.to_jwk(public)
        case rsa.RSAPublicKey():
            algorithm, text = Algorithm.RS256, RSAAlgorithm.to_jwk(public)
        case ec.EllipticCurvePublicKey():
            algorithm, text = Algorithm.ES256, ECAlgorithm.to_jwk(public)
    stated = json.loads(text)
    jwk = {name: stated[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in stated}
    return {**jwk, "kid": kid_of(jwk), "alg": algorithm.value}


def raw_signature(key: PrivateKey, data: bytes) -> bytes:
    """The signature of `data`: 64 bytes of Ed25519 or of ECDSA (r, s), or PKCS#1 v1.5 with SHA-256."""
    match key:
        case ed25519.Ed25519PrivateKey():
            return key.sign(data)
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePrivateKey():
            numbers = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
            return b"".join(number.to_bytes(32, "big") for number in numbers)


def refuse_another(key: object, kid: str, *, place: str) -> PrivateKey:
    """The key, if it is the one of this kid. Raises KeyUnavailable: what lies at `place` was swapped."""
    if not isinstance(key, PrivateKey):
        raise KeyUnavailable(f"The {place} holds another kind of key", kid=kid)
    if public_jwk(key)["kid"] != kid:
        raise KeyUnavailable(f"The {place} holds another key than its name says", kid=kid)
    return key


def pkcs8(key: PrivateKey) -> bytes:
    """The key as PKCS#8 in DER, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
