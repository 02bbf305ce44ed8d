"""Many people put on a pathway: asked for once, done by the worker, some at a time, with what came of each.

What came of a person is in their row: after a crash it goes on with those who have none. Somebody who is put on a
pathway twice is on it once, so that a slice that was lost is simply done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, KeyUnavailable, NoSigningKey, NotFound, NotPublished, ServiceError
from app.issuing import announcements, audit, leases
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayState
from app.issuing.stacks import enrolling
from app.issuing.stacks.tables import MassEnrolment, MassEnrolmentPerson

MOST = 20_000
_AT_ONCE = 500  # rows in one statement
_OURS = (KeyUnavailable, NoSigningKey)  # the worker tries again by itself


class RunState(StrEnum):
    """`stopped`: by a person; who was put on it until then stays."""

    RUNNING = leases.RUNNING
    DONE = "done"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """What came of one person. `refused`: they may not begin, or are gone; `detail` says why."""

    NEW = "new"
    ALREADY = "already"
    REFUSED = "refused"
    FAILED = "failed"  # by an error of ours, which the log has


def start(
    session: Session,
    row: PathwayRow,
    learner_ids: Iterable[str],
    *,
    actor: str,
    sponsor: str | None = None,
    despite_entry: bool = False,
) -> MassEnrolment:
    """Have the worker put these people on a pathway. Raises NotPublished, and InvalidInput for nobody or strangers."""
    if row.state != PathwayState.PUBLISHED:
        raise NotPublished("This pathway is not published")
    ids = sorted(set(learner_ids))
    if not 1 <= len(ids) <= MOST:
        raise InvalidInput(f"Put 1 to {MOST} people on it at once", pointer="/learners")
    _refuse_strangers(session, row.issuer_id, ids)
    made = MassEnrolment(
        id=clock.new_id(),
        issuer_id=row.issuer_id,
        pathway_id=row.id,
        sponsor=sponsor,
        despite_entry=despite_entry,
        state=RunState.RUNNING,
        total=len(ids),
        awarded=0,
        author=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    for part in _parts(ids):
        session.execute(insert(MassEnrolmentPerson), [{"run_id": made.id, "learner_id": each} for each in part])
    _record(session, made, "started", actor, total=made.total)
    return made


def stop(session: Session, run: MassEnrolment, *, actor: str) -> None:
    """End it where it is; stopping one that has ended is no error."""
    going_on = leases.held(session, MassEnrolment, run.id)
    if going_on is not None:
        _end(session, going_on, RunState.STOPPED, actor)


def by_id(session: Session, run_id: str, *, issuer_id: str) -> MassEnrolment:
    """The issuer's run with this id. Raises NotFound."""
    found = session.get(MassEnrolment, run_id)
    if found is None or found.issuer_id != issuer_id:
        raise NotFound("There is no such run")
    return found


def counts(session: Session, run: MassEnrolment) -> dict[Outcome, int]:
    """How many people came to what so far; with nothing there, 0."""
    query = select(MassEnrolmentPerson.outcome, func.count()).where(
        MassEnrolmentPerson.run_id == run.id, MassEnrolmentPerson.outcome.is_not(None)
    )
    found = dict(iter(session.execute(query.group_by(MassEnrolmentPerson.outcome))))
    return {each: int(found.get(each.value, 0)) for each in Outcome}


def left_out(session: Session, run: MassEnrolment, *, limit: int) -> Sequence[MassEnrolmentPerson]:
    """Those who were not put on it, with why, in the order of their ids."""
    query = select(MassEnrolmentPerson).where(
        MassEnrolmentPerson.run_id == run.id, MassEnrolmentPerson.outcome.in_([Outcome.REFUSED, Outcome.FAILED])
    )
    return session.scalars(query.order_by(MassEnrolmentPerson.learner_id).limit(limit)).all()


def lease(session: Session, *, lease_seconds: int, but: Collection[str] = ()) -> str | None:
    """Take a run that goes on, that nobody has, and that is none of `but`; None when there is none."""
    found = leases.lease(session, MassEnrolment, lease_seconds=lease_seconds, but=but)
    return None if found is None else found.id


def release(session: Session, run_id: str) -> None:
    """Give it back before it is done: the worker stops."""
    leases.release(session, MassEnrolment, run_id)


def step(session: Session, office: Office, run_id: str, *, limit: int, lease_seconds: int) -> bool:
    """Put the next people on it, in the caller's transaction; False when there is nothing more to do.

    Raises KeyUnavailable and NoSigningKey, which are ours to mend.
    """
    run = leases.held(session, MassEnrolment, run_id)
    if run is None:
        return False
    announcements.gather(session)
    people = _next(session, run, limit)
    row = session.get_one(PathwayRow, run.pathway_id)
    for each in people:
        _put(session, office, run, row, each)
    if len(people) < limit:
        _end(session, run, RunState.DONE, "worker")
        return False
    leases.extend(run, lease_seconds=lease_seconds)
    session.flush()
    return True


def pass_over(session: Session, run_id: str) -> bool:
    """Note that the next person could not be put on it for a reason of ours; the others go on. False: none is left."""
    run = leases.held(session, MassEnrolment, run_id)
    people = [] if run is None else _next(session, run, 1)
    for each in people:
        each.outcome = Outcome.FAILED
    session.flush()
    return bool(people)


def _next(session: Session, run: MassEnrolment, limit: int) -> Sequence[MassEnrolmentPerson]:
    query = select(MassEnrolmentPerson).where(
        MassEnrolmentPerson.run_id == run.id, MassEnrolmentPerson.outcome.is_(None)
    )
    return session.scalars(query.order_by(MassEnrolmentPerson.learner_id).limit(limit)).all()


def _put(session: Session, office: Office, run: MassEnrolment, row: PathwayRow, person: MassEnrolmentPerson) -> None:
    learner = session.get_one(Learner, person.learner_id)
    try:
        with session.begin_nested():
            done = enrolling.enrol(
                session,
                office,
                learner,
                row,
                actor=run.author,
                despite_entry=run.despite_entry,
                sponsor=run.sponsor,
            )
    except _OURS:
        raise
    except ServiceError as error:
        person.outcome, person.detail = Outcome.REFUSED, error.detail
        return
    person.outcome = Outcome.NEW if done.is_new else Outcome.ALREADY
    run.awarded += len(done.settled.awarded)


def _refuse_strangers(session: Session, issuer_id: str, ids: Sequence[str]) -> None:
    for part in _parts(ids):
        known = select(Learner.id).where(Learner.issuer_id == issuer_id, Learner.id.in_(part))
        if strangers := sorted(set(part) - set(session.scalars(known))):
            raise InvalidInput(
                "There is nobody here with these ids", pointer="/learners", learners=", ".join(strangers[:20])
            )


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _end(session: Session, run: MassEnrolment, state: RunState, actor: str) -> None:
    leases.end(run, state)
    session.flush()
    said = {str(outcome): number for outcome, number in counts(session, run).items()}
    _record(session, run, state, actor, awarded=run.awarded, **said)


def _record(session: Session, run: MassEnrolment, what: str, actor: str, **facts: int) -> None:
    audit.record(
        session,
        run.issuer_id,
        actor=actor,
        action=f"enrolments.{what}",
        object_id=run.id,
        pathway_id=run.pathway_id,
        **facts,
    )
    session.flush()
