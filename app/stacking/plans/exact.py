"""Every choice among a few candidates at once, and of those that reach the target the smallest ones.

A set that reaches the target is worth a look only if no part of it does: whatever is added costs more. So the cheapest
plan, the cheapest within a budget and the cheapest without one of its steps are all among the smallest sets, and the
work is bounded by the number of candidates alone; no cap is needed that could leave the best one unseen.
"""

from __future__ import annotations

from app.stacking.plans.problem import Problem
from app.stacking.plans.scenarios import Scenarios, bits

MOST_CANDIDATES = 16  # 2^16 sets are numbers of 8 kB


def smallest_sets(problem: Problem, needed: frozenset[str] = frozenset()) -> list[tuple[str, ...]]:
    """Every set of candidates that can be taken in some order, reaches the target, and has no smaller one in it.

    `needed` are in all of them: only the others are a choice.
    """
    choice = [each for each in problem.candidates if each not in needed]
    everywhere = (1 << (1 << len(choice))) - 1
    holding = [_sets_with(place, len(choice)) for place in range(len(choice))]
    scenarios = _with_needed(problem, needed, dict(zip(choice, holding, strict=True)), everywhere)
    may_take = [problem.may_take(scenarios, each) for each in choice]
    found = _takeable(may_take, holding) & problem.is_met(scenarios)
    chosen = bits(found & ~_larger(found, holding))
    return [(*sorted(needed), *(each for place, each in enumerate(choice) if one >> place & 1)) for one in chosen]


def _with_needed(problem: Problem, needed: frozenset[str], holding: dict[str, int], everywhere: int) -> Scenarios:
    """All choices with what is needed, each as soon as it may be taken; where it may not, the target is not reached."""
    taken = dict.fromkeys((each for each in problem.candidates if each in needed), 0)
    while True:
        scenarios = problem.judge(holding | taken, everywhere)
        able = {each: before | problem.may_take(scenarios, each) for each, before in taken.items()}
        if able == taken:
            return scenarios
        taken = able


def _sets_with(place: int, count: int) -> int:
    """The numbers below 2^count that have the bit `place`, each as a bit: 2^place zeros and ones in turn."""
    half = 1 << place
    ones = ((1 << half) - 1) << half
    return ones * (((1 << (1 << count)) - 1) // ((1 << (2 * half)) - 1))


def _takeable(may_take: list[int], holding: list[int]) -> int:
    """The sets to which an order leads in which each one may be taken when its turn comes."""
    found, before = 1, 0
    while found != before:
        before = found
        for place, (able, those_with) in enumerate(zip(may_take, holding, strict=True)):
            found |= (found & able & ~those_with) << (1 << place)
    return found


def _larger(found: int, holding: list[int]) -> int:
    """The sets that have one of these in them and something more."""
    more = 0
    for place, those_with in enumerate(holding):
        more |= ((found | more) & ~those_with) << (1 << place)
    return more
