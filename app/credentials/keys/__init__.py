"""Public keys and the documents that publish them: JWK, Multikey, did:web, JWKS. No private key comes here."""

from __future__ import annotations

from app.credentials.keys.multikey import jwk_of_multibase, jwk_of_multikey_bytes, multibase_of, multikey_bytes
from app.credentials.keys.public import PublicKey, algorithms_of, public_key_of
from app.credentials.keys.published import (
    PublishedKey,
    SigningKey,
    bare_jwk,
    did_document,
    did_web,
    jwks,
    kid_of,
    verification_method_of,
)

__all__ = [
    "PublicKey",
    "PublishedKey",
    "SigningKey",
    "algorithms_of",
    "bare_jwk",
    "did_document",
    "did_web",
    "jwk_of_multibase",
    "jwk_of_multikey_bytes",
    "jwks",
    "kid_of",
    "multibase_of",
    "multikey_bytes",
    "public_key_of",
    "verification_method_of",
]
