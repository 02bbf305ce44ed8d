"""From a target to the set of badges that costs the least, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from app.stacking.conditions import AllOf, Condition, HasCredential, HasNode, HasSkill
from app.stacking.plans.bounds import bound
from app.stacking.plans.exact import smallest_sets
from app.stacking.plans.greedy import good_set
from app.stacking.plans.ground import Ground
from app.stacking.plans.model import AtNode, Outcome, Outside, Target, WhyOutside
from app.stacking.plans.problem import Problem
from app.stacking.plans.relevant import Relevant, relevant
from app.stacking.plans.scenarios import Scenarios
from app.stacking.plans.wishes import Objective, Wishes
from app.stacking.world import Kind, Pathway, Role


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. `ids` are sorted; `sets`: every smallest way, if all of them were looked at."""

    outcome: Outcome
    problem: Problem
    relevant: Relevant
    few: int
    ids: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] | None = None
    bound: Fraction | None = Fraction(1)
    least_price: Decimal | None = None

    @property
    def is_exact(self) -> bool:
        """Whether nothing better was left unseen."""
        return self.sets is not None or self.outcome not in {Outcome.PLANNED, Outcome.PARTLY, Outcome.OVER_BUDGET}

    @property
    def outside(self) -> tuple[Outside, ...]:
        """What cannot stand in a plan: what is needed first."""
        ground, needed = self.problem.ground, self.problem.given
        found = [Outside(each, why_outside(ground, each), each in needed) for each in self.relevant.outside]
        found += [
            Outside(each.skill, WhyOutside.UNTAUGHT, each in self.problem.granted, each.at_least)
            for each in self.relevant.untaught
        ]
        return tuple(sorted(found, key=lambda each: (not each.is_needed, each.name, each.level or 0)))


def asked(ground: Ground, target: Target) -> tuple[Condition, Pathway | None]:
    """A target as a condition, and the pathway from which it is seen. A pathway that is not joined asks its entry."""
    match target:
        case Role(requires=skills, requires_credentials=credentials):
            parts: list[Condition] = [HasSkill(each.skill, each.level) for each in skills]
            return AllOf((*parts, *map(HasCredential, credentials))), None
        case Pathway():
            return asked(ground, AtNode(target, target.completion))
        case AtNode(pathway, node):
            complete = HasNode(node)
            if pathway.id in ground.assumed and pathway.entry is not None:
                return AllOf((pathway.entry, complete)), pathway
            return complete, pathway
        case _:
            return target, None


def search(ground: Ground, target: Target, wishes: Wishes, few: int) -> Found:
    """Look for the cheapest way. Up to `few` candidates every choice is looked at."""
    condition, pathway = asked(ground, target)
    now = Scenarios(ground, {}, 1, stacks=())
    what = Relevant() if now.of(condition, pathway) else relevant(ground, now, condition, pathway)
    problem = Problem(ground, condition, pathway, (), frozenset(what.stacks), wishes)
    if now.of(condition, pathway):
        return Found(Outcome.MET, problem, what, few)
    every = sorted(what.plannable)
    allowed = [each for each in every if wishes.allow(ground.world.credentials[each])]
    elsewhere = frozenset(what.outside), frozenset(what.untaught)
    for outcome, given, granted in (
        (Outcome.PLANNED, frozenset[str](), frozenset[HasSkill]()),
        (Outcome.PARTLY, *elsewhere),
    ):
        possible = replace(problem, given=given, granted=granted)
        if (able := _with(possible, allowed)) is not None:
            return _cheapest(Found(outcome, _least_outside(able, allowed), what, few))
        if _with(possible, every) is not None:
            return Found(Outcome.NOT_WITHIN_WISHES, problem, what, few)
    return Found(Outcome.IMPOSSIBLE, problem, what, few)


def _with(problem: Problem, candidates: Iterable[str]) -> Problem | None:
    """The problem with those candidates that can be taken; None = the target is not reached with all of them."""
    able = replace(problem, candidates=tuple(candidates)).within_reach()
    return able if able.is_met(able.judge_sets([able.candidates])) else None


def _least_outside(problem: Problem, allowed: list[str]) -> Problem:
    """Take nothing as given that the target is reached without; of several ways the one with the smallest ids stays."""
    for each in sorted(problem.given, reverse=True):
        problem = _with(replace(problem, given=problem.given - {each}), allowed) or problem
    for skill in sorted(problem.granted, key=lambda one: (one.skill, one.at_least), reverse=True):
        problem = _with(replace(problem, granted=problem.granted - {skill}), allowed) or problem
    return problem


def _cheapest(found: Found) -> Found:
    """The cheapest set within the budget."""
    problem, budget = found.problem, found.problem.wishes.budget
    needed = problem.needed()
    if len(problem.candidates) - len(needed) <= found.few:
        sets = tuple(smallest_sets(problem, needed))
        costs = sorted(problem.cost(each) for each in sets)
        within = [each for each in costs if budget is None or each.price <= budget]
        if not within:
            least = min(each.price for each in costs)
            return replace(found, outcome=Outcome.OVER_BUDGET, sets=sets, least_price=least)
        return replace(found, ids=within[0].ids, sets=sets)
    cost = problem.cost(good_set(problem, found.few, needed))
    is_wished = budget is None or cost.price <= budget
    if budget is not None and not is_wished:
        frugal = replace(problem, wishes=replace(problem.wishes, objective=Objective.MONEY))
        cost = problem.cost(good_set(frugal, found.few, needed))
        if cost.price > budget:
            return replace(found, outcome=Outcome.OVER_BUDGET, bound=bound(frugal, cost.price), least_price=cost.price)
    return replace(found, ids=cost.ids, bound=bound(problem, cost.main, is_chosen_by_it=is_wished))


def without(found: Found, step: str) -> tuple[str, ...] | None:
    """The cheapest set without one of the steps, or a good one near it; None = there is none within the wishes."""
    budget = found.problem.wishes.budget
    if found.sets is not None:
        others = (found.problem.cost(each) for each in found.sets if step not in each)
        within = [each for each in others if budget is None or each.price <= budget]
        return min(within).ids if within else None
    problem = _with(found.problem, [each for each in found.problem.candidates if each != step])
    if problem is None:
        return None
    kept = [each for each in found.ids if each in problem.candidates]
    near = problem.cost(good_set(problem, found.few, kept))
    return None if budget is not None and near.price > budget else near.ids


def why_outside(ground: Ground, credential: str) -> WhyOutside:
    """Why a credential cannot stand in a plan."""
    known = ground.world.credentials.get(credential)
    if known is None:
        return WhyOutside.UNKNOWN
    if credential in ground.suspended:
        return WhyOutside.SUSPENDED
    return WhyOutside.OTHER_PATHWAY if known.kind is Kind.STACK else WhyOutside.ELSEWHERE
