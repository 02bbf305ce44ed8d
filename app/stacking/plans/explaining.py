"""Why each step of a plan is there, when it is taken, and what would be done instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from app.stacking.conditions import HasCredential, HasNode, HasSkill, Leaf, MinSum, leaves
from app.stacking.plans.ends import endings
from app.stacking.plans.model import Closes, NeededFor, Outcome, Plan, Purpose, Step, Swap, Target
from app.stacking.plans.problem import Problem
from app.stacking.plans.searching import Found, without
from app.stacking.world import Node, Pathway

DAYS_OF_A_WEEK = 7
MOST_DAYS = 36_525  # a plan of more than a hundred years has no dates
GOOD = {Outcome.MET, Outcome.PLANNED, Outcome.PARTLY}


def explained(target: Target, found: Found) -> Plan:
    """What was found, as a plan that gives its reasons."""
    problem, steps = found.problem, _steps(found)
    return Plan(
        target,
        problem.ground.as_of,
        found.outcome,
        steps,
        hours=sum((each.hours for each in steps), Decimal(0)),
        price=sum((each.price for each in steps), Decimal(0)),
        is_exact=found.is_exact,
        bound=found.bound,
        outside=found.outside,
        warnings=endings(problem, steps) if found.outcome in GOOD else (),
        joins=joins(found),
        least_price=found.least_price,
    )


def joins(found: Found) -> tuple[str, ...]:
    """The pathways to join: that of the target, and those without whose stacks it is not met."""
    problem, needed = found.problem, set[str]()
    if problem.pathway is not None and problem.pathway.id in problem.ground.assumed:
        needed.add(problem.pathway.id)
    for name in found.relevant.assumed if found.outcome in GOOD else ():
        stacks = {each.awards for each in problem.ground.pathways[name].nodes}
        others = replace(problem, stacks=problem.stacks - stacks)
        if not others.reaches(found.ids):
            needed.add(name)
    return tuple(sorted(needed))


def _steps(found: Found) -> tuple[Step, ...]:
    problem = found.problem
    ids = problem.in_order(found.ids)
    asked = _Asked(problem)
    closed = _closed(problem, ids, asked)
    purposes = _purposes(problem, ids, asked)
    dates = _dates(problem, ids)
    known = problem.ground.world.credentials
    return tuple(
        Step(
            each,
            known[each].hours,
            known[each].price,
            closed[each],
            purposes[each],
            _swap(found, each),
            *dates[place],
        )
        for place, each in enumerate(ids)
    )


class _Asked:
    """The leaves of a target, and those of the nodes and stacks on its way, each node once."""

    def __init__(self, problem: Problem) -> None:
        self.nodes: dict[tuple[str, str], tuple[Pathway, Node]] = {}
        self.leaves: list[Leaf] = []
        ahead = [(leaf, problem.pathway) for leaf in leaves(problem.target)]
        for leaf, pathway in ahead:  # it grows on the way
            self.leaves.append(leaf)
            for maker, node in _nodes_of(problem, leaf, pathway):
                if (maker.id, node.id) not in self.nodes:
                    self.nodes[maker.id, node.id] = maker, node
                    ahead += [(each, maker) for each in leaves(node.condition)]


def _nodes_of(problem: Problem, leaf: Leaf, pathway: Pathway | None) -> list[tuple[Pathway, Node]]:
    """The node that a leaf names, or those that award the stack that it names."""
    if isinstance(leaf, HasNode) and pathway and leaf.node in pathway.by_id:
        return [(pathway, pathway.by_id[leaf.node])]
    if isinstance(leaf, HasCredential) and leaf.credential in problem.stacks:
        return problem.ground.awarding.get(leaf.credential, [])
    return []


def _closed(problem: Problem, ids: Sequence[str], asked: _Asked) -> dict[str, tuple[Closes, ...]]:
    """Which skill comes to the needed level by which step: the first that gives it."""
    held, found = problem.ground.held(None), dict[str, list[Closes]]((each, []) for each in ids)
    for leaf in dict.fromkeys(each for each in asked.leaves if isinstance(each, HasSkill)):
        proof = held.skill(leaf.skill)
        have = proof.level if proof else 0
        first = next((each for each in ids if problem.ground.level_given(each, leaf.skill) >= leaf.at_least), None)
        if have < leaf.at_least and first is not None:
            found[first].append(Closes(leaf.skill, have, leaf.at_least))
    return {each: tuple(closes) for each, closes in found.items()}


def _purposes(problem: Problem, ids: Sequence[str], asked: _Asked) -> dict[str, tuple[NeededFor, ...]]:
    """What would not hold without a step while all the others are taken; a later step, by those before it alone."""
    whole = problem.judge_sets([ids, *([one for one in ids if one != each] for each in ids)])
    judged = [
        (NeededFor(Purpose.NODE, node.id), whole.node(pathway, node))
        for pathway in {each.id: each for each, _node in asked.nodes.values()}.values()
        for node in pathway.nodes
        if (pathway.id, node.id) in asked.nodes
    ]
    judged += [
        (_purpose(leaf), whole.of(leaf, problem.pathway))
        for leaf in leaves(problem.target)
        if not isinstance(leaf, HasNode)
    ]
    pairs = [(step, later) for place, step in enumerate(ids) for later in ids[place + 1 :]]
    before = problem.judge_sets([one for one in ids[: ids.index(later)] if one != step] for step, later in pairs)
    found: dict[str, list[NeededFor]] = {each: [] for each in ids}
    for place, (step, later) in enumerate(pairs):
        if not problem.may_take(before, later) >> place & 1:
            found[step].append(NeededFor(Purpose.STEP, later))
    for place, each in enumerate(ids, 1):
        found[each] += [what for what, holds in judged if holds & 1 and not holds >> place & 1]
    return {each: tuple(dict.fromkeys(purposes)) for each, purposes in found.items()}


def _purpose(leaf: Leaf) -> NeededFor:
    match leaf:
        case HasCredential(credential):
            return NeededFor(Purpose.CREDENTIAL, credential)
        case HasSkill(skill):
            return NeededFor(Purpose.SKILL, skill)
        case HasNode(node):
            return NeededFor(Purpose.NODE, node)
        case MinSum(measure, unit=unit):
            return NeededFor(Purpose.SUM, unit or measure.value)


def _swap(found: Found, step: str) -> Swap | None:
    other = without(found, step)
    if other is None:
        return None
    mine, theirs = found.problem.cost(found.ids), found.problem.cost(other)
    return Swap(other, theirs.hours - mine.hours, theirs.price - mine.price)


def _dates(problem: Problem, ids: Sequence[str]) -> list[tuple[date | None, date | None]]:
    """First and last day of each step, one after the other at the pace that was wished, over all days of the week."""
    wishes, world = problem.wishes, problem.ground.world
    start, per_day = wishes.start or problem.ground.as_of, Fraction(wishes.hours_per_week or 0) / DAYS_OF_A_WEEK
    if not per_day or Fraction(problem.cost(ids).hours) / per_day > MOST_DAYS:
        return [(None, None)] * len(ids)
    found: list[tuple[date | None, date | None]] = []
    done = Fraction(0)
    for each in ids:
        first = floor(done / per_day)
        done += Fraction(world.credentials[each].hours)
        last = max(first, ceil(done / per_day) - 1)
        found.append((start + timedelta(days=first), start + timedelta(days=last)))
    return found
