"""Whether one valid proof is there, and whether its key is the issuer's: the `proof` and the `issuer` check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.credentials import proofs
from app.credentials.keys import jwk_of_multibase
from app.credentials.proofs import eddsa_rdfc, vc_jwt
from app.credentials.report import Check, Outcome, day, domain_of
from app.credentials.verify.finding import ISSUER, PROOF, Stop, failed, not_checked, passed, unknown
from app.credentials.verify.reading import SignedDocument, Token
from app.credentials.verify.resolver import KeyFound, Missing, Resolver, Unreachable, thumbprint_uri
from app.credentials.verify.shape import MAX_ID_CHARACTERS, is_uri, moment
from app.errors import InvalidInput

MAX_PROOFS = 4
_DID_KEY = "did:key:"
_CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp"})


@dataclass(frozen=True, slots=True)
class Finding:
    """The two checks of one proof."""

    proof: Check
    issuer: Check

    @property
    def holds(self) -> bool:
        """Whether the document is signed, and by its issuer."""
        return self.proof.outcome is self.issuer.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class _Judge:
    issuer_id: str
    resolve: Resolver
    now: datetime

    def key(self, name: Any) -> KeyFound:
        """The issuer's key of this name. Raises _Answer when there is none, or when it is somebody else's."""
        if not isinstance(name, str) or not 0 < len(name) <= MAX_ID_CHARACTERS or not name.isprintable():
            raise _Answer(_not_judged("key_malformed"), _stranger("It does not say which key signed it."))
        owner = name.partition("#")[0]
        if name.startswith("did:") and owner != self.issuer_id:
            # A key of another DID is never the issuer's, so nobody needs to be asked (T18).
            raise self._not_the_issuers()
        found = _did_key(name) if name.startswith(_DID_KEY) else self.resolve.key(name, issuer_id=self.issuer_id)
        match found:
            case KeyFound():
                if found.controller != self.issuer_id:
                    raise self._not_the_issuers()
                return found
            case Missing():
                raise _Answer(
                    _not_judged("key_not_published"),
                    failed(
                        ISSUER,
                        "key_not_published",
                        f"{domain_of(self.issuer_id)} does not publish the key that this badge was signed with.",
                    ),
                )
            case Unreachable():
                sentence = f"We could not reach {domain_of(self.issuer_id)} to look up its key."
                raise _Answer(
                    unknown(PROOF, "issuer_unreachable", f"{sentence} So we cannot say whether it was changed."),
                    unknown(ISSUER, "issuer_unreachable", sentence),
                )

    def finding(self, key: KeyFound, verdict: proofs.Verdict) -> Finding:
        """What a checked signature under the issuer's own key says."""
        issuer = passed(ISSUER, "key_is_the_issuers", f"The key that signed it belongs to {domain_of(self.issuer_id)}.")
        if not verdict:
            return Finding(failed(PROOF, verdict.code.replace(".", "_"), _whole_sentence(verdict.sentence)), issuer)
        if key.revoked_at is not None and key.revoked_at <= self.now:
            # Nobody can prove that a signature is older than the theft of its key (OB3-42).
            sentence = f"The issuer withdrew the key that signed it on {day(key.revoked_at)}, so it proves nothing now."
            return Finding(failed(PROOF, "key_revoked", sentence), issuer)
        return Finding(passed(PROOF, "holds", "It has not been changed since it was signed."), issuer)

    def _not_the_issuers(self) -> _Answer:
        sentence = f"It names {domain_of(self.issuer_id)} as its issuer, but somebody else signed it."
        return _Answer(_not_judged("issuer_differs"), failed(ISSUER, "issuer_differs", sentence))


class _Answer(Exception):
    def __init__(self, proof: Check, issuer: Check) -> None:
        super().__init__(proof.code)
        self.finding = Finding(proof, issuer)


def check(
    signed: SignedDocument, *, issuer_id: str, resolve: Resolver, now: datetime, canonical: bytes | None
) -> Finding:
    """The `proof` and `issuer` checks of a document. One valid proof is enough; the best is reported.

    `canonical` is the document's canonical form, None when it has none; then no embedded proof can be checked.
    """
    judge = _Judge(issuer_id=issuer_id, resolve=resolve, now=now)
    if signed.token is not None:
        return _answer(judge, signed.token)
    attached = signed.document.get("proof", [])
    attached = attached if isinstance(attached, list) else [attached]
    if not attached:
        return Finding(
            failed(PROOF, "missing", "It is not signed, so anybody could have made it."), not_checked(ISSUER)
        )
    if len(attached) > MAX_PROOFS:
        return Finding(failed(PROOF, "too_many", "It carries too many signatures to check."), not_checked(ISSUER))
    if canonical is None:
        return Finding(not_checked(PROOF), not_checked(ISSUER))
    return min((_answer(judge, proof, signed.document, canonical) for proof in attached), key=_rank)


def _answer(
    judge: _Judge, proof: Any, document: dict[str, Any] | None = None, canonical: bytes | None = None
) -> Finding:
    try:
        if isinstance(proof, Token):
            return _token(judge, proof)
        return _embedded(judge, proof, document or {}, canonical)
    except _Answer as answer:
        return answer.finding
    except Stop as stop:
        return Finding(stop.check, not_checked(ISSUER))


def _embedded(judge: _Judge, proof: Any, document: dict[str, Any], canonical: bytes | None) -> Finding:
    if not isinstance(proof, dict):
        raise Stop(failed(PROOF, "malformed", "Its signature is not written as the standard says."))
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != eddsa_rdfc.CRYPTOSUITE:
        raise Stop(unknown(PROOF, "kind_unknown", "It is signed in a way that cannot be checked here yet."))
    if "previousProof" in proof:
        raise Stop(
            unknown(PROOF, "kind_unknown", "Its signature depends on another one, which cannot be checked here.")
        )
    if proof.get("proofPurpose") != "assertionMethod":
        raise Stop(failed(PROOF, "purpose", "Its signature was made for another purpose than awarding a badge."))
    if not is_uri(proof.get("verificationMethod")):
        raise Stop(failed(PROOF, "malformed", "Its signature does not name a key in the way the standard says."))
    if "expires" in proof:
        ends = moment(proof["expires"])
        if ends is None or ends <= judge.now:
            raise Stop(failed(PROOF, "expired", "Its signature was made for a time that is over."))
    key = judge.key(proof["verificationMethod"])
    return judge.finding(key, eddsa_rdfc.verify(document, proof, key.public_jwk, canonical=canonical))


def _token(judge: _Judge, token: Token) -> Finding:
    _check_claims(token)
    carried = token.header.get("jwk")
    try:
        carried_name = None if carried is None else thumbprint_uri(carried)
    except InvalidInput as error:
        raise Stop(failed(PROOF, "key_malformed", "The key that it carries cannot be used.")) from error
    # A key inside the token is a claim to be matched with the issuer's published keys, never a reason to trust (T16).
    key = judge.key(token.header.get("kid", carried_name))
    if carried_name is not None and not _is_named(key.public_jwk, carried_name):
        raise Stop(failed(PROOF, "key_differs", "It carries another key than the one it names."))
    return judge.finding(key, vc_jwt.verify(token.text, key.public_jwk))


def _check_claims(token: Token) -> None:
    """Refuse claims that differ from the document.

    Some issuers leave `sub` out, and the W3C's own form of tokens (`vc+jwt`) needs no claims at all; that is harmless,
    since the members they would repeat are signed in the same token.
    """
    optional = _CLAIMS if str(token.header.get("typ")).lower() == "vc+jwt" else frozenset({"sub"})
    try:
        different = vc_jwt.mismatched_claims(token.claims)
    except OverflowError:
        different = ("nbf",)
    if any(name in token.claims or name not in optional for name in different):
        raise Stop(failed(PROOF, "claims_differ", "It says one thing in its token and another in the badge inside."))


def _did_key(name: str) -> KeyFound | Missing:
    """The key that a did:key identifier is; nobody has to be asked. Source: did:key method, Ed25519."""
    did, _, fragment = name.partition("#")
    multibase = did.removeprefix(_DID_KEY)
    if fragment not in ("", multibase):
        return Missing()
    try:
        return KeyFound(public_jwk=jwk_of_multibase(multibase), controller=did)
    except InvalidInput:
        return Missing()


def _is_named(public_jwk: dict[str, Any], name: str) -> bool:
    try:
        return thumbprint_uri(public_jwk) == name
    except InvalidInput:
        return False


def _rank(finding: Finding) -> int:
    """Which of several proofs to report: a valid one, else a proven change, else one that may still be valid."""
    if finding.holds:
        return 0
    if finding.issuer.outcome is Outcome.PASSED:
        return 1
    return 2 if Outcome.FAILED not in (finding.proof.outcome, finding.issuer.outcome) else 3


def _not_judged(code: str) -> Check:
    return unknown(PROOF, code, "Without the issuer's key nobody can say whether it was changed.")


def _stranger(sentence: str) -> Check:
    return failed(ISSUER, "key_malformed", sentence)


def _whole_sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
