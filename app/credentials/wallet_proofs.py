"""How a wallet proves that it holds a key: a token, or a presentation, that it signed for us and for this moment.

Pure: whether a nonce is one of ours and was not used before is for the caller to know. A wallet is known by its key
alone, as did:key or did:jwk, so that nobody has to be asked. Source: OpenID4VCI 1.0, appendix "Proof Types"; VC-API,
"DIDAuthentication".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.credentials import dids
from app.credentials.keys import multibase_of
from app.credentials.proofs import eddsa_rdfc
from app.credentials.signed_tokens import BadToken, claims_of, header_of, seconds
from app.credentials.vc import embedded, rules
from app.credentials.vc.embedded import AUTHENTICATION, Expectation, Question
from app.credentials.verify.resolver import DocumentFound, Missing, Unreachable
from app.errors import CredentialRefused, InvalidInput

ALGORITHMS = ("ES256", "EdDSA")
CRYPTOSUITES = (eddsa_rdfc.CRYPTOSUITE,)  # of a presentation as a proof in OpenID4VCI
TYPE = "openid4vci-proof+jwt"
WINDOW_SECONDS = 300  # by which a wallet's clock, and its user's patience, may differ from ours
# An attestation of the key would have to be checked against somebody whom we trust; nobody is.
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid", "jwk"})
_PRESENTATION_MEMBERS = frozenset({"@context", "id", "type", "holder", "proof"})
_MAX_NAME_CHARACTERS = 3_000  # of a did:jwk of the largest key that is taken

Document = dict[str, Any]


class BadProof(Exception):
    """It proves nothing; the text says why, in plain ASCII for whoever makes the wallet."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A wallet that holds a key: `holder` is its DID. `nonce` None = the proof was not made for one."""

    holder: str
    nonce: str | None


def of_token(token: str, *, audience: str, now: datetime) -> Proven:
    """The wallet that signed a key proof of type `jwt` for us just now. Raises BadProof."""
    try:
        header = header_of(token)
        holder, key = _named(header)
        keys = {"keys": [{**key, "kid": header.get("kid")}]}
        claims = claims_of(token, keys, algorithms=ALGORITHMS, header_members=_HEADER_MEMBERS)
    except BadToken as error:
        raise BadProof(f"The key proof does not hold: {error}") from error
    if header.get("typ") != TYPE:
        raise BadProof(f"The typ of a key proof is {TYPE}")
    if claims.get("aud") != audience:
        raise BadProof("The key proof was made for another issuer: aud is the Credential Issuer Identifier")
    made_at = seconds(claims.get("iat"))
    if made_at is None or abs(made_at - int(now.timestamp())) > WINDOW_SECONDS:
        raise BadProof(f"iat says when the key proof was made, at most {WINDOW_SECONDS} seconds ago")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str | None):
        raise BadProof("nonce is the text that the nonce endpoint gave")
    return Proven(holder, nonce)


def of_presentation(presentation: Any, *, domain: str, now: datetime) -> Proven:
    """The wallet that signed a key proof of type `di_vp` for us. Raises BadProof."""
    proof = _signed(presentation)
    if proof.get("cryptosuite") not in CRYPTOSUITES:
        raise BadProof(f"The cryptosuite of the proof is one of {', '.join(CRYPTOSUITES)}")
    holder = _checked(presentation, Expectation(domain=domain, purpose=AUTHENTICATION), now)
    challenge = proof.get("challenge")
    return Proven(holder, challenge if isinstance(challenge, str) else None)


def of_answer(presentation: Any, *, challenge: str, domain: str, now: datetime) -> str:
    """The DID of the wallet that answered this challenge with a presentation of nothing but itself. Raises BadProof.

    Wallets that are opened by a link name no domain; one that names a domain must name ours.
    """
    stated = _signed(presentation).get("domain")
    expected = Expectation(challenge=challenge, domain=None if stated is None else domain, purpose=AUTHENTICATION)
    return _checked(presentation, expected, now)


def _named(header: Document) -> tuple[str, Document]:
    """The DID and the key that a token names: as `jwk`, or by the name of a key that describes itself."""
    kid, jwk = header.get("kid"), header.get("jwk")
    if (kid is None) == (jwk is None):
        raise BadProof("The header names the key once, as kid or as jwk")
    try:
        if isinstance(jwk, dict):
            return f"{dids.DID_KEY}{multibase_of(jwk)}", jwk
        if isinstance(kid, str) and len(kid) <= _MAX_NAME_CHARACTERS:
            return dids.key_of(kid)
    except InvalidInput as error:
        raise BadProof(f"The key cannot be used: {error.detail}") from error
    raise BadProof("kid is the address of a key in a did:key or did:jwk, and jwk a public key")


def _signed(presentation: Any) -> Document:
    """The one proof of a presentation that says nothing but who presents it. Raises BadProof.

    No credentials and nothing nested: what a wallet proves to us is its key, and nothing has to be looked at for long.
    """
    if not isinstance(presentation, dict) or not presentation.keys() <= _PRESENTATION_MEMBERS:
        raise BadProof("Send a presentation with a holder and a proof, and nothing in it")
    proofs = presentation.get("proof")
    proof = proofs[0] if isinstance(proofs, list) and len(proofs) == 1 else proofs
    if not isinstance(proof, dict):
        raise BadProof("The presentation is signed once: proof is an object")
    plain = [*proof.values(), *(value for name, value in presentation.items() if name != "proof")]
    if not all(_is_plain(value) for value in plain):
        raise BadProof("Members of the presentation and its proof are texts")
    return proof


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _checked(presentation: Document, expected: Expectation, now: datetime) -> str:
    holder = presentation.get("holder")
    if not isinstance(holder, str) or len(holder) > _MAX_NAME_CHARACTERS or not dids.is_self_describing(holder):
        raise BadProof("The holder is a did:key or did:jwk")
    question = Question(now=now, resolve=_NobodyToAsk(), expected=expected)
    try:
        rules.check_presentation(presentation)
        embedded.check(presentation, author=holder, purposes=frozenset({AUTHENTICATION}), question=question)
    except CredentialRefused as error:
        raise BadProof(f"The presentation does not hold: {error.detail}") from error
    return holder


class _NobodyToAsk:
    """A resolver without a world around it: keys of wallets describe themselves."""

    def key(self, verification_method: str, *, issuer_id: str) -> Missing:
        del verification_method, issuer_id
        return Missing()

    def status_list(self, url: str) -> Unreachable:
        del url
        return Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        del url
        return Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id
        return None

    def further_entries(self, credential_id: str) -> tuple[()]:
        del credential_id
        return ()
