"""Who agreed that health-record systems may read their name, their work and their badges; nobody else is shown there.

Only the holder gives this consent and takes it back, for one issuer at a time. The names of those who agreed stand once
more in a table to search in, written in the transaction that gives somebody another name.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from app import clock
from app.db import Base, claim
from app.issuing import audit
from app.issuing.folding import fold
from app.issuing.learners.tables import Learner
from app.projections.fhir import names

LONGEST_KEY = 200
# The order of code points, the same on both databases, so that a range of keys is what begins alike.
_Key = String(LONGEST_KEY).with_variant(String(LONGEST_KEY, collation="C"), "postgresql")
ANY, FAMILY, GIVEN = "any", "family", "given"


class SharedRecord(Base):
    """That a learner agreed. `withdrawn_at` = until when; None = they still do. `changed_at`: of what is told.

    That is of the consent, of the name and of which badges may be told of; what becomes of those, the audit log knows.
    """

    __tablename__ = "shared_records"
    __table_args__ = (
        Index("ix_shared_records_issuer_id", "issuer_id", "learner_id"),
        Index("ix_shared_records_changed_at", "issuer_id", "changed_at"),
    )

    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    shared_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SharedName(Base):
    """A beginning by which somebody who agreed is found: the name from one of its words on, folded."""

    __tablename__ = "shared_names"
    __table_args__ = (Index("ix_shared_names_key", "issuer_id", "kind", "key", "learner_id"),)

    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    key: Mapped[str] = mapped_column(_Key, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))


def is_shared(session: Session, learner: Learner) -> bool:
    """Whether health-record systems may read of this learner."""
    found = session.get(SharedRecord, learner.id)
    return found is not None and found.withdrawn_at is None


def share(session: Session, learner: Learner, *, actor: str) -> None:
    """The holder agrees; the next read shows them. The same once more changes nothing."""
    now = clock.now()
    moments = {"shared_at": now, "changed_at": now}
    if claim(session, SharedRecord, learner_id=learner.id, issuer_id=learner.issuer_id, **moments) is None:
        found = session.get_one(SharedRecord, learner.id, with_for_update=True)
        if found.withdrawn_at is None:
            return
        found.shared_at = found.changed_at = now
        found.withdrawn_at = None
    session.flush()
    _write_names(session, learner)
    audit.record(session, learner.issuer_id, actor=actor, action="learner.record-shared", object_id=learner.id)


def withdraw(session: Session, learner: Learner, *, actor: str) -> None:
    """The holder takes it back; the next read does not show them. The same once more changes nothing."""
    found = session.get(SharedRecord, learner.id, with_for_update=True)
    if found is None or found.withdrawn_at is not None:
        return
    forget(session, [learner.id])
    session.refresh(found)
    audit.record(session, learner.issuer_id, actor=actor, action="learner.record-withdrawn", object_id=learner.id)


def renamed(learner: Learner) -> None:
    """Find the learner by the name that they have now; nothing for who did not agree to be found."""
    session = object_session(learner)
    if session is not None and is_shared(session, learner):
        session.get_one(SharedRecord, learner.id).changed_at = clock.now()
        _write_names(session, learner)


def told_otherwise(session: Session, learner_id: str) -> None:
    """Note that something else is told of the learner now, where that is no change of what may be told of."""
    live = SharedRecord.learner_id == learner_id, SharedRecord.withdrawn_at.is_(None)
    session.execute(update(SharedRecord).where(*live).values(changed_at=clock.now()))


def forget(session: Session, learner_ids: Collection[str]) -> None:
    """Show these learners no more, and delete their names here; that they once agreed stays, as ids and moments."""
    now = clock.now()
    live = SharedRecord.learner_id.in_(learner_ids), SharedRecord.withdrawn_at.is_(None)
    session.execute(update(SharedRecord).where(*live).values(withdrawn_at=now, changed_at=now))
    session.execute(delete(SharedName).where(SharedName.learner_id.in_(learner_ids)))


def _write_names(session: Session, learner: Learner) -> None:
    session.execute(delete(SharedName).where(SharedName.learner_id == learner.id))
    if not learner.display_name or not learner.display_name.strip():
        return
    parts = names.split(learner.display_name)
    said = {ANY: parts.text, FAMILY: parts.family, GIVEN: " ".join(parts.given)}
    for kind, text in said.items():
        for key in dict.fromkeys(each[:LONGEST_KEY] for each in names.beginnings(fold(text))):
            session.add(SharedName(learner_id=learner.id, kind=kind, key=key, issuer_id=learner.issuer_id))
    session.flush()
