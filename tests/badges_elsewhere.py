"""Badges of an organisation that signs with a key of its own, outside of this service; everybody can check them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from app.credentials import sign
from app.credentials.model import Achievement, Award, Issuer, Recipient
from tests.endorsers import Endorser

AWARDED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MIRA = "mira.holm@hospital.test"
SALT = "c2FsdCBvZiB0aGUgdGVzdHMgdGhhdCBpcyBsb25nIGVub3VnaA"


def badge(
    by: Endorser,
    email: str | None = MIRA,
    *,
    name: str = "Wound Care",
    number: int = 1,
    valid_from: datetime = AWARDED_AT,
    as_token: bool = False,
    badge_id: str | None = None,
    **facts: Any,
) -> bytes:
    """A signed badge for this address; `email` None = it names its holder by nothing that can be compared.

    The same name and number are the same badge, whoever it is for, unless it has an id of its own.
    """
    key = by.token if as_token else by.embedded
    prepared = sign.prepare(
        Award(
            id=badge_id or f"urn:uuid:{_uuid_of(f'{name} {number}')}",
            issuer=Issuer(key.verification_method.partition("#")[0], by.name),
            achievement=Achievement(
                id=f"urn:uuid:{_uuid_of(name)}",
                name=name,
                description=f"{name}, as it is taught here.",
                achievement_type="Badge",
                criteria_narrative="Pass the practical examination.",
            ),
            recipient=Recipient(f"urn:uuid:{_uuid_of(f'holder {number}')}", email=email, salt=email and SALT),
            awarded_at=AWARDED_AT,
            valid_from=valid_from,
            **facts,
        )
    )
    return sign.sign_token(prepared, key=key) if as_token else sign.sign_embedded(prepared, key=key, created=valid_from)


def _uuid_of(text: str) -> str:
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
