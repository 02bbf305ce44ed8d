"""Where somebody can go from here, where a badge leads, and where it leads nowhere."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.stacking.lattice import Direction, LeadsTo, Move, dead_ends, leads_to, moves, start_here
from app.stacking.plans import AtNode, Outcome
from app.stacking.world import CreditTransfer, Kind, Programme, Role, StackType
from tests.stacking.tiny import TODAY, badge, condition, everything, held, pathway, role, same, world

LADDER = pathway(("low", everything("a"), "st-low"), ("high", everything("st-low", "b"), "st-high"), name="pw-up")
PEERS = pathway(
    ("some", everything("c"), None), ("more", everything("c", "d"), None), name="pw-side", kind=StackType.HORIZONTAL
)
AIDE, CLERK, NURSE = role({"care": 1}, name="aide"), role({"forms": 1}, name="clerk"), role({"care": 3}, name="nurse")
BADGES = (
    badge("a", {"care": 1}, hours=5),
    badge("b", {"care": 3}, hours=20, needs="a"),
    badge("c", {"forms": 1}, hours=8),
    badge("d", hours=1),
    badge("nowhere", {"juggling": 5}),
    badge("licence", kind=Kind.EXTERNAL),
)
HOSPITAL = world(
    *BADGES,
    pathways=[LADDER, PEERS],
    roles=[AIDE, CLERK, NURSE, role({"care": 3}, "licence", name="doctor")],
)


def told(found: tuple[Move, ...]) -> list[tuple[str, str, float]]:
    def name(each: Move) -> str:
        return each.target.id if isinstance(each.target, Role) else each.target.node

    return [(name(each), each.direction.value, float(each.hours)) for each in found]


def test_moves_are_told_nearest_first_and_up_or_across():
    found = moves(HOSPITAL, [held("a", care=1)], TODAY, pathways=[LADDER, PEERS])

    assert (found.roles, found.nodes) == (("aide",), (("pw-up", "low"),))
    assert told(found.moves) == [
        ("clerk", "across", 8),
        ("some", "across", 8),
        ("more", "across", 9),
        ("nurse", "up", 20),
        ("high", "up", 20),
        ("doctor", "up", 20),  # last, since it needs a licence from elsewhere
    ]
    assert [each.outcome for each in found.moves][-1] is Outcome.PARTLY
    assert [each.name for each in found.nearest(Direction.UP)] == ["Nurse", "High"]


def test_the_current_role_is_where_somebody_is_even_if_they_do_not_match_it():
    found = moves(HOSPITAL, [], TODAY, current_role=NURSE)

    directions = {each.target.id: each.direction for each in found.moves if isinstance(each.target, Role)}
    assert directions == dict.fromkeys(("aide", "clerk", "nurse", "doctor"), Direction.ACROSS)


def test_who_is_nowhere_goes_up():
    found = moves(HOSPITAL, [], TODAY)

    assert {each.direction for each in found.moves if isinstance(each.target, Role)} == {Direction.UP}


def test_a_move_into_a_pathway_that_is_not_joined_says_so():
    joined, free = (moves(HOSPITAL, [], TODAY, pathways=each).moves for each in ([LADDER], []))

    def joins(among: tuple[Move, ...]) -> dict[str, tuple[str, ...]]:
        return {each.target.node: each.joins for each in among if isinstance(each.target, AtNode)}

    assert joins(joined) == {"low": (), "high": (), "some": ("pw-side",), "more": ("pw-side",)}
    assert joins(free) == {"low": ("pw-up",), "high": ("pw-up",), "some": ("pw-side",), "more": ("pw-side",)}


def test_a_node_that_is_complete_in_a_pathway_that_is_not_joined_costs_only_joining():
    found = moves(HOSPITAL, [held("a")], TODAY)

    [low] = [each for each in found.moves if isinstance(each.target, AtNode) and each.target.node == "low"]
    assert (low.outcome, low.steps, low.joins, found.nodes) == (Outcome.MET, (), ("pw-up",), ())


# -- where badges lead ------------------------------------------------------------------------------------


def test_a_badge_leads_to_what_is_built_on_it():
    college = Programme("prog", "Programme", "college", "degree", 60)
    credit = CreditTransfer("ct", condition("st-high"), "prog", 6)
    with_credit = world(*BADGES, pathways=[LADDER], roles=[AIDE, NURSE], programmes=[college], transfers=[credit])

    assert leads_to(with_credit, "a") == LeadsTo(
        credentials=("b",), nodes=(("pw-up", "low"),), stacks=("st-high", "st-low"), roles=("aide",), transfers=("ct",)
    )


def test_a_badge_leads_through_nodes_that_rest_on_nodes():
    nodes = pathway(
        ("one", everything("a"), None), ("two", {"node": "one"}, None), ("three", {"node": "two"}, "st-top")
    )

    found = leads_to(world(badge("a"), pathways=[nodes]), "a")

    assert (found.nodes, found.stacks) == ((("pw", "one"),), ("st-top",))


def test_steps_that_rest_on_one_another_lead_on_from_a_skill_a_sum_and_a_choice_and_a_circle_ends():
    nodes = pathway(
        ("skilled", {"skill": "care", "at_least": 1}, None),
        ("either", {"any_of": [{"node": "skilled"}, {"credential": "c"}]}, None),
        ("counted", {"n_of": {"n": 1, "of": [{"node": "either"}, {"node": "elsewhere"}]}}, "st-count"),
        ("round", {"all_of": [{"node": "again"}]}, "st-round"),
        ("again", {"all_of": [{"node": "round"}]}, None),
    )

    found = leads_to(world(badge("a", {"care": 1}), badge("c"), pathways=[nodes]), "a")

    assert (found.nodes, found.stacks) == ((("pw", "skilled"),), ("st-count",))


def test_a_step_of_the_same_name_in_another_pathway_is_another_step():
    mine = pathway(("one", everything("a"), None), name="pw-mine")
    other = pathway(("one", everything("b"), None), ("two", {"node": "one"}, "st-other"), name="pw-other")

    found = leads_to(world(badge("a"), badge("b"), pathways=[mine, other]), "a")

    assert (found.nodes, found.stacks) == ((("pw-mine", "one"),), ())


def test_a_badge_without_the_measure_adds_nothing_to_a_sum():
    summed = pathway(("n", {"min_sum": {"measure": "academic_credits", "at_least": 1, "of": ["a", "b"]}}, None))
    found = world(badge("a", academic_credits=Decimal(1)), badge("b"), pathways=[summed])

    assert dead_ends(found) == ("b",)


def test_what_a_badge_counts_as_leads_on():
    same_as_a = world(
        *BADGES,
        badge("theirs"),
        pathways=[LADDER],
        roles=[AIDE],
        equivalences=[same("theirs", "a")],
    )

    assert leads_to(same_as_a, "theirs") == leads_to(same_as_a, "a")


def test_an_equivalence_of_one_pathway_leads_on_there_alone():
    here = world(
        *BADGES,
        badge("theirs"),
        pathways=[LADDER],
        roles=[AIDE],
        equivalences=[same("theirs", "a", pathways=frozenset({"pw-up"}))],
    )

    found = leads_to(here, "theirs")

    assert (found.nodes, found.credentials, found.roles) == ((("pw-up", "low"),), (), ())


def test_a_badge_without_prerequisites_that_leads_somewhere_is_a_start():
    assert start_here(HOSPITAL) == ("a", "c", "d")


def test_a_badge_that_nothing_needs_is_a_dead_end_and_the_top_of_a_ladder_is_none():
    assert dead_ends(HOSPITAL) == ("nowhere",)
    assert dead_ends(HOSPITAL, [Kind.STACK]) == ("st-high",)


@pytest.mark.parametrize(("level", "leads"), [(1, False), (2, True), (3, True)])
def test_a_badge_leads_to_a_role_only_at_the_level_that_it_needs(level: int, *, leads: bool):
    found = leads_to(world(badge("x", {"care": level}), roles=[role({"care": 2})]), "x")

    assert found.is_somewhere == leads
