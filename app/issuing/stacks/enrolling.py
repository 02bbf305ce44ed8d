"""People come onto a pathway and leave it. The entry condition is asked once, when they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import EntryNotMet, NotAllowed, NotFound, NotPublished
from app.issuing import audit, issuers
from app.issuing.learners import Learner, refuse_ended
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayState, keeping, worlds
from app.issuing.stacks import held, settling
from app.issuing.stacks.cases import Settled
from app.issuing.stacks.tables import Enrolment
from app.stacking import conditions, wording
from app.stacking.evaluate import meets


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The enrolment, whether it is new, and what was found complete at once."""

    enrolment: Enrolment
    is_new: bool
    settled: Settled


def enrol(
    session: Session,
    office: Office,
    learner: Learner,
    row: PathwayRow,
    *,
    actor: str,
    at: datetime | None = None,
    despite_entry: bool = False,
    sponsor: str | None = None,
) -> Enrolled:
    """Put a learner on a pathway, in its newest version, and award at once what is complete already.

    Doing it again changes nothing. Raises NotPublished, EntryNotMet (with why), and LearnerErased.
    """
    if row.state != PathwayState.PUBLISHED:
        raise NotPublished("This pathway is not published")
    refuse_ended(learner)
    issuers.take_turn(session, learner.issuer_id)
    moment = at or clock.now()
    if not despite_entry:
        _refuse_without_entry(session, learner, row, moment)
    enrolment, is_new = _claimed(session, learner, row, moment, sponsor)
    if is_new:
        facts = {"learner_id": learner.id, "pathway_id": row.id, "version": enrolment.version}
        session.flush()
        audit.record(session, learner.issuer_id, actor=actor, action="enrolment.made", object_id=enrolment.id, **facts)
    return Enrolled(enrolment, is_new, settling.settle_learner(session, office, learner, at=moment))


def join(session: Session, office: Office, learner: Learner, row: PathwayRow, *, actor: str) -> Enrolled:
    """A learner comes onto a pathway by themselves. Raises NotAllowed unless it is open to learners, and as `enrol`."""
    _refuse_closed(session, row)
    return enrol(session, office, learner, row, actor=actor)


def leave_own(session: Session, enrolment: Enrolment, *, actor: str) -> None:
    """A learner leaves a pathway by themselves. Raises NotAllowed unless it is open to learners."""
    _refuse_closed(session, session.get_one(PathwayRow, enrolment.pathway_id))
    leave(session, enrolment, actor=actor)


def leave(session: Session, enrolment: Enrolment, *, actor: str) -> None:
    """Take a learner off a pathway. What they were awarded on it stays."""
    if enrolment.ended_at is None:
        enrolment.ended_at = clock.now()
        session.flush()
        audit.record(session, enrolment.issuer_id, actor=actor, action="enrolment.ended", object_id=enrolment.id)


def of_learner(session: Session, learner_id: str) -> list[Enrolment]:
    """The enrolments of a learner that have not ended, oldest first."""
    query = select(Enrolment).where(Enrolment.learner_id == learner_id, Enrolment.ended_at.is_(None))
    return list(session.scalars(query.order_by(Enrolment.enrolled_at, Enrolment.id)))


def one(session: Session, learner: Learner, row: PathwayRow) -> Enrolment:
    """The learner's enrolment on a pathway, ended or not. Raises NotFound."""
    query = select(Enrolment).where(Enrolment.learner_id == learner.id, Enrolment.pathway_id == row.id)
    if (found := session.scalars(query).one_or_none()) is None:
        raise NotFound("The learner is not on this pathway")
    return found


def by_id(session: Session, enrolment_id: str, *, issuer_id: str) -> Enrolment:
    """The enrolment with this id, of this issuer. Raises NotFound."""
    found = session.get(Enrolment, enrolment_id)
    if found is None or found.issuer_id != issuer_id:
        raise NotFound("There is no such enrolment")
    return found


def _claimed(
    session: Session, learner: Learner, row: PathwayRow, at: datetime, sponsor: str | None
) -> tuple[Enrolment, bool]:
    version = keeping.newest(session, row).number
    made = claim(
        session,
        Enrolment,
        id=clock.new_id(),
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        pathway_id=row.id,
        version=version,
        sponsor=sponsor,
        enrolled_at=at,
        progress=0,
        complete_nodes=[],
    )
    if made is not None:
        return made, True
    found = one(session, learner, row)
    session.refresh(found, with_for_update=True)
    if found.ended_at is None:
        return found, False
    found.ended_at, found.enrolled_at, found.version, found.sponsor = None, at, version, sponsor
    return found, True


def _refuse_closed(session: Session, row: PathwayRow) -> None:
    if not is_open(session, row):
        raise NotAllowed("The issuer decides who is on this pathway; ask them")


def is_open(session: Session, row: PathwayRow) -> bool:
    """Whether learners come onto a published pathway and leave it by themselves, as its newest version says."""
    return bool(keeping.newest(session, row).facts.get("open_to_learners", False))


def _refuse_without_entry(session: Session, learner: Learner, row: PathwayRow, at: datetime) -> None:
    stated = keeping.newest(session, row).facts.get("entry")
    if stated is None:
        return
    known = worlds.of(session, learner.issuer_id)
    holdings = held.of(session, known, learner.id)
    finding = meets(known.world, conditions.read(stated), holdings, known.day_of(at), pathway=row.slug)
    if not finding.is_met:
        sentence = wording.finding(known.world, finding)
        raise EntryNotMet(f"To begin this pathway, something is missing. {sentence}", missing=sentence)
