"""Learners: people as one issuer knows them, by identities (namespace, source id) and e-mail addresses.

Nobody is ever merged on a name. An address belongs to one learner of an issuer; facts that point at two people are
for a member of staff to decide.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials.identity import clean_email, normalise_email
from app.db import Base, claim
from app.errors import InvalidInput, LearnerUnclear, NotFound
from app.issuing.issuers import Issuer

EMAIL_NAMESPACE = "email"  # identities of learners who are known by an address alone


class Learner(Base):
    """A person of one issuer. `name_shown` is the learner's consent to show the name on badges."""

    __tablename__ = "learners"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    name_shown: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class LearnerIdentity(Base):
    """How one system names a learner."""

    __tablename__ = "learner_identities"
    __table_args__ = (UniqueConstraint("issuer_id", "namespace", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    namespace: Mapped[str] = mapped_column(String(255))
    source_id: Mapped[str] = mapped_column(String(320))


class LearnerEmail(Base):
    """An address of a learner: `normalised` for matching and hashing, `written` as it came, for mail."""

    __tablename__ = "learner_emails"
    __table_args__ = (UniqueConstraint("issuer_id", "normalised"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    normalised: Mapped[str] = mapped_column(String(320))
    written: Mapped[str] = mapped_column(String(320))


def resolve(
    session: Session,
    issuer: Issuer,
    *,
    namespace: str | None,
    source_id: str | None,
    email: str | None,
    display_name: str | None,
) -> Learner | None:
    """The learner whom these facts name, made if new; None when they name nobody who could be reached.

    A known identity decides alone: a changed address adds an address and awards nothing again (B13). An unknown
    identity with a known address joins that learner, unless the same system already names the learner otherwise:
    then two people may share a mailbox, and LearnerUnclear is raised. An address that is none is ignored beside an
    identity that is known.
    """
    normalised = _normalised_or_none(email)
    known = _by_identity(session, issuer, namespace, source_id)
    if known is not None:
        if email and normalised:
            _add_email(session, known, normalised, email)
        _learn_name(known, display_name)
        return known
    if normalised is None or email is None:
        return None
    learner = _by_email(session, issuer, normalised) or _create(session, issuer, normalised, email, display_name)
    if namespace and source_id:
        _add_identity(session, learner, namespace, source_id)
    _learn_name(learner, display_name)
    return learner


def by_id(session: Session, issuer: Issuer, learner_id: str) -> Learner:
    """The issuer's learner with this id. Raises NotFound."""
    learner = session.get(Learner, learner_id)
    if learner is None or learner.issuer_id != issuer.id:
        raise NotFound("There is no such learner")
    return learner


def by_email(session: Session, issuer: Issuer, email: str) -> Learner:
    """The issuer's learner with this address, in whatever letters. Raises NotFound."""
    normalised = _normalised_or_none(email)
    learner = _by_email(session, issuer, normalised) if normalised else None
    if learner is None:
        raise NotFound("There is no learner with this address")
    return learner


def email_of(session: Session, learner: Learner) -> LearnerEmail | None:
    """The learner's newest address; None when none is known."""
    query = select(LearnerEmail).where(LearnerEmail.learner_id == learner.id).order_by(LearnerEmail.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def _by_identity(session: Session, issuer: Issuer, namespace: str | None, source_id: str | None) -> Learner | None:
    if not namespace or not source_id:
        return None
    query = (
        select(Learner)
        .join(LearnerIdentity, LearnerIdentity.learner_id == Learner.id)
        .where(
            LearnerIdentity.issuer_id == issuer.id,
            LearnerIdentity.namespace == namespace,
            LearnerIdentity.source_id == source_id,
        )
    )
    return session.scalars(query).one_or_none()


def _by_email(session: Session, issuer: Issuer, normalised: str) -> Learner | None:
    query = (
        select(Learner)
        .join(LearnerEmail, LearnerEmail.learner_id == Learner.id)
        .where(LearnerEmail.issuer_id == issuer.id, LearnerEmail.normalised == normalised)
    )
    return session.scalars(query).one_or_none()


def _create(session: Session, issuer: Issuer, normalised: str, written: str, display_name: str | None) -> Learner:
    learner = Learner(
        id=clock.new_id(),
        issuer_id=issuer.id,
        display_name=display_name[:200] if display_name else None,
        name_shown=False,
        created_at=clock.now(),
    )
    session.add(learner)
    session.flush()
    claimed = claim(
        session,
        LearnerEmail,
        issuer_id=issuer.id,
        learner_id=learner.id,
        normalised=normalised,
        written=clean_email(written),
    )
    if claimed is None:  # another transaction made this person a moment ago, and has committed by now
        session.delete(learner)
        session.flush()
        rival = _by_email(session, issuer, normalised)
        if rival is None:  # pragma: no cover - the clash says that it is there
            raise LearnerUnclear("The learner changed while this was handled; send it again")
        return rival
    return learner


def _add_identity(session: Session, learner: Learner, namespace: str, source_id: str) -> None:
    query = select(LearnerIdentity).where(
        LearnerIdentity.learner_id == learner.id, LearnerIdentity.namespace == namespace
    )
    other = session.scalars(query.limit(1)).one_or_none()
    if other is not None and other.source_id != source_id:
        raise LearnerUnclear(
            "Two people of this source use one e-mail address; a member of staff must say who this is",
            learner_id=learner.id,
        )
    claim(
        session,
        LearnerIdentity,
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        namespace=namespace,
        source_id=source_id,
    )


def _add_email(session: Session, learner: Learner, normalised: str, written: str) -> None:
    # An address that belongs to another learner stays theirs: people are never merged by a message.
    claim(
        session,
        LearnerEmail,
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        normalised=normalised,
        written=clean_email(written),
    )


def _learn_name(learner: Learner, display_name: str | None) -> None:
    if display_name and learner.display_name != display_name[:200]:
        learner.display_name = display_name[:200]


def _normalised_or_none(email: str | None) -> str | None:
    if not email or not email.strip():
        return None
    try:
        return normalise_email(email)
    except InvalidInput:
        return None
