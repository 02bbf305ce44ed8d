"""Whatever order a learner's facts arrive in, and however often, the same awards stand in the end."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.issuing.completions import Completion
from app.lms import base as lms
from tests.issuing.stating import living, rule, stated, take, voiding

Event = tuple[str, str, int, str | None]  # kind, activity, day, score

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["passed", "failed", "revoked", "better", "second"]),
        st.booleans(),  # whether it is taken back as well
    ),
    min_size=1,
    max_size=4,
)
POLICIES: dict[str, Any] = {
    "ignore": "ignore",
    "review": "review",
    "revoke": "revoke",
    "revoke-after-grace": {"revoke_after": "P2D"},
}
SHAPES: dict[str, dict[str, Any]] = {
    "one-activity": {},
    "two-activities": {"combine": {"all_of": ["bls", "skills"]}},
    "better-score": {"on_better_score": "supersede"},
}


def said_of(person: str, label: str) -> lms.Completion | lms.Voiding:
    """What a label stands for: a kind and its day, and `void` before it where that is taken back."""
    if label.startswith("void "):
        taken_back = said_of(person, label.removeprefix("void "))
        assert isinstance(taken_back, lms.Completion)
        return voiding(taken_back)
    kind, day = label.split("-")
    activity = "skills" if kind == "second" else "bls"
    is_pass = kind in {"passed", "better", "second"}
    score = str(Decimal(70 + int(day)) / 100) if is_pass else None  # later ones are better
    return stated("passed" if is_pass else kind, activity, day=int(day), person=person, score=score)


def labels_of(events: list[tuple[str, bool]]) -> list[str]:
    """At most six things that a source says of one person, in their own order."""
    found = []
    for day, (kind, is_voided) in enumerate(events):
        found += [f"{kind}-{day}", *([f"void {kind}-{day}"] if is_voided else [])]
    return found[:6]


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("policy", POLICIES)
def test_any_order_and_repetition_of_one_learner_s_events_ends_in_the_same_living_awards(desk, policy, shape):
    achievement = desk.achievement()
    source = desk.source()
    activities = ("bls", "skills") if shape == "two-activities" else ("bls",)
    rule(desk, achievement, *activities, allow=(source,), on_unearn=POLICIES[policy], **SHAPES[shape])

    @settings(
        max_examples=4,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.generate],
    )
    @given(EVENTS, st.data())
    def check(events: list[tuple[str, bool]], data: st.DataObject) -> None:
        number = next(desk.numbers)
        in_order = labels_of(events)
        repeated = in_order + data.draw(st.lists(st.sampled_from(in_order), max_size=3))
        shuffled = data.draw(st.permutations(repeated))
        for label in in_order:
            take(desk, source, said_of(f"in-order-{number}", label))
        for label in shuffled:
            take(desk, source, said_of(f"shuffled-{number}", label))

        expected, found = (standing(desk, achievement, f"{name}-{number}") for name in ("in-order", "shuffled"))
        # Which of two good results came first decides on which one the award rests, unless the better one supersedes.
        assert len(found) == len(expected), (in_order, shuffled)
        assert shape != "better-score" or found == expected, (in_order, shuffled)

    check()


def standing(desk, achievement, person: str) -> list[list[str]]:
    """A person's living awards: the scores that each rests on, by the facts that are behind it."""
    learner = desk.learner(f"{person}@hospital.test", None)
    with desk.read() as session:
        return sorted(
            sorted(str(session.get_one(Completion, each).score) for each in award.basis)
            for award in living(desk, achievement)
            if award.learner_id == learner.id
        )


def test_a_better_score_that_was_taken_back_leaves_the_older_one_in_any_order(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_better_score="supersede")
    labels = ["passed-0", "better-1", "void better-1"]

    for number, order in enumerate(permutations(labels)):
        for label in order:
            take(desk, source, said_of(f"person-{number}", label))

    assert [standing(desk, achievement, f"person-{number}") for number in range(6)] == [[["0.7"]]] * 6


def test_a_grade_that_was_reached_and_fell_counts_in_any_order_where_the_rule_keeps_the_award(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"score_gte": "0.9"}, on_unearn="ignore")
    grades = [(0, "0.5"), (1, "0.95"), (2, "0.5")]

    for number, order in enumerate(permutations(grades)):
        for day, score in order:
            take(desk, source, stated("progress", day=day, score=score, person=f"person-{number}"))

    found = [len(standing(desk, achievement, f"person-{number}")) for number in range(6)]
    assert found == [1] * 6
