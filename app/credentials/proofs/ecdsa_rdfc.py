"""Embedded proofs: Data Integrity with `ecdsa-rdfc-2019`, with P-256 or P-384 keys.

As `eddsa-rdfc-2022`, except that the curve chooses the hash everywhere, in ordering the blank nodes too: SHA-256 for
P-256, SHA-384 for P-384. Source: W3C Data Integrity ECDSA Cryptosuites 1.0, sections 3 and 3.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet, Digest
from app.credentials.keys import PublicKey, SigningKey, public_key_of
from app.credentials.multibase import base58btc
from app.credentials.proofs import Verdict, judged
from app.credentials.raw_signatures import holds

CRYPTOSUITE = "ecdsa-rdfc-2019"
# Curve -> the algorithm, the hash, and the bytes of a signature.
_CURVES: dict[str, tuple[str, Digest, int]] = {
    "secp256r1": ("ES256", "sha256", 64),
    "secp384r1": ("ES384", "sha384", 96),
}


def sign(
    document: dict[str, Any], *, key: SigningKey, created: datetime, canonical: bytes | None = None
) -> dict[str, Any]:
    """The proof of a document, a dict ready for its `proof` array; the key is of P-256 or P-384.

    `canonical` as for `eddsa_rdfc.sign`, used with P-256 only. Raises UnsafeDocument; ProofProblem for another key;
    InvalidInput when `created` has no zone or has parts of a second.
    """
    options = data_integrity.options(CRYPTOSUITE, created=created, verification_method=key.verification_method)
    _, digest, _ = _curve_of(public_key_of(key.public_jwk))
    signature = key.sign(hash_data(document, options, digest=digest, canonical=canonical))
    return {**options, "proofValue": base58btc(signature)}


def verify(
    document: dict[str, Any],
    proof: dict[str, Any],
    public_jwk: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> Verdict:
    """Whether a proof was made over this document with this key; as `eddsa_rdfc.verify`."""

    def check() -> bool:
        data_integrity.check_form(proof, cryptosuites=(CRYPTOSUITE,))
        key = public_key_of(public_jwk)
        algorithm, digest, size = _curve_of(key)
        signature = data_integrity.signature_of(proof, size=size)
        signed = hash_data(document, proof, digest=digest, canonical=canonical, previous=previous, contexts=contexts)
        return holds(key, algorithm, signed, signature)

    return judged(check)


def hash_data(
    document: dict[str, Any],
    proof: dict[str, Any],
    *,
    digest: Digest,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> bytes:
    """What is signed: the hash of the proof options, then the hash of the document.

    Raises UnsafeDocument, and ProofProblem for a context of its own.
    """
    options = data_integrity.canonical_options(document, proof, contexts=contexts, digest=digest)
    signed = data_integrity.canonical_document(
        document, canonical=canonical, previous=previous, contexts=contexts, digest=digest
    )
    return hashlib.new(digest, options).digest() + hashlib.new(digest, signed).digest()


def _curve_of(key: PublicKey) -> tuple[str, Digest, int]:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ProofProblem("key.unsuitable", "The key is not a P-256 or P-384 key, which this kind of proof needs.")
    return _CURVES[key.curve.name]
