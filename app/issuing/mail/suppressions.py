"""Addresses to which an issuer does not write, known by a keyed hash: added by bounces, complaints, readers or hand."""

from __future__ import annotations

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import NotFound
from app.issuing import audit
from app.issuing.mail.records import Cause, Covers, Suppression


def suppress(
    session: Session,
    issuer_id: str,
    key: str,
    *,
    cause: Cause,
    actor: str,
    covers: Covers = Covers.ALL,
    code: str | None = None,
) -> Suppression:
    """Write no more to this address; the first entry stands when there is one already."""
    made = claim(
        session,
        Suppression,
        id=clock.new_id(),
        issuer_id=issuer_id,
        recipient_key=key,
        covers=covers,
        cause=cause,
        code=code,
        created_at=clock.now(),
    )
    if made is None:
        return _entry(session, issuer_id, key, covers)
    audit.record(session, issuer_id, actor=actor, action="mail.suppressed", object_id=made.id, cause=str(cause))
    return made


def lift(session: Session, issuer_id: str, key: str, *, actor: str) -> int:
    """Write to this address again; how many entries there were."""
    query = delete(Suppression).where(Suppression.issuer_id == issuer_id, Suppression.recipient_key == key)
    gone = list(session.scalars(query.returning(Suppression.id).execution_options(synchronize_session=False)))
    for suppression_id in gone:
        audit.record(session, issuer_id, actor=actor, action="mail.unsuppressed", object_id=suppression_id)
    return len(gone)


def lift_entry(session: Session, issuer_id: str, suppression_id: str, *, actor: str) -> None:
    """Write to the address of this entry again. Raises NotFound."""
    entry = session.scalars(suppressions_of(issuer_id).where(Suppression.id == suppression_id)).one_or_none()
    if entry is None:
        raise NotFound("There is no such entry")
    lift(session, issuer_id, entry.recipient_key, actor=actor)


def keeping_back(session: Session, issuer_id: str, key: str, *, is_digest: bool) -> Suppression | None:
    """The entry that keeps a mail back; None when it may go."""
    covered = [Covers.ALL, Covers.DIGESTS] if is_digest else [Covers.ALL]
    query = select(Suppression).where(
        Suppression.issuer_id == issuer_id, Suppression.recipient_key == key, Suppression.covers.in_(covered)
    )
    return session.scalars(query.limit(1)).one_or_none()


def suppressions_of(issuer_id: str) -> Select[Suppression]:
    """The query of an issuer's entries."""
    return select(Suppression).where(Suppression.issuer_id == issuer_id)


def _entry(session: Session, issuer_id: str, key: str, covers: Covers) -> Suppression:
    query = suppressions_of(issuer_id).where(Suppression.recipient_key == key, Suppression.covers == covers)
    return session.scalars(query).one()
