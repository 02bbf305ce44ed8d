"""Awards of before: listed, forgotten with their people, and issued anew where somebody decides that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.errors import AlreadyAwarded, InvalidInput, NotFound
from app.issuing import achievements, audit, awards, issuers, learners
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerEmail
from app.issuing.office import Office
from app.issuing.past_awards.tables import PastAward

NOT_OURS = "Another organisation issued this; only who issued it may issue it anew"
HELD = "The person holds this badge here already, so this one stays history"


@dataclass(frozen=True, slots=True)
class PastLine:
    """An award of before with what lists show of it."""

    past: PastAward
    name: str
    is_published: bool
    learner: Learner
    zone: ZoneInfo  # the issuer's, which brought it


def of_issuer(issuer_id: str, *, q: str = "", achievement_id: str = "", only_open: bool = False) -> Select[PastAward]:
    """The query of an issuer's awards of before; `q` looks in names and addresses, `only_open`: can be issued anew."""
    query = select(PastAward).where(PastAward.issuer_id == issuer_id)
    if achievement_id:
        query = query.where(PastAward.achievement_id == achievement_id)
    if only_open:
        now = clock.now()
        ends = or_(PastAward.valid_until.is_(None), PastAward.valid_until > now)
        query = query.where(PastAward.issued_by_us, PastAward.award_id.is_(None), ~PastAward.is_withdrawn, ends)
    if q:
        wanted = f"%{q.replace('%', '').replace('_', '').casefold()}%"
        named = select(Learner.id).where(Learner.display_name.ilike(wanted))
        addressed = select(LearnerEmail.learner_id).where(LearnerEmail.normalised.like(wanted))
        query = query.where(or_(PastAward.learner_id.in_(named), PastAward.learner_id.in_(addressed)))
    return query


def lines_of(session: Session, found: Sequence[PastAward]) -> list[PastLine]:
    """The same awards with what lists show."""
    achieved = {each.achievement_id for each in found}
    people = {each.learner_id for each in found}
    of = {each.id: each for each in session.scalars(select(Achievement).where(Achievement.id.in_(achieved)))}
    names = {each.id: achievements.current_facts(session, each).name for each in of.values()}
    who = {each.id: each for each in session.scalars(select(Learner).where(Learner.id.in_(people)))}
    return [
        PastLine(
            each,
            names[each.achievement_id],
            of[each.achievement_id].state == AchievementState.PUBLISHED,
            who[each.learner_id],
            issuers.zone_of(session, each.issuer_id),
        )
        for each in found
    ]


def of_learners(session: Session, learner_ids: Collection[str]) -> list[PastLine]:
    """What these people were awarded before, the newest first; what was issued anew is among their badges instead."""
    query = select(PastAward).where(PastAward.learner_id.in_(learner_ids), PastAward.award_id.is_(None))
    return lines_of(session, session.scalars(query.order_by(PastAward.issued_at.desc(), PastAward.id)).all())


def by_id(session: Session, past_id: str, *, issuer: Issuer) -> PastAward:
    """The issuer's award of before with this id. Raises NotFound."""
    found = session.get(PastAward, past_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such award of before")
    return found


def is_open(past: PastAward, *, now: datetime) -> bool:
    """Whether it can be issued anew, once its achievement is published."""
    has_ended = past.valid_until is not None and past.valid_until <= now
    return past.issued_by_us and past.award_id is None and not past.is_withdrawn and not has_ended


def issue_anew(session: Session, office: Office, issuer: Issuer, past: PastAward, *, actor: str) -> Award:
    """Sign what the same organisation issued elsewhere before: an ordinary award, with the day and end of before.

    Where no end was stated, it ends as the achievement says. Its evidence says that it was issued before, and links to
    that. Again gives the same award. Raises InvalidInput for another organisation's, for one that was withdrawn or has
    ended, AlreadyAwarded when another award of it counts here, which this one is not, and what `awards.award` raises:
    NotPublished above all, while the achievement is a draft.
    """
    issuers.take_turn(session, issuer.id)
    session.refresh(past, with_for_update=True)
    if past.award_id is not None:
        return awards.by_id(session, past.award_id)
    if not past.issued_by_us:
        raise InvalidInput(NOT_OURS)
    if past.is_withdrawn:
        raise InvalidInput("This was withdrawn where it was issued, so it is not issued anew")
    if past.valid_until is not None and past.valid_until <= clock.now():
        raise InvalidInput("This has ended, so it is not issued anew")
    learner = session.get_one(Learner, past.learner_id)
    learners.refuse_ended(learner)
    before = model.Evidence(
        id=past.url,
        name=f"Issued before by {past.issued_by}",
        narrative="The same organisation issued this on another platform before, and issued it anew here.",
    )
    achievement, ends = achievements.by_id(session, past.achievement_id), past.valid_until
    earned = Earned(achievement, learner, past.issued_at, evidence=(before,), valid_until=ends)
    outcome = awards.award(session, office, earned, actor=actor)
    made = outcome.award
    if not outcome.created:
        raise AlreadyAwarded(HELD, award_id=made.id)
    past.award_id = made.id
    audit.record(session, issuer.id, actor=actor, action="past-award.issued-anew", object_id=past.id, award_id=made.id)
    session.flush()
    return made


def forget(session: Session, learner_ids: Collection[str]) -> dict[str, str]:
    """Delete the history of people who are erased: the ids of what went, each with that of the import it came with."""
    gone = delete(PastAward).where(PastAward.learner_id.in_(learner_ids))
    return dict(iter(session.execute(gone.returning(PastAward.id, PastAward.import_id))))
