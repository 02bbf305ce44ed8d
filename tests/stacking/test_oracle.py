"""The demo catalogue's oracle: what an independent evaluator expects of every learner and pathway."""

from __future__ import annotations

from typing import Any

import pytest

from app.stacking.evaluate import evaluate, settle
from tests.stacking.healthcare import AS_OF, Person, people, world

PEOPLE = list(people().values())
IDS = [each.id for each in PEOPLE]


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_the_stacks_that_are_complete_are_found(person: Person):
    pathways = [world().pathways[each] for each in person.pathways]

    earned, _held = settle(world(), pathways, person.holdings, AS_OF)

    assert sorted(each.stack for each in earned) == sorted(person.expected["stacks_awarded"])


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_every_node_and_the_progress_are_as_expected(person: Person):
    pathways = [world().pathways[each] for each in person.pathways]
    _earned, held = settle(world(), pathways, person.holdings, AS_OF)

    found = [_described(world(), each, held) for each in pathways]

    expected = [
        {name: each[name] for name in ("pathway", "entry_met", "nodes_complete", "progress", "complete")}
        for each in person.expected["pathways"]
    ]
    assert found == expected


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_what_has_lapsed_is_found(person: Person):
    lapsed = [each.credential for each in person.holdings if each.standing == "active" and not each.is_good(AS_OF)]

    assert lapsed == person.expected["lapsed"]


def _described(world_: Any, pathway: Any, held: Any) -> dict[str, Any]:
    evaluation = evaluate(world_, pathway, held, AS_OF)
    return {
        "pathway": pathway.id,
        "entry_met": evaluation.entry is None or evaluation.entry.is_met,
        "nodes_complete": list(evaluation.complete),
        "progress": pytest.approx(float(evaluation.progress), abs=0.0001),
        "complete": evaluation.is_complete,
    }
