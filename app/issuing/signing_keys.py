"""Signing keys: two active per issuer (Ed25519 for embedded proofs, RS256 for tokens); all verify, for ever.

Each is pending, active, retired, revoked, in this order and never back. Every change takes the issuer's turn first and
has one audit entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import keys
from app.credentials.model import Algorithm
from app.db import Base
from app.errors import NoSigningKey, NotFound, WrongKeyState
from app.issuing import audit, issuers, stored_keys
from app.issuing.issuers import Issuer
from app.issuing.office import Office

KINDS = (Algorithm.ED25519, Algorithm.RS256)  # what an issuer signs with: one key of each


class KeyState(StrEnum):
    """`pending` is only published, `active` signs, `retired` verifies, `revoked` (compromised) does not even that."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


_PLACE = {KeyState.ACTIVE: 0, KeyState.RETIRED: 1, KeyState.REVOKED: 1, KeyState.PENDING: 2}  # when published


class SigningKey(Base):
    """The public half and the history of a key; the private half is in the key store, under the same kid.

    `reissued_at` says of a revoked key that no living badge rests on it any more; None: nobody has made sure yet.
    """

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
        Index(
            "uq_signing_keys_one_pending",
            "issuer_id",
            "algorithm",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    algorithm: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, Any]]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str | None] = mapped_column(Text)
    reissued_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class SigningPair:
    """What an issuer signs with now."""

    embedded: keys.SigningKey
    token: keys.SigningKey


def prepare(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Make and publish a pair that does not sign yet, so that verifiers who keep our keys for a while learn of it.

    Raises WrongKeyState when a pending pair is there.
    """
    issuers.take_turn(session, issuer.id)
    held = {key.algorithm for key in _in_state(session, issuer, KeyState.PENDING)}
    if held == set(KINDS):
        raise WrongKeyState("There is a pending pair already; activate it, or revoke it")
    missing = [kind for kind in KINDS if kind not in held]
    made = [_new_key(session, office, issuer, kind, state=KeyState.PENDING, actor=actor) for kind in missing]
    session.flush()
    return made


def activate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Sign with the pending pair from now on, and retire the one before.

    Raises WrongKeyState without a pending pair, and for a pair of a demo anywhere else.
    Retired keys stay published: badges that they signed must verify for as long as the badges live (OB3-41).
    """
    issuers.take_turn(session, issuer.id)
    pending = _in_state(session, issuer, KeyState.PENDING)
    if {key.algorithm for key in pending} != set(KINDS):
        raise WrongKeyState("There is no pending pair to activate")
    if any(key.demo for key in pending) and not office.demo:
        raise WrongKeyState("The pending pair was made in demo mode; revoke it, and prepare another")
    _retire(session, issuer, actor)
    for key in pending:
        key.state, key.activated_at = KeyState.ACTIVE, clock.now()
        audit.record(session, issuer.id, actor=actor, action="key.activated", object_id=key.kid)
    session.flush()
    return list(pending)


def rotate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Sign with a new pair from now on, and retire the old one; the first call makes the first pair.

    A pending pair is the new one where there is one; else it is made, and signs before the world has seen it.
    """
    issuers.take_turn(session, issuer.id)  # two rotations at once would each make the active pair
    if {key.algorithm for key in _in_state(session, issuer, KeyState.PENDING)} == set(KINDS):
        return activate(session, office, issuer, actor=actor)
    _retire(session, issuer, actor)
    return _new_pair(session, office, issuer, actor)


def revoke(
    session: Session, office: Office, issuer: Issuer, kids: Sequence[str], *, reason: str, actor: str
) -> list[SigningKey]:
    """Say of keys that they were compromised: nothing that they signed can be trusted (OB3-42).

    When one of them signed until now, its partner is retired and a fresh pair signs; returned is that pair, else
    nothing. A pending pair is left alone: who could reach one key may have reached those beside it, so it must not
    begin to sign by itself. Raises NotFound, and WrongKeyState for a key that is revoked already.
    """
    issuers.take_turn(session, issuer.id)
    keys_of_issuer = {key.kid: key for key in _current(session, issuer)}
    if any(kid not in keys_of_issuer for kid in kids):
        raise NotFound("This issuer has no such key")
    found = [keys_of_issuer[kid] for kid in dict.fromkeys(kids)]
    for key in found:
        if key.state == KeyState.REVOKED:
            raise WrongKeyState("This key was revoked earlier", kid=key.kid, revoked_at=_iso(key.revoked_at))
    signed_until_now = any(key.state == KeyState.ACTIVE for key in found)
    for key in found:
        key.state, key.revoked_at, key.revocation_reason = KeyState.REVOKED, clock.now(), reason
        audit.record(session, issuer.id, actor=actor, action="key.revoked", object_id=key.kid)
    session.flush()
    if not signed_until_now:
        return []
    _retire(session, issuer, actor)
    return _new_pair(session, office, issuer, actor)


def active(session: Session, office: Office, issuer: Issuer) -> SigningPair:
    """The pair that signs now. Raises NoSigningKey."""
    found = {key.algorithm: key for key in _in_state(session, issuer, KeyState.ACTIVE)}
    missing = [algorithm for algorithm in KINDS if algorithm not in found]
    if missing:
        raise NoSigningKey(f"{issuer.name} has no active key; run: lanyard keys new {issuer.slug}", issuer=issuer.slug)
    return SigningPair(
        embedded=signer(office, issuer, found[Algorithm.ED25519]),
        token=signer(office, issuer, found[Algorithm.RS256]),
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
    able = (KeyState.ACTIVE, KeyState.PENDING)
    query = select(SigningKey.kid).where(SigningKey.demo, SigningKey.state.in_(able))
    return list(session.scalars(query.order_by(SigningKey.kid)))


def published(session: Session, issuer: Issuer) -> list[keys.PublishedKey]:
    """Every key the issuer ever had, for the DID document and the JWKS.

    Those that sign now come first, then retired and revoked ones, newest first; pending ones are last. The order
    matters: some verifiers check a status list's token with the first method of the DID document.
    """
    newest_first = reversed(of_issuer(session, issuer))  # to the second, and two rotations may share one
    return [
        keys.PublishedKey(
            kid=key.kid,
            algorithm=Algorithm(key.algorithm),
            public_jwk=key.public_jwk,
            revoked_at=key.revoked_at,
        )
        for key in sorted(newest_first, key=lambda key: _PLACE[KeyState(key.state)])
    ]


def verification_method(office: Office, issuer: Issuer, key: SigningKey) -> str:
    """How proofs and tokens name this key: a DID URL, which the issuer's did:web document resolves.

    The key's own https address would do for the standard; openbadgeslib takes nothing but a URL of the issuer's DID.
    """
    return keys.verification_method_of(office.addresses.did(issuer.slug), key.kid)


def _current(session: Session, issuer: Issuer) -> Sequence[SigningKey]:
    """The keys as they are in this very moment, also when the session read them before it took the issuer's turn."""
    query = select(SigningKey).where(SigningKey.issuer_id == issuer.id).order_by(SigningKey.created_at, SigningKey.kid)
    return session.scalars(query.execution_options(populate_existing=True)).all()


_IN_STATE = (
    select(SigningKey)
    .where(SigningKey.issuer_id == bindparam("issuer_id"), SigningKey.state == bindparam("state"))
    .order_by(SigningKey.algorithm)
    .execution_options(populate_existing=True)
)


def _in_state(session: Session, issuer: Issuer, state: KeyState) -> Sequence[SigningKey]:
    return session.scalars(_IN_STATE, {"issuer_id": issuer.id, "state": state}).all()


def _retire(session: Session, issuer: Issuer, actor: str) -> None:
    for old in _in_state(session, issuer, KeyState.ACTIVE):
        old.state, old.retired_at = KeyState.RETIRED, clock.now()
        audit.record(session, issuer.id, actor=actor, action="key.retired", object_id=old.kid)
    session.flush()  # the database allows one active key of each kind


def _new_pair(session: Session, office: Office, issuer: Issuer, actor: str) -> list[SigningKey]:
    made = [_new_key(session, office, issuer, kind, state=KeyState.ACTIVE, actor=actor) for kind in KINDS]
    session.flush()
    return made


def _new_key(
    session: Session, office: Office, issuer: Issuer, algorithm: Algorithm, *, state: KeyState, actor: str
) -> SigningKey:
    jwk = office.keystore.create(algorithm)
    now = clock.now()
    key = SigningKey(
        kid=keys.kid_of(jwk),
        issuer_id=issuer.id,
        algorithm=algorithm,
        state=state,
        public_jwk=jwk,
        demo=office.demo,
        created_at=now,
        activated_at=now if state == KeyState.ACTIVE else None,
    )
    session.add(key)
    session.flush()
    if (sealed := office.keystore.sealed(key.kid, owner=issuer.id)) is not None:
        stored_keys.keep(session, sealed)
    audit.record(
        session, issuer.id, actor=actor, action="key.created", object_id=key.kid, algorithm=algorithm, state=state
    )
    return key


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def signer(office: Office, issuer: Issuer, key: SigningKey) -> keys.SigningKey:
    """A stored key as the workshop signs with it, whatever its state is."""
    kid = key.kid
    return keys.SigningKey(
        kid=kid,
        algorithm=Algorithm(key.algorithm),
        public_jwk=key.public_jwk,
        verification_method=verification_method(office, issuer, key),
        sign=lambda data: office.keystore.sign(kid, data),
    )
