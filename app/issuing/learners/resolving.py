"""Whom stated facts name: the one way from a message to a person, and nobody is ever merged on a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.identity import clean_email
from app.db import claim
from app.errors import InvalidInput, LearnerErased, LearnerUnclear, NotAPerson, NotFound
from app.issuing.issuers import Issuer
from app.issuing.learners import merging, sharing, tombstones
from app.issuing.learners.addresses import address_of, hashes_of, is_marked_as_test
from app.issuing.learners.tables import Learner, LearnerEmail, LearnerIdentity, LearnerState
from app.keystores.sealing import Sealer

LONGEST_DISPLAY_NAME = 200
_NEWLY_KNOWN = "learners.newly_known"
# Built once, as they are asked for each completion: putting one together costs more than running it.
_BY_IDENTITY = (
    select(Learner)
    .join(LearnerIdentity, LearnerIdentity.learner_id == Learner.id)
    .where(
        LearnerIdentity.issuer_id == bindparam("issuer_id"),
        LearnerIdentity.namespace == bindparam("namespace"),
        LearnerIdentity.source_id == bindparam("source_id"),
    )
    # Read afresh: whoever looked before they had the turn would go by what the person was then.
    .execution_options(populate_existing=True)
)
_OTHER_IDENTITY = (
    select(LearnerIdentity)
    .where(
        LearnerIdentity.learner_id == bindparam("learner_id"),
        LearnerIdentity.namespace == bindparam("namespace"),
        LearnerIdentity.source_id != bindparam("source_id"),
    )
    .limit(1)
)
_BY_ADDRESS = (
    select(Learner)
    .join(LearnerEmail, LearnerEmail.learner_id == Learner.id)
    .where(LearnerEmail.issuer_id == bindparam("issuer_id"), LearnerEmail.normalised == bindparam("normalised"))
)
_NEWEST_ADDRESS = (
    select(LearnerEmail)
    .where(LearnerEmail.learner_id == bindparam("learner_id"))
    .order_by(LearnerEmail.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is said of a person, tidied: an identity is whole or not there, an address can be a person's."""

    namespace: str | None
    source_id: str | None
    email: str | None
    normalised: str | None
    mbox_sha1sum: str | None
    name: str | None


def resolve(
    session: Session,
    issuer: Issuer,
    *,
    namespace: str | None,
    source_id: str | None,
    email: str | None,
    display_name: str | None,
    mbox_sha1sum: str | None = None,
    is_test_user: bool = False,
    sealer: Sealer | None = None,
) -> Learner | None:
    """The learner whom these facts name, made if new; None when they name nobody who could ever be found.

    A known identity decides alone: a changed address adds an address and awards nothing again (B13). An unknown
    identity with a known address joins that learner, unless the same system already names the learner otherwise:
    then two people may share a mailbox, and LearnerUnclear is raised. An unknown identity without a usable address
    makes a `pending` learner (`is_pending`). `mbox_sha1sum` is looked for among known addresses and proves no more.

    `sealer` knows the tombstones: LearnerErased is raised for who was erased, and nothing is made. Every door and
    every delivery hands it in. Raises NotAPerson for a test user and what a platform's test send marked.
    """
    if is_test_user or is_marked_as_test(email, display_name, source_id):
        raise NotAPerson("The platform names one of its own test users; they earn nothing")
    stated = _tidied(namespace, source_id, email, display_name, mbox_sha1sum)
    known = find_by_identity(session, issuer, stated.namespace, stated.source_id)
    if known is None and sealer is not None:
        _refuse_the_erased(session, issuer, stated, sealer)
    if known is not None:
        if stated.normalised and not _is_erased(session, issuer, stated.normalised, sealer):
            known = _see_address(session, issuer, known, stated)
        learn_name(known, stated.name)
        return known
    return _unknown_identity(session, issuer, stated)


def is_pending(learner: Learner) -> bool:
    """Whether nobody knows yet who this is: awards wait, and no mail can be sent."""
    return learner.state == LearnerState.PENDING


def refuse_ended(learner: Learner) -> None:
    """Let nothing be said of who is nobody any more. Raises LearnerErased, and InvalidInput for who was merged."""
    if learner.state == LearnerState.ERASED:
        raise LearnerErased("This person was erased; nothing can be added to what is left", learner_id=learner.id)
    if learner.state == LearnerState.MERGED:
        raise InvalidInput("This learner was merged into another; change that one", learner_id=learner.merged_into_id)


def by_id(session: Session, issuer: Issuer, learner_id: str) -> Learner:
    """The issuer's learner with this id. Raises NotFound."""
    learner = session.get(Learner, learner_id)
    if learner is None or learner.issuer_id != issuer.id:
        raise NotFound("There is no such learner")
    return learner


def by_email(session: Session, issuer: Issuer, email: str) -> Learner:
    """The issuer's learner with this address, in whatever letters. Raises NotFound."""
    learner = find_by_email(session, issuer, email)
    if learner is None:
        raise NotFound("There is no learner with this address")
    return learner


def find_by_email(session: Session, issuer: Issuer, email: str) -> Learner | None:
    """The issuer's learner with this address, in whatever letters; None when nobody has it."""
    normalised = address_of(email)
    return _by_email(session, issuer, normalised) if normalised else None


def find_by_identity(session: Session, issuer: Issuer, namespace: str | None, source_id: str | None) -> Learner | None:
    """The learner whom a system calls so; None for nobody, and for half an identity."""
    if not namespace or not source_id:
        return None
    named = {"issuer_id": issuer.id, "namespace": namespace, "source_id": source_id}
    return session.scalars(_BY_IDENTITY, named).one_or_none()


def email_of(session: Session, learner: Learner) -> LearnerEmail | None:
    """The learner's newest address; None when none is known."""
    return session.scalars(_NEWEST_ADDRESS, {"learner_id": learner.id}).one_or_none()


def add_email(session: Session, learner: Learner, normalised: str, written: str) -> LearnerEmail | None:
    """Give the learner one more address; None when it is somebody's already: a message merges nobody."""
    return claim(
        session,
        LearnerEmail,
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        normalised=normalised,
        written=clean_email(written),
        **hashes_of(normalised, written),
    )


def other_identity(session: Session, learner: Learner, namespace: str, source_id: str) -> LearnerIdentity | None:
    """Another name by which the same system knows the learner; None when it has none."""
    named = {"learner_id": learner.id, "namespace": namespace, "source_id": source_id}
    return session.scalars(_OTHER_IDENTITY, named).one_or_none()


def learn_name(learner: Learner, name: str | None) -> None:
    """Keep the name that a source states now, unless the learner asked for another; nothing is signed anew for it."""
    if name and not learner.name_settled and learner.display_name != name[:LONGEST_DISPLAY_NAME]:
        learner.display_name = name[:LONGEST_DISPLAY_NAME]
        sharing.renamed(learner)


def _tidied(
    namespace: str | None, source_id: str | None, email: str | None, name: str | None, mbox_sha1sum: str | None
) -> _Stated:
    is_whole = bool(namespace) and bool(source_id)
    return _Stated(
        namespace=namespace if is_whole else None,
        source_id=source_id if is_whole else None,
        email=email,
        normalised=address_of(email),
        mbox_sha1sum=mbox_sha1sum.lower() if mbox_sha1sum else None,
        name=name,
    )


def _refuse_the_erased(session: Session, issuer: Issuer, stated: _Stated, sealer: Sealer) -> None:
    digests = []
    if stated.namespace and stated.source_id:
        digests.append(tombstones.identity_digest(sealer, issuer.id, stated.namespace, stated.source_id))
    if stated.normalised is not None:
        digests.append(tombstones.address_digest(sealer, issuer.id, stated.normalised))
    if tombstones.is_any_there(session, issuer.id, digests):
        raise LearnerErased("This person asked to be erased; nothing of the delivery was kept")


def _is_erased(session: Session, issuer: Issuer, normalised: str | None, sealer: Sealer | None) -> bool:
    if sealer is None or normalised is None:
        return False
    return tombstones.is_there(session, issuer.id, tombstones.address_digest(sealer, issuer.id, normalised))


def _see_address(session: Session, issuer: Issuer, known: Learner, stated: _Stated) -> Learner:
    """A known identity comes with an address: one more of the learner's, or the first of somebody who is pending.

    Where somebody pending turns out to be a learner who is here already, the two are one from now on, as if the
    address had come first; a member of staff can undo it.
    """
    assert stated.normalised and stated.email  # noqa: S101, PT018 - asked by the caller
    added = add_email(session, known, stated.normalised, stated.email)
    if not is_pending(known):
        return known
    if added is not None:
        become_known(session, known)
        return known
    owner = _by_email(session, issuer, stated.normalised)
    if owner is None:  # pragma: no cover - the clash says that it is there
        raise LearnerUnclear("The learner changed while this was handled; send it again")
    if owner.id == known.id:  # another transaction gave them this very address, a moment ago
        session.refresh(known)
        return known
    return join(session, pending=known, learner=owner)


def join(session: Session, *, pending: Learner, learner: Learner) -> Learner:
    """Make somebody pending one with a learner, unless a system then named the learner twice: LearnerUnclear."""
    query = select(LearnerIdentity).where(LearnerIdentity.learner_id == pending.id)
    for identity in session.scalars(query).all():
        _refuse_a_second_name(session, learner, identity.namespace, identity.source_id)
    merging.move(session, gone=pending, kept=learner)
    become_known(session, learner)
    return learner


def become_known(session: Session, learner: Learner) -> None:
    """Note that it is clear now who this is; `newly_known` tells the door, which has what waited decided."""
    learner.state = LearnerState.KNOWN
    session.info.setdefault(_NEWLY_KNOWN, set()).add(learner.id)


def newly_known(session: Session) -> list[str]:
    """The ids of the learners who became known in this transaction and were not told before."""
    return sorted(session.info.pop(_NEWLY_KNOWN, set()))


def _unknown_identity(session: Session, issuer: Issuer, stated: _Stated) -> Learner | None:
    learner = _reached(session, issuer, stated)
    if learner is None:
        if not stated.namespace or not stated.source_id:
            return None
        return _pending(session, issuer, stated.namespace, stated.source_id, stated.name)
    if stated.namespace and stated.source_id:
        _add_identity(session, learner, stated.namespace, stated.source_id)
    learn_name(learner, stated.name)
    return learner


def _reached(session: Session, issuer: Issuer, stated: _Stated) -> Learner | None:
    """The learner with the stated address, made if new, or with the address that the stated hash is of."""
    if stated.normalised is not None and stated.email is not None:
        found = _by_email(session, issuer, stated.normalised)
        return found or _create(session, issuer, stated.normalised, stated.email, stated.name)
    if stated.mbox_sha1sum is None:
        return None
    query = (
        select(Learner)
        .join(LearnerEmail, LearnerEmail.learner_id == Learner.id)
        .where(
            LearnerEmail.issuer_id == issuer.id,
            or_(
                LearnerEmail.mbox_sha1sum == stated.mbox_sha1sum,
                LearnerEmail.written_sha1sum == stated.mbox_sha1sum,
            ),
        )
        .distinct()
        .limit(2)
    )
    found_by_hash = session.scalars(query).all()
    if len(found_by_hash) > 1:  # one wrote the address as another's is normalised
        raise LearnerUnclear("The hash of an address fits two learners; a member of staff must say who this is")
    return found_by_hash[0] if found_by_hash else None


def _by_email(session: Session, issuer: Issuer, normalised: str) -> Learner | None:
    return session.scalars(_BY_ADDRESS, {"issuer_id": issuer.id, "normalised": normalised}).one_or_none()


def _new(session: Session, issuer: Issuer, name: str | None, state: LearnerState) -> Learner:
    learner = Learner(
        id=clock.new_id(),
        issuer_id=issuer.id,
        display_name=name[:LONGEST_DISPLAY_NAME] if name else None,
        name_shown=False,
        created_at=clock.now(),
        state=state,
    )
    session.add(learner)
    session.flush()
    return learner


def _create(session: Session, issuer: Issuer, normalised: str, written: str, name: str | None) -> Learner:
    learner = _new(session, issuer, name, LearnerState.KNOWN)
    if add_email(session, learner, normalised, written) is None:
        # Another transaction made this person a moment ago, and has committed by now.
        return _rival(session, learner, _by_email(session, issuer, normalised))
    return learner


def _pending(session: Session, issuer: Issuer, namespace: str, source_id: str, name: str | None) -> Learner:
    learner = _new(session, issuer, name, LearnerState.PENDING)
    if _claim_identity(session, learner, namespace, source_id) is None:
        return _rival(session, learner, find_by_identity(session, issuer, namespace, source_id))
    return learner


def _rival(session: Session, made: Learner, rival: Learner | None) -> Learner:
    session.delete(made)
    session.flush()
    if rival is None:  # pragma: no cover - the clash says that it is there
        raise LearnerUnclear("The learner changed while this was handled; send it again")
    return rival


def _add_identity(session: Session, learner: Learner, namespace: str, source_id: str) -> None:
    _refuse_a_second_name(session, learner, namespace, source_id)
    _claim_identity(session, learner, namespace, source_id)


def _refuse_a_second_name(session: Session, learner: Learner, namespace: str, source_id: str) -> None:
    if other_identity(session, learner, namespace, source_id) is not None:
        raise LearnerUnclear(
            "Two people of this source use one e-mail address; a member of staff must say who this is",
            learner_id=learner.id,
        )


def _claim_identity(session: Session, learner: Learner, namespace: str, source_id: str) -> LearnerIdentity | None:
    return claim(
        session,
        LearnerIdentity,
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        namespace=namespace,
        source_id=source_id,
    )
