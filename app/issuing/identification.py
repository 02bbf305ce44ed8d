"""From pending to known: an address for somebody whom a source only named, whoever says it, and what waited decided.

Who may say it, in the order of the resolver chain: a directory that staff upload, the source when it is asked, and
the learner with a claim link. Staff may say it at any time. Each is one audit entry, with `via` and ids only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, LearnerErased, LearnerUnclear
from app.issuing import audit, issuers, learners
from app.issuing.completions import Completion, CompletionState
from app.issuing.inbox import parked
from app.issuing.learners import Learner, LearnerIdentity, LearnerState, tombstones
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms.base import SourceConfig

ASK_AGAIN_AFTER = timedelta(days=1)


class Via(StrEnum):
    """Who said who somebody is."""

    STAFF = "staff"
    DIRECTORY = "directory"
    SOURCE = "source"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """What a source says of one of its own people. None = it does not say."""

    email: str | None
    display_name: str | None = None


class PersonFinder(Protocol):
    """Asks a source who somebody is. A door hands it in; it may use the network, and is called in no transaction."""

    def find(self, config: SourceConfig, *, namespace: str, source_id: str) -> FoundPerson | None:
        """The person with this id there; None when the source knows nobody by it. Raises FetchFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody pending, and the source that named them: what a finder is asked."""

    learner_id: str
    issuer_id: str
    source_id: str
    source_type: str
    namespace: str
    identity: str


def give_address(
    session: Session,
    office: Office,
    learner: Learner,
    email: str,
    *,
    via: Via,
    actor: str,
    display_name: str | None = None,
) -> Learner:
    """Add an address to a learner, and have decided what waited for it. No award is made twice, and no mail is sent.

    The address of another learner makes somebody pending one with that learner. Returns who the person is now.
    Raises InvalidInput for an address that is nobody's and for a learner who was merged, LearnerErased, and
    LearnerUnclear where it is not clear.
    """
    issuer = issuers.by_id(session, learner.issuer_id)
    _lock(session, learner)
    learners.refuse_ended(learner)
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an address at which a person can be reached", pointer="/email")
    digest = tombstones.address_digest(office.sealer, issuer.id, normalised)
    if tombstones.is_there(session, issuer.id, digest):
        raise LearnerErased("Who has this address asked to be erased; readmit them first, if they want to come back")
    owner = learners.find_by_email(session, issuer, email)
    if owner is None:
        learners.add_email(session, learner, normalised, email)
        if learners.is_pending(learner):
            learners.become_known(session, learner)
    elif owner.id != learner.id:
        if not learners.is_pending(learner):
            raise LearnerUnclear(
                "This address is another learner's; merge the two if they are one", learner_id=owner.id
            )
        learner = learners.join(session, pending=learner, learner=owner)
    learners.learn_name(learner, display_name)
    audit.record(session, issuer.id, actor=actor, action="learner.address-given", object_id=learner.id, via=str(via))
    parked.catch_up(session, office)
    session.flush()
    return learner


def assign(session: Session, office: Office, pending: Learner, *, to: Learner, actor: str) -> Learner:
    """Say that somebody pending is a learner who is here already; what waited is decided. Returns the learner.

    Raises InvalidInput for two who are both known (that is a merge), LearnerUnclear when a system then had two names
    for one person.
    """
    _lock(session, pending)
    session.refresh(to, with_for_update=True)
    if not learners.is_pending(pending) or to.state != LearnerState.KNOWN or pending.issuer_id != to.issuer_id:
        raise InvalidInput("Only somebody pending can be assigned, and only to a learner who is known")
    learners.join(session, pending=pending, learner=to)
    audit.record(session, to.issuer_id, actor=actor, action="learner.assigned", object_id=to.id, learner_id=pending.id)
    parked.catch_up(session, office)
    session.flush()
    return to


def waiting_for(session: Session, learner_ids: Sequence[str]) -> dict[str, int]:
    """How many completions wait because it is not clear who each of these learners is."""
    query = (
        select(Completion.learner_id, func.count())
        .where(
            Completion.learner_id.in_(learner_ids),
            Completion.state == CompletionState.PARKED,
            Completion.reason == parked.UNKNOWN_PERSON,
        )
        .group_by(Completion.learner_id)
    )
    return {str(learner_id): int(count) for learner_id, count in session.execute(query)}


def questions(session: Session, source_types: Sequence[str], *, limit: int) -> list[Question]:
    """Whom to ask for at sources of these types: pending people who were not asked for since a day, oldest first."""
    before = clock.now() - ASK_AGAIN_AFTER
    query = (
        select(Learner, LearnerIdentity, Source)
        .join(LearnerIdentity, LearnerIdentity.learner_id == Learner.id)
        .join(Completion, Completion.learner_id == Learner.id)
        .join(Source, Source.id == Completion.source_id)
        .where(
            Learner.state == LearnerState.PENDING,
            or_(Learner.asked_at.is_(None), Learner.asked_at < before),
            Completion.state == CompletionState.PARKED,
            Source.type.in_(source_types),
        )
        .order_by(Learner.created_at, Learner.id)
        .limit(limit)
    )
    # Every identity with every source: whom a source calls so, only that source's finder can tell.
    asked = {
        (learner.id, identity.id, source.id): Question(
            learner_id=learner.id,
            issuer_id=learner.issuer_id,
            source_id=source.id,
            source_type=source.type,
            namespace=identity.namespace,
            identity=identity.source_id,
        )
        for learner, identity, source in session.execute(query)
    }
    return list(asked.values())


def note_asked(session: Session, question: Question, *, at: datetime) -> None:
    """Write down that a source was asked; it is asked again after a day."""
    session.get_one(Learner, question.learner_id).asked_at = at


def _lock(session: Session, learner: Learner) -> None:
    # The turn comes first, as wherever awards may follow.
    issuers.take_turn(session, learner.issuer_id)
    session.refresh(learner, with_for_update=True)
