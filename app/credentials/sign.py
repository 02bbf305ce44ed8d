"""The only way to a signature: `prepare` lints and freezes a document, `sign` takes nothing else (OB3-26).

What was signed is checked with the public keys before anybody sees it, and compared with what was prepared: the
signed form must be the intended form and nothing more.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import Any

from app.credentials import ob3, strict_json
from app.credentials.keys import SigningKey, verification_method_of
from app.credentials.lint import examine
from app.credentials.model import Algorithm, Award, StatusListFacts
from app.credentials.proofs import eddsa_rdfc, vc_jwt
from app.errors import InvalidInput, LintFailed, SelfVerificationFailed

_TOKEN = object()  # known to `_freeze` alone: nobody else can make a Prepared


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that passed its lint, frozen as bytes. Made by `prepare` and `prepare_status_list` only."""

    json: bytes  # the unsigned document
    canonical: bytes  # its canonical N-Quads, which the embedded proof covers
    typ: vc_jwt.Typ  # the `typ` of its token
    made_by: InitVar[object]

    def __post_init__(self, made_by: object) -> None:
        if made_by is not _TOKEN:
            raise TypeError("Only prepare() makes a Prepared: what was not linted cannot be signed")


@dataclass(frozen=True, slots=True)
class Signed:
    """The two forms of one signed document, ready to be stored and served byte for byte."""

    json: bytes  # ASCII JSON with the proof in an array
    jwt: bytes  # the bare compact token


def prepare(award: Award) -> Prepared:
    """The document of an award, linted and frozen. Raises LintFailed (`findings`), or InvalidInput for bad moments."""
    return _freeze(ob3.credential_document(award), typ="JWT")


def prepare_status_list(facts: StatusListFacts, encoded_list: str) -> Prepared:
    """The document of a status list, linted and frozen. Raises LintFailed (`findings`).

    Its token is typed `vc+jwt` and not `JWT`: the list is a W3C credential served as `application/vc+jwt`, and Open
    Badges' rule for `typ` binds badges only. The 1EdTech validator, openbadgeslib and jose accept either.
    """
    return _freeze(ob3.status_list_document(facts, encoded_list), typ="vc+jwt")


def _freeze(document: dict[str, Any], *, typ: vc_jwt.Typ) -> Prepared:
    findings, canonical = examine(document)
    if findings or canonical is None:
        raise LintFailed(
            "The document breaks a rule of the standard",
            findings=[
                {"rule": each.rule, "clause": each.clause, "pointer": each.pointer, "sentence": each.sentence}
                for each in findings
            ],
        )
    return Prepared(strict_json.dumps(document), canonical, typ, made_by=_TOKEN)


def sign(prepared: Prepared, *, embedded: SigningKey, token: SigningKey, created: datetime) -> Signed:
    """Both signed forms of a prepared document, already checked with the keys' public halves.

    `created` is the moment of signing, in whole seconds with a zone. Raises SelfVerificationFailed when a form does
    not verify or is not the prepared document, KeyUnavailable, and InvalidInput for a key of the wrong kind.
    """
    if type(prepared) is not Prepared:
        raise TypeError("sign() accepts what prepare() returned and nothing else")
    if embedded.algorithm is not Algorithm.ED25519 or token.algorithm is Algorithm.ED25519:
        raise InvalidInput("An embedded proof takes an Ed25519 key, and a token a key of another kind")
    document: dict[str, Any] = strict_json.loads(prepared.json)
    _check_owner(document, embedded, token)
    proof = eddsa_rdfc.sign(document, key=embedded, created=created, canonical=prepared.canonical)
    signed = Signed(
        json=strict_json.dumps({**document, "proof": [proof]}),
        jwt=vc_jwt.sign(document, key=token, typ=prepared.typ).encode("ascii"),
    )
    _check_embedded(prepared, signed.json, embedded)
    _check_token(document, signed.jwt.decode("ascii"), token)
    return signed


def _check_owner(document: dict[str, Any], embedded: SigningKey, token: SigningKey) -> None:
    """A key signs for its own issuer only: verifiers compare the key's address with `issuer.id` (OB3-36).

    A token may name its key by an https address instead, which says nothing of the issuer (OB3-30).
    """
    issuer = document["issuer"]
    issuer_id = issuer["id"] if isinstance(issuer, dict) else issuer
    for key in (embedded, token):
        by_address = key is token and key.verification_method.startswith(("https://", "http://"))
        if not by_address and key.verification_method != verification_method_of(issuer_id, key.kid):
            raise InvalidInput("The key belongs to another issuer than the document", issuer=issuer_id)


def _check_embedded(prepared: Prepared, data: bytes, key: SigningKey) -> None:
    """The bytes to be stored, read back: the proof holds, and without it they say exactly what was prepared.

    The canonical form is not computed again: it was computed from a document that is compared here member by member.
    """
    document = strict_json.loads(data)
    (proof,) = document.pop("proof")
    if strict_json.dumps(document) != prepared.json:
        raise SelfVerificationFailed("The document with its proof is not the one that was prepared", form="embedded")
    verdict = eddsa_rdfc.verify(document, proof, key.public_jwk, canonical=prepared.canonical)
    if not verdict or proof["verificationMethod"] != key.verification_method:
        raise SelfVerificationFailed(f"The embedded proof does not hold: {verdict.sentence}", form="embedded")


def _check_token(document: dict[str, Any], token: str, key: SigningKey) -> None:
    """The token, read back: its signature holds, its header names the key and its claims are the prepared document."""
    header, claims = vc_jwt.read(token)
    expected = strict_json.dumps({**document, **vc_jwt.claims_of(document)})
    if header.get("kid") != key.verification_method or strict_json.dumps(claims) != expected:
        raise SelfVerificationFailed("The token does not say what was prepared", form="token")
    verdict = vc_jwt.check_signature(token, header, key.public_jwk)
    if not verdict:
        raise SelfVerificationFailed(f"The token does not hold: {verdict.sentence}", form="token")
