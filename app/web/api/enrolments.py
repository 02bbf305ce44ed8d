"""Who is on which pathway, and how they stand on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import learners, pathways, stacks
from app.issuing.issuers import Issuer
from app.issuing.stacks import Enrolment, StackJob, enrolling, standing, versions
from app.issuing.stacks.cases import Settled
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Line200, Out, PastMoment
from app.web.api.findings import AsOf, EvaluationOut, day_of, evaluation_out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.pathways import of_issuer
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class NewEnrolment(In):
    """A learner to put on a pathway."""

    learner: Id
    enrolled_at: PastMoment | None = None
    despite_entry: Annotated[bool, Field(description="also if the entry condition is not met")] = False
    sponsor: Line200 | None = None


class EnrolmentOut(Out):
    """A learner on a pathway, as it was last judged."""

    id: str
    learner: str
    pathway: str
    version: int
    sponsor: str | None
    enrolled_at: datetime
    ended_at: datetime | None
    completed_at: datetime | None
    progress: Annotated[float, Field(description="from 0 to 1, as of `judged_at`")]
    nodes_complete: tuple[str, ...]
    judged_at: datetime | None


class SettledOut(Out):
    """What was done for a learner's stacks, as award ids."""

    awarded: tuple[str, ...]
    suspended: tuple[str, ...]
    revoked: tuple[str, ...]
    reinstated: tuple[str, ...]
    rebound: tuple[str, ...]


class JobOut(Out):
    """Everybody on a pathway, judged anew. `failed` = learners for whom nothing could be signed; the log says why."""

    id: str
    cause: str
    judged: int
    changed: int
    failed: int
    created_at: datetime
    done_at: datetime | None


@router.get("/pathways/{pathway_id}/enrolments", response_model=PageOf[EnrolmentOut])
def list_enrolments(
    caller: Reader, request: Request, pathway_id: Id, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List who is on a pathway, the newest first."""
    with service.database.read() as session:
        row = of_issuer(session, caller.issuer(session), pathway_id)
        query = select(Enrolment).where(Enrolment.pathway_id == row.id, Enrolment.ended_at.is_(None))
        found = page_of(session, query, (Enrolment.enrolled_at, Enrolment.id), page)
        items = [_told(each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/pathways/{pathway_id}/enrolments", status_code=201, response_model=EnrolmentOut)
def enrol(caller: AwardsWriter, pathway_id: Id, stated: NewEnrolment, post: Posted, service: TheService) -> Response:
    """Put a learner on a pathway. Stacks that are complete already are awarded at once; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        done = enrolling.enrol(
            session,
            service.office,
            learners.by_id(session, issuer, stated.learner),
            of_issuer(session, issuer, pathway_id),
            actor=caller.actor,
            at=stated.enrolled_at,
            despite_entry=stated.despite_entry,
            sponsor=stated.sponsor,
        )
        return Answer(201 if done.is_new else 200, _told(done.enrolment))

    return post.answer(caller, work)


@router.delete("/enrolments/{enrolment_id}", status_code=204)
def end_enrolment(caller: AwardsWriter, enrolment_id: Id, service: TheService) -> Response:
    """Take a learner off a pathway. What they were awarded on it stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = enrolling.by_id(session, enrolment_id, issuer_id=issuer.id)
        enrolling.leave(session, found, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.post("/enrolments/{enrolment_id}/move", response_model=EnrolmentOut)
def move_enrolment(caller: AwardsWriter, enrolment_id: Id, post: Posted, service: TheService) -> Response:
    """Judge a learner by the newest version from now on, because they ask for it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = enrolling.by_id(session, enrolment_id, issuer_id=issuer.id)
        versions.move_now(session, found, pathways.by_id(session, found.pathway_id), actor=caller.actor)
        stacks.settle_learner(session, service.office, learners.by_id(session, issuer, found.learner_id))
        return Answer(200, _told(found))

    return post.answer(caller, work)


@router.get("/learners/{learner_id}/pathways", response_model=PageOf[EvaluationOut])
def read_learner_pathways(caller: Reader, learner_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """Evaluate every pathway that a learner is on, as of a day, with a reason for each condition."""
    with service.database.read() as session:
        learner = learners.by_id(session, caller.issuer(session), learner_id)
        stood = standing.of_learner(session, caller.issuer_id, learner.id, day_of(as_of, caller))
    told = [evaluation_out(stood.known.world, each) for each in stood.pathways]
    return Response(Answer(200, PageOf[EvaluationOut](items=told)).body(), media_type="application/json")


@router.post("/learners/{learner_id}/settle", response_model=SettledOut)
def settle_learner(caller: AwardsWriter, learner_id: Id, post: Posted, service: TheService) -> Response:
    """Bring a learner's stacks to what their badges come to, now. It happens by itself; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        return Answer(200, _settled(stacks.settle_learner(session, service.office, learner)))

    return post.answer(caller, work)


@router.get("/stack-jobs", response_model=PageOf[JobOut])
def list_jobs(caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """List when everybody on a pathway was judged anew, the newest first."""
    with service.database.read() as session:
        query = select(StackJob).where(StackJob.issuer_id == caller.issuer_id)
        found = page_of(session, query, (StackJob.created_at, StackJob.id), page)
        items = [
            JobOut(
                id=each.id,
                cause=each.cause.partition(":")[0],
                judged=each.judged,
                changed=each.changed,
                failed=each.failed,
                created_at=each.created_at,
                done_at=each.done_at,
            )
            for each in found.rows
        ]
    return respond(request, items, found.cursor)


def _told(found: Enrolment) -> EnrolmentOut:
    return EnrolmentOut(
        id=found.id,
        learner=found.learner_id,
        pathway=found.pathway_id,
        version=found.version,
        sponsor=found.sponsor,
        enrolled_at=found.enrolled_at,
        ended_at=found.ended_at,
        completed_at=found.completed_at,
        progress=found.progress / stacks.settling.WHOLE,
        nodes_complete=tuple(found.complete_nodes),
        judged_at=found.judged_at,
    )


def _settled(done: Settled) -> SettledOut:
    return SettledOut(
        awarded=tuple(done.awarded),
        suspended=tuple(done.suspended),
        revoked=tuple(done.revoked),
        reinstated=tuple(done.reinstated),
        rebound=tuple(done.rebound),
    )
