"""Facts -> Open Badges 3.0 documents, unsigned. One function per class of the data model; absent facts leave no member.

Members stand in a fixed order and nothing is invented here, so equal facts give equal bytes: the same achievement
version is byte for byte the same inside every badge.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.credentials import extensions
from app.credentials.identity import hash_identity
from app.credentials.model import (
    Achievement,
    Alignment,
    Award,
    Evidence,
    Issuer,
    Recipient,
    Related,
    Result,
    ResultDescription,
    StatusEntry,
    StatusListFacts,
)
from app.credentials.timestamps import rfc3339
from app.errors import InvalidInput

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    # Defines the one 1EdTech type below; without it safe mode fails (OB3-02).
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
_MAY_BE_EMPTY = (str, list, dict)
SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


def credential_document(award: Award) -> dict[str, Any]:
    """The OpenBadgeCredential of an award. Raises InvalidInput for a moment without zone or with parts of a second."""
    return _present(
        {
            "@context": list(CONTEXTS),
            "id": award.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": award.achievement.name,
            "issuer": profile_document(award.issuer),
            "validFrom": rfc3339(award.valid_from),
            "validUntil": award.valid_until and rfc3339(award.valid_until),
            "awardedDate": rfc3339(award.awarded_at),
            "credentialSubject": _subject(award),
            "evidence": [_evidence(evidence) for evidence in award.evidence],
            "endorsement": list(award.endorsements),
            "endorsementJwt": list(award.endorsement_tokens),
            "credentialStatus": status_document(award.status),
            "refreshService": award.refresh_url and {"id": award.refresh_url, "type": "1EdTechCredentialRefresh"},
            "credentialSchema": [{"id": SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
        }
    )


def profile_document(issuer: Issuer) -> dict[str, Any]:
    """The Profile of an issuer, as every badge of it carries it."""
    return _present(
        {
            "id": issuer.id,
            "type": ["Profile", *([extensions.ISSUER_ACCREDITATION_PROFILE] if issuer.accreditations else [])],
            "name": issuer.name,
            "url": issuer.url,
            "email": issuer.email,
            "description": issuer.description,
            "image": _image(issuer.image_url),
            "parentOrg": _parent(issuer),
            extensions.ACCREDITATIONS: [
                _present(extensions.accreditation_document(each)) for each in issuer.accreditations
            ],
        }
    )


def achievement_document(achievement: Achievement) -> dict[str, Any]:
    """The Achievement of one published version; equal versions give equal documents, member for member."""
    return _present(
        {
            "id": achievement.id,
            "type": ["Achievement"],
            "achievementType": achievement.achievement_type,
            "name": achievement.name,
            "humanCode": achievement.human_code,
            "description": achievement.description,
            "criteria": _present({"id": achievement.criteria_url, "narrative": achievement.criteria_narrative}),
            "image": _image(achievement.image_url, achievement.image_caption),
            "creator": achievement.creator_id
            and _present({"id": achievement.creator_id, "type": ["Profile"], "name": achievement.creator_name}),
            "alignment": [_alignment(alignment) for alignment in achievement.alignments],
            "resultDescription": [_result_description(each) for each in achievement.result_descriptions],
            "tag": list(achievement.tags),
            "inLanguage": achievement.language,
            "version": achievement.version,
            "creditsAvailable": _number(achievement.credits_available),
            "fieldOfStudy": achievement.field_of_study,
            "related": [related_document(related) for related in achievement.related],
        }
    )


def status_list_document(facts: StatusListFacts, encoded_list: str) -> dict[str, Any]:
    """The BitstringStatusListCredential of a list; `encoded_list` is the multibase text of its compressed bits.

    Only the W3C context: every term of a list is in it, and readers of lists need not know Open Badges.
    Source: Bitstring Status List v1.0, section 2.2.
    """
    return _present(
        {
            "@context": [CONTEXTS[0]],
            "id": facts.id,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": facts.issuer_id,
            "validFrom": facts.valid_from and rfc3339(facts.valid_from),
            "credentialSubject": _present(
                {
                    "id": f"{facts.id}#list",
                    "type": "BitstringStatusList",
                    "statusPurpose": facts.purpose.value,
                    "encodedList": encoded_list,
                    "ttl": facts.ttl_milliseconds,
                }
            ),
        }
    )


def _subject(award: Award) -> dict[str, Any]:
    return _present(
        {
            "id": award.recipient.subject_id,
            "type": ["AchievementSubject"],
            "identifier": identity_documents(award.recipient),
            "activityStartDate": award.activity_started_at and rfc3339(award.activity_started_at),
            "activityEndDate": award.activity_ended_at and rfc3339(award.activity_ended_at),
            "narrative": award.narrative,
            "result": [_result(result) for result in award.results],
            "achievement": achievement_document(award.achievement),
        }
    )


def identity_documents(recipient: Recipient) -> list[dict[str, Any]]:
    """The address as a salted hash; the name in plain text, under the type that every published schema accepts."""
    found: list[dict[str, Any]] = []
    if recipient.email is not None:
        if not recipient.salt:
            raise InvalidInput("An address is only published hashed with a fresh salt")
        found.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": hash_identity(recipient.email, recipient.salt),
                "identityType": "emailAddress",
                "salt": recipient.salt,
            }
        )
    if recipient.name is not None:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": recipient.name,
                "identityType": "ext:name",
            }
        )
    return found


def _alignment(alignment: Alignment) -> dict[str, Any]:
    return _present(
        {
            "type": ["Alignment"],
            "targetName": alignment.target_name,
            "targetUrl": alignment.target_url,
            "targetType": alignment.target_type,
            "targetCode": alignment.target_code,
            "targetFramework": alignment.target_framework,
            "targetDescription": alignment.target_description,
        }
    )


def related_document(related: Related) -> dict[str, Any]:
    """Where the same achievement is in another form."""
    return _present(
        {
            "id": related.id,
            "type": ["Related", *related.types],
            "inLanguage": related.language,
            "version": related.version,
        }
    )


def _result_description(each: ResultDescription) -> dict[str, Any]:
    return _present(
        {
            "id": each.id,
            "type": ["ResultDescription", *([extensions.ASSESSMENT_RESULT_DESCRIPTION] if each.assessment else [])],
            "name": each.name,
            "resultType": each.result_type,
            "allowedValue": list(each.allowed_values),
            "requiredValue": each.required_value,
            "valueMin": each.value_min,
            "valueMax": each.value_max,
            **(extensions.assessment_members(each.assessment) if each.assessment else {}),
        }
    )


def _result(result: Result) -> dict[str, Any]:
    return _present(
        {
            "type": ["Result"],
            "resultDescription": result.result_description,
            "value": result.value,
            "status": result.status,
        }
    )


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return _present(
        {
            "id": evidence.id,
            "type": ["Evidence"],
            "name": evidence.name,
            "narrative": evidence.narrative,
            "description": evidence.description,
            "genre": evidence.genre,
        }
    )


def status_document(entries: tuple[StatusEntry, ...]) -> Any:
    """One entry is an object: Open Badges 3.0 allows one and its schema refuses an array (1EdTech issue 623).

    Several are an array, as the W3C data model has it, for readers that go by that.
    """
    stated = [_status_entry(entry) for entry in entries]
    return stated[0] if len(stated) == 1 else stated


def _status_entry(entry: StatusEntry) -> dict[str, Any]:
    """With an `id`, because published schemas still require one; it must not be the list's own address (OB3-55)."""
    return {
        "id": f"{entry.list_url}#{entry.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": entry.purpose.value,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_url,
    }


def _image(url: str | None, caption: str | None = None) -> dict[str, Any] | None:
    return _present({"id": url, "type": "Image", "caption": caption}) if url else None


def _parent(issuer: Issuer) -> dict[str, Any] | None:
    if issuer.parent_url is None:
        return None
    return _present(
        {"id": issuer.parent_url, "type": ["Profile"], "name": issuer.parent_name, "url": issuer.parent_url}
    )


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number: `3` and not `3.0`, so that every JSON-LD processor writes the same literal."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    """The members that say something: no nulls, no empty texts, no empty arrays (OB3-21)."""
    return {
        name: value
        for name, value in members.items()
        if value or (value is not None and not isinstance(value, _MAY_BE_EMPTY))
    }
