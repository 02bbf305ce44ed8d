"""Embedded proofs: Data Integrity with `eddsa-rdfc-2022` (OB3-34, OB3-35), and its draft `eddsa-2022` for reading.

What is signed is SHA-256(canonical proof options) followed by SHA-256(canonical document without `proof`), where the
proof options carry the document's `@context`. Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet
from app.credentials.keys import SigningKey, public_key_of
from app.credentials.multibase import base58btc
from app.credentials.proofs import Verdict, judged
from app.credentials.raw_signatures import holds

CRYPTOSUITE = "eddsa-rdfc-2022"
DRAFT = "eddsa-2022"  # the same bytes are signed under either name
_SIGNATURE_BYTES = 64


def sign(
    document: dict[str, Any], *, key: SigningKey, created: datetime, canonical: bytes | None = None
) -> dict[str, Any]:
    """The proof of a document, a dict ready for its `proof` array.

    `canonical` spares a second run when the caller holds this very document's canonical form.
    Raises UnsafeDocument; and InvalidInput when `created` has no zone or has parts of a second.
    """
    return sign_hash(document, key=key, created=created, canonical=canonical)[0]


def sign_hash(
    document: dict[str, Any], *, key: SigningKey, created: datetime, canonical: bytes | None = None
) -> tuple[dict[str, Any], bytes]:
    """As `sign`: the proof, and the 64 bytes that were signed."""
    options = data_integrity.options(CRYPTOSUITE, created=created, verification_method=key.verification_method)
    signed = hash_data(document, options, canonical=canonical)
    return {**options, "proofValue": base58btc(key.sign(signed))}, signed


def verify(
    document: dict[str, Any],
    proof: dict[str, Any],
    public_jwk: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> Verdict:
    """Whether a proof was made over this document with this key. A `proof` member of the document is not looked at.

    `previous` are the proofs that this one was put upon. Says nothing of whose key it is, of dates or of status.
    Raises nothing for a bad document, proof or key.
    """

    def check() -> bool:
        signature, key = _read(proof, public_jwk)
        signed = hash_data(document, proof, canonical=canonical, previous=previous, contexts=contexts)
        return holds(key, "EdDSA", signed, signature)

    return judged(check)


def verify_hash(signed: bytes, proof: dict[str, Any], public_jwk: dict[str, Any]) -> Verdict:
    """Whether a proof was made with this key over these 64 bytes, for who knows that they are the document's."""

    def check() -> bool:
        signature, key = _read(proof, public_jwk)
        return holds(key, "EdDSA", signed, signature)

    return judged(check)


def _read(proof: dict[str, Any], public_jwk: dict[str, Any]) -> tuple[bytes, Ed25519PublicKey]:
    data_integrity.check_form(proof, cryptosuites=(CRYPTOSUITE, DRAFT))
    signature = data_integrity.signature_of(proof, size=_SIGNATURE_BYTES)
    key = public_key_of(public_jwk)
    if not isinstance(key, Ed25519PublicKey):
        raise ProofProblem("key.unsuitable", "The key is not an Ed25519 key, which this kind of proof needs.")
    return signature, key


def hash_data(
    document: dict[str, Any],
    proof: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> bytes:
    """The 64 bytes that are signed: the hash of the proof options, then the hash of the document.

    `proof` may have its `proofValue` already. Raises UnsafeDocument, and ProofProblem for a context of its own.
    """
    options = data_integrity.canonical_options(document, proof, contexts=contexts)
    signed = data_integrity.canonical_document(document, canonical=canonical, previous=previous, contexts=contexts)
    return hashlib.sha256(options).digest() + hashlib.sha256(signed).digest()
