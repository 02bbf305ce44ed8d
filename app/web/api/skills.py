"""What a learner can, what is missing for a role, the cheapest way there, and credit for what they hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import learners
from app.issuing.stacks import careers, standing
from app.issuing.stacks.standing import Stood
from app.stacking import gaps, lattice, plans, transfers
from app.stacking.gaps import RatedBy, Rating
from app.stacking.holdings import Held
from app.stacking.lattice import Move
from app.stacking.plans import Objective, Plan, Wishes
from app.stacking.world import Pathway, Role
from app.web.api.authentication import Caller, Reader
from app.web.api.fields import Id, Out, Slug
from app.web.api.findings import AsOf, Day, day_of
from app.web.api.idempotency import Answer
from app.web.api.pages_of_rows import PageOf
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/learners/{learner_id}", route_class=StrictRoute)
DECIMALS = 4


class SkillOut(Out):
    """A skill that is current on the day."""

    skill: str
    name: str
    category: str
    level: int
    proven_on: date


class SkillGapOut(Out):
    """A skill of a role that is below what it needs."""

    skill: str
    have: int
    need: int
    why: str
    proven_on: date | None
    rated: Annotated[dict[str, int], Field(description="what the learner and managers say, which proves nothing")]


class GapOut(Out):
    """A learner against a role."""

    role: str
    as_of: date
    coverage: Annotated[float, Field(description="needed levels that are there, of all that are needed: 0 to 1")]
    gaps: tuple[SkillGapOut, ...]
    missing_credentials: tuple[str, ...]


class ClosesOut(Out):
    """A skill that a step brings to the level that is needed."""

    skill: str
    have: int
    need: int


class SwapOut(Out):
    """The cheapest plan without this step."""

    steps: tuple[str, ...]
    more_hours: Decimal
    more_price: Decimal


class StepOut(Out):
    """One badge to take."""

    credential: str
    hours: Decimal
    price: Decimal
    closes: tuple[ClosesOut, ...]
    needed_for: tuple[str, ...]
    swap: SwapOut | None
    starts: date | None
    ends: date | None


class PlanOut(Out):
    """The cheapest way to a role or to the end of a pathway."""

    target: str
    as_of: date
    outcome: str
    steps: tuple[StepOut, ...]
    hours: Decimal
    price: Decimal
    is_exact: bool
    bound: Annotated[float | None, Field(description="at most so many times the least; 1 = it is the least")]
    outside: Annotated[tuple[str, ...], Field(description="to be had elsewhere: licences, degrees, partners' badges")]
    warnings: tuple[str, ...]
    least_price: Decimal | None


class CreditOut(Out):
    """Credit in a formal programme."""

    transfer: str
    programme: str
    credits: Decimal
    state: Literal["realised", "potential"]


class CreditsOut(Out):
    """All credit, and the share of each programme that it is."""

    credits: tuple[CreditOut, ...]
    saved: dict[str, float]


class MoveOut(Out):
    """A role or a step of a pathway, and the cheapest way there from here."""

    kind: Literal["role", "node"]
    target: str
    name: str
    direction: str
    outcome: str
    steps: tuple[str, ...]
    hours: Decimal
    price: Decimal
    joins: Annotated[tuple[str, ...], Field(description="pathways that the way assumes one joins")]


class PlanQuery(Out):
    """What to plan, and how."""

    role: Slug | None = None
    pathway: Slug | None = None
    as_of: Day | None = None
    objective: Objective = Objective.HOURS
    worth_of_hour: Annotated[Decimal, Field(ge=0, le=100_000)] = Decimal(0)
    budget: Annotated[Decimal, Field(ge=0, le=10_000_000)] | None = None
    hours_per_week: Annotated[Decimal, Field(gt=0, le=168)] | None = None
    start: date | None = None
    issuer: tuple[Slug, ...] = ()
    format: tuple[Literal["course", "workshop", "on_the_job", "self_study"], ...] = ()
    only_these_formats: bool = False
    exclude: tuple[Slug, ...] = ()

    def wishes(self) -> Wishes:
        """As the drawing office takes them."""
        return Wishes(
            objective=self.objective,
            worth_of_hour=self.worth_of_hour,
            budget=self.budget,
            hours_per_week=self.hours_per_week,
            start=self.start,
            issuers=frozenset(self.issuer) or None,
            formats=frozenset(self.format),
            only_these_formats=self.only_these_formats,
            excluded=frozenset(self.exclude),
        )


@router.get("/skills", response_model=PageOf[SkillOut])
def read_skills(caller: Reader, learner_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """Read the skills that a learner's badges prove and that are current on a day."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        stood = _stood(session, caller, learner_id, day)
    world = stood.known.world
    held = Held(world, stood.holdings, day)
    told = [
        SkillOut(
            skill=skill,
            name=world.skills[skill].name if skill in world.skills else skill,
            category=world.skills[skill].category if skill in world.skills else "",
            level=proof.level,
            proven_on=proof.on,
        )
        for skill, proof in sorted(held.skills.items())
    ]
    return _answer(PageOf[SkillOut](items=told))


@router.get("/gap", response_model=GapOut)
def read_gap(caller: Reader, learner_id: Id, role: Slug, service: TheService, as_of: AsOf = None) -> Response:
    """Compare a learner with a role, as of a day."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        stood = _stood(session, caller, learner_id, day)
        ratings = [
            Rating(each.skill, each.level, RatedBy(each.rater), stood.known.day_of(each.rated_at))
            for each in careers.ratings_of(session, learner_id)
            if each.rater in set(RatedBy)
        ]
    found = gaps.gap(stood.known.world, _role(stood, role), stood.holdings, day, ratings=ratings)
    told = GapOut(
        role=role,
        as_of=day,
        coverage=round(float(found.coverage), DECIMALS),
        gaps=tuple(
            SkillGapOut(
                skill=each.skill,
                have=each.have,
                need=each.need,
                why=each.lack.value if each.lack else "",
                proven_on=each.proof.on if each.proof else None,
                rated={by.value: rating.level for by, rating in (each.ratings or {}).items()},
            )
            for each in found.gaps
        ),
        missing_credentials=found.missing_credentials,
    )
    return _answer(told)


@router.get("/plan", response_model=PlanOut)
def read_plan(caller: Reader, learner_id: Id, asked: Annotated[PlanQuery, Query()], service: TheService) -> Response:
    """Plan the cheapest way to a role, or to the end of a pathway; of nothing named, to the role that they want."""
    day = day_of(asked.as_of, caller)
    with service.database.read() as session:
        stood = _stood(session, caller, learner_id, day)
        wanted = careers.names_of(session, learner_id).target_role
    name = asked.pathway or asked.role or wanted or ""
    target = _pathway(stood, name) if asked.pathway is not None else stood.known.world.roles.get(name)
    if target is None:
        raise NotFound("There is no such role or pathway to plan for; name one")
    world = stood.known.world
    made = plans.plan(world, target, stood.holdings, day, asked.wishes(), pathways=stood.versions)
    return _answer(_plan(name, made))


@router.get("/credits", response_model=CreditsOut)
def read_credits(caller: Reader, learner_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """Read what a learner's badges are worth in formal programmes: realised, or a promise until they enrol."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        stood = _stood(session, caller, learner_id, day)
        programmes = careers.programmes_of(session, learner_id)
    found = transfers.transfers(stood.known.world, stood.holdings, programmes, day, stood.versions)
    told = CreditsOut(
        credits=tuple(
            CreditOut(
                transfer=each.transfer.id,
                programme=each.transfer.programme,
                credits=each.transfer.credits,
                state="realised" if each.state is transfers.State.REALISED else "potential",
            )
            for each in found.counting
        ),
        saved={each.programme.id: round(float(each.share), DECIMALS) for each in found.saved},
    )
    return _answer(told)


@router.get("/moves", response_model=PageOf[MoveOut])
def read_moves(caller: Reader, learner_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """Read where a learner can go from here, up and across, nearest first. It assumes that they join pathways."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        stood = _stood(session, caller, learner_id, day)
        current = careers.names_of(session, learner_id).role
    world = stood.known.world
    found = lattice.moves(
        world, stood.holdings, day, pathways=stood.versions, current_role=world.roles.get(current or "")
    )
    return _answer(PageOf[MoveOut](items=[_move(each) for each in found.moves]))


def _stood(session: Session, caller: Caller, learner_id: str, day: date) -> Stood:
    learner = learners.by_id(session, caller.issuer(session), learner_id)
    return standing.of_learner(session, caller.issuer_id, learner.id, day)


def _pathway(stood: Stood, name: str) -> Pathway | None:
    """The version that the learner is on, else the newest one."""
    return next((each for each in stood.versions if each.id == name), stood.known.world.pathways.get(name))


def _role(stood: Stood, name: str) -> Role:
    if (found := stood.known.world.roles.get(name)) is None:
        raise NotFound("There is no role of this name")
    return found


def _plan(name: str, made: Plan) -> PlanOut:
    return PlanOut(
        target=name,
        as_of=made.as_of,
        outcome=made.outcome.value,
        steps=tuple(
            StepOut(
                credential=each.credential,
                hours=each.hours,
                price=each.price,
                closes=tuple(ClosesOut(skill=one.skill, have=one.have, need=one.need) for one in each.closes),
                needed_for=tuple(f"{one.purpose.value}:{one.name}" for one in each.needed_for),
                swap=None
                if each.swap is None
                else SwapOut(steps=each.swap.ids, more_hours=each.swap.more_hours, more_price=each.swap.more_price),
                starts=each.starts,
                ends=each.ends,
            )
            for each in made.steps
        ),
        hours=made.hours,
        price=made.price,
        is_exact=made.is_exact,
        bound=None if made.bound is None else float(made.bound),
        outside=tuple(f"{each.name}: {each.why.value}" for each in made.outside if each.is_needed),
        warnings=tuple(f"{each.name} ends on {each.last_day.isoformat()}" for each in made.warnings),
        least_price=made.least_price,
    )


def _move(move: Move) -> MoveOut:
    is_role = isinstance(move.target, Role)
    return MoveOut(
        kind="role" if is_role else "node",
        target=move.target.id if isinstance(move.target, Role) else f"{move.target.pathway.id}/{move.target.node}",
        name=move.name,
        direction=move.direction.value,
        outcome=move.outcome.value,
        steps=move.steps,
        hours=move.hours,
        price=move.price,
        joins=move.joins,
    )


def _answer(told: Out | PageOf[SkillOut] | PageOf[MoveOut]) -> Response:
    return Response(Answer(200, told).body(), media_type="application/json")
