"""What a learner has reached follows what happened, in the order in which it happened."""

from __future__ import annotations

import itertools

import pytest

from app.stacking.rules import Decision
from tests.stacking.rule_builders import BLS, awarded, fact, judge

SCORED = BLS + "require: {score_gte: 0.8}"
PASSED = BLS + "require: {outcome: passed}"


@pytest.mark.parametrize(
    ("completion", "code", "sentence"),
    [
        (fact("completed", "2026-03-01"), "earned", "Earned on 2026-03-01 by bls"),
        (fact("passed", "2026-03-01"), "earned", "Earned on 2026-03-01 by bls"),
        (fact("failed", "2026-03-01"), "not-passed", "bls was failed on 2026-03-01"),
        (
            fact("completed", "2026-03-01", passed=False),
            "not-passed",
            "On 2026-03-01 the source said that bls was not passed",
        ),
        (
            fact("completed", "2026-03-01", completed=False),
            "not-finished",
            "On 2026-03-01 the source said that bls was not completed",
        ),
        (fact("progress", "2026-03-01"), "not-finished", "bls is in progress since 2026-03-01, without a score"),
        (
            fact("progress", "2026-03-01", score="1"),
            "not-finished",
            "bls is in progress, which earns nothing unless the rule asks for a score",
        ),
        (fact("revoked", "2026-03-01"), "taken-back", "On 2026-03-01 the source said “revoked” of bls"),
        (fact("expired", "2026-03-01"), "taken-back", "On 2026-03-01 the source said “expired” of bls"),
        (fact("voided", "2026-03-01"), "taken-back", "On 2026-03-01 the source said “voided” of bls"),
    ],
    ids=lambda value: value.id if hasattr(value, "kind") else "",
)
def test_one_completion_alone(completion, code, sentence):
    verdict = judge(BLS, completion)

    assert (verdict.code, verdict.sentence) == (code, sentence)


def at_once(when: str, *kinds: str, **other):
    return [fact(kind, when, **other) for kind in kinds]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ([fact("failed", "2026-01-01"), fact("passed", "2026-01-02")], "earned"),
        ([fact("failed", "2026-01-01"), fact("completed", "2026-01-02")], "earned"),
        ([fact("passed", "2026-01-01"), fact("failed", "2026-01-02")], "not-passed"),
        ([fact("passed", "2026-01-01", attempt="1"), fact("failed", "2026-01-02", attempt="2")], "earned"),
        ([fact("passed", "2026-01-01", attempt="1"), fact("failed", "2026-01-02", attempt="1")], "not-passed"),
        ([fact("passed", "2026-01-01", attempt="1"), fact("failed", "2026-01-02")], "earned"),
        ([fact("passed", "2026-01-01"), fact("failed", "2026-01-02", attempt="2")], "earned"),
        ([fact("failed", "2026-01-01", attempt="1"), fact("completed", "2026-01-02", attempt="1")], "not-passed"),
        ([fact("failed", "2026-01-01", attempt="1"), fact("passed", "2026-01-02", attempt="1")], "earned"),
        ([fact("passed", "2026-01-01", attempt="1"), fact("revoked", "2026-01-02")], "taken-back"),
        ([fact("passed", "2026-01-01", attempt="1"), fact("revoked", "2026-01-02", attempt="2")], "earned"),
        ([fact("passed", "2026-01-01"), fact("revoked", "2026-01-02", attempt="2")], "taken-back"),
        ([fact("revoked", "2026-01-01"), fact("passed", "2026-01-02")], "earned"),
        ([fact("passed", "2026-01-01"), fact("expired", "2026-01-02"), fact("passed", "2026-01-03")], "earned"),
        ([fact("passed", "2026-01-01"), fact("progress", "2026-01-02", passed=False)], "not-passed"),
        ([fact("passed", "2026-01-01"), fact("progress", "2026-01-02", completed=False)], "earned"),
        ([fact("passed", "2026-01-01", passed=False)], "not-passed"),
        (at_once("2026-01-01", "failed", "completed", "passed"), "not-passed"),
        (at_once("2026-01-01", "revoked", "passed"), "taken-back"),
    ],
    ids=[
        "an older failure before a pass",
        "an older failure before a completion",
        "a later failure of a running result",
        "a retake that fails",
        "the same attempt is failed after all",
        "a failure without an attempt, after a pass with one",
        "a failed attempt after a pass without one",
        "completed after failed in one attempt",
        "passed after failed in one attempt",
        "the whole activity is revoked",
        "another attempt is revoked",
        "an attempt is revoked, and the pass named none",
        "passed again after a revocation",
        "passed again after it expired",
        "explicitly no longer passing",
        "in progress again",
        "passed, but not passed",
        "failed and passed in one second",
        "revoked and passed in one second",
    ],
)
def test_several_completions_whatever_their_order_of_arrival(facts, code):
    for order in itertools.permutations(facts):
        assert judge(BLS, *order).code == code


def test_within_one_moment_the_sources_sequence_decides():
    first, second = {"sequence": "001"}, {"sequence": "002"}

    passed_last = [fact("failed", "2026-01-01", **first), fact("passed", "2026-01-01", **second)]
    failed_last = [fact("failed", "2026-01-01", **second), fact("passed", "2026-01-01", **first)]

    assert judge(BLS, *passed_last).decision == Decision.EARNED
    assert judge(BLS, *failed_last).decision == Decision.NOT_EARNED


@pytest.mark.parametrize(
    ("grades", "code"),
    [
        (["0.5", "0.9"], "earned"),
        (["0.9", "0.85"], "earned"),
        (["0.9", "0.5"], "score-too-low"),
        (["0.9", "0.5", "0.8"], "earned"),
        (["1.1"], "earned"),
        (["0"], "score-too-low"),
    ],
    ids=str,
)
def test_a_running_grade_counts_while_it_reaches_what_is_asked_for(grades, code):
    facts = [fact("progress", f"2026-01-0{day}", score=grade) for day, grade in enumerate(grades, 1)]

    assert judge(SCORED, *facts).code == code


@pytest.mark.parametrize("later", ["completed", "passed", "progress"])
def test_a_worse_score_takes_nothing_away_from_a_result(later):
    facts = [
        fact("passed", "2026-01-01", score="0.9"),
        fact("completed", "2026-01-02"),
        fact(later, "2026-01-03", score="0.1"),
    ]

    assert awarded(judge(SCORED, *facts)) == ["2026-01-01"]


def test_a_completion_and_its_grade_may_come_apart():
    rule = BLS + "require: [{outcome: completed}, {score_gte: 0.8}]"
    completed, graded = fact("completed", "2026-01-01"), fact("progress", "2026-01-05", score="0.9")
    graded_first = fact("progress", "2025-12-01", score="0.9")

    assert judge(rule, completed).code == "score-missing"
    assert judge(rule, graded).code == "not-finished"
    assert awarded(judge(rule, completed, graded)) == ["2026-01-05"]
    assert awarded(judge(rule, completed, graded_first)) == ["2026-01-01"]


def test_an_old_score_does_not_stand_in_for_that_of_a_new_completion():
    facts = [fact("passed", "2024-01-01", score="0.9"), fact("completed", "2026-01-01")]
    rule = SCORED + "\nvalidity: {months: 12}"

    assert awarded(judge(rule, *facts)) == ["2024-01-01"]


def test_within_one_attempt_what_was_said_before_still_holds():
    facts = [fact("passed", "2026-01-01", attempt="7", score="0.9"), fact("completed", "2026-01-02", attempt="7")]

    assert judge(PASSED + "\n", *facts[1:]).code == "not-passed"
    assert judge(BLS + "require: [{outcome: passed}, {occurred_between: [2026-01-02, null]}]", *facts).code == "earned"


def test_the_award_is_dated_by_what_happened_last_not_by_what_arrived_last():
    facts = [fact("completed", "2026-03-01"), fact("completed", "2026-01-01")]

    assert awarded(judge(BLS, *facts)) == ["2026-01-01"]


def test_what_was_taken_back_and_done_again_is_earned_from_then_on():
    facts = [fact("passed", "2026-01-01"), fact("revoked", "2026-02-01"), fact("passed", "2026-03-01")]

    assert awarded(judge(BLS, *facts)) == ["2026-03-01"]
