"""Embedded proofs: Data Integrity with `eddsa-jcs-2022`, which signs letters (RFC 8785) and not their meaning.

What is signed is SHA-256(JCS of the proof options) followed by SHA-256(JCS of the document without `proof`).
Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet
from app.credentials.keys import SigningKey, public_key_of
from app.credentials.multibase import base58btc
from app.credentials.proofs import Verdict, judged
from app.credentials.raw_signatures import holds

CRYPTOSUITE = "eddsa-jcs-2022"
_SIGNATURE_BYTES = 64


def sign(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    """The proof of a document, a dict ready for its `proof` array; it repeats the document's `@context`.

    Raises InvalidInput when `created` has no zone or has parts of a second, ProofProblem for what is not JSON.
    """
    options = data_integrity.options(CRYPTOSUITE, created=created, verification_method=key.verification_method)
    if "@context" in document:
        options = {"@context": document["@context"], **options}
    return {**options, "proofValue": base58btc(key.sign(hash_data(document, options)))}


def verify(
    document: dict[str, Any],
    proof: dict[str, Any],
    public_jwk: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> Verdict:
    """Whether a proof was made over this document with this key; as `eddsa_rdfc.verify`.

    `canonical` and `contexts` do not matter here: what words mean is not signed, only how they are written.
    """
    del canonical, contexts

    def check() -> bool:
        data_integrity.check_form(proof, cryptosuites=(CRYPTOSUITE,))
        signature = data_integrity.signature_of(proof, size=_SIGNATURE_BYTES)
        key = public_key_of(public_jwk)
        if not isinstance(key, Ed25519PublicKey):
            raise ProofProblem("key.unsuitable", "The key is not an Ed25519 key, which this kind of proof needs.")
        return holds(key, "EdDSA", hash_data(document, proof, previous=previous), signature)

    return judged(check)


def hash_data(document: dict[str, Any], proof: dict[str, Any], *, previous: Sequence[dict[str, Any]] = ()) -> bytes:
    """The 64 bytes that are signed: the hash of the proof options, then the hash of the document.

    A proof with a `@context` was made when the document had just that one; contexts may have been added behind it
    since, none before it (section 3.3.2, step 4). Raises ProofProblem.
    """
    signed = data_integrity.unsecured(document, previous)
    if "@context" in proof:
        then, now = _listed(proof["@context"]), _listed(document.get("@context"))
        if now[: len(then)] != then:
            raise ProofProblem("proof.context", "The document names other contexts than when it was signed.")
        signed["@context"] = proof["@context"]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return hashlib.sha256(_jcs(options)).digest() + hashlib.sha256(_jcs(signed)).digest()


def _listed(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def _jcs(value: dict[str, Any]) -> bytes:
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ProofProblem("json.invalid", "A number or text in it has no canonical form.") from error
