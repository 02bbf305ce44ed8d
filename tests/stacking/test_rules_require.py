"""Every clause of `require`, with the sentence that explains it."""

from __future__ import annotations

import pytest

from app.stacking.rules import Decision
from tests.stacking.rule_builders import BLS, awarded, fact, held, judge, said

DONE = fact("completed", "2026-03-01")
PASSED = fact("passed", "2026-03-01", score="0.9")
CPR = {"achievement": "cpr-id", "achievement_name": "cpr"}


@pytest.mark.parametrize(
    ("clause", "completion", "met", "code", "sentence"),
    [
        ("outcome: completed", DONE, True, "completed", "bls was completed on 2026-03-01"),
        ("outcome: completed", PASSED, True, "completed", "bls was completed on 2026-03-01"),
        (
            "outcome: completed",
            fact("progress", "2026-03-01", score="1"),
            False,
            "not-finished",
            "The source does not say that bls was completed",
        ),
        ("outcome: passed", PASSED, True, "passed", "bls was passed on 2026-03-01"),
        (
            "outcome: passed",
            fact("completed", "2026-03-01", passed=True),
            True,
            "passed",
            "bls was passed on 2026-03-01",
        ),
        (
            "outcome: passed",
            DONE,
            False,
            "not-passed",
            "bls was completed, and the source does not say that it was passed",
        ),
        (
            "score_gte: 84 %",
            PASSED,
            True,
            "score-reached",
            "The score of 90 % for bls reaches the 84 % that is asked for",
        ),
        (
            "score_gte: 0.84",
            fact("passed", "2026-03-01", score="0.8399"),
            False,
            "score-too-low",
            "The score of 83.99 % for bls is below the 84 % that is asked for",
        ),
        (
            "score_gte: 0.84",
            fact("passed", "2026-03-01", score="0"),
            False,
            "score-too-low",
            "The score of 0 % for bls is below the 84 % that is asked for",
        ),
        (
            "score_gte: 0.84",
            DONE,
            None,
            "score-missing",
            "A score of at least 84 % is asked for, and none was stated for bls",
        ),
        ("score_gte: 0", fact("passed", "2026-03-01", score="0"), True, "score-reached", None),
        ("score_gte: 1", fact("passed", "2026-03-01", score="1.05"), True, "score-reached", None),
        (
            "occurred_between: [2026-03-01, 2026-03-01]",
            fact("completed", "2026-03-01 23:59:59"),
            True,
            "in-time",
            "bls was done on 2026-03-01, in the time that is asked for",
        ),
        (
            "occurred_between: [2026-03-02, null]",
            DONE,
            False,
            "too-early",
            "bls was done on 2026-03-01, before 2026-03-02",
        ),
        (
            "occurred_between: [null, 2026-02-28]",
            DONE,
            False,
            "too-late",
            "bls was done on 2026-03-01, after 2026-02-28",
        ),
        ("occurred_between: ['2026-03-01T01:00:00+01:00', null]", DONE, True, "in-time", None),
    ],
)
def test_what_is_asked_of_the_completion(clause, completion, met, code, sentence):
    verdict = judge(BLS + f"require: {{{clause}}}", completion)

    [(is_met, told_code, told)] = said(verdict, f"/require/{clause.partition(':')[0]}")
    assert (is_met, told_code) == (met, code)
    assert sentence is None or told == sentence
    assert (verdict.decision == Decision.EARNED) is (met is True)
    assert met is True or (verdict.code, verdict.sentence) == (told_code, told)


@pytest.mark.parametrize(
    ("clause", "groups", "met", "code", "sentence"),
    [
        ("learner_in: 'cohort:n26'", {"cohort:n26", "x"}, True, "in-group", "The learner is in cohort:n26"),
        ("learner_in: 'cohort:n26'", set(), False, "not-in-group", "The learner is not in cohort:n26"),
        (
            "learner_in: 'cohort:n26'",
            None,
            None,
            "groups-unknown",
            "It is not known whether the learner is in cohort:n26",
        ),
    ],
    ids=["in it", "not in it", "not known"],
)
def test_what_is_asked_of_the_learners_groups(clause, groups, met, code, sentence):
    verdict = judge(BLS + f"require: {{{clause}}}", DONE, groups=groups)

    assert said(verdict, "/require/learner_in") == [(met, code, sentence)]
    assert (verdict.decision == Decision.EARNED) is (met is True)


@pytest.mark.parametrize(
    ("clause", "award", "met", "code", "sentence"),
    [
        ("has_badge: cpr", held("2026-01-01", **CPR), True, "badge-held", "The learner holds cpr since 2026-01-01"),
        (
            "has_badge: cpr-id",
            held("2026-01-01", **CPR),
            True,
            "badge-held",
            "The learner holds cpr-id since 2026-01-01",
        ),
        ("has_badge: acls", held("2026-01-01", **CPR), False, "badge-missing", "The learner does not hold acls"),
        (
            "has_badge: cpr",
            held("2025-01-01", until="2026-02-01", **CPR),
            False,
            "badge-expired",
            "The learner's cpr was good until 2026-02-01",
        ),
        ("has_badge: cpr, valid: false", held("2025-01-01", until="2026-02-01", **CPR), True, "badge-held", None),
        (
            "has_badge: cpr",
            held("2026-01-01", state="revoked", **CPR),
            False,
            "badge-revoked",
            "The learner's cpr was revoked",
        ),
        ("has_badge: cpr, valid: false", held("2026-01-01", state="revoked", **CPR), False, "badge-revoked", None),
        (
            "has_badge: cpr",
            held("2026-01-01", state="suspended", **CPR),
            False,
            "badge-suspended",
            "The learner's cpr is suspended",
        ),
        ("has_badge: cpr", held("2026-01-01", state="pending", **CPR), False, "badge-missing", None),
    ],
)
def test_what_is_asked_of_the_learners_badges(clause, award, met, code, sentence):
    verdict = judge(BLS + f"require: {{{clause}}}", DONE, awards=[award])

    [(is_met, told_code, told)] = said(verdict, "/require/has_badge")
    assert (is_met, told_code) == (met, code)
    assert sentence is None or told == sentence
    assert (verdict.decision == Decision.EARNED) is met


def test_a_badge_that_comes_later_completes_the_condition_on_its_own_day():
    badge = held("2026-05-01", **CPR)

    assert awarded(judge(BLS + "require: {has_badge: cpr}", DONE, awards=[badge])) == ["2026-05-01"]


def test_a_badge_that_ends_later_takes_nothing_away():
    badge = held("2025-01-01", until="2026-04-01", **CPR)

    assert awarded(judge(BLS + "require: {has_badge: cpr}", DONE, awards=[badge])) == ["2026-03-01"]


GRADED = "{score_gte: 0.95}"


@pytest.mark.parametrize(
    ("require", "met", "path", "sentence"),
    [
        ("{all: [{outcome: passed}, {score_gte: 0.8}]}", True, "/require/all", "2 of 2 parts met; 2 asked for"),
        (f"{{all: [{{outcome: passed}}, {GRADED}]}}", False, "/require/all", "1 of 2 parts met; 2 asked for"),
        (f"{{any: [{{outcome: passed}}, {GRADED}]}}", True, "/require/any", "1 of 2 parts met; 1 asked for"),
        (f"{{any: [{{learner_in: x}}, {GRADED}]}}", False, "/require/any", "0 of 2 parts met; 1 asked for"),
        (
            f"{{n_of: [2, [{{outcome: passed}}, {GRADED}, {{learner_in: x}}]]}}",
            False,
            "/require/n_of",
            "1 of 3 parts met; 2 asked for",
        ),
        (
            f"{{n_of: [2, [{{outcome: passed}}, {GRADED}, {{score_gte: 0.9}}]]}}",
            True,
            "/require/n_of",
            "2 of 3 parts met; 2 asked for",
        ),
        (f"{{not: {GRADED}}}", True, "/require/not", "What must not hold does not hold"),
        ("{not: {outcome: passed}}", False, "/require/not", "What must not hold does hold"),
    ],
)
def test_conditions_are_put_together(require, met, path, sentence):
    verdict = judge(BLS + f"require: {require}", PASSED, groups=set())

    assert [told for _, _, told in said(verdict, path)] == [sentence]
    assert (verdict.decision == Decision.EARNED) is met


def test_what_is_not_known_is_neither_true_nor_false_however_it_is_put_together():
    for require in ("{not: {score_gte: 0.9}}", "{any: [{score_gte: 0.9}, {learner_in: x}]}"):
        verdict = judge(BLS + f"require: {require}", DONE)
        assert verdict.decision == Decision.NOT_EARNED
        assert verdict.clauses[2].met is None
    assert judge(BLS + "require: {any: [{outcome: completed}, {learner_in: x}]}", DONE).decision == Decision.EARNED


def test_a_grade_alone_never_earns_by_another_condition():
    rule = BLS + "require: {any: [{learner_in: staff}, {score_gte: 0.8}]}"
    low, high = fact("progress", "2026-03-01", score="0.1"), fact("progress", "2026-03-01", score="0.8")

    assert judge(rule, low, groups={"staff"}).decision == Decision.NOT_EARNED
    assert judge(rule, high, groups={"staff"}).decision == Decision.EARNED


def test_the_closest_completion_is_explained():
    rule = "match: {activities: [{pattern: 'b*'}]}\nrequire: [{outcome: passed}, {score_gte: 0.8}]"
    facts = [fact("passed", "2026-03-01", of="b1", score="0.7"), fact("failed", "2026-04-01", of="b2")]

    verdict = judge(rule, *facts)

    assert verdict.sentence == "The score of 70 % for b1 is below the 80 % that is asked for"


def test_clauses_are_plain_values_for_storage():
    [first, *_] = judge(BLS, DONE).explanation()

    assert first == {
        "path": "/match",
        "met": True,
        "code": "matched",
        "sentence": "1 completion is of what the rule names",
        "activity": None,
    }
