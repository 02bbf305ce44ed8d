"""The words of Open Badges 2.0: each with the address it stands for. Facts of the published context, never fetched.

Source: the context at https://w3id.org/openbadges/v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONTEXTS_2 = frozenset({"https://w3id.org/openbadges/v2", "https://openbadgespec.org/v2/context.json"})
CONTEXTS_1 = frozenset({"https://w3id.org/openbadges/v1", "https://openbadgespec.org/v1/context.json"})
# The extensions that 1EdTech itself publishes; their contexts define words of their own and touch none of these.
EXTENSIONS = "https://w3id.org/openbadges/extensions/"

PREFIXES = {
    "cred": "https://w3id.org/credentials#",
    "dc": "http://purl.org/dc/terms/",
    "extensions": "https://w3id.org/openbadges/extensions#",
    "obi": "https://w3id.org/openbadges#",
    "schema": "http://schema.org/",
    "sec": "https://w3id.org/security#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Named by the vocabulary of Open Badges itself: `obi:` and the same word.
_CLASSES_OF_ITS_OWN = (
    "Assertion", "BadgeClass", "Criteria", "Evidence", "Extension", "FrameValidation", "HostedBadge", "IdentityObject",
    "Image", "Issuer", "Profile", "RevocationList", "SignedBadge", "TypeValidation", "VerificationObject",
)  # fmt: skip
_CLASSES = {name: f"obi:{name}" for name in _CLASSES_OF_ITS_OWN} | {
    "AlignmentObject": "schema:AlignmentObject",
    "CryptographicKey": "sec:Key",
    "Endorsement": "cred:Credential",
    "hosted": "obi:HostedBadge",
    "signed": "obi:SignedBadge",
}
_TEXTS = {
    "allowedOrigins": "obi:allowedOrigins",
    "audience": "obi:audience",
    "caption": "schema:caption",
    "description": "schema:description",
    "email": "schema:email",
    "endorsementComment": "obi:endorsementComment",
    "genre": "schema:genre",
    "identity": "obi:identityHash",
    "name": "schema:name",
    "narrative": "obi:narrative",
    "publicKeyPem": "sec:publicKeyPem",
    "revocationReason": "obi:revocationReason",
    "revokedAssertions": "obi:revoked",
    "salt": "obi:salt",
    "startsWith": "http://purl.org/dqm-vocabulary/v1/dqm#startsWith",
    "tags": "schema:keywords",
    "targetCode": "obi:targetCode",
    "targetDescription": "schema:targetDescription",
    "targetFramework": "schema:targetFramework",
    "targetName": "schema:targetName",
    "targetUrl": "schema:targetUrl",
    "telephone": "schema:telephone",
    "uid": "obi:uid",
    "validatesType": "obi:validatesType",
    "validation": "obi:validation",
    "validationFrame": "obi:validationFrame",
    "validationSchema": "obi:validationSchema",
    "verificationProperty": "obi:verificationProperty",
    "version": "schema:version",
}
_LINKS = {
    "alignment": "obi:alignment",
    "author": "schema:author",
    "badge": "obi:badge",
    "claim": "cred:claim",
    "creator": "dc:creator",
    "criteria": "obi:criteria",
    "endorsement": "cred:credential",
    "evidence": "obi:evidence",
    "image": "schema:image",
    "issuer": "obi:issuer",
    "owner": "sec:owner",
    "publicKey": "sec:publicKey",
    "recipient": "obi:recipient",
    "related": "dc:relation",
    "revocationList": "obi:revocationList",
    "url": "schema:url",
    "verification": "obi:verify",
}
_DATES = {"created": "dc:created", "expires": "sec:expiration", "issuedOn": "obi:issueDate"}
_YES_OR_NO = {"hashed": "obi:hashed", "revoked": "obi:revoked"}

CLASSES = frozenset(_CLASSES) - {"hosted", "signed"}


def iri_of(word: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """The address that `prefix:name` stands for; a word of another form as it is."""
    prefix, colon, name = word.partition(":")
    return prefixes[prefix] + name if colon and prefix in prefixes and not name.startswith("//") else word


def _defined() -> dict[str, tuple[str, str]]:
    plain = {**PREFIXES, **_CLASSES, **_TEXTS, "id": "@id", "type": "@type"}
    defined = {term: (iri_of(iri), "") for term, iri in plain.items()}
    for kind, terms in (("@id", _LINKS), (iri_of("xsd:dateTime"), _DATES), (iri_of("xsd:boolean"), _YES_OR_NO)):
        defined |= {term: (iri_of(iri), kind) for term, iri in terms.items()}
    return defined | {"verify": (iri_of("obi:verify"), "@id")}


# term -> (address, kind of value: "" text, "@id" address, or a datatype)
DEFINITIONS = _defined()
MEMBERS = frozenset(DEFINITIONS) - PREFIXES.keys() - _CLASSES.keys()
MEANINGS = frozenset(DEFINITIONS[term][0] for term in MEMBERS)


def definition_of(written: Any, prefixes: Mapping[str, str] = PREFIXES) -> tuple[str, str] | None:
    """A definition as an inline context writes it, in the form of DEFINITIONS; None = more than an address and a kind.

    A context may say that one term is another (`verify` is `verification`); then it has that one's definition.
    """
    if isinstance(written, str):
        return DEFINITIONS[written] if written in MEMBERS else (iri_of(written, prefixes), "")
    if not isinstance(written, dict) or not written.keys() <= {"@id", "@type"}:
        return None
    address, kind = written.get("@id"), written.get("@type", "")
    if not isinstance(address, str) or not isinstance(kind, str):
        return None
    return iri_of(address, prefixes), iri_of(kind, prefixes)
