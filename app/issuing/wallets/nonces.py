"""Nonces for key proofs: given to anybody who asks, without a row; used up by one proof, which writes one.

A nonce is what it says, sealed: for which issuer, and until when. So whoever asks for a million of them costs nothing.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import KeyUnavailable
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.wallets.tables import WalletNonce

GOOD_FOR = timedelta(minutes=5)
_LONGEST = 200


def new(office: Office, issuer: Issuer) -> str:
    """A nonce for one key proof within five minutes."""
    ends = int((clock.now() + GOOD_FOR).timestamp())
    return office.sealer.seal(str(ends), place=_place(issuer))


def use_up(session: Session, office: Office, issuer: Issuer, nonce: str) -> bool:
    """Whether the nonce is one of ours, still good, and used for the first time; from now on it is used."""
    ends = _end_of(office, issuer, nonce)
    if ends is None or ends <= clock.now():
        return False
    digest = hashlib.sha256(nonce.encode()).hexdigest()
    return claim(session, WalletNonce, nonce_sha256=digest, expires_at=ends) is not None


def _end_of(office: Office, issuer: Issuer, nonce: str) -> datetime | None:
    if len(nonce) > _LONGEST or not nonce.isascii():
        return None
    try:
        if base64.urlsafe_b64encode(base64.urlsafe_b64decode(nonce)).decode() != nonce:
            return None  # another spelling of a nonce would be another nonce
        return datetime.fromtimestamp(int(office.sealer.unseal(nonce, place=_place(issuer))), UTC)
    except (KeyUnavailable, ValueError):  # not base64, too short for a seal, or another's
        return None


def _place(issuer: Issuer) -> str:
    return f"wallet-nonce:{issuer.id}"
