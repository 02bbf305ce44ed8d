"""What a badge says, taken out of a document whose proof holds; anything of an unexpected kind is left out."""

from __future__ import annotations

from typing import Any

from app.credentials import extensions
from app.credentials.report import VerifiedFacts
from app.credentials.verify.shape import issuer_id, moment, objects, text_of, types_of

MOST_ACCREDITATIONS = 20


def extract(document: dict[str, Any], *, standard: str) -> VerifiedFacts:
    """The facts of a document, in today's words, that passed the `schema`, `context`, `proof` and `issuer` checks."""
    issuer = document["issuer"]
    subject = document["credentialSubject"]
    # Of a learner record, the achievements that count are those in its signed parts; each has a report of its own.
    achievement = subject.get("achievement") if "AchievementSubject" in types_of(subject) else None
    criteria = _part(achievement, "criteria")
    return VerifiedFacts(
        credential_id=document["id"],
        credential_name=text_of(document, "name"),
        issuer_id=issuer_id(document) or "",
        issuer_name=text_of(issuer, "name"),
        issuer_url=text_of(issuer, "url"),
        achievement_id=text_of(achievement, "id"),
        achievement_name=text_of(achievement, "name"),
        achievement_description=text_of(achievement, "description"),
        achievement_type=text_of(achievement, "achievementType"),
        human_code=text_of(achievement, "humanCode"),
        criteria_narrative=text_of(criteria, "narrative"),
        criteria_url=text_of(criteria, "id"),
        image_url=text_of(_part(achievement, "image"), "id"),
        subject_id=text_of(subject, "id"),
        holder_names=_holder_names(subject),
        valid_from=moment(document["validFrom"]),
        valid_until=moment(document.get("validUntil")),
        awarded_date=moment(document.get("awardedDate")),
        standard=standard,
        endorsement_comment=text_of(subject, "endorsementComment"),
        accredited_by=_accreditors(issuer),
    )


def _part(value: Any, member: str) -> Any:
    return value.get(member) if isinstance(value, dict) else None


def _accreditors(issuer: Any) -> tuple[str, ...]:
    """The accreditations that the issuer's profile names, with their descriptions, which say until when."""
    found = objects(_part(issuer, extensions.ACCREDITATIONS))
    named = ((text_of(each, "name"), text_of(each, "description")) for each in found)
    return tuple(": ".join(text for text in (name, said) if text) for name, said in named if name)[:MOST_ACCREDITATIONS]


def _holder_names(subject: dict[str, Any]) -> tuple[str, ...]:
    """Plain names among the identifiers, and the `name` some issuers put on the subject; each once (B11)."""
    named = [
        said
        for entry in objects(subject.get("identifier"))
        if entry.get("identityType") in ("name", "ext:name")
        and entry.get("hashed") is False
        and (said := text_of(entry, "identityHash")) is not None
    ]
    name = text_of(subject, "name")
    return tuple(dict.fromkeys([*named, *([name] if name else [])]))
