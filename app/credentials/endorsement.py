"""Facts -> EndorsementCredential, unsigned: a good word for a badge, an achievement or an issuer."""

from __future__ import annotations

from typing import Any

from app.credentials import ob3
from app.credentials.model import Endorsement, Pin
from app.credentials.timestamps import rfc3339

SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"


def endorsement_document(endorsement: Endorsement) -> dict[str, Any]:
    """The EndorsementCredential; absent facts leave no member. Raises InvalidInput for a moment that is not whole.

    Source: OB 3.0 data model, "EndorsementCredential" and "EndorsementSubject".
    """
    document = {
        "@context": list(ob3.CONTEXTS),
        "id": endorsement.id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": endorsement.name,
        "issuer": ob3.profile_document(endorsement.issuer),
        "validFrom": rfc3339(endorsement.valid_from),
        "validUntil": rfc3339(endorsement.valid_until) if endorsement.valid_until else None,
        "credentialSubject": {
            "id": endorsement.about,
            "type": ["EndorsementSubject"],
            "endorsementComment": endorsement.comment,
        },
        "relatedResource": [_pinned(endorsement.pin)] if endorsement.pin else None,
        "credentialStatus": ob3.status_document((endorsement.status,)) if endorsement.status else None,
        "credentialSchema": [{"id": SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    return {name: value for name, value in document.items() if value is not None}


def _pinned(pin: Pin) -> dict[str, Any]:
    """The content that is endorsed, by its digest. Source: VC Data Model 2.0, section 5.3, "relatedResource"."""
    return {"id": pin.url, "digestSRI": pin.digest_sri, "mediaType": pin.media_type}
