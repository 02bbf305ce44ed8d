"""Making base proofs (the issuer's part) and deriving proofs of a part of a badge from them (the holder's part)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.credentials import data_integrity, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld import ContextSet, Quad
from app.credentials.keys import SigningKey, algorithms_of
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs.ecdsa_sd import selection, statements, values
from app.errors import InvalidInput

CRYPTOSUITE = "ecdsa-sd-2023"
_P256_PREFIX = b"\x80\x24"


def sign(
    document: dict[str, Any],
    *,
    key: SigningKey,
    created: datetime,
    mandatory: Sequence[str],
    hmac_key: bytes,
    one_time_key: ec.EllipticCurvePrivateKey | None = None,
    contexts: ContextSet = jsonld.PINNED,
) -> dict[str, Any]:
    """The base proof of a document under a P-256 key; `mandatory` points at what the holder may never hide.

    Whatever decides whether a badge is good belongs there: issuer, dates, status, achievement. `hmac_key` is 32 random
    bytes for this badge alone, and so is the one-time key, which is made here unless it is given. Raises
    UnsafeDocument; ProofProblem for another key; InvalidInput for a pointer to nothing, and when `created` has no zone
    or has parts of a second.
    """
    if algorithms_of(key.public_jwk) != {"ES256"}:
        raise ProofProblem("key.unsuitable", "The key is not a P-256 key, which this kind of proof needs.")
    options = data_integrity.options(CRYPTOSUITE, created=created, verification_method=key.verification_method)
    if len(hmac_key) != values.HMAC_KEY_BYTES:
        raise InvalidInput("The secret of the labels has 32 bytes")
    one_time = ec.generate_private_key(ec.SECP256R1()) if one_time_key is None else one_time_key
    every = _Statements(document, hmac_key, contexts)
    fixed = every.at(mandatory)
    point = one_time.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    public_key = _P256_PREFIX + point
    value = values.BaseValue(
        base_signature=key.sign(
            signed_bytes(document, options, public_key, [line for line in every.lines if line in fixed], contexts)
        ),
        public_key=public_key,
        hmac_key=hmac_key,
        signatures=[_raw_signature(one_time, line) for line in every.lines if line not in fixed],
        mandatory_pointers=list(mandatory),
    )
    return {**options, "proofValue": value.text()}


def derive(
    document: dict[str, Any],
    base_proof: dict[str, Any],
    *,
    reveal: Sequence[str],
    contexts: ContextSet = jsonld.PINNED,
) -> dict[str, Any]:
    """A part of a document with a proof of its own: what is mandatory, and what `reveal` points at.

    Raises ProofProblem for another proof than a base proof, InvalidInput for a pointer to nothing, UnsafeDocument.
    """
    base = values.parse_base(base_proof["proofValue"])
    bare = data_integrity.unsecured(document)
    every = _Statements(bare, base.hmac_key, contexts)
    pointers = [*base.mandatory_pointers, *reveal]
    shown = selection.selected(bare, pointers)
    if shown is None:
        raise InvalidInput("Nothing is to be shown of the document")
    fixed, combined = every.at(base.mandatory_pointers), every.at(pointers)
    hideable = [line for line in every.lines if line not in fixed]
    if len(hideable) != len(base.signatures):
        raise ProofProblem("signature.invalid", "The proof was made for another document.")
    part = [line for line in every.lines if line in combined]
    value = values.DerivedValue(
        base_signature=base.base_signature,
        public_key=base.public_key,
        signatures=[signature for line, signature in zip(hideable, base.signatures, strict=True) if line in combined],
        labels=every.labels_among(pointers),
        mandatory_indexes=[index for index, line in enumerate(part) if line in fixed],
    )
    return {**shown, "proof": {**base_proof, "proofValue": value.text()}}


def signed_bytes(
    document: dict[str, Any],
    options: dict[str, Any],
    public_key: bytes,
    mandatory: Sequence[str],
    contexts: ContextSet,
) -> bytes:
    """What the issuer's key signs: the options, the one-time key, and the statements that may not be hidden."""
    proof_hash = hashlib.sha256(data_integrity.canonical_options(document, options, contexts=contexts)).digest()
    return proof_hash + public_key + hashlib.sha256("".join(mandatory).encode()).digest()


class _Statements:
    """The statements of a document under the labels that an HMAC gives to its blank nodes."""

    def __init__(self, document: dict[str, Any], hmac_key: bytes, contexts: ContextSet) -> None:
        self._contexts = contexts
        self._named = selection.named(data_integrity.unsecured(document))
        quads = self._quads(self._named)
        if statements.relabelled(quads, jsonld.canonical_labels(quads)) != _lines(
            jsonld.canonicalise(data_integrity.unsecured(document), contexts=contexts)
        ):
            # An object of its own that is no thing of its own, such as a value with a language.
            raise InvalidInput("A part of the document cannot be hidden or shown by itself")
        self._labels = {
            node: "_:u" + base64url(hmac.digest(hmac_key, label.removeprefix("_:").encode(), "sha256"))
            for node, label in jsonld.canonical_labels(quads).items()
        }
        self.lines = statements.relabelled(quads, self._labels)

    def at(self, pointers: Sequence[str]) -> frozenset[str]:
        """The statements of the parts at these pointers."""
        return frozenset(statements.relabelled(self._chosen(pointers), self._labels))

    def labels_among(self, pointers: Sequence[str]) -> dict[int, bytes]:
        """For the part at these pointers: number of a blank node in its own canonical form -> bytes of its label."""
        own = jsonld.canonical_labels(self._chosen(pointers))
        return {int(label.removeprefix("_:c14n")): _label_bytes(self._labels[node]) for node, label in own.items()}

    def _chosen(self, pointers: Sequence[str]) -> list[Quad]:
        part = selection.selected(self._named, pointers)
        return [] if part is None else self._quads(part)

    def _quads(self, named: dict[str, Any]) -> list[Quad]:
        quads = jsonld.to_nquads(named, contexts=self._contexts)
        if any(term.startswith("_:") for quad in quads for term in quad):
            raise InvalidInput("The document has a list or a graph in it, which cannot be shown in part")
        return [_unnamed(quad) for quad in quads]


def _unnamed(quad: Quad) -> Quad:
    subject, predicate, value, graph = (
        f"_:b{term.removeprefix('<' + selection.SKOLEM)[:-1]}" if term.startswith("<" + selection.SKOLEM) else term
        for term in quad
    )
    return subject, predicate, value, graph


def _lines(canonical: bytes) -> list[str]:
    return [f"{line}\n" for line in canonical.decode().split("\n") if line]


def _label_bytes(label: str) -> bytes:

    return from_base64url(label.removeprefix("_:u"))


def _raw_signature(key: ec.EllipticCurvePrivateKey, line: str) -> bytes:
    r, s = decode_dss_signature(key.sign(line.encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
