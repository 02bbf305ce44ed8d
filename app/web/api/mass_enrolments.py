"""Many people put on a pathway at once: asked for, watched and stopped; the worker does it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import definitions, groups
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.stacks import Career, MassEnrolment, mass_enrolling
from app.issuing.stacks.mass_enrolling import Outcome, RunState
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Line200, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.pathways import of_issuer
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)

MOST_TOLD = 500


class NewMassEnrolment(In):
    """Whom to put on it: learners by their ids, everybody in a group, everybody of a unit, or all of these."""

    learners: Annotated[tuple[Id, ...], Field(max_length=mass_enrolling.MOST)] = ()
    group: Annotated[str, Field(min_length=1, max_length=groups.LONGEST)] | None = None
    unit: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    sponsor: Line200 | None = None
    despite_entry: bool = False

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.learners or self.group or self.unit):
            raise ValueError("name learners, a group or a unit")
        return self


class LeftOut(Out):
    """Somebody who was not put on it, and why."""

    learner: str
    outcome: Outcome
    detail: str | None


class MassEnrolmentOut(Out):
    """How far it is: `done` of `total` people, what came of them, and the stacks that were complete already.

    `left_out` has the first 500 who were not put on it.
    """

    id: str
    pathway: str
    state: RunState
    total: int
    done: int
    counts: dict[Outcome, int]
    stacks_awarded: int
    sponsor: str | None
    despite_entry: bool
    left_out: list[LeftOut]
    author: str
    created_at: datetime
    finished_at: datetime | None


@router.post("/pathways/{pathway_id}/mass-enrolments", status_code=202, response_model=MassEnrolmentOut)
def start_mass_enrolment(caller: AwardsWriter, pathway_id: Id, stated: NewMassEnrolment, post: Posted) -> Response:
    """Put many people on a pathway, in the background. Who is on it already stays as they are."""

    def work(session: Session, issuer: Issuer) -> Answer:
        row = of_issuer(session, issuer, pathway_id)
        run = mass_enrolling.start(
            session,
            row,
            _people(session, issuer, stated),
            actor=caller.actor,
            sponsor=stated.sponsor,
            despite_entry=stated.despite_entry,
        )
        return Answer(202, _told(session, run))

    return post.answer(caller, work)


@router.get("/mass-enrolments/{run_id}", response_model=MassEnrolmentOut)
def read_mass_enrolment(caller: Reader, run_id: Id, service: TheService) -> Response:
    """Read how far it is, and what came of it."""
    with service.database.read() as session:
        run = mass_enrolling.by_id(session, run_id, issuer_id=caller.issuer_id)
        answer = Answer(200, _told(session, run))
    return Response(answer.body(), media_type="application/json")


@router.post("/mass-enrolments/{run_id}/stop", response_model=MassEnrolmentOut)
def stop_mass_enrolment(caller: AwardsWriter, run_id: Id, post: Posted) -> Response:
    """End it where it is; who was put on the pathway stays on it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        run = mass_enrolling.by_id(session, run_id, issuer_id=issuer.id)
        mass_enrolling.stop(session, run, actor=caller.actor)
        return Answer(200, _told(session, run))

    return post.answer(caller, work)


def _people(session: Session, issuer: Issuer, stated: NewMassEnrolment) -> set[str]:
    """Everybody who is named. Raises NotFound for a group or a unit that is not there."""
    found = set(stated.learners)
    if stated.group is not None:
        found |= {each.learner_id for each in session.scalars(groups.members(session, issuer, stated.group))}
    if stated.unit is not None:
        unit = definitions.by_slug(session, issuer, Kind.UNIT, stated.unit)
        found |= set(session.scalars(select(Career.learner_id).where(Career.unit_id == unit.id)))
    return found


def _told(session: Session, run: MassEnrolment) -> MassEnrolmentOut:
    counts = mass_enrolling.counts(session, run)
    return MassEnrolmentOut(
        id=run.id,
        pathway=run.pathway_id,
        state=RunState(run.state),
        total=run.total,
        done=sum(counts.values()),
        counts=counts,
        stacks_awarded=run.awarded,
        sponsor=run.sponsor,
        despite_entry=run.despite_entry,
        left_out=[
            LeftOut(learner=each.learner_id, outcome=Outcome(str(each.outcome)), detail=each.detail)
            for each in mass_enrolling.left_out(session, run, limit=MOST_TOLD)
        ],
        author=run.author,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )
