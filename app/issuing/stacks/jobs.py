"""Everybody is judged anew in the background: after a change of what stacks are made of, and once a day.

A day brings ends of grandfathering, equivalences that begin, and stacks that have expired and are still complete.
Losses need no job: they are seen in the transaction of whatever takes something away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import ServiceError
from app.issuing import issuers
from app.issuing.definitions import DefinitionsRevision
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayState, worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks import held, settling, versions
from app.issuing.stacks.cases import pathway_of
from app.issuing.stacks.tables import Enrolment, StackJob
from app.stacking.evaluate import evaluate, settle
from app.stacking.world import Pathway

log = structlog.get_logger()

AT_ONCE = 50  # learners in one transaction, which holds the issuer's turn


@dataclass(frozen=True, slots=True)
class Slice:
    """How a slice went: whether there is more of its job, and the learners for whom nothing could be signed."""

    is_done: bool
    failed: tuple[tuple[str, str], ...] = ()  # learner id, what was wrong


def ask_for_changes(session: Session) -> int:
    """Make a job for each issuer whose definitions changed since the last one; how many."""
    query = select(DefinitionsRevision).where(_has_changed())
    found = list(session.scalars(query.with_for_update(skip_locked=True)))
    for each in found:
        each.settled_mark = each.mark
        _ask(session, each.issuer_id, f"change:{each.mark}")
    session.flush()
    return len(found)


def has_changes(session: Session) -> bool:
    """Whether there is anything to ask for."""
    return session.scalar(select(DefinitionsRevision.issuer_id).where(_has_changed()).limit(1)) is not None


def _has_changed() -> ColumnElement[bool]:
    settled = DefinitionsRevision.settled_mark
    return or_(settled.is_(None), settled != DefinitionsRevision.mark)


def ask_for_the_day(session: Session) -> int:
    """Make today's job for each issuer that has somebody on a pathway; how many are new."""
    among = session.scalars(select(Enrolment.issuer_id).where(Enrolment.ended_at.is_(None)).distinct())
    return sum(_ask(session, each, f"day:{issuers.today(session, each).isoformat()}") for each in list(among))


def open_jobs(session: Session) -> list[str]:
    """The ids of jobs that are not done, oldest first."""
    query = select(StackJob.id).where(StackJob.done_at.is_(None)).order_by(StackJob.created_at, StackJob.id)
    return list(session.scalars(query))


def of_issuer(session: Session, issuer_id: str, *, limit: int = 20) -> list[StackJob]:
    """The newest jobs of an issuer, newest first."""
    query = select(StackJob).where(StackJob.issuer_id == issuer_id)
    return list(session.scalars(query.order_by(StackJob.created_at.desc(), StackJob.id).limit(limit)))


def go_on(session: Session, office: Office, job_id: str) -> Slice:
    """Judge the next 50 learners of a job. Somebody for whom nothing can be signed is counted, and stops nobody."""
    query = select(StackJob).where(StackJob.id == job_id, StackJob.done_at.is_(None))
    job = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if job is None:
        return Slice(is_done=True)
    issuers.take_turn(session, job.issuer_id)
    among = _next(session, job)
    changed, failed = _judge(session, office, job.issuer_id, among) if among else (0, [])
    job.judged += len(among)
    job.changed += changed
    job.failed += len(failed)
    job.after = among[-1] if among else job.after
    if len(among) < AT_ONCE:
        job.done_at = clock.now()
    session.flush()
    return Slice(job.done_at is not None, tuple(failed))


def _ask(session: Session, issuer_id: str, cause: str) -> bool:
    values = {"issuer_id": issuer_id, "cause": cause, "created_at": clock.now()}
    return claim(session, StackJob, id=clock.new_id(), judged=0, changed=0, failed=0, **values) is not None


def _next(session: Session, job: StackJob) -> list[str]:
    query = select(Enrolment.learner_id).where(Enrolment.issuer_id == job.issuer_id, Enrolment.ended_at.is_(None))
    if job.after is not None:
        query = query.where(Enrolment.learner_id > job.after)
    return list(session.scalars(query.distinct().order_by(Enrolment.learner_id).limit(AT_ONCE)))


def _judge(
    session: Session, office: Office, issuer_id: str, learner_ids: list[str]
) -> tuple[int, list[tuple[str, str]]]:
    """Find out purely who gains something, and settle only those; keep of the others how far they are."""
    at = clock.now()
    known = worlds.of(session, issuer_id)
    holdings = held.of_many(session, known, learner_ids)
    changed, failed = 0, []
    for learner_id, among in _enrolments(session, known, learner_ids, at).items():
        pathways = [pathway for _enrolment, pathway in among]
        earned, _all = settle(known.world, pathways, holdings[learner_id], known.day_of(at))
        if earned:
            try:
                with session.begin_nested():
                    done = settling.settle_learner(session, office, session.get_one(Learner, learner_id), at=at)
                changed += done.changed
            except OperationalError:
                raise  # the database's trouble of this moment, and not of this learner
            except Exception as error:
                # It must keep nobody else from being judged, and is tried again tomorrow.
                log.exception("a stack could not be awarded", learner_id=learner_id)
                failed.append((learner_id, error.detail if isinstance(error, ServiceError) else type(error).__name__))
            continue
        for enrolment, pathway in among:
            evaluation = evaluate(known.world, pathway, holdings[learner_id], known.day_of(at), tells=False)
            settling.keep(enrolment, evaluation, at)
    session.flush()
    return changed, failed


def _enrolments(
    session: Session, known: Known, learner_ids: list[str], at: datetime
) -> dict[str, list[tuple[Enrolment, Pathway]]]:
    query = (
        select(Enrolment, PathwayRow)
        .join(PathwayRow, PathwayRow.id == Enrolment.pathway_id)
        .where(
            Enrolment.learner_id.in_(learner_ids),
            Enrolment.ended_at.is_(None),
            PathwayRow.state == PathwayState.PUBLISHED,
        )
        .order_by(Enrolment.learner_id, PathwayRow.slug)
    )
    found: dict[str, list[tuple[Enrolment, Pathway]]] = defaultdict(list)
    for enrolment, row in session.execute(query).all():
        versions.move(session, enrolment, row, known.day_of(at))
        found[enrolment.learner_id].append((enrolment, pathway_of(session, known, row, enrolment.version)))
    return found
