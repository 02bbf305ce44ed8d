"""A badge in the words of schema.org, for search engines. Pure.

The credential is an `EducationalOccupationalCredential`; who holds it is a `Person` that has it, and stands there only
when the door hands in a name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.days import day_in

# What could end the element, or begin another, is written as JSON escapes it.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class SkillStated:
    """A skill of the credential; `level` says it in words, as in "competent, 3 of 5"."""

    name: str
    url: str
    level: str


@dataclass(frozen=True, slots=True)
class CredentialStated:
    """Everything that is said of a badge. `holder` None = not named here."""

    url: str
    name: str
    abbreviation: str
    description: str
    language: str
    image_url: str
    status: str
    issuer_name: str
    issuer_url: str
    achievement_url: str
    awarded_at: datetime
    valid_until: datetime | None
    zone: ZoneInfo  # the issuer's
    skills: tuple[SkillStated, ...] = ()
    holder: str | None = None


def credential(stated: CredentialStated) -> dict[str, Any]:
    """The badge, or its holder who has it, as a JSON-LD document."""
    issuer = {"@type": "Organization", "name": stated.issuer_name, "url": stated.issuer_url}
    document: dict[str, Any] = {
        "@type": "EducationalOccupationalCredential",
        "@id": stated.url,
        "url": stated.url,
        "name": stated.name,
        "alternateName": stated.abbreviation,
        "description": stated.description,
        "inLanguage": stated.language,
        "image": stated.image_url,
        "credentialCategory": "badge",
        "creativeWorkStatus": stated.status,
        "isBasedOn": stated.achievement_url,
        "recognizedBy": issuer,
        "publisher": issuer,
        "dateCreated": day_in(stated.awarded_at, stated.zone).isoformat(),
    }
    if stated.valid_until is not None:
        document["expires"] = day_in(stated.valid_until, stated.zone).isoformat()
    if stated.skills:
        document["competencyRequired"] = [
            {"@type": "DefinedTerm", "name": each.name, "url": each.url, "description": each.level}
            for each in stated.skills
        ]
    context = {"@context": "https://schema.org"}
    if stated.holder is None:
        return context | document
    return context | {"@type": "Person", "name": stated.holder, "hasCredential": document}


def embedded(document: Mapping[str, Any]) -> str:
    """The document as text that may stand inside a `script` element: nothing in it can end the element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return "".join(_ESCAPED.get(character, character) for character in text)
