"""Rules on the subject, the achievement and the classes inside them."""

from __future__ import annotations

import re
from typing import Any

from app.credentials.lint.registry import CREDENTIALS, OF_A_PERSON, Document, Found, is_text, is_uri, rule, types
from app.credentials.lint.vocabulary import (
    ACHIEVEMENT_TYPES,
    CLOSED_CLASSES,
    IDENTITY_TYPES,
    RESULT_TYPES,
    TARGET_TYPES,
)

_SHA256 = re.compile(r"sha256\$[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")  # as the JSON Schema has it
_EXTENSION = re.compile(r"ext:[A-Za-z0-9.|_\-]+")
_ENUMERATIONS = {
    "achievementType": ACHIEVEMENT_TYPES,
    "resultType": RESULT_TYPES,
    "targetType": TARGET_TYPES,
    "identityType": IDENTITY_TYPES,
    "identifierType": IDENTITY_TYPES,
}


@rule("OB3-09", "OB 3.0 data model, OpenBadgeCredential.credentialSubject: exactly one")
def one_subject(document: Document) -> Found:
    """One badge is about one person and one achievement."""
    if "AchievementSubject" not in types(document.at("credentialSubject")):
        yield "/credentialSubject", "There must be exactly one subject, an AchievementSubject"


@rule("OB3-10", "OB 3.0 VC-JWT: sub equals credentialSubject.id, so the subject has an id")
def subject_id(document: Document) -> Found:
    """Each badge is also made as a token, which needs the id."""
    if not is_uri(document.at("credentialSubject").get("id")):
        yield "/credentialSubject/id", "The subject needs an id"


@rule("OB3-11", "OB 3.0 data model, Achievement: id, type, name, description, criteria")
def achievement_members(document: Document) -> Found:
    """What every reader relies on."""
    achievement = document.at("credentialSubject", "achievement")
    if not is_uri(achievement.get("id")) or "Achievement" not in types(achievement):
        yield "/credentialSubject/achievement", "The achievement needs an id and the type Achievement"
    for name in ("name", "description"):
        if not is_text(achievement.get(name)):
            yield f"/credentialSubject/achievement/{name}", "The achievement needs a name and a description"


@rule("OB3-12", "OB 3.0 data model, Criteria; 1EdTech validator: id or narrative")
def criteria(document: Document) -> Found:
    """Nobody can judge an achievement that does not say what it takes."""
    stated = document.at("credentialSubject", "achievement", "criteria")
    if not is_uri(stated.get("id")) and not is_text(stated.get("narrative")):
        yield "/credentialSubject/achievement/criteria", "The criteria need a text or an address"


@rule("OB3-13", "OB 3.0 data model, IdentityObject", kind=OF_A_PERSON)
def identity_objects(document: Document) -> Found:
    """A closed class with exact spellings."""
    listed = document.at("credentialSubject").get("identifier", [])
    for position, each in enumerate(listed if isinstance(listed, list) else []):
        good = isinstance(each, dict) and each.get("type") == "IdentityObject" and isinstance(each.get("hashed"), bool)
        if not good or not is_text(each.get("identityHash")) or not is_text(each.get("identityType")):
            yield f"/credentialSubject/identifier/{position}", "An identity needs type, hashed, hash and identity type"


@rule("OB3-14", "OB 3.0 data model, IdentityHash: algorithm, dollar sign, hex digits", kind=OF_A_PERSON)
def identity_hashes(document: Document) -> Found:
    """MD5 is legal in the standard and refused here."""
    for pointer, each in document.of("IdentityObject"):
        if each.get("hashed") is True and not _SHA256.fullmatch(str(each.get("identityHash"))):
            yield f"{pointer}/identityHash", "A hashed identity must be sha256$ and 64 hex digits"


@rule("OB3-16", "OB 3.0 data model, Image: an object with id and type Image", kind=CREDENTIALS)
def images(document: Document) -> Found:
    """A bare address was right in Open Badges 2.0 and is refused by the schema now."""
    for parent, _, value in document.named({"image"}):
        if not _is_image(value):
            yield f"{parent}/image", "An image must be an object with an address and the type Image"


def _is_image(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "Image" and is_uri(value.get("id"))


@rule("OB3-17", "OB 3.0 data model: AchievementType, ResultType, AlignmentTargetType, IdentifierTypeEnum")
def enumerations(document: Document) -> Found:
    """A value of ours starts with `ext:` and has no second colon."""
    for parent, name, value in document.named(_ENUMERATIONS):
        if str(value) not in _ENUMERATIONS[name] and not _EXTENSION.fullmatch(str(value)):
            yield f"{parent}/{name}", "The value is neither one of the standard nor an extension that starts with ext:"


@rule("EVIDENCE-01", "OB 3.0 data model, Evidence.type; 1EdTech validator: each is of type Evidence")
def evidence(document: Document) -> Found:
    """Evidence belongs to the credential, not to its subject."""
    listed = document.root.get("evidence", [])
    for position, each in enumerate(listed if isinstance(listed, list) else [listed]):
        if not isinstance(each, dict) or "Evidence" not in types(each):
            yield f"/evidence/{position}", "Evidence must be an object of type Evidence"


@rule("OB3-18", "OB 3.0 data model, Alignment: type, targetName, targetUrl")
def alignments(document: Document) -> Found:
    """A skill that is named and can be looked up."""
    listed = document.at("credentialSubject", "achievement").get("alignment", [])
    for position, each in enumerate(listed if isinstance(listed, list) else []):
        good = isinstance(each, dict) and "Alignment" in types(each)
        if not good or not is_text(each.get("targetName")) or not is_uri(each.get("targetUrl")):
            yield f"/credentialSubject/achievement/alignment/{position}", "An alignment needs a name and an address"


@rule("OB3-76", "OB 3.0 data model, Related: id, type; implementation guide: the BadgeClass of Open Badges 2.0")
def related(document: Document) -> Found:
    """An achievement may name itself in another generation or language; types that no context defines stand in full."""
    listed = document.at("credentialSubject", "achievement").get("related", [])
    for position, each in enumerate(listed if isinstance(listed, list) else []):
        pointer = f"/credentialSubject/achievement/related/{position}"
        named = types(each) if isinstance(each, dict) else []
        if "Related" not in named or not is_uri(each.get("id")):
            yield pointer, "A related achievement needs an id and the type Related"
        if any(name != "Related" and not is_uri(name) for name in named):
            yield f"{pointer}/type", "A further type of a related achievement must be an absolute address"
        if isinstance(each, dict) and not _LANGUAGE.fullmatch(str(each.get("inLanguage", "en"))):
            yield f"{pointer}/inLanguage", "The language of a related achievement must be a tag such as es or pt-BR"


@rule("OB3-22", "OB 3.0 JSON Schema: closed classes carry no other members", kind=CREDENTIALS)
def closed_classes(document: Document) -> Found:
    """One extra member makes the whole badge invalid for the 1EdTech validator."""
    for name, members in CLOSED_CLASSES.items():
        for pointer, each in document.of(name):
            for stranger in sorted(each.keys() - members):
                yield f"{pointer}/{stranger}", f"An object of type {name} may not have this member"


@rule("PROFILE-01", "OB 3.0 data model, Profile.id: an absolute address", kind=None)
def profiles(document: Document) -> Found:
    """Creator and parent organisation are profiles too."""
    for pointer, each in document.of("Profile"):
        if not is_uri(each.get("id")):
            yield f"{pointer}/id", "A profile needs an absolute address as its id"
