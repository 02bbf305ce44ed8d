"""Embedded proofs: Data Integrity with `eddsa-rdfc-2022` (OB3-34, OB3-35).

What is signed is SHA-256(canonical proof options) followed by SHA-256(canonical document without `proof`), where the
proof options carry the document's `@context`. Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import jsonld
from app.credentials.jsonld import ContextSet
from app.credentials.keys import SigningKey, public_key_of
from app.credentials.multibase import base58btc, from_base58btc
from app.credentials.proofs import HOLDS, Verdict, fails
from app.credentials.timestamps import rfc3339
from app.errors import InvalidInput

CRYPTOSUITE = "eddsa-rdfc-2022"
_SIGNATURE_BYTES = 64


def sign(
    document: dict[str, Any], *, key: SigningKey, created: datetime, canonical: bytes | None = None
) -> dict[str, Any]:
    """The proof of a document, a dict ready for its `proof` array.

    `canonical` spares a second run when the caller holds this very document's canonical form.
    Raises UnsafeDocument; and InvalidInput when `created` has no zone or has parts of a second.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": rfc3339(created),
        "verificationMethod": key.verification_method,
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(hash_data(document, options, canonical=canonical))
    return {**options, "proofValue": base58btc(signature)}


def verify(
    document: dict[str, Any],
    proof: dict[str, Any],
    public_jwk: dict[str, Any],
    *,
    canonical: bytes | None = None,
    contexts: ContextSet = jsonld.PINNED,
) -> Verdict:
    """Whether a proof was made over this document with this key. A `proof` member of the document is not looked at.

    Says nothing of whose key it is, of dates or of status. Raises nothing for a bad document, proof or key.
    """
    if (problem := _malformed(proof)) is not None:
        return problem
    try:
        key = public_key_of(public_jwk)
    except InvalidInput as error:
        return fails("key.unacceptable", error.detail)
    if not isinstance(key, Ed25519PublicKey):
        return fails("key.unsuitable", "The key is not an Ed25519 key, which this kind of proof needs.")
    try:
        signed = hash_data(document, proof, canonical=canonical, contexts=contexts)
    except jsonld.UnsafeDocument as error:
        return fails(error.code, error.detail)
    try:
        key.verify(from_base58btc(proof["proofValue"]), signed)
    except InvalidSignature:
        return fails("signature.invalid", "The document was changed after it was signed, or another key signed it.")
    return HOLDS


def hash_data(
    document: dict[str, Any],
    proof: dict[str, Any],
    *,
    canonical: bytes | None = None,
    contexts: ContextSet = jsonld.PINNED,
) -> bytes:
    """The 64 bytes that are signed: the hash of the proof options, then the hash of the document.

    `proof` may have its `proofValue` already. Raises UnsafeDocument.
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = document.get("@context")
    if canonical is None:
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        canonical = jsonld.canonicalise(unsecured, contexts=contexts)
    options_hash = hashlib.sha256(jsonld.canonicalise(options, contexts=contexts)).digest()
    return options_hash + hashlib.sha256(canonical).digest()


def _malformed(proof: dict[str, Any]) -> Verdict | None:
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        return fails("proof.unsupported", f"The proof is not a Data Integrity proof of {CRYPTOSUITE}.")
    if proof.get("proofPurpose") != "assertionMethod":
        return fails("proof.purpose", "The proof was not made to assert anything.")
    texts = [proof.get(name) for name in ("verificationMethod", "proofValue")]
    if "@context" in proof or not all(isinstance(text, str) and text for text in texts):
        return fails("proof.malformed", "The proof lacks a member, or carries a context of its own.")
    if _signature(proof["proofValue"]) is None:
        return fails("proof.malformed", "The proof value is not the text of a 64-byte signature.")
    return None


def _signature(text: str) -> bytes | None:
    """The signature that base58btc text spells in the one accepted way, else None."""
    try:
        signature = from_base58btc(text)
    except InvalidInput:
        return None
    return signature if len(signature) == _SIGNATURE_BYTES and base58btc(signature) == text else None
