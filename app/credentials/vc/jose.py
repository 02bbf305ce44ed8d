"""Credentials and presentations of any kind as tokens: what is put into one, and what one must look like.

Apart from `proofs.vc_jwt`, which is Open Badges' form: here nothing but the W3C's own types of tokens is made and
taken, and `vc` and `vp` claims are none. The caller has the key. Source: Securing VCs using JOSE and COSE 1.0,
sections 3.1 and 4.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.credentials import jsonld, strict_json
from app.credentials.jsonld.general import GENERAL
from app.credentials.multibase import base64url, from_base64url
from app.credentials.vc import rules
from app.credentials.vc.refusal import refused, refusing
from app.credentials.verify.shape import is_uri, types_of
from app.errors import InvalidInput, TooLarge

MAX_CHARACTERS = 1_400_000
_COMMON = frozenset({"@context", "id", "type", "name", "description", "termsOfUse"})
_CREDENTIAL_MEMBERS = _COMMON | {
    "confidenceMethod",
    "credentialSchema",
    "credentialStatus",
    "credentialSubject",
    "evidence",
    "issuer",
    "refreshService",
    "relatedResource",
    "renderMethod",
    "validFrom",
    "validUntil",
}
_PRESENTATION_MEMBERS = _COMMON | {"holder", "verifiableCredential"}
_ENVELOPES = tuple(f"data:application/{kind}" for kind in ("vc+jwt", "vc+sd-jwt", "vc+cose", "vc-ld+jwt"))

Document = dict[str, Any]


class Kind(StrEnum):
    """What is in a token; the value is its content type, and the beginning of its type."""

    CREDENTIAL = "vc"
    PRESENTATION = "vp"

    @property
    def typ(self) -> str:
        """The `typ` of the header."""
        return f"{self.value}+jwt"


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A token that looks right; whether its signature holds is still to be asked."""

    algorithm: str
    document: Document
    signing_input: bytes
    signature: bytes


def issue(document: Document, *, kind: Kind, algorithm: str, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """The compact token of a conforming document that uses no word without a definition. Raises CredentialRefused.

    A vocabulary that takes in every word (`@vocab`) defines none of those that the document itself is made of: what
    its members are is then nobody's promise.
    """
    _check(document, kind)
    if kind is Kind.CREDENTIAL:
        with refusing():
            jsonld.canonicalise(document, contexts=GENERAL)
    known = _CREDENTIAL_MEMBERS if kind is Kind.CREDENTIAL else _PRESENTATION_MEMBERS
    if strangers := sorted(document.keys() - known - _defined(document["@context"])):
        raise refused("term.undefined", f"/{strangers[0]}", "No context defines this member")
    author = _author(document, kind)
    claims = document if author is None else {**document, "iss": author}
    header = {"alg": algorithm, "kid": kid, "typ": kind.typ, "cty": kind.value}
    signing_input = ".".join(base64url(strict_json.dumps(part)) for part in (header, claims))
    return f"{signing_input}.{base64url(sign(signing_input.encode('ascii')))}"


def read(token: str, *, kind: Kind) -> Unchecked:
    """A token whose header, claims and document are right. Raises CredentialRefused.

    Members and claims that are not known here are left alone, as the standard asks. Dates are not looked at: that is
    for whoever relies on the document, with a clock.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > MAX_CHARACTERS:  # noqa: PLR2004 - header, payload, signature
        raise refused("token.malformed", "", "This is not a compact signed token")
    try:
        header, claims = (strict_json.loads(from_base64url(part)) for part in parts[:2])
        signature = from_base64url(parts[2])
    except (InvalidInput, TooLarge) as error:
        raise refused("token.malformed", "", f"The token cannot be read: {error.detail}") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise refused("token.malformed", "", "Header and payload of a token are objects")
    _check_header(header, kind)
    if present := sorted({"vc", "vp"} & claims.keys()):
        raise refused("token.claims", f"/{present[0]}", "Such a claim does not belong into a token of this type")
    _check(claims, kind)
    _check_author(header, claims, kind)
    signing_input = token.rpartition(".")[0].encode("ascii")
    return Unchecked(str(header["alg"]), claims, signing_input, signature)


def _check_header(header: Document, kind: Kind) -> None:
    if not isinstance(header.get("alg"), str) or header["alg"].lower() == "none":
        raise refused("token.alg", "/alg", "The token is not signed")
    if "crit" in header or header.get("b64", True) is not True:
        raise refused("token.header", "/crit", "The token asks for something that is not known here")
    if header.get("typ") != kind.typ or header.get("cty", kind.value) != kind.value:
        raise refused("token.type", "/typ", f"The token is not one of type {kind.typ}")


def _check(document: Document, kind: Kind) -> None:
    if kind is Kind.CREDENTIAL:
        rules.check_credential(document)
        return
    rules.check_presentation(document)
    for position, held in enumerate(rules.credentials_of(document)):
        address = held.get("id")
        is_envelope = types_of(held) == {rules.ENVELOPED_CREDENTIAL} and isinstance(address, str)
        if not is_envelope or not str(address).startswith(_ENVELOPES):
            pointer = f"/verifiableCredential/{position}"
            raise refused("envelope", pointer, "A credential in it is not secured in an envelope")


def _author(document: Document, kind: Kind) -> str | None:
    said = document.get("issuer" if kind is Kind.CREDENTIAL else "holder")
    identifier = said.get("id") if isinstance(said, dict) else said
    return identifier if isinstance(identifier, str) else None


def _check_author(header: Document, claims: Document, kind: Kind) -> None:
    author = _author(claims, kind)
    if "iss" in claims:
        if author is not None and claims["iss"] != author:
            raise refused("token.iss", "/iss", "The token names another author than the document in it")
    elif author is not None and not is_uri(header.get("kid")):
        raise refused("token.kid", "/kid", "A token without iss names its key by an address")


def _defined(contexts: list[Any]) -> frozenset[str]:
    """The words that the contexts of a document define one by one."""
    found: set[str] = set()
    for context in contexts:
        definitions = (
            GENERAL.load(context)["@context"] if isinstance(context, str) and GENERAL.knows(context) else context
        )
        for each in definitions if isinstance(definitions, list) else [definitions]:
            found |= (
                {word for word, meaning in each.items() if meaning is not None} if isinstance(each, dict) else set()
            )
    return frozenset(word for word in found if not word.startswith("@"))
