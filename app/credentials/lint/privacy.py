"""Rules on what a badge gives away about a person. A badge is copied and kept for ever."""

from __future__ import annotations

import re

from app.credentials.lint.registry import OF_A_PERSON, Document, Found, is_uri, rule

_UUID_4 = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SALT_HEX_DIGITS = 32
_SALT_CHARACTERS = 22  # 128 bits in base64url


@rule(
    "OB3-15", "OB 3.0 data model, IdentityObject.salt; T36: at least 128 random bits for each badge", kind=OF_A_PERSON
)
def salts(document: Document) -> Found:
    """Without a strong salt, a list of addresses is enough to find whose badge this is."""
    for pointer, each in document.of("IdentityObject"):
        salt = str(each.get("salt", ""))
        shortest = _SALT_HEX_DIGITS if _HEX.fullmatch(salt) else _SALT_CHARACTERS
        if each.get("hashed") is True and len(salt) < shortest:
            yield f"{pointer}/salt", "A hashed identity needs a salt of at least 128 bits"


@rule("OB3-87", "OB 3.0 implementation guide, Evidence.id: an address or urn, never a data: URI")
def evidence_ids(document: Document) -> Found:
    """A data: URI puts the evidence itself into the badge, once for each of its members."""
    for pointer, each in document.of("Evidence"):
        if "id" in each and (not is_uri(each["id"]) or not str(each["id"]).startswith(("https:", "http:", "urn:"))):
            yield f"{pointer}/id", "The id of evidence must be a web address or a urn"


@rule("PRIVACY-01", "OB 3.0 and VC-JWT sub: a mailto: id would publish the address", kind=None)
def no_mail_addresses_as_ids(document: Document) -> Found:
    """The id is repeated in the token's `sub` and in every copy."""
    for parent, _, value in document.named({"id"}):
        if str(value)[:7].lower() == "mailto:":
            yield f"{parent}/id", "An id must not be a mail address"


@rule(
    "PRIVACY-02",
    "OB 3.0 data model, IdentityObject.hashed: addresses and numbers of people only hashed",
    kind=OF_A_PERSON,
)
def only_names_in_plain(document: Document) -> Found:
    """The learner may agree to show a name; nothing else of a person is published in plain text."""
    for pointer, each in document.of("IdentityObject"):
        if each.get("hashed") is not True and each.get("identityType") != "ext:name":
            yield f"{pointer}/identityHash", "Only a name may be published in plain text"


@rule(
    "PRIVACY-03",
    "RFC 9562: a random UUID; OB3-73: never version 7; two badges of a person must not be linkable",
    kind=OF_A_PERSON,
)
def random_subject_ids(document: Document) -> Found:
    """Other versions tell the time or the machine, and Open Badges 2.0 validators refuse version 7."""
    subject_id = str(document.at("credentialSubject").get("id", ""))
    if subject_id.startswith("urn:uuid:") and not _UUID_4.fullmatch(subject_id):
        yield "/credentialSubject/id", "The id of the subject must be a random UUID (version 4)"
