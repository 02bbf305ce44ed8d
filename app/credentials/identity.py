"""The one place that normalises and hashes an identity (B01, B03, B05).

Every path uses it: deliveries, API, CSV, issuing, verification. Open Badges has no normalisation rule of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.errors import InvalidInput

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))


def clean_email(address: str) -> str:
    """The address as mail is sent to it: NFC, without invisible characters and blanks around it (B05)."""
    return unicodedata.normalize("NFC", address.translate(_INVISIBLE)).strip()


def normalise_email(address: str) -> str:
    """The address as it is matched and hashed: NFC, invisible characters and blanks removed, lower case.

    The domain is in its Unicode form, as validated by email-validator (no DNS is asked). Raises InvalidInput.
    """
    cleaned = clean_email(address)
    try:
        # Test domains are allowed: hospitals run internal ones, and the check is of form only.
        checked = validate_email(cleaned, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidInput("This is not an e-mail address that mail can be sent to") from error
    # Lower case and no more: case folding would make one person of ana@straße.example and ana@strasse.example.
    return unicodedata.normalize("NFC", checked.normalized.lower())


def hash_identity(identifier: str, salt: str) -> str:
    """`sha256$` and the hex SHA-256 of identifier and then salt, in UTF-8. Source: OB 3.0, IdentityHash (OB3-14)."""
    return "sha256$" + hashlib.sha256((identifier + salt).encode()).hexdigest()


def matches(identity_hash: str, *, hashed: bool, salt: str | None, candidate: str) -> bool:
    """Whether a published identity belongs to the candidate (an already normalised identifier).

    Hex digits compare without case. `md5$` is refused: nobody should trust it today.
    """
    if not hashed:
        return hmac.compare_digest(identity_hash.strip().lower().encode(), candidate.lower().encode())
    return hmac.compare_digest(identity_hash.lower().encode(), hash_identity(candidate, salt or "").encode())
