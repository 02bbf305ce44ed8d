"""Facts -> ClrCredential, unsigned: one learner's badges in one record, each as it was signed.

Source: Comprehensive Learner Record 2.0, "ClrCredential" and "ClrSubject".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.credentials import ob3
from app.credentials.jsonld.structure import MAX_EMBEDDED
from app.credentials.model import Record
from app.credentials.timestamps import rfc3339

CONTEXTS = (
    ob3.CONTEXTS[0],
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    *ob3.CONTEXTS[1:],
)
SCHEMA_URL = "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json"


# As many signed documents inside another as verifiers are sure to look at.
MOST_SIGNED_PARTS = MAX_EMBEDDED
# A heap of objects without an id is what hostile documents are made of; verifiers give up on one (T12), ours at 200.
MOST_NAMELESS = 150


def fitting(badges: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The first badges that verifiers are sure to look at when they are in one record; the first one in any case."""
    chosen: list[dict[str, Any]] = []
    nameless = parts = 0
    for badge in badges:
        nameless += _nameless(badge)
        parts += 1 + len(badge.get("endorsement", []))
        if chosen and (nameless > MOST_NAMELESS or parts > MOST_SIGNED_PARTS):
            break
        chosen.append(badge)
    return tuple(chosen)


def _nameless(value: Any) -> int:
    """How many objects without an id a value is made of."""
    if isinstance(value, dict):
        return ("id" not in value) + sum(map(_nameless, value.values()))
    return sum(map(_nameless, value)) if isinstance(value, list) else 0


def achievement_of(badge: dict[str, Any]) -> str | None:
    """The id of the achievement that a signed badge is of."""
    found = badge.get("credentialSubject", {}).get("achievement", {}).get("id")
    return found if isinstance(found, str) else None


def _associations(record: Record) -> list[dict[str, str]]:
    """The relations of which both sides are in the record."""
    there = {achievement_of(badge) for badge in record.badges}
    return [
        {
            "type": "Association",
            "associationType": each.type.value,
            "sourceId": each.source_id,
            "targetId": each.target_id,
        }
        for each in record.associations
        if each.source_id in there and each.target_id in there
    ]


def record_document(record: Record) -> dict[str, Any]:
    """The ClrCredential. The badges stand in it member for member, so that each proof still holds on its own.

    `partial` says that the learner may hold more than this. Raises InvalidInput for a moment that is not whole.
    """
    subject = {
        "id": record.recipient.subject_id,
        "type": ["ClrSubject"],
        "identifier": ob3.identity_documents(record.recipient),
        "verifiableCredential": list(record.badges),
        "association": _associations(record),
    }
    document = {
        "@context": list(CONTEXTS),
        "id": record.id,
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": record.name,
        "issuer": ob3.profile_document(record.issuer),
        "partial": record.partial or None,
        "validFrom": rfc3339(record.valid_from),
        "credentialSubject": {name: value for name, value in subject.items() if value != []},
        "credentialSchema": [{"id": SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    return {name: value for name, value in document.items() if value is not None}
