"""What pages, files and paper show of a plan: steps with effort, dates and reasons, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.issuing import plans
from app.issuing.plans import KeptPlan, Progress, StepState
from app.stacking.plans import Plan, Step
from app.stacking.world import World
from app.web import words as general
from app.web.languages import gettext as _
from app.web.learner.ways import words
from app.web.learner.ways.places import Place
from app.web.states import State


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. `swap` "" = there is no way around it; `since` None = it is not done."""

    credential: str
    name: str
    path: str
    effort: str
    dates: str
    reasons: Sequence[str]
    swap: str
    is_done: bool
    is_late: bool
    since: date | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it is shown; `progress` None = it is not kept yet."""

    target: str
    tone: str
    sentence: str
    steps: Sequence[StepView]
    hours: str
    price: str
    ends: date | None
    approximate: str
    outside: Sequence[str]
    alternatives: Sequence[str]  # what would be a way too, and is to be done elsewhere
    warnings: Sequence[str]
    joins: Sequence[str]
    as_of: date


@dataclass(frozen=True, slots=True)
class KeptView:
    """A kept plan, with how far it has come."""

    kept: KeptPlan
    issuer_name: str
    issuer_slug: str
    view: PlanView
    progress: Progress
    pace: State
    intent: str
    is_own: bool
    wishes: Sequence[str]

    @property
    def percent(self) -> int:
        """How many of a hundred parts are done."""
        return 100 * self.progress.done // len(self.progress.steps) if self.progress.steps else 100


def plan_view(place: Place, plan: Plan, name: str, progress: Progress | None = None) -> PlanView:
    """A plan, in the language of the request."""
    world = place.world
    tone, sentence = words.outcome(plan, place.currency)
    states: dict[str, StepState] = {each.step.credential: each for each in progress.steps} if progress else {}
    return PlanView(
        target=name,
        tone=tone,
        sentence=sentence,
        steps=[_step(place, plan, each, states.get(each.credential)) for each in plan.steps],
        hours=general.hours(_sum(each.hours for each in plan.steps)),
        price=words.money(_sum(each.price for each in plan.steps), place.currency),
        ends=plan.ends,
        approximate=words.approximate(plan),
        outside=[words.outside(world, each) for each in plan.outside if each.is_needed],
        alternatives=[words.outside(world, each) for each in plan.outside if not each.is_needed],
        warnings=[words.ending(world, each) for each in plan.warnings],
        joins=[world.pathways[each].name if each in world.pathways else each for each in plan.joins],
        as_of=plan.as_of,
    )


def kept_view(place: Place, kept: KeptPlan) -> KeptView:
    """A kept plan, as of the day of the place."""
    progress = plans.progress_of(place.stood, kept, place.day)
    plan = plans.plan_of(place.stood, kept)
    return KeptView(
        kept=kept,
        issuer_name=place.issuer.name,
        issuer_slug=place.issuer.slug,
        view=plan_view(place, plan, name_of(place.world, kept), progress),
        progress=progress,
        pace=words.pace(progress.pace),
        intent=words.intent(kept.intent),
        is_own=kept.made_by == plans.MadeBy.LEARNER,
        wishes=_wishes(place, kept),
    )


def name_of(world: World, kept: KeptPlan) -> str:
    """How a plan is called: by its target, of a skill with the level."""
    aim = plans.aim_of(kept)
    name = plans.aims.name_of(world, aim)
    return name if aim.level is None else _("%(skill)s, level %(level)s", skill=name, level=aim.level)


def _wishes(place: Place, kept: KeptPlan) -> list[str]:
    wishes = plans.wishes_of(kept)
    found = []
    if wishes.hours_per_week is not None:
        found.append(_("%(hours)s a week", hours=general.hours(wishes.hours_per_week)))
    if wishes.budget is not None:
        found.append(_("at most %(price)s", price=words.money(wishes.budget, place.currency)))
    if wishes.formats:
        named = ", ".join(_(words.FORMATS.get(each, each)) for each in sorted(wishes.formats))
        only = wishes.only_these_formats
        found.append(_("only: %(formats)s", formats=named) if only else _("rather: %(formats)s", formats=named))
    return found


def _step(place: Place, plan: Plan, step: Step, state: StepState | None) -> StepView:
    return StepView(
        credential=step.credential,
        name=words.badge(place.world, step.credential),
        path=place.page_of(step.credential),
        effort=", ".join(
            [general.hours(step.hours), *([words.money(step.price, place.currency)] if step.price else [])]
        ),
        dates=dates_of(step.starts, step.ends),
        reasons=words.reasons(place.world, plan, step),
        swap=words.swap(place.world, plan, step, place.currency),
        is_done=state is not None and state.is_done,
        is_late=state is not None and state.is_late,
        since=state.since if state else None,
        first=step.starts,
        last=step.ends,
    )


def dates_of(first: date | None, last: date | None) -> str:
    """`1 January 2027 to 28 January 2027`; "" = there are none."""
    if first is None or last is None:
        return ""
    if first == last:
        return general.day_of(first)
    return _("%(first)s to %(last)s", first=general.day_of(first), last=general.day_of(last))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
