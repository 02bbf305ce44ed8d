"""How far a good plan can be from the cheapest one: a factor that is always true, by two reasons.

The floor. Every plan must meet what the target asks for, and each badge in it must have had its prerequisites. Charge
the cost of a badge, with what its own prerequisites cost at least, in equal shares to all the places that it may serve.
Whatever plan is chosen, each place is paid by somebody at no less than its cheapest share, and nobody is charged more
than they cost; so the sum of the cheapest shares is a floor under every plan.

The theorem. Where everything asked for is a skill or a badge, and no candidate waits for another one, this is a set to
be covered, and the greedy choice costs at most H(k) = 1 + 1/2 + ... + 1/k times the least, where one badge closes at
most k levels (Chvatal 1979).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, MinSum, NOf
from app.stacking.evaluate import measured
from app.stacking.plans.greedy import NOTHING, parts_of, weight
from app.stacking.plans.problem import Problem
from app.stacking.world import Pathway

MOST_ROUNDS = 30  # as many as badges stand upon one another; where they stand in a circle, it need not end by itself
Place = str | tuple[str, str]  # a credential, or a node with its pathway


def bound(problem: Problem, main: Decimal, *, is_chosen_by_it: bool = True) -> Fraction | None:
    """A plan that costs `main` costs at most so many times the least; None = nothing can be said.

    `is_chosen_by_it` False = the choice looked at another cost, so that the theorem says nothing of this one.
    """
    if main == 0:
        return Fraction(1)
    found = []
    # Something is to be taken: the cheapest candidate is a floor too, and the only one where badges stand in a circle.
    cheapest = min((Fraction(problem.cost([each]).main) for each in problem.candidates), default=NOTHING)
    least = max(floor(problem), cheapest)
    if least > 0:
        found.append(Fraction(main) / least)
    if is_chosen_by_it and (most := levels_of_one(problem)) is not None:
        found.append(sum((Fraction(1, each) for each in range(1, most + 1)), NOTHING))
    return max(min(found), Fraction(1)) if found else None


def floor(problem: Problem) -> Fraction:
    """What no plan that reaches the target costs less than, in what the wishes count."""
    return _Floor(problem).least()


def levels_of_one(problem: Problem) -> int | None:
    """The most levels that one candidate closes, a badge that is asked for being one; None = this is no mere cover."""
    nothing = problem.judge_sets([()])
    asked = [each for each in parts_of(problem.target) if not nothing.of(each, problem.pathway)]
    if not all(isinstance(each, HasCredential | HasSkill) for each in asked) or not all(
        problem.may_take(nothing, each) for each in problem.candidates
    ):
        return None
    if _made_of_several(problem, asked):
        return None
    alone = problem.judge_sets((each,) for each in problem.candidates)
    closes = [
        sum(weight(problem, one) for one in asked if alone.of(one, problem.pathway) >> place & 1)
        for place in range(len(problem.candidates))
    ]
    return max(closes, default=0)


def _made_of_several(problem: Problem, asked: Iterable[Condition]) -> bool:
    """Whether a stack would serve as well."""
    scope = problem.pathway.id if problem.pathway else None
    return any(one in problem.stacks for each in asked for one in _servers(problem, each, scope))


def _servers(problem: Problem, condition: Condition, scope: str | None) -> tuple[str, ...]:
    """The candidates and stacks of which one is enough for a leaf."""
    match condition:
        case HasCredential(credential):
            able = problem.ground.sources(credential, scope)
        case HasSkill(skill, at_least):
            able = problem.ground.givers(skill, at_least)
        case _:
            able = ()
    return tuple(each for each in able if each in problem.candidates or each in problem.stacks)


class _Floor:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._nothing = problem.judge_sets([()])
        self._all = problem.judge_sets([problem.candidates])
        self._serves: Counter[Place] = Counter()  # in how many places each may be of use
        self._values: dict[Place, Fraction] = {}

    def least(self) -> Fraction:
        self._count()
        self._rise()
        return self._of(self._problem.target, self._problem.pathway)

    def _rise(self) -> None:
        """Let the floors under all places rise from nothing, each by those below; they are true after every round."""
        for _round in range(MOST_ROUNDS):
            higher = {place: self._own(place) + self._way(place) for place in self._values}
            if higher == self._values:
                break
            self._values = higher

    def _own(self, place: Place) -> Fraction:
        is_step = isinstance(place, str) and place in self._problem.candidates
        return Fraction(self._problem.cost([str(place)]).main) if is_step else NOTHING

    def _way(self, place: Place) -> Fraction:
        return min((self._of(*way) for way in self._ways(place)), default=NOTHING)

    def _count(self) -> None:
        """Find every place, and in how many others each may be of use."""
        ahead: list[tuple[Condition, Pathway | None]] = [(self._problem.target, self._problem.pathway)]
        while ahead:
            condition, pathway = ahead.pop()
            if not self._matters(condition, pathway):
                continue
            if isinstance(condition, AllOf | AnyOf | NOf):
                ahead += [(each, pathway) for each in condition.of]
                continue
            for place in self._places(condition, pathway):
                self._serves[place] += 1
                if place not in self._values:
                    self._values[place] = NOTHING
                    ahead += self._ways(place)

    def _matters(self, condition: Condition, pathway: Pathway | None) -> bool:
        """Whether it is still to be met, and can be."""
        return bool(self._all.of(condition, pathway) and not self._nothing.of(condition, pathway))

    def _places(self, leaf: Condition, pathway: Pathway | None) -> list[Place]:
        scope = pathway.id if pathway else None
        match leaf:
            case HasNode(name):
                return [(scope, name)] if scope else []
            case MinSum(of=names):
                itself = self._problem.ground.held(scope).itself
                found = [
                    each
                    for each in names
                    if each not in itself and measured(self._problem.ground.world, each, leaf) > 0
                ]
            case _:
                found = list(_servers(self._problem, leaf, scope))
        return [each for each in found if self._all.has(each) and not self._nothing.has(each)]

    def _ways(self, place: Place) -> list[tuple[Condition, Pathway | None]]:
        """What each of the ways to a place asks for."""
        ground = self._problem.ground
        if not isinstance(place, str):
            pathway = ground.pathways[place[0]]
            return [(pathway.by_id[place[1]].condition, pathway)]
        if place in self._problem.candidates:
            return [(self._problem.prerequisites(place), None)]
        ways: list[tuple[Condition, Pathway | None]] = []
        for pathway, node in ground.awarding.get(place, ()):
            asked: tuple[Condition, ...] = (HasNode(node.id),)
            if pathway.id in ground.assumed and pathway.entry is not None:
                asked = (*asked, pathway.entry)
            if self._all.of(AllOf(asked), pathway):
                ways.append((AllOf(asked), pathway))
        return ways

    def _share(self, place: Place) -> Fraction:
        return self._values[place] / self._serves[place]

    def _of(self, condition: Condition, pathway: Pathway | None) -> Fraction:
        if not self._matters(condition, pathway):
            return NOTHING
        match condition:
            case AllOf(parts):
                found = sum((self._of(each, pathway) for each in parts), NOTHING)
            case AnyOf(parts):
                found = self._cheapest(parts, 1, pathway)
            case NOf(n, parts):
                found = self._cheapest(parts, n, pathway)
            case MinSum():
                found = self._sum(condition, pathway)
            case _:
                found = min((self._share(each) for each in self._places(condition, pathway)), default=NOTHING)
        return found

    def _cheapest(self, parts: tuple[Condition, ...], need: int, pathway: Pathway | None) -> Fraction:
        able = (self._of(each, pathway) for each in parts if self._all.of(each, pathway))
        return sum(sorted(able)[:need], NOTHING)

    def _sum(self, condition: MinSum, pathway: Pathway | None) -> Fraction:
        """The cheapest shares by amount, the last of them in part."""
        world, itself = self._problem.ground.world, self._problem.ground.held(pathway.id if pathway else None).itself
        there = sum(
            (measured(world, each, condition) for each in condition.of if each in itself or self._nothing.has(each)),
            Decimal(0),
        )
        rest, found = Fraction(condition.at_least - there), NOTHING
        parts = [
            (self._share(each), Fraction(measured(world, str(each), condition)))
            for each in self._places(condition, pathway)
        ]
        for share, amount in sorted(parts, key=lambda each: (each[0] / each[1], each)):
            if rest <= 0:
                break
            found += share * min(Fraction(1), rest / amount)
            rest -= amount
        return found
