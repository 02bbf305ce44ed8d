"""The key pairs with which this tool proves itself to platforms: for choices sent back, and to ask their services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.multibase import base64url
from app.db import claim
from app.issuing.lti.tables import LtiKey
from app.issuing.office import Office

BITS = 2_048
EXPONENT = 65_537
TOKEN_SECONDS = 300


def published(session: Session) -> dict[str, Any]:
    """All public keys as a JSON Web Key Set, newest first."""
    query = select(LtiKey).order_by(LtiKey.created_at.desc(), LtiKey.kid)
    return {"keys": [key.public_jwk for key in session.scalars(query)]}


def signer(session: Session) -> LtiKey | None:
    """The key that signs now; None before the first platform was connected."""
    return session.scalars(select(LtiKey).order_by(LtiKey.created_at.desc(), LtiKey.kid).limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair that is stored nowhere yet: the private key as PEM, the public JWK without a name."""

    pem: str = field(repr=False)
    jwk: dict[str, Any]


def generate() -> KeyPair:
    """A fresh key pair. Slow, so outside of transactions."""
    private = rsa.generate_private_key(public_exponent=EXPONENT, key_size=BITS)
    numbers = private.public_key().public_numbers()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    width = (numbers.n.bit_length() + 7) // 8
    jwk = {"kty": "RSA", "n": base64url(numbers.n.to_bytes(width, "big")), "e": "AQAB", "alg": "RS256", "use": "sig"}
    return KeyPair(pem.decode(), jwk)


def keep(session: Session, office: Office, pair: KeyPair) -> LtiKey:
    """Store a key pair; it signs from now on."""
    kid = clock.new_id()
    made = claim(
        session,
        LtiKey,
        kid=kid,
        sealed_private_key=office.sealer.seal(pair.pem, place=f"lti-key:{kid}"),
        public_jwk={**pair.jwk, "kid": kid},
        created_at=clock.now(),
    )
    if made is None:  # pragma: no cover - a random name of 128 bits
        raise AssertionError(kid)
    return made


def sign(office: Office, key: LtiKey, claims: dict[str, Any], *, now: datetime) -> str:
    """A compact RS256 token of ours, good for five minutes. Raises KeyUnavailable when the key cannot be opened."""
    pem = office.sealer.unseal(key.sealed_private_key, place=f"lti-key:{key.kid}")
    stated = {**claims, "iat": int(now.timestamp()), "exp": int((now + timedelta(seconds=TOKEN_SECONDS)).timestamp())}
    return jwt.encode(stated, pem, algorithm="RS256", headers={"kid": key.kid})
