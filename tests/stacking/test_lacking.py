"""What stands between somebody and the end of a pathway, in short phrases that say what to do."""

from __future__ import annotations

import pytest

from app.stacking import conditions, wording
from app.stacking.evaluate import evaluate
from app.stacking.world import Mode, Node, Pathway, StackType
from tests.stacking.healthcare import AS_OF, held, people, world


def lacks(stated: dict[str, object], *credentials: str) -> tuple[str, ...]:
    """What somebody with these lacks for one step."""
    node = Node("end", "End", conditions.read(stated))
    pathway = Pathway("x", 1, "X", StackType.VERTICAL, Mode.PROGRESSIVE, (node,), "end")
    holdings = [held(each, AS_OF) for each in credentials]
    return wording.lacking(world(), evaluate(world(), pathway, holdings, AS_OF))


BLS, IPC, ECG = ({"credential": each} for each in ("mc-bls", "mc-ipc", "mc-ecg"))


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (BLS, ("BLSS",)),
        ({"all_of": [BLS, IPC, ECG]}, ("BLSS", "ECGR")),
        ({"any_of": [BLS, ECG]}, ("one of BLSS, ECGR",)),
        ({"any_of": [BLS]}, ("BLSS",)),
        ({"n_of": {"n": 2, "of": [BLS, IPC, ECG]}}, ("1 more of BLSS, ECGR",)),
        ({"n_of": {"n": 2, "of": [BLS, ECG]}}, ("BLSS", "ECGR")),
        ({"all_of": [BLS, {"any_of": [BLS]}]}, ("BLSS",)),
        ({"min_sum": {"measure": "hours", "at_least": 40, "of": ["mc-bls"]}}, ("0 of 40 hours",)),
    ],
    ids=str,
)
def test_each_kind_of_condition_says_what_is_still_to_come(stated: dict[str, object], said: tuple[str, ...]):
    assert lacks(stated, "mc-ipc") == said


def test_whoever_has_everything_lacks_nothing():
    assert lacks(BLS, "mc-bls") == ()


@pytest.mark.parametrize(
    ("learner", "said"),
    [("ln-01", ("CCBT", "one of MDMT, MLS")), ("ln-02", ()), ("ln-03", ("ICTW",))],
)
def test_a_step_and_a_stack_that_are_needed_are_told_as_what_is_lacking_there(learner: str, said: tuple[str, ...]):
    person = people()[learner]
    pathway = world().pathways[person.pathways[0]]

    found = wording.lacking(world(), evaluate(world(), pathway, person.holdings, AS_OF))

    assert found[: len(said)] == said
    assert bool(found) == bool(said)
