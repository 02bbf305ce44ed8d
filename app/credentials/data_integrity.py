"""What all embedded proofs have in common: their shape, their options, and the document that they are about.

Source: W3C Verifiable Credential Data Integrity 1.0, sections 2.1 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.credentials import jsonld
from app.credentials.jsonld import ContextSet, Digest
from app.credentials.multibase import from_base58btc
from app.credentials.timestamps import rfc3339
from app.errors import InvalidInput

TYPE = "DataIntegrityProof"


class ProofProblem(Exception):
    """A proof that cannot hold whatever its key is; `code` is for programs, the text for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def options(cryptosuite: str | None, *, created: datetime, verification_method: str) -> dict[str, Any]:
    """The options of a new proof. Raises InvalidInput when `created` has no zone or has parts of a second."""
    return {
        "type": TYPE,
        **({} if cryptosuite is None else {"cryptosuite": cryptosuite}),
        "created": rfc3339(created),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }


def check_form(proof: dict[str, Any], *, cryptosuites: Sequence[str], kind: str = TYPE) -> None:
    """Refuse a proof of another type or purpose, or without a member that every proof has. Raises ProofProblem."""
    if proof.get("type") != kind or (cryptosuites and proof.get("cryptosuite") not in cryptosuites):
        raise ProofProblem("proof.unsupported", f"The proof is not one of {(*cryptosuites, kind)[0]}.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofProblem("proof.purpose", "The proof was not made to assert anything.")
    if not all(isinstance(proof.get(name), str) and proof[name] for name in ("verificationMethod", "proofValue")):
        raise ProofProblem("proof.malformed", "The proof lacks a member that every proof has.")


def signature_of(proof: dict[str, Any], *, size: int) -> bytes:
    """The signature in `proofValue`, in the one spelling of base58btc. Raises ProofProblem."""
    text = proof["proofValue"]
    try:
        signature = from_base58btc(text)
    except InvalidInput:
        signature = b""
    if len(signature) != size:  # and no two texts of base58btc have the same bytes
        raise ProofProblem("proof.malformed", f"The proof value is not the text of a {size}-byte signature.")
    return signature


def unsecured(document: dict[str, Any], previous: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The document that a proof is about: without proofs, but with those that the proof was put upon (section 4.5)."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    return {**bare, "proof": list(previous)} if previous else bare


def canonical_document(
    document: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
    digest: Digest = "sha256",
) -> bytes:
    """The canonical N-Quads of `unsecured`. `canonical`, when it is given, is that of the document alone by SHA-256.

    Raises UnsafeDocument.
    """
    if canonical is not None and not previous and digest == "sha256":
        return canonical
    return jsonld.canonicalise(unsecured(document, previous), contexts=contexts, digest=digest)


def canonical_options(
    document: dict[str, Any],
    proof: dict[str, Any],
    *,
    contexts: ContextSet = jsonld.PINNED,
    digest: Digest = "sha256",
) -> bytes:
    """The canonical N-Quads of a proof's options, in the words of its document.

    A proof may repeat the document's `@context`, and no other. Raises ProofProblem, UnsafeDocument.
    """
    context = document.get("@context")
    if proof.get("@context", context) != context:
        raise ProofProblem("proof.malformed", "The proof carries a context of its own.")
    named = {name: value for name, value in proof.items() if name != "proofValue"}
    return jsonld.canonicalise({**named, "@context": context}, contexts=contexts, digest=digest)
