"""Embedded proofs of type `Ed25519Signature2020`, the forerunner of `eddsa-rdfc-2022`: read, and not issued.

The same two hashes are signed; the type of the proof says all, so its words come from a context of their own, which
the document must name. Source: W3C Data Integrity EdDSA Cryptosuites 1.0, appendix on Ed25519Signature2020.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet
from app.credentials.keys import public_key_of
from app.credentials.proofs import Verdict, judged
from app.credentials.raw_signatures import holds

TYPE = "Ed25519Signature2020"
_SIGNATURE_BYTES = 64


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
        data_integrity.check_form(proof, cryptosuites=(), kind=TYPE)
        signature = data_integrity.signature_of(proof, size=_SIGNATURE_BYTES)
        key = public_key_of(public_jwk)
        if not isinstance(key, Ed25519PublicKey):
            raise ProofProblem("key.unsuitable", "The key is not an Ed25519 key, which this kind of proof needs.")
        signed = hash_data(document, proof, canonical=canonical, previous=previous, contexts=contexts)
        return holds(key, "EdDSA", signed, signature)

    return judged(check)


def hash_data(
    document: dict[str, Any],
    proof: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> bytes:
    """The 64 bytes that are signed: the hash of the proof options, then the hash of the document.

    Raises UnsafeDocument, and ProofProblem for a context of its own.
    """
    options = data_integrity.canonical_options(document, proof, contexts=contexts)
    signed = data_integrity.canonical_document(document, canonical=canonical, previous=previous, contexts=contexts)
    return hashlib.sha256(options).digest() + hashlib.sha256(signed).digest()
