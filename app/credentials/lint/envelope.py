"""Rules on the credential around the achievement, and on how JSON is written."""

from __future__ import annotations

import re
from typing import Any

from app.credentials import extensions
from app.credentials.lint.registry import CREDENTIALS, Document, Found, Kind, is_text, is_uri, rule, types
from app.credentials.ob3 import CONTEXTS
from app.credentials.timestamps import from_rfc3339
from app.errors import InvalidInput

_DATES = ("validFrom", "validUntil", "awardedDate", "activityStartDate", "activityEndDate")
_WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ARRAYS = frozenset(
    {"identifier", "evidence", "alignment", "tag", "result", "resultDescription", "otherIdentifier", "endorsement"}
    | {"endorsementJwt", "related", "allowedValue", "credentialSchema"}
)
_CLAIMS = ("iss", "jti", "nbf", "sub", "exp", "iat", "aud", "vc")
_MAY_BE_EMPTY = (str, list, dict)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@rule(
    "OB3-01",
    "OB 3.0 data model, OpenBadgeCredential.@context: these two URLs first, in this order",
    kind=frozenset({Kind.BADGE, Kind.ENDORSEMENT}),
)
def contexts_in_order(document: Document) -> Found:
    """Verifiers compare the first two contexts as text."""
    if _contexts(document)[:2] != list(CONTEXTS[:2]):
        yield "/@context", "The credentials context and then context-3.0.3 must come first"


@rule("OB3-02", "OB 3.0 certification guide 1.3; 1EdTech validator issue 64", kind=CREDENTIALS)
def extension_context(document: Document) -> Found:
    """Types of 1EdTech are defined in a context of their own."""
    used = any(name.startswith("1EdTech") for name in document.type_names())
    if used and CONTEXTS[2] not in _contexts(document):
        yield "/@context", "A 1EdTech type is used without the context that defines it"


def _contexts(document: Document) -> list[Any]:
    named = document.root.get("@context")
    return named if isinstance(named, list) else []


@rule("OB3-04", "OB 3.0 data model, OpenBadgeCredential.type")
def credential_types(document: Document) -> Found:
    """What kind of credential this is."""
    named = types(document.root)
    if "VerifiableCredential" not in named or not {"OpenBadgeCredential", "AchievementCredential"} & {*map(str, named)}:
        yield "/type", "The type must name VerifiableCredential and OpenBadgeCredential"


@rule("OB3-05", "OB 3.0 data model, OpenBadgeCredential.id", kind=None)
def credential_id(document: Document) -> Found:
    """The id is what equality and re-issue hang on."""
    if not is_uri(document.root.get("id")):
        yield "/id", "A credential needs an absolute address as its id"


@rule(
    "OB3-06",
    "OB 3.0 data model, OpenBadgeCredential.issuer; 1EdTech validator: an object of type Profile",
    kind=CREDENTIALS,
)
def issuer_profile(document: Document) -> Found:
    """The validator refuses an issuer that is only an address."""
    issuer = document.at("issuer")
    if not is_uri(issuer.get("id")) or "Profile" not in types(issuer) or not is_text(issuer.get("name")):
        yield "/issuer", "The issuer must be a Profile with an id and a name"


@rule("OB3-07", "OB 3.0 data model, DateTimeZ; VC-JWT nbf equals validFrom", kind=None)
def moments(document: Document) -> Found:
    """Moments are RFC 3339 in UTC; parts of a second would make a token differ from its document."""
    if "validFrom" not in document.root:
        yield "/validFrom", "The credential must say from when it is valid"
    for parent, name, value in document.named(_DATES):
        if not _is_moment(value):
            yield f"{parent}/{name}", "A moment must be written like 2026-03-01T09:00:00Z"


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not _WHOLE_SECONDS.fullmatch(value):
        return False
    try:
        from_rfc3339(value)
    except InvalidInput:
        return False
    return True


@rule("OB3-08", "VC data model 2.0, section 4.9: validUntil is not before validFrom", kind=None)
def validity_period(document: Document) -> Found:
    """Compared as text: all moments have one form (OB3-07)."""
    start, end = document.root.get("validFrom"), document.root.get("validUntil")
    if isinstance(start, str) and isinstance(end, str) and end <= start:
        yield "/validUntil", "The badge would end before it begins"


@rule("OB3-20", "OB 3.0 serialization: sets are arrays, also with one value", kind=CREDENTIALS)
def arrays(document: Document) -> Found:
    """Only `type`, `proof`, `credentialSchema` and `termsOfUse` could be a bare value; arrays suit every schema."""
    for parent, name, value in document.named(_ARRAYS):
        if not isinstance(value, list) and not _is_reference(parent, name, document):
            yield f"{parent}/{name}", "This member must be an array"


def _is_reference(parent: str, name: str, document: Document) -> bool:
    """`resultDescription` of a Result names one description; that of an Achievement is the set of them."""
    return name == "resultDescription" and any(parent == place for place, _ in document.of("Result"))


@rule("OB3-21", "OB 3.0 serialization: no nulls, no empty arrays, native numbers and booleans", kind=None)
def nothing_empty(document: Document) -> Found:
    """An absent member and an empty one would be two spellings of the same thing."""
    for parent, name, value in document.members():
        if value is None or (not value and isinstance(value, _MAY_BE_EMPTY)):
            yield f"{parent}/{name}", "A member that says nothing must be left out"
        if isinstance(value, list) and any(item is None or isinstance(item, list) for item in value):
            yield f"{parent}/{name}", "An array must not hold nothing or another array"
    for parent, name, value in document.named({"creditsAvailable", "creditsEarned"}):
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{parent}/{name}", "A number must be written as a number"


@rule(
    "OB3-23", "OB 3.0 verification, step 1: credentialSchema of type 1EdTechJsonSchemaValidator2019", kind=CREDENTIALS
)
def schemas(document: Document) -> Found:
    """Verifiers fetch each schema and apply it."""
    listed = document.root.get("credentialSchema", [])
    for position, each in enumerate(listed if isinstance(listed, list) else [listed]):
        known = isinstance(each, dict) and each.get("type") == "1EdTechJsonSchemaValidator2019"
        if not known or not is_uri(each.get("id")):
            yield f"/credentialSchema/{position}", "A schema needs an address and the 1EdTech type"


@rule(
    "OB3-25",
    "OB 3.0 extending: extension members need a context and a schema; those of 1EdTech stand in full",
    kind=CREDENTIALS,
)
def no_extension_members(document: Document) -> Found:
    """A member name with a colon would pass JSON-LD as an address of its own."""
    strangers = {name for name in document.names() if ":" in name} - set(extensions.MEMBERS)
    for parent, name, _ in document.named(strangers):
        yield f"{parent}/{name}", "A member is named like an extension that no context defines"


@rule("OB3-26", "OB 3.0 proofs; a document is signed once, from its unsigned form", kind=None)
def not_signed_yet(document: Document) -> Found:
    """The proof covers everything but `proof`, so nothing may hide there."""
    if "proof" in document.root:
        yield "/proof", "The document to be signed already has a proof"


@rule("OB3-32", "OB 3.0 VC-JWT: registered claims are made from the document, never found in it", kind=None)
def no_claims(document: Document) -> Found:
    """A document with `exp` in it could say one thing as JSON and another as a token."""
    for name in _CLAIMS:
        if name in document.root:
            yield f"/{name}", "This member is a claim of the token and not a part of the document"


@rule("OB3-77", "OB 3.0 data model, name and awardedDate: always stated, as validFrom moves when a badge is re-issued")
def name_and_award_date(document: Document) -> Found:
    """Older schemas require the name; without `awardedDate` a re-issued badge looks newly earned."""
    for name in ("name", "awardedDate"):
        if not is_text(document.root.get(name)):
            yield f"/{name}", "The badge must say its name and when it was earned"


@rule("TEXT-01", "RDF 1.1 N-Quads, canonical form: processors disagree on control characters", kind=None)
def no_control_characters(document: Document) -> Found:
    """A text with a stray control character gets two canonical forms in the field, and so two verdicts."""
    # One look at all texts costs a tenth of one at each; no character of control is printable.
    texts = [value for _, _, value in document.members() if type(value) is str]
    for _, _, value in document.members():
        if type(value) is list:
            texts += [item for item in value if type(item) is str]
    if "".join(texts).replace("\n", "").isprintable():
        return
    for parent, name, value in document.members():
        items = value if isinstance(value, list) else (value,)
        if any(isinstance(item, str) and _CONTROL.search(item) for item in items):
            yield f"{parent}/{name}", "The text holds a control character"
