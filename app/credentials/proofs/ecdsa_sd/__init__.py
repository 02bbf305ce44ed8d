"""Embedded proofs: Data Integrity with `ecdsa-sd-2023`, whose holder may show a part of a badge.

The issuer signs what may not be hidden, and each further statement by itself with a key that is used once. What was
hidden leaves no trace: whether a badge has an end or a status, say, is certain only if its issuer made that mandatory.
Source: W3C Data Integrity ECDSA Cryptosuites 1.0, sections 3.4 to 3.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet
from app.credentials.keys import algorithms_of, jwk_of_multikey_bytes, public_key_of
from app.credentials.multibase import base64url
from app.credentials.proofs import Verdict, judged
from app.credentials.proofs.ecdsa_sd import statements, values
from app.credentials.proofs.ecdsa_sd.disclosure import CRYPTOSUITE, derive, sign, signed_bytes
from app.credentials.raw_signatures import holds

__all__ = ["CRYPTOSUITE", "derive", "sign", "verify"]


def verify(
    document: dict[str, Any],
    proof: dict[str, Any],
    public_jwk: dict[str, Any],
    *,
    canonical: bytes | None = None,
    previous: Sequence[dict[str, Any]] = (),
    contexts: ContextSet = jsonld.PINNED,
) -> Verdict:
    """Whether a derived proof was made over this very document with this key; as `eddsa_rdfc.verify`.

    A base proof is the holder's own and proves nothing here: whoever was given one could show any part of the badge.
    """

    def check() -> bool:
        data_integrity.check_form(proof, cryptosuites=(CRYPTOSUITE,))
        value = values.parse_derived(proof["proofValue"])
        key = public_key_of(public_jwk)
        if not isinstance(key, ec.EllipticCurvePublicKey) or algorithms_of(public_jwk) != {"ES256"}:
            raise ProofProblem("key.unsuitable", "The key is not a P-256 key, which this kind of proof needs.")
        whole = data_integrity.canonical_document(document, canonical=canonical, previous=previous, contexts=contexts)
        lines = _signed_lines(whole, value)
        fixed = set(value.mandatory_indexes)
        mandatory = [line for index, line in enumerate(lines) if index in fixed]
        hideable = [line for index, line in enumerate(lines) if index not in fixed]
        if len(hideable) != len(value.signatures):
            raise ProofProblem("signature.invalid", "It shows more or less than what was signed.")
        options = {name: member for name, member in proof.items() if name != "proofValue"}
        signed = signed_bytes(document, options, value.public_key, mandatory, contexts)
        if not holds(key, "ES256", signed, value.base_signature):
            return False
        one_time = public_key_of(jwk_of_multikey_bytes(value.public_key))
        return all(
            holds(one_time, "ES256", line.encode(), signature)
            for line, signature in zip(hideable, value.signatures, strict=True)
        )

    return judged(check)


def _signed_lines(canonical: bytes, value: values.DerivedValue) -> list[str]:
    """The statements under the labels that they had when they were signed, in the order of signing."""
    labels = {f"_:c14n{number}": "_:u" + base64url(label) for number, label in value.labels.items()}
    if len(set(labels.values())) != len(labels):
        raise ProofProblem("proof.malformed", "The proof takes two things for one.")
    try:
        lines = statements.relabelled(statements.quads_of(canonical), labels)
    except KeyError as error:
        raise ProofProblem("signature.invalid", "It shows something that was not signed.") from error
    indexes = value.mandatory_indexes
    if len(set(indexes)) != len(indexes) or any(index >= len(lines) for index in indexes):
        raise ProofProblem("proof.malformed", "The proof counts statements that are not there.")
    return lines
