"""What exactly is endorsed: the digest of a published version, so that words about it cover no other content."""

from __future__ import annotations

import base64
import hashlib
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials import model, ob3, strict_json
from app.issuing import achievement_documents, achievement_facts
from app.issuing.achievements import AchievementVersion
from app.issuing.office import Office

MEDIA_TYPE = "application/ld+json"
_VERSION = re.compile(r"([A-Za-z0-9_-]{22})/v([1-9][0-9]{0,5})", re.ASCII)


def published(version: AchievementVersion, *, in_language: str | None = None) -> bytes:
    """What is at the version's `.json` address: as badges carry it, with the contexts that give its words meaning.

    Endorsements name the digest of these bytes, so they must stay as they are. `in_language`: what is at the address
    of one of its languages; for the one that is signed, that is the same.
    """
    stated = strict_json.loads(version.document)
    if in_language is not None and in_language in version.facts.get("translations", ()):
        facts = achievement_facts.parse(version.facts)
        stated = achievement_documents.translated(stated, facts, in_language)
    return strict_json.dumps({"@context": list(ob3.CONTEXTS), **stated})


def version_at(session: Session, office: Office, about: str) -> AchievementVersion | None:
    """The published version at an address of ours, of whatever era; None when it names something else."""
    about = office.renamed(about)
    match = _VERSION.fullmatch(about.removeprefix(office.addresses.achievement("")))
    if match is None or not about.startswith(office.addresses.achievement("")):
        return None
    query = select(AchievementVersion).where(
        AchievementVersion.achievement_id == match[1], AchievementVersion.number == int(match[2])
    )
    return session.scalars(query).one_or_none()


def pin_of(session: Session, office: Office, about: str) -> model.Pin | None:
    """The pin of a published version here; None for whatever is no such version."""
    version = version_at(session, office, about)
    if version is None:
        return None
    return model.Pin(url=f"{about}.json", digest_sri=integrity_of(published(version)), media_type=MEDIA_TYPE)


def integrity_of(content: bytes) -> str:
    """The SHA-256 of some bytes as Subresource Integrity writes it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def hex_of(pin: model.Pin) -> str:
    """The digest as people compare it: 64 hexadecimal digits."""
    return base64.b64decode(pin.digest_sri.removeprefix("sha256-")).hex()


def is_named(pin: model.Pin, document: object, comment: str) -> bool:
    """Whether an endorsement says which content it means: as a related resource, or by the digest in its words."""
    resources = document.get("relatedResource") if isinstance(document, dict) else None
    for each in resources if isinstance(resources, list) else [resources]:
        if isinstance(each, dict) and each.get("id") == pin.url and each.get("digestSRI") == pin.digest_sri:
            return True
    return hex_of(pin) in comment.lower()
