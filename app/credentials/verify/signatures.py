"""Whether one valid proof is there, and whether its key is the issuer's: the `proof` and the `issuer` check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.credentials import dids, proofs
from app.credentials.proofs import vc_jwt
from app.credentials.report import Check, Outcome, day, domain_of
from app.credentials.verify import proof_chains, suites
from app.credentials.verify.finding import ISSUER, PROOF, Stop, failed, not_checked, passed, unknown
from app.credentials.verify.reading import SignedDocument, Token
from app.credentials.verify.resolver import KeyFound, Missing, Resolver, Unreachable, thumbprint_uri
from app.credentials.verify.shape import MAX_ID_CHARACTERS, is_uri, moment
from app.errors import InvalidInput

MAX_PROOFS = 4
_CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp"})


@dataclass(frozen=True, slots=True)
class Finding:
    """The two checks of one proof; with which key it holds, and when the proof says that it was made."""

    proof: Check
    issuer: Check
    key: KeyFound | None = None
    made_at: datetime | None = None

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
        found = _own_key(name) or self.resolve.key(name, issuer_id=self.issuer_id)
        match found:
            case KeyFound():
                if found.controller != self.issuer_id:
                    raise self._not_the_issuers()
                return found
            case Missing():
                raise _Answer(_not_judged("key_not_published"), self._not_published(found.seen_until))
            case Unreachable():
                sentence = f"We could not reach {domain_of(self.issuer_id)} to look up its key."
                raise _Answer(
                    unknown(PROOF, "issuer_unreachable", f"{sentence} So we cannot say whether it was changed."),
                    unknown(ISSUER, "issuer_unreachable", sentence),
                )

    def finding(self, key: KeyFound, verdict: proofs.Verdict, *, made_at: datetime | None) -> Finding:
        """What a checked signature under the issuer's own key says."""
        issuer = self.is_the_issuers()
        if not verdict:
            return Finding(failed(PROOF, verdict.code.replace(".", "_"), _whole_sentence(verdict.sentence)), issuer)
        if key.revoked_at is not None and key.revoked_at <= self.now:
            # Nobody can prove that a signature is older than the theft of its key (OB3-42).
            sentence = f"The issuer withdrew the key that signed it on {day(key.revoked_at)}, so it proves nothing now."
            return Finding(failed(PROOF, "key_revoked", sentence), issuer)
        holds = passed(PROOF, "holds", "It has not been changed since it was signed.")
        return Finding(holds, issuer, key=key, made_at=made_at)

    def is_the_issuers(self) -> Check:
        """The `issuer` check of a key that is the issuer's own."""
        return passed(ISSUER, "key_is_the_issuers", f"The key that signed it belongs to {domain_of(self.issuer_id)}.")

    def _not_published(self, seen_until: datetime | None) -> Check:
        domain = domain_of(self.issuer_id)
        if seen_until is None:
            sentence = f"{domain} does not publish the key that this badge was signed with."
            return failed(ISSUER, "key_not_published", sentence)
        sentence = f"{domain} published the key that signed it until {day(seen_until)} or later, and does not any more."
        return failed(ISSUER, "key_no_longer_published", sentence)

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
    embedded = _Embedded(judge, signed.document, attached, canonical)
    return min((_answer(embedded, proof) for proof in attached), key=_rank)


@dataclass(frozen=True, slots=True)
class _Embedded:
    """A document with its proofs."""

    judge: _Judge
    document: dict[str, Any]
    attached: Sequence[Any]
    canonical: bytes

    def finding(self, proof: Any) -> Finding:
        """What one proof says, as the issuer's word. Raises _Answer or Stop when it says nothing."""
        verify = self._suite_of(proof)
        key = self.judge.key(proof["verificationMethod"])
        try:
            previous = self._before(proof, (proof,))
        except Stop as stop:
            return Finding(stop.check, self.judge.is_the_issuers())
        verdict = verify(self.document, proof, key.public_jwk, canonical=self.canonical, previous=previous)
        return self.judge.finding(key, verdict, made_at=moment(proof.get("created")))

    def _suite_of(self, proof: Any) -> suites.Verify:
        """How to check a proof whose options are in order. Raises Stop."""
        if not isinstance(proof, dict):
            raise Stop(failed(PROOF, "malformed", "Its signature is not written as the standard says."))
        verify = suites.of(proof)
        if verify is None:
            raise Stop(unknown(PROOF, "kind_unknown", "It is signed in a way that cannot be checked here yet."))
        if proof.get("proofPurpose") != "assertionMethod":
            raise Stop(failed(PROOF, "purpose", "Its signature was made for another purpose than awarding a badge."))
        if not is_uri(proof.get("verificationMethod")):
            raise Stop(failed(PROOF, "malformed", "Its signature does not name a key in the way the standard says."))
        if "created" in proof and moment(proof["created"]) is None:
            raise Stop(failed(PROOF, "malformed", "Its signature has a date that does not exist or has no time zone."))
        if "expires" in proof:
            ends = moment(proof["expires"])
            if ends is None or ends <= self.judge.now:
                raise Stop(failed(PROOF, "expired", "Its signature was made for a time that is over."))
        return verify

    def _before(self, proof: dict[str, Any], path: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
        """The proofs that a proof was put upon; each holds. Raises Stop when one does not."""
        previous = proof_chains.previous_of(proof, self.attached)
        for before in previous:
            if any(before is passed_by for passed_by in path):
                raise proof_chains.broken("Its signatures were put upon each other in a circle.")
            if not self._stands(before, (*path, before)):
                raise proof_chains.broken("Its signature was put upon another one that does not hold.")
        return previous

    def _stands(self, proof: dict[str, Any], path: tuple[dict[str, Any], ...]) -> bool:
        """Whether a proof holds upon which another was put. It may be anybody's. Raises Stop."""
        verify = self._suite_of(proof)
        previous = self._before(proof, path)
        try:
            key = _own_key(proof["verificationMethod"]) or self.judge.key(proof["verificationMethod"])
        except _Answer as answer:
            sentence = "It depends on a signature of somebody else, which cannot be checked here."
            raise Stop(unknown(PROOF, "chain_unknown", sentence)) from answer
        if isinstance(key, Missing) or (key.revoked_at is not None and key.revoked_at <= self.judge.now):
            return False
        return bool(verify(self.document, proof, key.public_jwk, canonical=self.canonical, previous=previous))


def _answer(place: _Judge | _Embedded, proof: Any) -> Finding:
    try:
        return place.finding(proof) if isinstance(place, _Embedded) else _token(place, proof)
    except _Answer as answer:
        return answer.finding
    except Stop as stop:
        return Finding(stop.check, not_checked(ISSUER))


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
    verdict = vc_jwt.check_signature(token.text, token.header, key.public_jwk)
    return judge.finding(key, verdict, made_at=_issued_at(token))


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


def _issued_at(token: Token) -> datetime | None:
    """When the token says that it was signed; most say only since when the badge is valid, which is not that."""
    stated = token.claims.get("iat")
    try:
        return datetime.fromtimestamp(stated, UTC) if isinstance(stated, int | float) else None
    except (OverflowError, ValueError, OSError):
        return None


def _own_key(name: str) -> KeyFound | Missing | None:
    """The key that a did:key or did:jwk is; None for every other name, which somebody has to be asked about."""
    if not dids.is_self_describing(name):
        return None
    try:
        did, jwk = dids.key_of(name)
    except InvalidInput:
        return Missing()
    return KeyFound(public_jwk=jwk, controller=did)


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
