"""What is kept of people who were erased: keyed hashes of how they were named, so that nothing brings them back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.issuing.learners.tables import Tombstone
from app.keystores.sealing import Sealer

_ANY = select(Tombstone.digest).where(
    Tombstone.issuer_id == bindparam("issuer_id"), Tombstone.digest.in_(bindparam("digests", expanding=True))
)


def identity_digest(sealer: Sealer, issuer_id: str, namespace: str, source_id: str) -> str:
    """The hash of an identity of one issuer; the same person has another one at every issuer."""
    return sealer.mark("tombstone", issuer_id, "identity", namespace, source_id)


def address_digest(sealer: Sealer, issuer_id: str, normalised: str) -> str:
    """The hash of a normalised address, of one issuer."""
    return sealer.mark("tombstone", issuer_id, "address", normalised)


def put(session: Session, issuer_id: str, digest: str) -> None:
    """Remember that who is so named was erased."""
    claim(session, Tombstone, issuer_id=issuer_id, digest=digest, erased_at=clock.now())


def is_there(session: Session, issuer_id: str, digest: str) -> bool:
    """Whether who is so named was erased."""
    return session.get(Tombstone, (issuer_id, digest)) is not None


def is_any_there(session: Session, issuer_id: str, digests: Collection[str]) -> bool:
    """Whether anybody who is so named was erased."""
    asked = {"issuer_id": issuer_id, "digests": list(digests)}
    return bool(digests) and session.scalars(_ANY, asked).first() is not None


def take_away(session: Session, issuer_id: str, digest: str) -> bool:
    """Forget that somebody was erased, since they want to come back; whether there was a tombstone."""
    query = delete(Tombstone).where(Tombstone.issuer_id == issuer_id, Tombstone.digest == digest)
    return bool(session.execute(query.returning(Tombstone.digest)).all())
