"""A badge that went to a wrong address: put right while nobody has accepted it, at the same address of the badge.

Where the wrong address is all there is of a person, or a platform stated it of one of its people, the address is
replaced, and every badge of the person is signed anew. A badge that was awarded by hand to somebody who is here in
their own right moves to the right person alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyAwarded, InvalidInput, LearnerErased, LearnerUnclear, WrongState
from app.issuing import announcements, audit, award_status, awards, issuers, learners, status_lists, wallets
from app.issuing.announcements import EMAIL
from app.issuing.awards import Award, AwardState
from app.issuing.completions import Completion
from app.issuing.learners import Learner, LearnerGroup, LearnerIdentity, tombstones
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage, OutboxState

_LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


class Way(StrEnum):
    """How it is put right: another address for the person, or another person for the badge, known or new."""

    REPLACE = "replace"
    MOVE = "move"
    MOVE_TO_NEW = "move-to-new"


@dataclass(frozen=True, slots=True)
class Correction:
    """What would be done. `award_ids` are the badges that are signed anew; `to` is who gets it, None = a new person."""

    way: Way
    learner: Learner
    to: Learner | None
    award_ids: tuple[str, ...]


def plan(session: Session, office: Office, award: Award, email: str) -> Correction:
    """How it would be put right; nothing is changed.

    Raises WrongState once it was accepted, went into a wallet or has ended, InvalidInput for an address that is none or
    that the person has, LearnerErased, LearnerUnclear where only a merge helps, AlreadyAwarded where the right person
    holds it.
    """
    _refuse_settled(session, award)
    learner = session.get_one(Learner, award.learner_id)
    issuer = issuers.by_id(session, award.issuer_id)
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an address at which a person can be reached", pointer="/email")
    if tombstones.is_there(session, issuer.id, tombstones.address_digest(office.sealer, issuer.id, normalised)):
        raise LearnerErased("Who has this address asked to be erased; readmit them first, if they want to come back")
    owner = learners.find_by_email(session, issuer, email)
    if owner is not None and owner.id == learner.id:
        raise InvalidInput("This is an address of the same person already", pointer="/email")
    is_by_hand = award.completion_id is None and not award.basis
    if not is_by_hand and owner is not None:
        raise LearnerUnclear(
            "This address is another person's here; merge the two if they are one", learner_id=owner.id
        )
    if owner is None and (not is_by_hand or _has_nothing_else(session, learner, award)):
        return Correction(Way.REPLACE, learner, learner, _to_sign_anew(session, learner))
    if owner is not None:
        _refuse_double(session, award, owner)
    return Correction(Way.MOVE if owner is not None else Way.MOVE_TO_NEW, learner, owner, (award.id,))


def correct_address(
    session: Session, office: Office, award: Award, email: str, *, actor: str, name: str | None = None
) -> Correction:
    """Put it right, and tell the right person by mail. `name` is for somebody new here. Raises what `plan` does."""
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    session.refresh(session.get_one(Learner, award.learner_id), with_for_update=True)
    found = plan(session, office, award, email)
    wallets.offers.end_all(session, found.award_ids)  # which were made to whoever reads the wrong address
    if found.way is Way.REPLACE:
        _replace(session, office, found, email, actor=actor)
    else:
        _move(session, office, found, award, email, name=name, actor=actor)
    _forget_unsent(session, award)
    issuer = issuers.by_id(session, award.issuer_id)
    announcements.badge_earned(session, office, issuer, award, awards.version_of(session, award), again=clock.new_id())
    session.flush()
    return found


def _replace(session: Session, office: Office, found: Correction, email: str, *, actor: str) -> None:
    learner = found.learner
    wrong = learners.email_of(session, learner)
    if wrong is not None:
        session.delete(wrong)
        session.flush()
    normalised = learners.address_of(email)
    assert normalised is not None  # noqa: S101 - asked by `plan`
    learners.add_email(session, learner, normalised, email)
    facts = {"awards": len(found.award_ids)}
    audit.record(
        session, learner.issuer_id, actor=actor, action="learner.address-corrected", object_id=learner.id, **facts
    )
    session.flush()
    for award_id in found.award_ids:
        award_status.reissue(session, office, awards.by_id(session, award_id), actor=actor)


def _move(
    session: Session, office: Office, found: Correction, award: Award, email: str, *, name: str | None, actor: str
) -> None:
    issuer = issuers.by_id(session, award.issuer_id)
    to = found.to or learners.resolve(
        session, issuer, namespace=None, source_id=None, email=email, display_name=name, sealer=office.sealer
    )
    assert to is not None  # noqa: S101 - an address that is one always names somebody
    before, award.learner_id = award.learner_id, to.id
    if award.declined_at is not None:  # by somebody whose badge it never was
        award.declined_at, award.visibility = None, office.new_awards
    learners.sharing.told_otherwise(session, before)
    session.flush()
    awards.issue(session, office, issuer, award, entries=status_lists.entries_of(session, office, award.id))
    facts = {"before": before, "learner_id": to.id, "revision": award.revision}
    audit.record(session, issuer.id, actor=actor, action="award.moved", object_id=award.id, **facts)


def _refuse_settled(session: Session, award: Award) -> None:
    if award.state not in _LIVING:
        raise WrongState("This badge has ended; award it anew to the right person", state=award.state)
    if award.claimed_at is not None:
        raise WrongState("The holder has accepted this badge; they change their address themselves", state=award.state)
    if wallets.holds_any(session, [award.id]):
        raise WrongState("A wallet was given this badge; revoke it, and award it anew", state="in a wallet")


def _refuse_double(session: Session, award: Award, owner: Learner) -> None:
    query = select(Award.id).where(
        Award.learner_id == owner.id, Award.achievement_id == award.achievement_id, Award.slot == award.slot
    )
    held = session.scalar(query)
    if held is not None:
        raise AlreadyAwarded("The person with this address holds this achievement already", award_id=held)


def _has_nothing_else(session: Session, learner: Learner, award: Award) -> bool:
    """Whether the award, and the address that was stated with it, is all that is known of a person."""
    others = (
        select(func.count()).where(Award.learner_id == learner.id, Award.id != award.id),
        select(func.count()).where(Completion.learner_id == learner.id),
        select(func.count()).where(LearnerIdentity.learner_id == learner.id),
        select(func.count()).where(LearnerGroup.learner_id == learner.id),
    )
    return not any(session.scalar(query) for query in others)


def _to_sign_anew(session: Session, learner: Learner) -> tuple[str, ...]:
    """The living badges of a person, who has accepted none at the address that is to go."""
    query = select(Award).where(Award.learner_id == learner.id)
    mine = session.scalars(query.order_by(Award.id)).all()
    if any(each.claimed_at is not None for each in mine) or wallets.holds_any(session, [each.id for each in mine]):
        raise WrongState(
            "Another badge was accepted at this person's address, so it is no wrong one; add the other address to them",
            state="claimed",
        )
    return tuple(each.id for each in mine if each.state in _LIVING)


def _forget_unsent(session: Session, award: Award) -> None:
    """Take back what was to be mailed to the wrong address and is not on its way yet."""
    now = clock.now()
    session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.subject_id == award.id,
            OutboxMessage.channel == EMAIL,
            OutboxMessage.state == OutboxState.PENDING,
            or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
        )
    )
