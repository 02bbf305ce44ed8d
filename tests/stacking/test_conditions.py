"""The condition grammar: what can be said, what is refused and where, and what can be seen before anybody is judged."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import InvalidInput
from app.stacking import conditions
from app.stacking.conditions import MOST_DEEP, MOST_LEAVES
from tests.stacking.healthcare import document

BLS, IPC = {"credential": "mc-bls"}, {"credential": "mc-ipc"}
CE = {"measure": "ce", "unit": "records-ceu", "at_least": 40, "of": ["mc-roi", "mc-ai"]}
SAYABLE = [
    BLS,
    {"credential": "ext-nurse-aide", "validity": "ever"},
    {"node": "assistant"},
    {"skill": "sk-ecg", "at_least": 3},
    {"all_of": [BLS, {"any_of": [IPC, {"node": "assistant"}]}]},
    {"any_of": []},
    {"n_of": {"n": 2, "of": [BLS, IPC, {"skill": "sk-ecg", "at_least": 1}]}},
    {"min_sum": {"measure": "hours", "at_least": "4.5", "of": ["mc-bls"]}},
    {"min_sum": CE},
]


@pytest.mark.parametrize("stated", SAYABLE, ids=str)
def test_what_is_written_is_what_was_read(stated: dict[str, Any]):
    assert conditions.write(conditions.read(stated)) == stated


def test_every_condition_of_the_demo_catalogue_can_be_read_and_written_back():
    text = document()
    stated = [node["condition"] for pathway in text["pathways"] for node in pathway["nodes"]]
    stated += [each["prerequisites"] for each in text["credentials"] if each["prerequisites"]]
    stated += [each["from"] for each in text["credit_transfers"]]

    assert [conditions.write(conditions.read(each)) for each in stated] == stated


REFUSED = [
    (None, ""),
    ([], ""),
    ("mc-bls", ""),
    ({}, ""),
    ({**BLS, "node": "x"}, ""),
    ({"not": BLS}, ""),
    ({**BLS, "at_least": 3}, "/at_least"),
    ({"credential": ""}, "/credential"),
    ({"credential": ["mc-bls"]}, "/credential"),
    ({"credential": "../x"}, "/credential"),
    ({**BLS, "validity": "always"}, "/validity"),
    ({**BLS, "validity": ["ever"]}, "/validity"),
    ({"skill": "sk-ecg"}, "/at_least"),
    ({"skill": "sk-ecg", "at_least": 0}, "/at_least"),
    ({"skill": "sk-ecg", "at_least": 6}, "/at_least"),
    ({"skill": "sk-ecg", "at_least": True}, "/at_least"),
    ({"skill": "sk-ecg", "at_least": 2.5}, "/at_least"),
    ({"all_of": BLS}, "/all_of"),
    ({"all_of": [BLS, {"any_of": [{"node": 3}]}]}, "/all_of/1/any_of/0/node"),
    ({"n_of": [BLS]}, "/n_of"),
    ({"n_of": {"n": 0, "of": [BLS]}}, "/n_of/n"),
    ({"n_of": {"n": "1", "of": [BLS]}}, "/n_of/n"),
    ({"min_sum": {"measure": "hours", "of": []}}, "/min_sum"),
    ({"min_sum": {"measure": "days", "at_least": 1, "of": ["a"]}}, "/min_sum/measure"),
    ({"min_sum": {"measure": {}, "at_least": 1, "of": ["a"]}}, "/min_sum/measure"),
    ({"min_sum": {"measure": "ce", "at_least": 1, "of": ["a"]}}, "/min_sum/unit"),
    ({"min_sum": {"measure": "hours", "unit": "h", "at_least": 1, "of": ["a"]}}, "/min_sum/unit"),
    ({"min_sum": {"measure": "hours", "at_least": "NaN", "of": ["a"]}}, "/min_sum/at_least"),
    ({"min_sum": {"measure": "hours", "at_least": -1, "of": ["a"]}}, "/min_sum/at_least"),
    ({"min_sum": {"measure": "hours", "at_least": 1, "of": ["a", "a"]}}, "/min_sum/of"),
    ({"min_sum": {"measure": "hours", "at_least": 1, "of": [BLS]}}, "/min_sum/of"),
]


@pytest.mark.parametrize(("stated", "pointer"), REFUSED, ids=str)
def test_what_cannot_be_said_is_refused_at_its_place(stated: Any, pointer: str):
    with pytest.raises(InvalidInput) as refused:
        conditions.read(stated)

    assert [each["pointer"] for each in refused.value.facts["problems"]] == [pointer]


def test_all_problems_are_told_at_once():
    stated = {"all_of": [{"credential": ""}, {"skill": "sk-ecg", "at_least": 9}, {"n_of": {"n": 0, "of": [{}]}}]}

    with pytest.raises(InvalidInput) as refused:
        conditions.read(stated)

    found = [each["pointer"] for each in refused.value.facts["problems"]]
    assert found == ["/all_of/0/credential", "/all_of/1/at_least", "/all_of/2/n_of/of/0", "/all_of/2/n_of/n"]


def nested(depth: int) -> dict[str, Any]:
    """A condition in so many others."""
    return BLS if depth == 1 else {"all_of": [nested(depth - 1)]}


def test_conditions_stand_six_deep_and_no_deeper():
    assert conditions.read(nested(MOST_DEEP))
    with pytest.raises(InvalidInput, match="at most 6 deep"):
        conditions.read(nested(MOST_DEEP + 1))


def test_a_condition_has_two_hundred_leaves_and_no_more():
    half = {"any_of": [BLS] * (MOST_LEAVES // 2)}

    assert conditions.read({"all_of": [half, half]})
    with pytest.raises(InvalidInput, match="at most 200 leaves"):
        conditions.read({"all_of": [half, half, BLS]})


VACUOUS = [
    {"all_of": []},
    {"any_of": [{"all_of": []}, BLS]},
    {"n_of": {"n": 1, "of": [BLS, {"all_of": []}]}},
    {"min_sum": {"measure": "hours", "at_least": 0, "of": ["mc-bls"]}},
]


@pytest.mark.parametrize("stated", VACUOUS, ids=str)
def test_what_holds_for_somebody_with_nothing_is_seen(stated: dict[str, Any]):
    assert conditions.holds_for_nothing(conditions.read(stated))


IMPOSSIBLE = [
    {"any_of": []},
    {"all_of": [BLS, {"any_of": []}]},
    {"n_of": {"n": 3, "of": [BLS, IPC]}},
    {"n_of": {"n": 2, "of": [BLS, {"any_of": []}]}},
    {"min_sum": {"measure": "hours", "at_least": 1, "of": []}},
]


@pytest.mark.parametrize("stated", IMPOSSIBLE, ids=str)
def test_what_nobody_can_ever_meet_is_seen(stated: dict[str, Any]):
    assert conditions.can_never_hold(conditions.read(stated))


@pytest.mark.parametrize("stated", [each for each in SAYABLE if each != {"any_of": []}], ids=str)
def test_an_ordinary_condition_is_neither(stated: dict[str, Any]):
    condition = conditions.read(stated)

    assert not conditions.holds_for_nothing(condition)
    assert not conditions.can_never_hold(condition)
