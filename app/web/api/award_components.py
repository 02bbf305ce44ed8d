"""What a stack rests on, and the stack with all of it as one signed record (CLR 2.0)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import awards, records
from app.issuing.awards import Award, AwardState
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import Recognition, RecognitionState, StackAward, StackComponent, related
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.learners import RecordOut
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/awards/{award_id}", route_class=StrictRoute)


class ComponentOut(Out):
    """One thing that a stack rests on, or rested on until `unbound_at`."""

    kind: Annotated[Literal["award", "recognition"], Field(description="an award, or a recognised credential")]
    id: str
    state: AwardState | RecognitionState
    bound_at: datetime
    unbound_at: datetime | None


class ProofOut(Out):
    """A skill that a stack has from its components: the level, and the day of the award that proved it."""

    skill: str
    level: int
    on: date


class ComponentsOut(Out):
    """How a stack was awarded and what it rests on; of any other award nothing but the stacks that rest on it."""

    award: str
    pathway: Annotated[str | None, Field(description="the pathway that awarded it; null = it is no stack of one")]
    version: int | None
    node: str | None
    lost_at: Annotated[datetime | None, Field(description="since when it lacks something that nothing replaced")]
    components: tuple[ComponentOut, ...]
    skills: tuple[ProofOut, ...]
    rests_under: Annotated[tuple[str, ...], Field(description="awards of stacks that rest on this one, newest first")]


@router.get("/components", response_model=ComponentsOut)
def read_components(caller: Reader, award_id: Id, service: TheService) -> Response:
    """See what a stack rests on, and which stacks rest on an award."""
    with service.database.read() as session:
        award = awards.by_id(session, award_id, issuer=caller.issuer(session))
        answer = Answer(200, _told(session, award))
    return Response(answer.body(), media_type="application/json")


@router.post("/record", response_model=RecordOut)
def make_record(caller: AwardsWriter, award_id: Id, post: Posted, service: TheService) -> Response:
    """Sign a stack, and all that it rests on, as one learner record (CLR 2.0); of another award only itself."""

    def work(session: Session, issuer: Issuer) -> Answer:
        award = awards.by_id(session, award_id, issuer=issuer)
        learner = session.get_one(Learner, award.learner_id)
        made = records.make(session, service.office, learner, actor=caller.actor, of=award)
        return Answer(200, RecordOut(record=made.decode("ascii")))

    return post.answer(caller, work)


def _told(session: Session, award: Award) -> ComponentsOut:
    stack = session.get(StackAward, award.id)
    query = select(StackComponent).where(StackComponent.award_id == award.id)
    rows = session.scalars(query.order_by(StackComponent.bound_at, StackComponent.holding_id)).all()
    return ComponentsOut(
        award=award.id,
        pathway=stack.pathway_id if stack else None,
        version=stack.version if stack else None,
        node=stack.node if stack else None,
        lost_at=stack.lost_at if stack else None,
        components=tuple(_component(session, each) for each in rows),
        skills=tuple(ProofOut(skill=skill, level=level, on=on) for skill, level, on in stack.proofs) if stack else (),
        rests_under=tuple(each.id for each in related.stacks_on(session, award.id)),
    )


def _component(session: Session, row: StackComponent) -> ComponentOut:
    state: AwardState | RecognitionState
    if row.is_award:
        state = AwardState(session.get_one(Award, row.holding_id).state)
    else:
        state = RecognitionState(session.get_one(Recognition, row.holding_id).state)
    return ComponentOut(
        kind="award" if row.is_award else "recognition",
        id=row.holding_id,
        state=state,
        bound_at=row.bound_at,
        unbound_at=row.unbound_at,
    )
