"""Signing keys: two active per issuer (Ed25519 for embedded proofs, RS256 for tokens); all verify, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import keys
from app.credentials.model import Algorithm
from app.db import Base
from app.errors import NoSigningKey, NotFound
from app.issuing import audit, issuers
from app.issuing.issuers import Issuer
from app.issuing.office import Office


class KeyState(StrEnum):
    """`active` signs and verifies, `retired` verifies, `revoked` (compromised) does not."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


class SigningKey(Base):
    """The public half and the history of a key; the private half is in the key store, under the same kid."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        Index(
            "uq_signing_keys_one_active",
            "issuer_id",
            "algorithm",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    algorithm: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class SigningPair:
    """What an issuer signs with now."""

    embedded: keys.SigningKey
    token: keys.SigningKey


def rotate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Make a new pair, sign with it from now on, and retire the old one; the first call makes the first pair.

    Retired keys stay published: badges that they signed must verify for as long as the badges live (OB3-41).
    """
    issuers.take_turn(session, issuer.id)  # two rotations at once would each make the active pair
    now = clock.now()
    for old in of_issuer(session, issuer):
        if old.state == KeyState.ACTIVE:
            old.state, old.retired_at = KeyState.RETIRED, now
            audit.record(session, issuer.id, actor=actor, action="key.retired", object_id=old.kid)
    session.flush()  # the database allows one active key of each kind
    made = [_new_key(session, office, issuer, algorithm, actor) for algorithm in Algorithm]
    session.flush()
    return made


def active(session: Session, office: Office, issuer: Issuer) -> SigningPair:
    """The pair that signs now. Raises NoSigningKey."""
    found = {key.algorithm: key for key in of_issuer(session, issuer) if key.state == KeyState.ACTIVE}
    missing = [algorithm for algorithm in Algorithm if algorithm not in found]
    if missing:
        raise NoSigningKey(f"{issuer.name} has no active key; run: lanyard keys new {issuer.slug}", issuer=issuer.slug)
    return SigningPair(
        embedded=_as_signer(office, issuer, found[Algorithm.ED25519]),
        token=_as_signer(office, issuer, found[Algorithm.RS256]),
    )


def of_issuer(session: Session, issuer: Issuer) -> Sequence[SigningKey]:
    """All keys of an issuer, oldest first."""
    query = select(SigningKey).where(SigningKey.issuer_id == issuer.id)
    return session.scalars(query.order_by(SigningKey.created_at, SigningKey.kid)).all()


def by_kid(session: Session, issuer: Issuer, kid: str) -> SigningKey:
    """One key of an issuer. Raises NotFound."""
    key = session.get(SigningKey, kid)
    if key is None or key.issuer_id != issuer.id:
        raise NotFound("This issuer has no such key")
    return key


def demo_keys(session: Session) -> list[str]:
    """The kids of demo keys that could still sign; a production service refuses to start with any."""
    query = select(SigningKey.kid).where(SigningKey.demo, SigningKey.state == KeyState.ACTIVE)
    return list(session.scalars(query.order_by(SigningKey.kid)))


def published(session: Session, issuer: Issuer) -> list[keys.PublishedKey]:
    """Every key the issuer ever had, those that sign now first, then newest first, for the DID document and the JWKS.

    The order matters: some verifiers check a status list's token with the first method of the DID document.
    """
    newest_first = reversed(of_issuer(session, issuer))  # to the second, and two rotations may share one
    return [
        keys.PublishedKey(
            kid=key.kid,
            algorithm=Algorithm(key.algorithm),
            public_jwk=key.public_jwk,
            revoked_at=key.revoked_at,
        )
        for key in sorted(newest_first, key=lambda key: key.state != KeyState.ACTIVE)
    ]


def verification_method(office: Office, issuer: Issuer, key: SigningKey) -> str:
    """How proofs and tokens name this key: a DID URL, which the issuer's did:web document resolves.

    The key's own https address would do for the standard; openbadgeslib takes nothing but a URL of the issuer's DID.
    """
    return keys.verification_method_of(office.addresses.did(issuer.slug), key.kid)


def _new_key(session: Session, office: Office, issuer: Issuer, algorithm: Algorithm, actor: str) -> SigningKey:
    jwk = office.keystore.create(algorithm)
    key = SigningKey(
        kid=keys.kid_of(jwk),
        issuer_id=issuer.id,
        algorithm=algorithm,
        state=KeyState.ACTIVE,
        public_jwk=jwk,
        demo=office.demo,
        created_at=clock.now(),
    )
    session.add(key)
    audit.record(session, issuer.id, actor=actor, action="key.created", object_id=key.kid, algorithm=algorithm)
    return key


def _as_signer(office: Office, issuer: Issuer, key: SigningKey) -> keys.SigningKey:
    kid = key.kid
    return keys.SigningKey(
        kid=kid,
        algorithm=Algorithm(key.algorithm),
        public_jwk=key.public_jwk,
        verification_method=verification_method(office, issuer, key),
        sign=lambda data: office.keystore.sign(kid, data),
    )
