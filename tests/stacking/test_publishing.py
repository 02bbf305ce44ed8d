"""Before a pathway is published: circles over the whole graph, empty or impossible conditions, unknown names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.stacking import conditions
from app.stacking.conditions import AllOf, Condition, HasCredential
from app.stacking.publishing import check, cycle
from app.stacking.world import Equivalence, Node, Pathway, StackType, World
from tests.stacking.healthcare import world

LADDER = world().pathways["pw-lab-ladder"]


def with_node(pathway: Pathway, name: str, **changes: object) -> Pathway:
    """The pathway with one node changed."""
    nodes = tuple(replace(node, **changes) if node.id == name else node for node in pathway.nodes)  # type: ignore[arg-type]
    return replace(pathway, nodes=nodes)


def also(pathway: Pathway, name: str, condition: Condition) -> Pathway:
    """The pathway with one more condition in a node's all_of."""
    before = pathway.by_id[name].condition
    assert isinstance(before, AllOf)
    return with_node(pathway, name, condition=AllOf((*before.of, condition)))


def turned(walk: tuple[str, ...]) -> set[tuple[str, ...]]:
    """A closed walk from every starting point, in both directions."""
    ring = walk[:-1]
    turns = [(*ring[at:], *ring[:at]) for at in range(len(ring))]
    return {each for turn in turns for each in (turn, turn[::-1])}


@pytest.mark.parametrize("pathway", list(world().pathways.values()), ids=lambda each: each.id)
def test_the_pathways_of_the_demo_catalogue_can_be_published(pathway: Pathway):
    verdict = check(world(), pathway)

    assert (verdict.problems, verdict.warnings) == ([], [])


def test_a_circle_over_stacks_is_refused_with_its_path():
    verdict = check(world(), also(LADDER, "assistant", HasCredential("st-lab-specialist")))

    expected = ("assistant", "st-lab-specialist", "specialist", "st-lab-technician", "technician", "assistant")
    assert [each.code for each in verdict.problems] == ["cycle"]
    assert verdict.problems[0].path[:-1] in turned(expected)
    assert verdict.problems[0].path[0] == verdict.problems[0].path[-1]
    assert "goes round in a circle: " in verdict.problems[0].sentence


def test_a_circle_of_nodes_is_refused():
    turned_back = also(LADDER, "assistant", conditions.read({"node": "technician"}))

    assert set(check(world(), turned_back).problems[0].path) == {"assistant", "technician"}


def test_a_circle_over_two_pathways_an_equivalence_and_a_prerequisite_is_found():
    base = world()
    with_equivalence = World(
        credentials=base.credentials.values(),
        skills=base.skills.values(),
        contact_hours=base.contact_hours,
        equivalences=[*base.equivalences, Equivalence("eq-x", "st-lab-specialist", "mc-ipc")],
        pathways=base.pathways.values(),
    )

    assert {"st-lab-specialist", "mc-ipc"} <= set(cycle(with_equivalence))
    assert cycle(base) == ()


def test_two_badges_that_count_as_one_another_are_no_circle_and_a_stack_among_them_is():
    base = world()

    def world_with(one: str, other: str) -> World:
        both = Equivalence("eq-x", one, other, both=True)
        return World(credentials=base.credentials.values(), equivalences=[both], pathways=base.pathways.values())

    assert cycle(world_with("mc-coach", "px-cedar-coaching")) == ()
    assert set(cycle(world_with("st-ma-lattice", "px-cedar-coaching"))) >= {"st-ma-lattice", "px-cedar-coaching"}


REFUSED = [
    ({"all_of": []}, "vacuous"),
    ({"n_of": {"n": 3, "of": [{"credential": "mc-bls"}, {"credential": "mc-ipc"}]}}, "impossible"),
    ({"any_of": []}, "impossible"),
    ({"credential": "mc-nothing"}, "unknown_credential"),
    ({"node": "nowhere"}, "unknown_node"),
    ({"skill": "sk-nothing", "at_least": 2}, "unknown_skill"),
    ({"min_sum": {"measure": "ce", "unit": "hugs", "at_least": 2, "of": ["mc-bls"]}}, "unknown_unit"),
    ({"min_sum": {"measure": "hours", "at_least": 2, "of": ["mc-nothing"]}}, "unknown_credential"),
]


@pytest.mark.parametrize(("stated", "code"), REFUSED, ids=[code for _stated, code in REFUSED])
def test_a_condition_that_cannot_stand_is_refused_at_its_node(stated: dict[str, object], code: str):
    verdict = check(world(), with_node(LADDER, "technician", condition=conditions.read(stated)))

    assert [(each.code, each.node) for each in verdict.problems] == [(code, "technician")]


def test_an_entry_is_looked_at_too():
    verdict = check(world(), replace(LADDER, entry=HasCredential("mc-nothing")))

    assert [each.code for each in verdict.problems] == ["unknown_credential"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"awards": "st-nothing"}, "unknown_stack"),
        ({"awards": "mc-bls"}, "not_a_stack"),
        ({"awards": "st-lab-specialist"}, "awarded_twice"),
        ({"awards": "st-patient-care"}, "awarded_twice"),
    ],
    ids=str,
)
def test_a_node_awards_one_stack_that_nothing_else_awards(changes: dict[str, object], code: str):
    verdict = check(world(), with_node(LADDER, "technician", **changes))

    assert code in [each.code for each in verdict.problems]


def test_names_are_there_once_and_the_completion_is_one_of_them():
    twice = replace(LADDER, nodes=(*LADDER.nodes, LADDER.nodes[0]), completion="nowhere")

    assert {each.code for each in check(world(), twice).problems} >= {"same_node_twice", "unknown_completion"}
    assert [each.code for each in check(world(), replace(LADDER, nodes=())).problems] == ["no_nodes"]


def test_dead_ends_and_labels_that_do_not_fit_are_told_and_not_refused():
    alone = Node("alone", "Alone", HasCredential("mc-bls"))
    verdict = check(world(), replace(LADDER, nodes=(*LADDER.nodes, alone), stack_type=StackType.VERTICAL))
    sideways = check(world(), replace(world().pathways["pw-dental-head-start"], stack_type=StackType.HORIZONTAL))

    assert (verdict.problems, [(each.code, each.node) for each in verdict.warnings]) == ([], [("dead_end", "alone")])
    assert [each.code for each in sideways.warnings] == ["no_choice"]


def test_a_ladder_of_a_hundred_nodes_is_published_and_one_of_a_hundred_and_one_is_not():
    def ladder(length: int) -> Pathway:
        nodes = [Node("n0", "First", HasCredential("mc-bls"))]
        nodes += [
            Node(f"n{at}", "Next", conditions.read({"all_of": [{"node": f"n{at - 1}"}, {"credential": "mc-ipc"}]}))
            for at in range(1, length)
        ]
        return replace(LADDER, nodes=tuple(nodes), completion=f"n{length - 1}", id="pw-long")

    assert check(world(), ladder(100)).problems == []
    assert [each.code for each in check(world(), ladder(101)).problems] == ["too_many_nodes"]
