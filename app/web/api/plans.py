"""Plans of learners that are kept: made, read in three forms, made anew from today, ended."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.issuing import issuers, learners, plans
from app.issuing.issuers import Issuer
from app.issuing.plans import Aim, Aims, Intent, KeptPlan, MadeBy, Pace, PlanState, Progress, Stated
from app.issuing.stacks import standing
from app.issuing.stacks.standing import Stood
from app.projections.plan_calendar import MEDIA_TYPE
from app.projections.typesetting import Paper
from app.stacking.plans import Objective, Plan, Wishes
from app.web import badge_sheets, negotiation
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Line200, Out, Slug, Text
from app.web.api.findings import AsOf, day_of
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf
from app.web.api.skills import ClosesOut, StepOut, SwapOut
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService
from app.web.learner.ways import places, plan_files, plan_view
from app.web.negotiation import Form
from app.web.representations import Representation, respond

router = APIRouter(route_class=StrictRoute)

JSON = Form("json", ".json", ("application/json",))
PDF = Form("pdf", ".pdf", ("application/pdf",))
ICS = Form("ics", ".ics", ("text/calendar",))
FORMS = (JSON, PDF, ICS)

Format = Literal["course", "workshop", "on_the_job", "self_study"]


class WishesIn(In):
    """How the learner wants to get there."""

    objective: Objective = Objective.HOURS
    worth_of_hour: Annotated[Decimal, Field(ge=0, le=100_000)] = Decimal(0)
    budget: Annotated[Decimal, Field(ge=0, le=10_000_000)] | None = None
    hours_per_week: Annotated[Decimal, Field(gt=0, le=168)] | None = None
    start: date | None = None
    formats: tuple[Format, ...] = ()
    only_these_formats: bool = False
    excluded: Annotated[tuple[Slug, ...], Field(max_length=200)] = ()

    def wishes(self) -> Wishes:
        """As the drawing office takes them."""
        return Wishes(
            objective=self.objective,
            worth_of_hour=self.worth_of_hour,
            budget=self.budget,
            hours_per_week=self.hours_per_week,
            start=self.start,
            formats=frozenset(self.formats),
            only_these_formats=self.only_these_formats,
            excluded=frozenset(self.excluded),
        )


class NewPlan(In):
    """A target, of which exactly one is named, the wishes, and what the plan is for.

    With `template` `two_by_two` the target is a role, and two plans are made: a strong skill and a weak one, for two
    years.
    """

    role: Slug | None = None
    pathway: Slug | None = None
    skill: Slug | None = None
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    template: Literal["target", "two_by_two"] = "target"
    wishes: WishesIn = WishesIn()
    intent: Intent = Intent.UPSKILL
    horizon: Annotated[date | None, Field(description="the day by which the target is to be reached")] = None
    sponsor: Line200 | None = None
    funding: Text | None = None

    def aim(self) -> Aim:
        """The target. Raises InvalidInput unless exactly one is named."""
        return aim_of(self.role, self.pathway, self.skill, self.level)


class KeptStepOut(StepOut):
    """One badge to take, and whether it is held by now."""

    done: bool
    done_on: date | None
    late: bool


class KeptPlanOut(Out):
    """A plan as it was made on `planned_on`, and how far it has come as of a day."""

    id: str
    learner: str
    cohort: str | None
    aims: Aims
    target: str
    level: int | None
    template: str
    intent: Intent
    state: PlanState
    made_by: MadeBy
    wishes: dict[str, Any]
    horizon: date | None
    sponsor: str | None
    funding: str | None
    planned_on: date
    outcome: str
    steps: tuple[KeptStepOut, ...]
    hours: Decimal
    price: Decimal
    is_exact: bool
    bound: float | None
    outside: tuple[str, ...]
    warnings: tuple[str, ...]
    joins: Annotated[tuple[str, ...], Field(description="pathways that the plan assumes one joins")]
    as_of: date
    done: Annotated[int, Field(description="how many steps are done: their badges are held")]
    pace: Pace
    created_at: datetime
    ended_at: datetime | None


@router.get("/learners/{learner_id}/plans", response_model=PageOf[KeptPlanOut])
def list_plans(caller: Reader, learner_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """List a learner's plans, open ones first, with how far each has come as of a day."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        learner = learners.by_id(session, caller.issuer(session), learner_id)
        stood = standing.of_learner(session, caller.issuer_id, learner.id, day)
        told = [_told(stood, each, day) for each in plans.of_learner(session, learner.id)]
    return Response(Answer(200, PageOf[KeptPlanOut](items=told)).body(), media_type="application/json")


@router.post("/learners/{learner_id}/plans", status_code=201, response_model=PageOf[KeptPlanOut])
def make_plan(caller: AwardsWriter, learner_id: Id, stated: NewPlan, post: Posted, service: TheService) -> Response:
    """Plan from today, and keep it. The answer lists what was made: one plan, or two by the template."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        aim = stated.aim()
        if stated.template == "two_by_two":
            if aim.aims is not Aims.ROLE:
                raise InvalidInput("Two skills in two years are chosen from a role; name one", pointer="/role")
            made = plans.make_two_by_two(session, learner, aim.name, made_by=MadeBy.STAFF, actor=caller.actor)
        else:
            said = Stated(aim, stated.wishes.wishes(), stated.intent, stated.horizon, stated.sponsor, stated.funding)
            made = [plans.make(session, learner, said, made_by=MadeBy.STAFF, actor=caller.actor)]
        day = issuers.today(session, issuer.id)
        stood = standing.of_learner(session, issuer.id, learner.id, day)
        return Answer(201, PageOf[KeptPlanOut](items=[_told(stood, each, day) for each in made]))

    return post.answer(caller, work)


@router.get("/plans/{plan_id}", response_model=KeptPlanOut)
def read_plan(
    caller: Reader,
    request: Request,
    plan_id: str,
    service: TheService,
    paper: Annotated[Literal["a4", "letter"], Query(description="of the PDF")] = "a4",
) -> Response:
    """Read one plan: JSON, PDF or a calendar, by `Accept` or by the suffix `.json`, `.pdf` or `.ics`."""
    name, form, is_negotiated = _form(plan_id, request.headers.get("accept"))
    if form is PDF:
        badge_sheets.speak_a_written_language()
    with service.database.read() as session:
        kept = plans.by_id(session, name, issuer_id=caller.issuer_id)
        place = places.of_learner(session, learners.by_id(session, caller.issuer(session), kept.learner_id))
        if form is JSON:
            body = Answer(200, _told(place.stood, kept, place.day)).body()
            return respond(request, Representation(body, "application/json", "no-store", is_negotiated))
        shown = plan_view.kept_view(place, kept)
    headers = {"Content-Disposition": f'attachment; filename="plan{form.suffix}"'}
    if form is ICS:
        content, media_type = plan_files.ics(service.office, shown), MEDIA_TYPE
    else:
        sheet = Paper.LETTER if paper == "letter" else Paper.A4
        content, media_type = plan_files.pdf(place, shown, paper=sheet), "application/pdf"
    return respond(request, Representation(content, media_type, "no-store", is_negotiated, headers=headers))


@router.post("/plans/{plan_id}/refresh", response_model=KeptPlanOut)
def refresh_plan(caller: AwardsWriter, plan_id: Id, post: Posted, service: TheService) -> Response:
    """Plan anew from today with the same wishes. Steps that are done stay."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        kept = plans.by_id(session, plan_id, issuer_id=issuer.id)
        plans.refresh(session, kept, actor=caller.actor)
        return Answer(200, _now(session, kept))

    return post.answer(caller, work)


@router.delete("/plans/{plan_id}", status_code=204)
def end_plan(caller: AwardsWriter, plan_id: Id, service: TheService) -> Response:
    """End a plan. It can still be read; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        plans.end(session, plans.by_id(session, plan_id, issuer_id=issuer.id), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def aim_of(role: str | None, pathway: str | None, skill: str | None = None, level: int | None = None) -> Aim:
    """The one target that is named. Raises InvalidInput for none and for several."""
    named = [
        Aim(aims, name, level if aims is Aims.SKILL else None)
        for aims, name in ((Aims.ROLE, role), (Aims.PATHWAY, pathway), (Aims.SKILL, skill))
        if name is not None
    ]
    if len(named) != 1:
        raise InvalidInput("Name one target: a role, a pathway, or a skill with its level", pointer="/role")
    return named[0]


def _now(session: Session, kept: KeptPlan) -> KeptPlanOut:
    day = issuers.today(session, kept.issuer_id)
    return _told(standing.of_learner(session, kept.issuer_id, kept.learner_id, day), kept, day)


def _told(stood: Stood, kept: KeptPlan, day: date) -> KeptPlanOut:
    plan, progress = plans.plan_of(stood, kept), plans.progress_of(stood, kept, day)
    return KeptPlanOut(
        id=kept.id,
        learner=kept.learner_id,
        cohort=kept.cohort_id,
        aims=Aims(kept.aims),
        target=kept.target,
        level=kept.level,
        template=kept.template,
        intent=Intent(kept.intent),
        state=PlanState(kept.state),
        made_by=MadeBy(kept.made_by),
        wishes=kept.wishes,
        horizon=kept.horizon,
        sponsor=kept.sponsor,
        funding=kept.funding,
        planned_on=kept.planned_on,
        outcome=plan.outcome.value,
        steps=_steps(progress),
        hours=plan.hours,
        price=plan.price,
        is_exact=plan.is_exact,
        bound=None if plan.bound is None else float(plan.bound),
        outside=_outside(plan),
        warnings=tuple(f"{each.name} ends on {each.last_day.isoformat()}" for each in plan.warnings),
        joins=plan.joins,
        as_of=day,
        done=progress.done,
        pace=progress.pace,
        created_at=kept.created_at,
        ended_at=kept.ended_at,
    )


def _steps(progress: Progress) -> tuple[KeptStepOut, ...]:
    return tuple(
        KeptStepOut(
            credential=step.credential,
            hours=step.hours,
            price=step.price,
            closes=tuple(ClosesOut(skill=one.skill, have=one.have, need=one.need) for one in step.closes),
            needed_for=tuple(f"{one.purpose.value}:{one.name}" for one in step.needed_for),
            swap=None
            if step.swap is None
            else SwapOut(steps=step.swap.ids, more_hours=step.swap.more_hours, more_price=step.swap.more_price),
            starts=step.starts,
            ends=step.ends,
            done=each.is_done,
            done_on=each.since,
            late=each.is_late,
        )
        for each in progress.steps
        for step in (each.step,)
    )


def _outside(plan: Plan) -> tuple[str, ...]:
    return tuple(f"{each.name}: {each.why.value}" for each in plan.outside if each.is_needed)


def _form(name: str, accept: str | None) -> tuple[str, Form, bool]:
    """The plan's id and the form asked for: a suffix wins. Raises NotFound for another suffix."""
    plan_id, dot, suffix = name.partition(".")
    if not dot:
        return plan_id, negotiation.choose(accept, FORMS).form, True
    for form in FORMS:
        if form.suffix == f".{suffix}":
            return plan_id, form, False
    raise NotFound("There is nothing at this address")
