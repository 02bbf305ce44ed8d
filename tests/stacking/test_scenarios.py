"""Many sets of awards judged side by side are judged as the evaluator judges each alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.stacking.conditions import HasSkill
from app.stacking.evaluate import evaluate, meets, settle
from app.stacking.plans.ground import Ground
from app.stacking.plans.scenarios import Scenarios, _reach, bits
from tests.stacking.small_worlds import AS_OF, BADGES, SKILLS, ByHand, Small, small
from tests.stacking.tiny import TODAY, badge, everything, held, pathway, world

SETS = [each for count in range(len(BADGES) + 1) for each in combinations(BADGES, count)]
QUICK = settings(deadline=None, max_examples=40)


def side_by_side(one: Small) -> Scenarios:
    added = {each: sum(1 << place for place, chosen in enumerate(SETS) if each in chosen) for each in BADGES}
    return Scenarios(Ground(one.world, one.holdings, AS_OF, [one.pathway]), added, (1 << len(SETS)) - 1)


@QUICK
@given(small())
def test_nodes_prerequisites_and_skills_are_judged_as_by_the_evaluator(one: Small):
    scenarios, by_hand = side_by_side(one), ByHand(one)
    asked = [each.prerequisites for each in one.world.credentials.values() if each.prerequisites]
    asked += [HasSkill(skill, level) for skill in SKILLS for level in (1, 3)]

    for place, chosen in enumerate(SETS):
        alone = evaluate(one.world, one.pathway, by_hand.after(chosen), AS_OF)
        for node in one.pathway.nodes:
            assert scenarios.node(one.pathway, node) >> place & 1 == alone.nodes[node.id].is_met
        for each in asked:
            assert scenarios.of(each, None) >> place & 1 == meets(one.world, each, by_hand.after(chosen), AS_OF).is_met


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.decimals(0, 50, places=3), st.integers(0, 255)), max_size=8),
    st.decimals(-5, 120, places=3),
)
def test_sums_are_added_up_for_all_sets_at_once(parts: list[tuple[Decimal, int]], rest: Decimal):
    found = _reach(rest, parts, 255)

    for place in range(8):
        assert found >> place & 1 == (sum(amount for amount, where in parts if where >> place & 1) >= rest)


@given(st.integers(0, 2**70))
def test_the_bits_of_a_number_are_its_powers_of_two(number: int):
    assert sum(1 << each for each in bits(number)) == number


def test_a_stack_inherits_nothing_from_an_award_that_has_expired_beside_a_good_one_of_the_same_day():
    stacked = pathway(("only", {"skill": "care", "at_least": 3}, "st"))
    holdings = [held("lapsed", TODAY, until=date(2026, 6, 30), care=3, lab=3), held("newer", TODAY, care=3)]

    [earned], after = settle(world(badge("newer", {"care": 3}), pathways=[stacked]), [stacked], holdings, TODAY)

    assert earned.finding.used == (holdings[1].id,)
    assert [each.skill for each in after[-1].proofs] == ["care"]


def test_nodes_are_put_in_an_order_by_what_they_need_by_name_or_by_stack():
    upside_down = pathway(
        ("top", everything("st-low"), None), ("middle", {"node": "low"}, None), ("low", everything("a"), "st-low")
    )

    order = [each.id for each in Ground(world(badge("a")), [], TODAY, [upside_down]).bottom_up(upside_down)]

    assert order[0] == "low"
    assert set(order) == {"low", "middle", "top"}
