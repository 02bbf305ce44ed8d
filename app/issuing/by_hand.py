"""Awards by hand: a member of staff says who earned what. The same functions award one, many of a file, and later.

No rule takes such an award back: it rests on a person's word, and not on completions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.errors import InvalidInput
from app.issuing import achievement_facts, achievements, awards, foresight, inbox, issuers, learners
from app.issuing.awards import Award, Earned, Outcome
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office, Sponsorship
from app.issuing.stacks import prerequisites
from app.issuing.stacks.prerequisites import Lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a member of staff says. The person is `learner_id`, or whoever has the address, made if new."""

    achievement_id: str
    awarded_at: datetime
    learner_id: str | None = None
    email: str | None = None
    name: str | None = None
    evidence: tuple[model.Evidence, ...] = ()
    narrative: str | None = None
    sponsorship: Sponsorship | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would come of it. `award_id` is the award that the person holds already; None = one would be made."""

    award_id: str | None
    achievement_name: str
    holder_name: str | None
    email: str | None
    is_new_person: bool
    awarded_at: datetime
    valid_until: datetime | None
    lacking: Lacking | None  # what comes before it and is not there


def award(session: Session, office: Office, issuer: Issuer, stated: Stated, *, actor: str) -> Outcome:
    """Award, or return the award that the person holds already. Raises what `person` and `awards.award` raise."""
    issuers.take_turn(session, issuer.id)
    learner = person(session, office, issuer, stated)
    return awards.award(session, office, earned(session, issuer, learner, stated), actor=actor)


def foresee(session: Session, office: Office, issuer: Issuer, stated: Stated) -> Foreseen:
    """What `award` would do: it is done, signed, looked at and undone. Raises what `award` raises."""
    return foresight.undone(session, lambda: _foreseen(session, office, issuer, stated))


def person(session: Session, office: Office, issuer: Issuer, stated: Stated) -> Learner:
    """Whom it is about. Raises InvalidInput for nobody who can be reached, and what `learners.resolve` raises."""
    if stated.learner_id is not None:
        learner = learners.by_id(session, issuer, stated.learner_id)
        learners.refuse_ended(learner)
        if learners.is_pending(learner):
            raise InvalidInput("Nobody knows yet who this is; say the person's address first", pointer="/email")
        return learner
    return whom(session, office, issuer, email=stated.email, name=stated.name)


def whom(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    email: str | None,
    name: str | None,
    namespace: str | None = None,
    source_id: str | None = None,
) -> Learner:
    """The person whom these facts name, made if new; what waited for them is decided. Raises as `person` does.

    Who has a name here keeps it: badges are awarded under it, and to change it is another act.
    """
    known = learners.find_by_email(session, issuer, email or "")
    display_name = None if known is not None and known.display_name else name
    learner = learners.resolve(
        session,
        issuer,
        namespace=namespace,
        source_id=source_id,
        email=email,
        display_name=display_name,
        sealer=office.sealer,
    )
    if learner is None or learners.is_pending(learner):
        raise InvalidInput("This is not an address at which a person can be reached", pointer="/email")
    inbox.catch_up(session, office)
    return learner


def earned(session: Session, issuer: Issuer, learner: Learner, stated: Stated) -> Earned:
    """As the office awards it. Raises NotFound, and InvalidInput for a day that has not come."""
    if stated.awarded_at > clock.now():
        raise InvalidInput("Nothing is earned in the future; choose today or an earlier day", pointer="/awarded_on")
    return Earned(
        achievement=achievements.by_id(session, stated.achievement_id, issuer=issuer),
        learner=learner,
        awarded_at=stated.awarded_at,
        evidence=stated.evidence,
        narrative=stated.narrative,
        sponsorship=stated.sponsorship,
    )


def _foreseen(session: Session, office: Office, issuer: Issuer, stated: Stated) -> Foreseen:
    known = stated.learner_id is not None or learners.find_by_email(session, issuer, stated.email or "") is not None
    outcome = award(session, office, issuer, stated, actor="nobody")
    made: Award = outcome.award
    learner = session.get_one(Learner, made.learner_id)
    email = learners.email_of(session, learner)
    return Foreseen(
        award_id=None if outcome.created else made.id,
        achievement_name=achievement_facts.parse(awards.version_of(session, made).facts).name,
        holder_name=learner.display_name,
        email=email.written if email else None,
        is_new_person=not known,
        awarded_at=made.awarded_at,
        valid_until=made.valid_until,
        lacking=prerequisites.lacking(session, learner, made.achievement_id, made.awarded_at),
    )
