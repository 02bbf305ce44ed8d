"""A good plan among many candidates: always what closes the most for its cost next. It may not be the cheapest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, MinSum, NOf
from app.stacking.evaluate import measured
from app.stacking.plans.exact import smallest_sets
from app.stacking.plans.problem import Problem
from app.stacking.plans.relevant import relevant
from app.stacking.plans.scenarios import Scenarios
from app.stacking.world import Pathway

NOTHING, WHOLE = Fraction(0), Fraction(1)


def good_set(problem: Problem, few: int, start: Iterable[str] = ()) -> tuple[str, ...]:
    """Candidates that reach the target. Up to `few` candidates for the prerequisites of one are searched exactly.

    The cost of a pick is that of its missing prerequisites too. What turns out not to be needed is dropped, last pick
    first. `start`: what is taken already, as far as it can be.
    """
    measure = Closing.of(problem)
    taken = list(problem.in_order(start))
    picks = {each: (*_before(problem, each, few), each) for each in problem.candidates if each not in taken}
    while not problem.is_met(problem.judge_sets([taken])):
        options = [tuple(one for one in picks[each] if one not in taken) for each in picks if each not in taken]
        scenarios = problem.judge_sets([*((*taken, *option) for option in options), taken])
        closed = measure.closed(scenarios, len(options))
        best = min(
            (
                (Fraction(cost.main) / gain, cost, option)
                for place, option in enumerate(options)
                if (gain := measure.closed(scenarios, place) - closed) > 0
                for cost in [problem.cost(option)]
            ),
            default=None,
        )
        if best is None:  # no single pick shows any progress: take the rest, and drop what is not needed
            taken += problem.in_order(problem.candidates)
            taken = list(dict.fromkeys(taken))
            break
        taken += best[2]
    return _without_what_is_not_needed(problem, taken)


def _before(problem: Problem, credential: str, few: int) -> tuple[str, ...]:
    """What is to be taken before a credential, as cheaply as can be seen."""
    condition = problem.prerequisites(credential)
    nothing = problem.judge_sets([()])
    if nothing.of(condition, None):
        return ()
    found = relevant(problem.ground, nothing, condition, None)
    among = tuple(each for each in problem.candidates if each in found.plannable and each != credential)
    before = replace(problem, target=condition, pathway=None, candidates=among).within_reach()
    needed = before.needed()
    if len(before.candidates) - len(needed) <= few:
        return before.in_order(min(smallest_sets(before, needed), key=before.cost))
    by_cost = sorted(before.candidates, key=lambda each: before.cost([each]))
    return before.in_order(_without_what_is_not_needed(before, by_cost))


def _without_what_is_not_needed(problem: Problem, taken: Iterable[str]) -> tuple[str, ...]:
    """Drop what the target is reached without, from the last on."""
    kept = list(taken)
    for each in reversed(list(kept)):
        fewer = [one for one in kept if one != each]
        if problem.reaches(fewer):
            kept = fewer
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Closing:
    """How much of a target is closed: the sum over what it asks for, a skill weighing its missing levels.

    What no candidate can bring about is left out, so that whoever is not there yet can always come nearer.
    """

    problem: Problem
    asked: tuple[tuple[Condition, int], ...]
    able: Scenarios  # with every candidate

    @classmethod
    def of(cls, problem: Problem) -> Closing:
        """Measure this target."""
        nothing = problem.judge_sets([()])
        unmet = [each for each in parts_of(problem.target) if not nothing.of(each, problem.pathway)]
        asked = tuple((each, weight(problem, each)) for each in unmet)
        return cls(problem, asked, problem.judge_sets([problem.candidates]))

    def closed(self, scenarios: Scenarios, place: int) -> Fraction:
        """How much one of the sets has closed."""
        look = _Look(self, scenarios, place)
        return sum((times * look.progress(each, self.problem.pathway) for each, times in self.asked), NOTHING)


def parts_of(condition: Condition) -> list[Condition]:
    """What is all asked for: the parts of nested `all_of`."""
    return [one for each in condition.of for one in parts_of(each)] if isinstance(condition, AllOf) else [condition]


def weight(problem: Problem, condition: Condition) -> int:
    """The missing levels of a skill; one for everything else."""
    if not isinstance(condition, HasSkill):
        return 1
    proof = problem.ground.held(None).skill(condition.skill)
    return condition.at_least - (proof.level if proof else 0)


class _Look:
    """The progress of one set, each node once."""

    def __init__(self, closing: Closing, scenarios: Scenarios, place: int) -> None:
        self._problem, self._able = closing.problem, closing.able
        self._scenarios, self._place = scenarios, place
        self._nodes: dict[tuple[str, str], Fraction] = {}

    def progress(self, condition: Condition, pathway: Pathway | None) -> Fraction:
        if self._scenarios.of(condition, pathway) >> self._place & 1:
            return WHOLE
        match condition:
            case HasCredential(credential):
                found = self._stack(credential, pathway)
            case HasNode(name):
                found = self._node(name, pathway)
            case HasSkill():
                found = NOTHING
            case AllOf(parts):
                found = self._mean(parts, len(parts), pathway)
            case AnyOf(parts):
                found = self._mean(parts, 1, pathway)
            case NOf(n, parts):
                found = self._mean(parts, n, pathway)
            case MinSum():
                found = self._sum(condition, pathway)
        return found

    def _mean(self, parts: tuple[Condition, ...], need: int, pathway: Pathway | None) -> Fraction:
        able = (self.progress(each, pathway) for each in parts if self._able.of(each, pathway))
        return sum(sorted(able, reverse=True)[:need], NOTHING) / need

    def _node(self, name: str, pathway: Pathway | None) -> Fraction:
        if pathway is None or name not in pathway.by_id:
            return NOTHING
        if (pathway.id, name) not in self._nodes:
            for each in pathway.nodes:
                self._nodes[pathway.id, each.id] = NOTHING
            for each in self._problem.ground.bottom_up(pathway):
                self._nodes[pathway.id, each.id] = self.progress(each.condition, pathway)
        return self._nodes[pathway.id, name]

    def _stack(self, credential: str, pathway: Pathway | None) -> Fraction:
        """How far a stack is that would count as this one: its node, and the entry where that is still to be met."""
        ground, best = self._problem.ground, NOTHING
        for source in ground.sources(credential, pathway.id if pathway else None):
            if not self._able.has(source):
                continue
            for maker, node in ground.awarding.get(source, ()):
                wanted: tuple[Condition, ...] = (HasNode(node.id),)
                if maker.id in ground.assumed and maker.entry is not None:
                    wanted = (*wanted, maker.entry)
                if all(self._able.of(each, maker) for each in wanted):
                    best = max(best, self._mean(wanted, len(wanted), maker))
        return best

    def _sum(self, condition: MinSum, pathway: Pathway | None) -> Fraction:
        itself = self._problem.ground.held(pathway.id if pathway else None).itself
        total = sum(
            measured(self._problem.ground.world, each, condition)
            for each in condition.of
            if each in itself or self._scenarios.has(each) >> self._place & 1
        )
        return Fraction(total) / Fraction(condition.at_least)
