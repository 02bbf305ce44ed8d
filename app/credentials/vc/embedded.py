"""Embedded proofs of any credential or presentation: every one must hold, and one must be its author's.

Source: VC Data Integrity 1.0, sections 4.4 to 4.6 ("Verify Proof", "Verify Proof Sets and Chains").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import data_integrity, dids, jsonld
from app.credentials.data_integrity import ProofProblem
from app.credentials.jsonld.general import GENERAL
from app.credentials.keys import public_key_of
from app.credentials.proofs import Verdict, ed25519_2020, eddsa_jcs, eddsa_rdfc, judged
from app.credentials.raw_signatures import holds
from app.credentials.vc.refusal import refused, refusing
from app.credentials.vc.rules import moment_of
from app.credentials.verify import proof_chains, suites
from app.credentials.verify.resolver import KeyFound, Missing, Resolver, Unreachable
from app.credentials.verify.shape import is_uri
from app.errors import InvalidInput

MAX_PROOFS = 4
ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
_TEXTS = ("type", "verificationMethod", "proofPurpose", "proofValue")
_ED25519_SIGNATURE_BYTES = 64

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What whoever asks wants a proof to be made for; None = it was not asked."""

    domain: str | None = None
    challenge: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What everything in one request has in common."""

    now: datetime
    resolve: Resolver
    expected: Expectation = Expectation()


def check(document: Document, *, author: str | None, purposes: frozenset[str], question: Question) -> None:
    """Refuse a document whose proofs do not all hold, or of which none is the author's. Raises CredentialRefused.

    `author` None = anybody may have signed it. A key belongs to whom its own document says; did:key and did:jwk say
    so by themselves, and for every other key the resolver is asked.
    """
    attached = attached_to(document)
    with refusing():
        canonical = jsonld.canonicalise(data_integrity.unsecured(document), contexts=GENERAL)
    signed_by = {
        _Proof(document, proof, f"/proof/{position}", attached, canonical).check(purposes, author, question)
        for position, proof in enumerate(attached)
    }
    if author is not None and author not in signed_by:
        raise refused("proof.author", "/proof", "Somebody else signed it than it says")


def attached_to(document: Document) -> list[Document]:
    """The proofs of a document, one or several. Raises CredentialRefused when there is none, or something else."""
    value: Any = document.get("proof")
    attached: list[Document] = value if isinstance(value, list) else [value]
    if not attached or not all(isinstance(proof, dict) and proof for proof in attached):
        raise refused("proof.missing", "/proof", "It is not signed: proof is an object, or several")
    if len(attached) > MAX_PROOFS:
        raise refused("proof.too_many", "/proof", "It carries too many proofs")
    return attached


@dataclass(frozen=True, slots=True)
class _Proof:
    document: Document
    proof: Document
    pointer: str
    attached: list[Document]
    canonical: bytes

    def check(self, purposes: frozenset[str], author: str | None, question: Question) -> str:
        """Who signed. Raises CredentialRefused when the proof does not hold, or not for what was asked."""
        self._check_form(purposes, question.now)
        self._check_expectation(question.expected)
        with refusing(self.pointer):
            previous = proof_chains.previous_of(self.proof, self.attached)
        key = self._key(author, question.resolve)
        if key.revoked_at is not None and key.revoked_at <= question.now:
            raise self._refused("key", "The key was withdrawn")
        verdict = self._verdict(key.public_jwk, previous)
        if not verdict:
            raise self._refused(verdict.code, verdict.sentence)
        return key.controller

    def _check_form(self, purposes: frozenset[str], now: datetime) -> None:
        for member in _TEXTS:
            if not isinstance(self.proof.get(member), str) or not self.proof[member]:
                raise self._refused("malformed", f"The proof lacks {member}")
        if not is_uri(self.proof["verificationMethod"]):
            raise self._refused("malformed", "The proof does not name its key by an address")
        if "id" in self.proof and not is_uri(self.proof["id"]):
            raise self._refused("malformed", "The id of a proof is an address")
        if suites.of(self.proof) is None:
            raise self._refused("unsupported", "A proof of this kind cannot be checked here")
        if self.proof["proofPurpose"] not in purposes:
            raise self._refused("purpose", "The proof was made for another purpose")
        moment_of(self.proof, "created", self.pointer)
        ends = moment_of(self.proof, "expires", self.pointer)
        if ends is not None and ends <= now:
            raise self._refused("expired", "The proof was made for a time that is over")

    def _check_expectation(self, expected: Expectation) -> None:
        domain = self.proof.get("domain")
        domains = domain if isinstance(domain, list) else [domain]
        if expected.domain is not None and expected.domain not in domains:
            raise self._refused("domain", "The proof was made for another domain than was asked for")
        if expected.challenge is not None and self.proof.get("challenge") != expected.challenge:
            raise self._refused("challenge", "The proof answers another challenge than was asked for")
        if expected.purpose is not None and self.proof["proofPurpose"] != expected.purpose:
            raise self._refused("purpose", "The proof was made for another purpose than was asked for")

    def _key(self, author: str | None, resolve: Resolver) -> KeyFound:
        name: str = self.proof["verificationMethod"]
        if dids.is_self_describing(name):
            try:
                did, jwk = dids.key_of(name)
            except InvalidInput as error:
                raise self._refused("key", error.detail) from error
            # Whoever runs this desk may know that a key which describes itself was stolen.
            known = resolve.key(name, issuer_id=did)
            revoked_at = known.revoked_at if isinstance(known, KeyFound) else None
            return KeyFound(jwk, controller=did, revoked_at=revoked_at)
        owner = name.partition("#")[0] if author is None else author
        match resolve.key(name, issuer_id=owner):
            case KeyFound() as found:
                return found
            case Missing() | Unreachable():
                raise self._refused("key", "The key was not found where its owner would publish it")

    def _verdict(self, jwk: Document, previous: list[Document]) -> Verdict:
        verify = suites.of(self.proof)
        if verify is not None and self.proof["proofPurpose"] == ASSERTION:
            return verify(self.document, self.proof, jwk, canonical=self.canonical, previous=previous, contexts=GENERAL)
        return judged(lambda: self._is_authenticated(jwk, previous))

    def _is_authenticated(self, jwk: Document, previous: list[Document]) -> bool:
        """For who presents: only Ed25519 is taken, in the two kinds of today and the one that older wallets know."""
        signature = data_integrity.signature_of(self.proof, size=_ED25519_SIGNATURE_BYTES)
        key = public_key_of(jwk)
        if not isinstance(key, Ed25519PublicKey):
            raise ProofProblem("key.unsuitable", "The key is not an Ed25519 key, which this kind of proof needs.")
        match self.proof.get("cryptosuite", self.proof["type"]):
            case ed25519_2020.TYPE:
                signed = ed25519_2020.hash_data(
                    self.document, self.proof, canonical=self.canonical, previous=previous, contexts=GENERAL
                )
            case eddsa_rdfc.CRYPTOSUITE:
                signed = eddsa_rdfc.hash_data(
                    self.document, self.proof, canonical=self.canonical, previous=previous, contexts=GENERAL
                )
            case eddsa_jcs.CRYPTOSUITE:
                signed = eddsa_jcs.hash_data(self.document, self.proof, previous=previous)
            case _:
                raise ProofProblem("proof.unsupported", "A presentation with a proof of this kind is not taken here.")
        return holds(key, "EdDSA", signed, signature)

    def _refused(self, code: str, sentence: str) -> InvalidInput:
        code = code if "." in code else f"proof.{code}"
        return refused(code, self.pointer, sentence)
