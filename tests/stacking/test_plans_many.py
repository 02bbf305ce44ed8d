"""Plans among many candidates: good, quick, and honest about how far they may be from the cheapest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from time import process_time

import pytest

from app.stacking.plans import Ground, Objective, Outcome, Wishes, plan
from app.stacking.plans.bounds import floor
from app.stacking.plans.searching import search
from app.stacking.world import Role, World
from tests.stacking.tiny import TODAY, badge, everything, pathway, role, same, world

GREEDY = 0  # so many candidates are searched exactly


def harmonic(most: int) -> Fraction:
    return sum((Fraction(1, each) for each in range(1, most + 1)), Fraction(0))


def skills(count: int) -> dict[str, int]:
    return {f"sk-{each:02}": 1 for each in range(count)}


def pairs(count: int) -> World:
    """Two badges for each skill, the second of each pair the better one."""
    return world(
        *(
            badge(f"{kind}{each:02}", {f"sk-{each:02}": 1}, hours=hours)
            for kind, hours in (("a", 3), ("b", 1))
            for each in range(count)
        )
    )


def test_a_choice_among_sixteen_is_made_exactly_and_among_more_it_is_said_that_it_is_not():
    sixteen, eighteen = plan(pairs(8), role(skills(8)), [], TODAY), plan(pairs(9), role(skills(9)), [], TODAY)

    assert (sixteen.is_exact, sixteen.bound, sixteen.hours) == (True, 1, 8)
    assert (eighteen.is_exact, eighteen.bound, eighteen.hours) == (False, 1, 9)  # the least all the same, as it knows


def test_what_every_plan_needs_is_no_choice():
    chain = [badge("c00"), *(badge(f"c{each:02}", needs=f"c{each - 1:02}") for each in range(1, 30))]
    last = badge("last", {"top": 1}, needs="c29")
    both = world(*chain, last, *pairs(8).credentials.values())

    found = plan(both, role(skills(8) | {"top": 1}), [], TODAY)

    assert (found.is_exact, len(found.ids)) == (True, 30 + 1 + 8)


def test_candidates_that_cannot_matter_do_not_make_a_plan_less_exact():
    others = (badge(f"b{each}", {f"sk-{each:02}": 1}) for each in range(1, 60))

    assert plan(world(badge("b0", {"sk-00": 1}), *others), role(skills(1)), [], TODAY).is_exact


def the_trap(size: int) -> tuple[World, Role]:
    """The greedy choice takes the singles, each a little better for its cost than the whole."""
    singles = [badge(f"b{each:02}", {f"sk-{each:02}": 1}, hours=round(60 / (size - each), 3)) for each in range(size)]
    return world(*singles, badge("whole", skills(size), hours=60.6)), role(skills(size))


def test_where_the_greedy_choice_is_led_astray_it_stays_within_the_harmonic_bound():
    tricked, target = the_trap(20)

    found = plan(tricked, target, [], TODAY)

    assert len(found.ids) == 20
    assert found.bound is not None
    assert found.bound <= harmonic(20)
    assert found.hours / Decimal("60.6") <= found.bound


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_holds_where_badges_wait_for_one_another(seed: int):
    chance = Random(seed)  # noqa: S311 - no secret
    names = [f"b{each:02}" for each in range(12)]
    waiting = world(
        *(
            badge(
                each,
                {f"sk-{chance.randrange(6):02}": 1 for _ in range(2)},
                hours=chance.randint(1, 40),
                needs=chance.choice([None, None, *names[:place]][: place + 2]),
            )
            for place, each in enumerate(names)
        )
    )
    given = sorted({each.skill for one in waiting.credentials.values() for each in one.skills})
    target = role(dict.fromkeys(given, 1))

    exact, greedy = (plan(waiting, target, [], TODAY, exact_up_to=few) for few in (16, GREEDY))

    assert (exact.is_exact, greedy.is_exact) == (True, False)
    assert greedy.bound is not None
    assert exact.hours <= greedy.hours <= greedy.bound * Fraction(exact.hours)


def test_one_prerequisite_of_many_makes_the_bound_wide_and_never_wrong():
    shared = [badge(f"b{each:02}", {f"sk-{each:02}": 1}, hours=1, needs="base") for each in range(20)]
    alone = [badge(f"c{each:02}", {f"sk-{each:02}": 1}, hours=50) for each in range(20)]

    found = plan(world(badge("base", hours=100), *shared, *alone), role(skills(20)), [], TODAY)

    assert found.bound is not None
    assert found.hours <= found.bound * 120  # the base and everything that stands on it


def test_a_greedy_choice_weighs_the_levels_that_are_missing():
    three = world(
        badge("deep", {"a": 4}, hours=8), badge("wide", {"a": 4, "b": 1}, hours=14), badge("shallow", {"b": 1}, hours=8)
    )

    found = plan(three, role({"a": 4, "b": 1}), [], TODAY, exact_up_to=GREEDY)

    assert found.ids == ("deep", "shallow")


def test_badges_that_count_in_a_circle_have_a_bound_too():
    circle = pathway(("n", {"any_of": [{"credential": "a"}, {"credential": "b"}]}, "st"))
    ways = world(badge("a", hours=2), badge("b", hours=3), pathways=[circle], equivalences=[same("st", "a")])

    found = plan(ways, role({}, "a"), [], TODAY, pathways=[circle], exact_up_to=GREEDY)

    assert (found.ids, found.is_exact, found.bound) == (("a",), False, 1)


def test_the_floor_of_a_sum_takes_the_last_badge_in_part():
    summed = pathway(("n", {"min_sum": {"measure": "academic_credits", "at_least": 1, "of": ["a", "b"]}}, None))
    large, little = badge("a", hours=10, academic_credits=Decimal(10)), badge("b", hours=2, academic_credits=Decimal(1))

    ground = Ground(world(large, little, pathways=[summed]), [], TODAY, [summed])

    found = search(ground, summed, Wishes(), GREEDY)

    assert (found.ids, floor(found.problem)) == (("b",), 1)  # a tenth of the large one, which nobody can take


def test_what_turns_out_not_to_be_needed_is_dropped():
    first = badge("a", {"sk-00": 1, "sk-01": 1, "sk-02": 1}, hours=3)  # the best for its hours, until the others come
    others = [
        badge(f"{kind}{hours}", dict.fromkeys(closes, 1), hours=hours)
        for kind, closes in (("b", ("sk-00", "sk-01", "sk-03")), ("c", ("sk-02", "sk-04")))
        for hours in (4, 5)
    ]

    found = plan(world(first, *others), role(skills(5)), [], TODAY, exact_up_to=GREEDY)

    assert found.ids == ("b4", "c4")


def test_a_greedy_plan_keeps_to_the_budget_or_says_that_none_was_found():
    dear = [badge(f"b{each:02}", {f"sk-{each:02}": 1}, hours=1, price=100) for each in range(18)]
    cheap = [badge(f"c{each:02}", {f"sk-{each:02}": 1}, hours=2, price=10) for each in range(18)]
    both = world(*dear, *cheap)

    rich, thrifty, poor = (
        plan(both, role(skills(18)), [], TODAY, Wishes(budget=Decimal(each))) for each in (1800, 180, 179)
    )

    assert (rich.price, thrifty.price) == (1800, 180)
    assert (poor.outcome, poor.least_price, poor.is_exact) == (Outcome.OVER_BUDGET, 180, False)


def test_a_greedy_plan_that_keeps_to_a_budget_does_not_say_that_it_is_the_shortest():
    dear = [badge(f"b{each:02}", {f"sk-{each:02}": 1}, hours=1, price=100) for each in range(18)]
    cheap = [badge(f"c{each:02}", {f"sk-{each:02}": 1}, hours=2, price=10) for each in range(18)]

    found = plan(world(*dear, *cheap), role(skills(18)), [], TODAY, Wishes(budget=Decimal(270)))

    assert found.hours == 36  # one dear badge could be afforded, which would make it 35
    assert found.bound is not None
    assert found.bound >= Fraction(36, 35)


def test_a_greedy_plan_names_a_swap_for_each_step():
    found = plan(pairs(10), role(skills(10)), [], TODAY)

    assert not found.is_exact
    assert [(each.swap.more_hours, len(each.swap.ids)) for each in found.steps if each.swap] == [(2, 10)] * 10


# -- size -------------------------------------------------------------------------------------------------


def test_a_choice_among_sixteen_takes_milliseconds():
    chance = Random(1)  # noqa: S311 - no secret
    sixteen = world(
        *(
            badge(f"b{each:02}", {f"sk-{chance.randrange(8):02}": 1 for _ in range(3)}, hours=chance.randint(2, 60))
            for each in range(16)
        )
    )
    before = process_time()

    found = plan(sixteen, role(skills(8)), [], TODAY)

    assert found.is_exact
    assert process_time() - before < 0.5


def test_a_long_chain_of_badges_is_planned_through():
    names = [f"b{each:03}" for each in range(150)]
    chain = [badge(names[0])] + [badge(each, needs=before) for before, each in pairwise(names)]

    found = plan(world(*chain[:-1], badge(names[-1], {"sk": 1}, needs=names[-2])), role({"sk": 1}), [], TODAY)

    assert found.ids == tuple(names)


def test_a_long_chain_of_nodes_is_planned_through_whatever_their_order():
    nodes = [
        (f"n{each:02}", {"all_of": [{"node": f"n{each - 1:02}"}, {"credential": f"b{each % 4}"}]}, None)
        for each in range(1, 100)
    ]
    long = pathway(*reversed(nodes), ("n00", everything("b0"), None), ("end", {"node": "n99"}, None))

    found = plan(world(*(badge(f"b{each}") for each in range(4)), pathways=[long]), long, [], TODAY, pathways=[long])

    assert found.ids == ("b0", "b1", "b2", "b3")


def test_odd_amounts_do_not_make_a_sum_slow():
    chance = Random(2)  # noqa: S311 - no secret
    names = [f"b{each:02}" for each in range(60)]
    odd = world(*(badge(each, hours=round(chance.uniform(1, 50), 7)) for each in names))
    summed = pathway(("all", {"min_sum": {"measure": "hours", "at_least": 700, "of": names}}, None))
    before = process_time()

    found = plan(odd, summed, [], TODAY, Wishes(objective=Objective.MONEY), pathways=[summed])

    assert found.hours >= 700
    assert process_time() - before < 5
