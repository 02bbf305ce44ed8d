"""The only way to a signature: `prepare` lints and freezes a document, `sign` takes nothing else (OB3-26).

What was signed is checked with the public keys before anybody sees it, and compared with what was prepared: the
signed form must be the intended form and nothing more.
"""

from __future__ import annotations

import json
from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import Any

from app.credentials import clr, endorsement, ob3, strict_json
from app.credentials.keys import SigningKey, verification_method_of
from app.credentials.lint import examine
from app.credentials.model import Algorithm, Award, Endorsement, Record, StatusListFacts
from app.credentials.proofs import eddsa_rdfc, vc_jwt
from app.errors import InvalidInput, LintFailed, SelfVerificationFailed

_TOKEN = object()  # known to `_freeze` alone: nobody else can make a Prepared


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that passed its lint, frozen as bytes. Made by `prepare` and its sisters only."""

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


def prepare_endorsement(facts: Endorsement) -> Prepared:
    """The document of an endorsement, linted and frozen. Raises as `prepare` does."""
    return _freeze(endorsement.endorsement_document(facts), typ="JWT")


def prepare_record(facts: Record) -> Prepared:
    """The document of a learner record, linted and frozen; sign it with `sign_embedded`. Raises as `prepare` does.

    1EdTech's validator stumbles over records that are tokens.
    """
    return _freeze(clr.record_document(facts), typ="JWT")


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
    _check_kinds(embedded=embedded, token=token)
    document = _document_of(prepared)
    for key in (embedded, token):
        _check_owner(document, key)
    return Signed(json=_embedded(prepared, document, embedded, created), jwt=_token(prepared, document, token))


def sign_embedded(prepared: Prepared, *, key: SigningKey, created: datetime) -> bytes:
    """As `sign`, and only the form with the proof inside."""
    _check_kinds(embedded=key)
    document = _document_of(prepared)
    _check_owner(document, key)
    return _embedded(prepared, document, key, created)


def sign_token(prepared: Prepared, *, key: SigningKey) -> bytes:
    """As `sign`, and only the token."""
    _check_kinds(token=key)
    document = _document_of(prepared)
    _check_owner(document, key)
    return _token(prepared, document, key)


def _document_of(prepared: Prepared) -> dict[str, Any]:
    if type(prepared) is not Prepared:
        raise TypeError("Only what prepare() returned can be signed")
    document: dict[str, Any] = json.loads(prepared.json)  # not strictly: the bytes are our own
    return document


def _check_kinds(*, embedded: SigningKey | None = None, token: SigningKey | None = None) -> None:
    unfit_embedded = embedded is not None and embedded.algorithm is not Algorithm.ED25519
    if unfit_embedded or (token is not None and token.algorithm is Algorithm.ED25519):
        raise InvalidInput("An embedded proof takes an Ed25519 key, and a token a key of another kind")


def _check_owner(document: dict[str, Any], key: SigningKey) -> None:
    """A key signs for its own issuer only: verifiers compare the key's address with `issuer.id` (OB3-36).

    A token may name its key by an https address instead, which says nothing of the issuer (OB3-30).
    """
    issuer = document["issuer"]
    issuer_id = issuer["id"] if isinstance(issuer, dict) else issuer
    is_of_tokens = key.algorithm is not Algorithm.ED25519
    by_address = is_of_tokens and key.verification_method.startswith(("https://", "http://"))
    if not by_address and key.verification_method != verification_method_of(issuer_id, key.kid):
        raise InvalidInput("The key belongs to another issuer than the document", issuer=issuer_id)


def _embedded(prepared: Prepared, document: dict[str, Any], key: SigningKey, created: datetime) -> bytes:
    proof, signed = eddsa_rdfc.sign_hash(document, key=key, created=created, canonical=prepared.canonical)
    data = _beginning(prepared) + strict_json.dumps([proof]) + b"}"
    _check_embedded(prepared, document, data, key, proof=proof, signed=signed)
    return data


def _beginning(prepared: Prepared) -> bytes:
    """The bytes of the document with its proof, up to the proofs."""
    return prepared.json[:-1] + b',"proof":'


def _token(prepared: Prepared, document: dict[str, Any], key: SigningKey) -> bytes:
    token = vc_jwt.sign(document, key=key, typ=prepared.typ)
    _check_token(document, token, key)
    return token.encode("ascii")


def _check_embedded(
    prepared: Prepared, expected: dict[str, Any], data: bytes, key: SigningKey, *, proof: dict[str, Any], signed: bytes
) -> None:
    """The bytes to be stored, read back: the proof holds, and without it they say exactly what was prepared.

    The canonical forms are not computed again: they were computed from a document and from options that are compared
    here member by member.
    """
    document = strict_json.loads(data)
    (found,) = document.pop("proof")
    if document != expected or found != proof or not data.startswith(_beginning(prepared)):
        raise SelfVerificationFailed("The document with its proof is not the one that was prepared", form="embedded")
    verdict = eddsa_rdfc.verify_hash(signed, found, key.public_jwk)
    if not verdict or found["verificationMethod"] != key.verification_method:
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
