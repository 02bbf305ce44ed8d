"""Rules on endorsements and learner records, and on signed documents inside another."""

from __future__ import annotations

import re
from typing import Any

from app.credentials.clr import CONTEXTS
from app.credentials.lint.registry import CREDENTIALS, Document, Found, Kind, is_text, is_uri, rule, types

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@rule("ENDORSEMENT-01", "OB 3.0 data model, EndorsementCredential.type and EndorsementSubject", kind=Kind.ENDORSEMENT)
def endorsement(document: Document) -> Found:
    """Without an id that others use for the thing, nobody can tell what is endorsed."""
    subject = document.at("credentialSubject")
    if "VerifiableCredential" not in types(document.root):
        yield "/type", "The type must name VerifiableCredential"
    if "EndorsementSubject" not in types(subject) or not is_uri(subject.get("id")):
        yield "/credentialSubject", "The subject must be an EndorsementSubject with the id of what is endorsed"
    if "endorsementComment" in subject and not is_text(subject["endorsementComment"]):
        yield "/credentialSubject/endorsementComment", "The comment must be a text"


@rule(
    "NAME-01",
    "OB 3.0, EndorsementCredential.name; CLR 2.0, ClrCredential.name: required",
    kind=frozenset({Kind.ENDORSEMENT, Kind.RECORD}),
)
def name(document: Document) -> Found:
    """What wallets show in a list."""
    if not is_text(document.root.get("name")):
        yield "/name", "The document must have a name"


@rule("CLR-01", "CLR 2.0 data model, ClrCredential.@context: these three first, in this order", kind=Kind.RECORD)
def record_contexts(document: Document) -> Found:
    """Verifiers compare the first three contexts as text."""
    named: Any = document.root.get("@context")
    if not isinstance(named, list) or named[:3] != list(CONTEXTS[:3]):
        yield "/@context", "The credentials context, then that of CLR 2.0.1, then context-3.0.3 must come first"


@rule("CLR-02", "CLR 2.0 data model, ClrCredential.type and ClrSubject", kind=Kind.RECORD)
def record(document: Document) -> Found:
    """A record of nothing would say of a person that there is nothing."""
    subject = document.at("credentialSubject")
    if "VerifiableCredential" not in types(document.root):
        yield "/type", "The type must name VerifiableCredential"
    if "ClrSubject" not in types(subject) or not is_uri(subject.get("id")):
        yield "/credentialSubject", "The subject must be a ClrSubject with an id"
    if not _are_signed(subject.get("verifiableCredential"), types_of_part=frozenset({"VerifiableCredential"})):
        yield "/credentialSubject/verifiableCredential", "The record must hold credentials, and each must be signed"


@rule(
    "OB3-45", "OB 3.0 data model, endorsement: an EndorsementCredential, which must itself be signed", kind=CREDENTIALS
)
def endorsements(document: Document) -> Found:
    """One without a proof makes validators refuse the whole badge."""
    for pointer, each in document.objects:
        if "endorsement" in each and not _are_signed(
            each["endorsement"], types_of_part=frozenset({"VerifiableCredential", "EndorsementCredential"})
        ):
            yield f"{pointer}/endorsement", "What is attached must be an endorsement, and signed"
        tokens = each.get("endorsementJwt", [])
        if isinstance(tokens, list) and not all(isinstance(token, str) and _TOKEN.fullmatch(token) for token in tokens):
            yield f"{pointer}/endorsementJwt", "An attached token must be compact, and signed"


def _are_signed(parts: Any, *, types_of_part: frozenset[str]) -> bool:
    """Whether these are documents of these types with an array of proofs; that the proofs hold is not looked at."""
    return (
        isinstance(parts, list)
        and parts != []
        and all(
            isinstance(part, dict)
            and types_of_part <= {str(name) for name in types(part)}
            and isinstance(part.get("proof"), list)
            and part["proof"] != []
            for part in parts
        )
    )
