"""Plans are what trying everything finds: the cheapest, the cheapest within a budget, the cheapest without a step."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.stacking.conditions import AllOf, AnyOf, HasCredential
from app.stacking.plans import Ground, Objective, Outcome, Plan, Wishes, plan
from app.stacking.plans.bounds import floor
from app.stacking.plans.searching import search
from app.stacking.world import World
from tests.stacking.small_worlds import AS_OF, BADGES, OTHERS, ByHand, Price, Small, got, holding, small

QUICK = settings(deadline=None, max_examples=40)
NO_WISHES = Wishes()
GREEDY = 0  # so many candidates are searched exactly


def to_the_role(one: Small, wishes: Wishes = NO_WISHES, few: int = 16) -> Plan:
    return plan(one.world, one.role, one.holdings, AS_OF, wishes, pathways=[one.pathway], exact_up_to=few)


def to_the_end(one: Small, wishes: Wishes = NO_WISHES, few: int = 16) -> Plan:
    return plan(one.world, one.pathway, one.holdings, AS_OF, wishes, pathways=[one.pathway], exact_up_to=few)


def told(found: Plan) -> Price | None:
    ids = tuple(sorted(found.ids))
    return Price(found.hours, found.price, len(ids), ids) if found.is_reachable else None


def least(ways: list[Price]) -> Price | None:
    return ways[0] if ways else None


@QUICK
@given(small())
def test_the_plan_to_a_role_is_the_cheapest_of_all_sets(one: Small):
    by_hand = ByHand(one)

    assert told(to_the_role(one)) == least(by_hand.ways(by_hand.matches_the_role))


@QUICK
@given(small())
def test_the_plan_to_the_end_of_a_pathway_is_the_cheapest_of_all_sets(one: Small):
    by_hand = ByHand(one)

    assert told(to_the_end(one)) == least(by_hand.ways(by_hand.is_complete))


@QUICK
@given(small())
def test_a_pathway_that_is_not_joined_asks_its_entry_as_well(one: Small):
    by_hand, joined = ByHand(one, is_joined=False), ByHand(one)

    found = plan(one.world, one.pathway, one.holdings, AS_OF)

    # Its stacks come once its entry is met, so only plans that meet it are looked at with them.
    ways = joined.ways(lambda ids: by_hand.enters(ids) and joined.is_complete(ids))
    assert not found.is_reachable or told(found) in ways
    assert found.joins == ("pw",)


@QUICK
@given(small(), st.sampled_from(Objective), st.integers(0, 60))
def test_objective_and_budget_choose_among_all_sets(one: Small, objective: Objective, budget: int):
    by_hand = ByHand(one)
    ways = by_hand.ways(by_hand.is_complete)

    found = to_the_end(one, Wishes(objective=objective, worth_of_hour=Decimal(7), budget=Decimal(budget)))

    within = [each for each in ways if each.price <= budget]
    if not ways:
        assert not found.is_reachable
    elif not within:
        assert (found.outcome, found.least_price) == (Outcome.OVER_BUDGET, min(each.price for each in ways))
    else:
        assert told(found) == min(within, key=lambda each: (_main(each, objective), each))


def _main(each: Price, objective: Objective) -> Decimal:
    main = {Objective.HOURS: each.hours, Objective.MONEY: each.price, Objective.MIX: each.price + 7 * each.hours}
    return main[objective]


@QUICK
@given(small())
def test_the_swap_of_a_step_is_the_cheapest_of_all_sets_without_it(one: Small):
    by_hand, found = ByHand(one), to_the_end(one)
    assume(found.steps and found.outcome is Outcome.PLANNED)
    ways = by_hand.ways(by_hand.is_complete)

    for step in found.steps:
        other = least([each for each in ways if step.credential not in each.ids])
        swap = step.swap and (step.swap.ids, step.swap.more_hours, step.swap.more_price)
        assert swap == (other and (other.ids, other.hours - found.hours, other.price - found.price))


@QUICK
@given(small())
def test_each_place_has_the_smallest_id_that_may_be_taken_then(one: Small):
    by_hand, found = ByHand(one), to_the_end(one)
    assume(found.outcome is Outcome.PLANNED)

    for place, each in enumerate(found.ids):
        able = [other for other in found.ids[place:] if by_hand.may_take(other, found.ids[:place])]
        assert each == min(able)


@QUICK
@given(small())
def test_every_step_is_needed_for_something(one: Small):
    found = to_the_end(one)

    assert all(each.needed_for for each in found.steps)


@QUICK
@given(small())
def test_what_is_needed_from_outside_is_the_least_and_with_it_the_plan_is_the_cheapest(one: Small):
    *nodes, last = one.pathway.nodes
    abroad = replace(last, condition=AllOf((last.condition, AnyOf(tuple(map(HasCredential, OTHERS))))))
    one = replace(one, pathway=replace(one.pathway, nodes=(*nodes, abroad)))
    found = to_the_end(one)
    needed = [each.name for each in found.outside if each.is_needed and each.level is None]
    assume(found.outcome is Outcome.PARTLY and set(needed) <= set(OTHERS))

    by_hand = ByHand(one.with_holdings([*one.holdings, *(got(one.world, each) for each in needed)]))

    if not any(each.is_needed and each.level for each in found.outside):
        assert by_hand.price(found.ids) == least(by_hand.ways(by_hand.is_complete))
    for each in needed:
        others = [other for other in needed if other != each]
        fewer = ByHand(one.with_holdings([*one.holdings, *(got(one.world, other) for other in others)]))
        assert not fewer.ways(fewer.is_complete)


@QUICK
@given(small())
def test_a_greedy_plan_reaches_the_target_and_costs_no_more_than_its_bound_says(one: Small):
    by_hand = ByHand(one)

    for exact, greedy, is_met in (
        (to_the_role(one), to_the_role(one, few=GREEDY), by_hand.matches_the_role),
        (to_the_end(one), to_the_end(one, few=GREEDY), by_hand.is_complete),
    ):
        assert greedy.is_reachable == exact.is_reachable
        if greedy.is_reachable:
            assert is_met(greedy.ids)
            assert by_hand.can_take_all(greedy.ids)
            assert exact.hours <= greedy.hours
            assert greedy.bound is not None
            assert greedy.hours <= greedy.bound * Fraction(exact.hours)


@QUICK
@given(small())
def test_no_plan_is_below_the_floor(one: Small):
    found = search(Ground(one.world, one.holdings, AS_OF, [one.pathway]), one.pathway, NO_WISHES, 16)

    if found.outcome is Outcome.PLANNED:
        assert floor(found.problem) <= found.problem.cost(found.ids).main


@QUICK
@given(small(), st.data())
def test_holding_more_never_makes_a_plan_dearer(one: Small, data: st.DataObject):
    more = data.draw(holding(one.world, (*BADGES, *OTHERS), good=True))

    before, after = to_the_end(one), to_the_end(one.with_holdings([*one.holdings, more]))

    if before.is_reachable:
        assert after.is_reachable
        assert (after.hours, after.price) <= (before.hours, before.price)


@QUICK
@given(small(), st.integers(0, 2**32), st.sampled_from([GREEDY, 16]))
def test_the_order_in_which_things_are_told_changes_no_plan(one: Small, seed: int, few: int):
    shuffled, world = Random(seed), one.world  # noqa: S311 - no secret
    parts = [
        list(each) for each in (world.credentials.values(), world.skills.values(), world.equivalences, one.holdings)
    ]
    for each in parts:
        shuffled.shuffle(each)
    again = Small(
        World(credentials=parts[0], skills=parts[1], equivalences=parts[2], pathways=[one.pathway]),
        one.pathway,
        one.role,
        tuple(parts[3]),
    )

    assert to_the_role(again, few=few) == to_the_role(one, few=few)
    assert to_the_end(again, few=few) == to_the_end(one, few=few)
