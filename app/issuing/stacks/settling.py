"""One learner's stacks are brought to what their holdings come to: lost, rebound, reinstated, awarded, in that order.

It may be done again at any time and in any order of events: what agrees is left alone. It runs in the transaction of
whatever changed, so that a milestone stands with the award that completed it, or not at all.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import issuers
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayState, worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks import gaining, held, losing, versions
from app.issuing.stacks.cases import Case, Settled, pathway_of
from app.issuing.stacks.tables import Enrolment
from app.stacking.evaluate import Evaluation, evaluate
from app.stacking.world import Pathway

AT_WORK = "settling"  # in the session: the learners whose stacks are being settled further up
WHOLE = 10_000


def settle_learner(session: Session, office: Office, learner: Learner, *, at: datetime | None = None) -> Settled:
    """Settle the stacks of one learner as of a moment; now, unless it says otherwise.

    Takes the issuer's turn. Raises what awarding raises; nothing is half done then, since the caller rolls back.
    """
    busy = session.info.setdefault(AT_WORK, set())
    if learner.id in busy:  # an award of a stack, made by the loop below, which looks again by itself
        return Settled()
    issuers.take_turn(session, learner.issuer_id)
    moment = at or clock.now()
    known = worlds.of(session, learner.issuer_id)
    enrolments = _enrolments(session, learner, known, known.day_of(moment))
    case = Case(session, office, learner, moment, known, enrolments)
    busy.add(learner.id)
    try:
        while losing.look(case):
            pass
        gaining.award(case)
        _note(case)
    finally:
        busy.discard(learner.id)
    return case.done


def _enrolments(session: Session, learner: Learner, known: Known, as_of: date) -> list[tuple[Enrolment, Pathway]]:
    """The pathways that the learner is on, each in the version that counts for them on the day."""
    query = (
        select(Enrolment, PathwayRow)
        .join(PathwayRow, PathwayRow.id == Enrolment.pathway_id)
        .where(
            Enrolment.learner_id == learner.id,
            Enrolment.ended_at.is_(None),
            PathwayRow.state == PathwayState.PUBLISHED,
        )
        .order_by(PathwayRow.slug)
    )
    found = []
    for enrolment, row in session.execute(query).all():
        versions.move(session, enrolment, row, as_of)
        found.append((enrolment, pathway_of(session, known, row, enrolment.version)))
    return found


def _note(case: Case) -> None:
    """Keep what each enrolment comes to beside it."""
    holdings = held.of(case.session, case.known, case.learner.id) if case.enrolments else []
    for enrolment, pathway in case.enrolments:
        evaluation = evaluate(case.known.world, pathway, holdings, case.as_of, tells=False)
        keep(enrolment, evaluation, case.at)
    case.session.flush()


def keep(enrolment: Enrolment, evaluation: Evaluation, at: datetime) -> None:
    """Write down how far somebody is."""
    enrolment.progress = int(evaluation.progress * WHOLE)
    if enrolment.complete_nodes != list(evaluation.complete):
        enrolment.complete_nodes = list(evaluation.complete)
    if evaluation.is_complete and enrolment.completed_at is None:
        enrolment.completed_at = at
    enrolment.judged_at = at
