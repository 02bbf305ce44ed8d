"""The address with which a reader ends digests: no account, no guessing, and nothing of the reader in it (RFC 8058)."""

from __future__ import annotations

import hmac
import re

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import issuers
from app.issuing.issuers import Issuer
from app.issuing.mail import suppressions
from app.issuing.mail.records import KEY_DIGITS, Cause, Covers
from app.issuing.office import Office

ACTOR = "recipient"
_TOKEN = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{32})\.([0-9a-f]{32})")


def unsubscribe_url(office: Office, issuer_id: str, key: str) -> str:
    """The address for this recipient. Opening it changes nothing; only a POST does."""
    return office.addresses.unsubscribe(f"{issuer_id}.{key}.{_mark(office, issuer_id, key)}")


def read(session: Session, office: Office, token: str) -> tuple[Issuer, str]:
    """The issuer and the recipient's keyed hash. Raises NotFound for a token that was not made here."""
    match = _TOKEN.fullmatch(token)
    if match is None or not hmac.compare_digest(match[3], _mark(office, match[1], match[2])):
        raise NotFound("There is nothing at this address")
    return issuers.by_id(session, match[1]), match[2]


def unsubscribe(session: Session, office: Office, token: str) -> None:
    """Send no more digests to this reader; saying so twice is as good as once. Raises NotFound."""
    issuer, key = read(session, office, token)
    suppressions.suppress(session, issuer.id, key, cause=Cause.UNSUBSCRIBED, covers=Covers.DIGESTS, actor=ACTOR)


def _mark(office: Office, issuer_id: str, key: str) -> str:
    return office.sealer.mark("unsubscribe", issuer_id, key)[:KEY_DIGITS]
