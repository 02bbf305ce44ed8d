"""The guided start: a few answers become roles, badges and the next thing to do. Nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from app.issuing import learners
from app.issuing.pathways import worlds
from app.issuing.stacks import standing
from app.stacking import lattice
from app.stacking.lattice import Answers, Guide, Wants
from app.web.api.authentication import Reader
from app.web.api.fields import Id, In, Out, Slug
from app.web.api.findings import day_of
from app.web.api.idempotency import Answer
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class AnswersIn(In):
    """What somebody says of themselves. With `learner`, what that learner holds counts as well."""

    learner: Id | None = None
    interests: Annotated[
        tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=50, description="categories of skills")
    ] = ()
    hours_per_week: Annotated[Decimal, Field(gt=0, le=168)] | None = None
    has: Annotated[tuple[Slug, ...], Field(max_length=200, description="credentials that they say they hold")] = ()
    wants: Wants = Wants.START
    current_role: Slug | None = None


class RoleOut(Out):
    """A role that is suggested, and the way there."""

    role: str
    name: str
    direction: str
    outcome: str
    steps: tuple[str, ...]
    hours: Decimal
    price: Decimal
    weeks: int | None
    joins: tuple[str, ...]
    reasons: tuple[str, ...]


class BadgeOut(Out):
    """A badge that can be begun today. `roles`: those to which it is on the way."""

    credential: str
    name: str
    roles: tuple[str, ...]
    weeks: int | None
    reasons: tuple[str, ...]


class NextOut(Out):
    """What to do next: `take` a badge, `join` a pathway, get something `outside`, `apply` for a role, or `browse`."""

    do: str
    name: str
    role: str


class GuideOut(Out):
    """What is suggested, best first."""

    roles: tuple[RoleOut, ...]
    badges: tuple[BadgeOut, ...]
    next_action: NextOut


@router.post("/guide", response_model=GuideOut)
def guide(caller: Reader, stated: AnswersIn, service: TheService) -> Response:
    """Suggest roles, badges and the next action from a few answers, with reasons. Nothing is changed or stored."""
    day = day_of(None, caller)
    with service.database.read() as session:
        if stated.learner is None:
            stood = standing.of_nobody(session, caller.issuer_id)
        else:
            learner = learners.by_id(session, caller.issuer(session), stated.learner)
            stood = standing.of_learner(session, caller.issuer_id, learner.id, day)
    answers = Answers(frozenset(stated.interests), stated.hours_per_week, stated.has, stated.wants, stated.current_role)
    found = lattice.guided_start(stood.known.world, answers, day, stood.holdings, stood.versions)
    return Response(Answer(200, _told(found, stood.known)).body(), media_type="application/json")


def _told(found: Guide, known: worlds.Known) -> GuideOut:
    return GuideOut(
        roles=tuple(
            RoleOut(
                role=each.role.id,
                name=each.role.name,
                direction=each.move.direction.value,
                outcome=each.move.outcome.value,
                steps=each.move.steps,
                hours=each.move.hours,
                price=each.move.price,
                weeks=each.weeks,
                joins=each.move.joins,
                reasons=tuple(one.value for one in each.reasons),
            )
            for each in found.roles
        ),
        badges=tuple(
            BadgeOut(
                credential=each.credential,
                name=known.world.credentials[each.credential].name,
                roles=each.roles,
                weeks=each.weeks,
                reasons=tuple(one.value for one in each.reasons),
            )
            for each in found.badges
        ),
        next_action=NextOut(do=found.next_action.do.value, name=found.next_action.name, role=found.next_action.role),
    )
