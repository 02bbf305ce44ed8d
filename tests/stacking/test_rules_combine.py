"""Several activities together: all, any, so many of them, and within a time."""

from __future__ import annotations

import pytest

from app.stacking.rules import Decision
from tests.stacking.rule_builders import awarded, fact, judge, said

THREE = "match: {activities: [theory, {id: skills, name: skills}, {pattern: 'sim-*', name: simulation}]}\n"


def done(*names: str, month: int = 1):
    """Each activity completed, a month after the one before."""
    return [fact("completed", f"2026-{number:02}-01", of=name) for number, name in enumerate(names, month)]


@pytest.mark.parametrize(
    ("combine", "names", "earned"),
    [
        ("{all_of: [a1, skills, simulation]}", ["theory", "skills", "sim-2"], ["2026-03-01"]),
        ("{all_of: [a1, skills, simulation]}", ["sim-2", "skills", "theory"], ["2026-03-01"]),
        ("{all_of: [a1, skills, simulation]}", ["theory", "skills"], []),
        ("{any_of: [a1, skills, simulation]}", ["sim-1", "theory"], ["2026-01-01"]),
        ("{n_of: [2, [a1, skills, simulation]]}", ["skills"], []),
        ("{n_of: [2, [a1, skills, simulation]]}", ["skills", "sim-1", "theory"], ["2026-02-01"]),
        ("{n_of: [2, [a1, skills, simulation]]}", ["sim-1", "sim-2"], []),
        ("{all_of: [a1, {any_of: [skills, simulation]}]}", ["skills", "sim-1", "theory"], ["2026-03-01"]),
        ("{all_of: [a1, skills, simulation], within: P59D}", ["theory", "skills", "sim-2"], ["2026-03-01"]),
        ("{all_of: [a1, skills, simulation], within: P58D}", ["theory", "skills", "sim-2"], []),
        ("{all_of: [a1, skills, simulation], within: P2M}", ["theory", "skills", "sim-2"], ["2026-03-01"]),
        ("{n_of: [2, [a1, skills, simulation]], within: P1M}", ["theory", "skills", "sim-2"], ["2026-02-01"]),
    ],
)
def test_what_is_combined_is_earned_when_enough_of_it_is_done(combine, names, earned):
    assert awarded(judge(f"{THREE}combine: {combine}", *done(*names))) == earned


def test_each_part_is_explained_with_its_name():
    verdict = judge(
        THREE + "combine: {all_of: [a1, skills, simulation]}",
        *done("theory", "acls"),
        fact("failed", "2026-03-01", of="skills"),
    )

    assert said(verdict, "/combine/all_of") == [(False, "parts-unmet", "1 of 3 parts done; 3 asked for")]
    assert said(verdict, "/combine/all_of/0") == [(True, "part-done", "a1 (theory) counts since 2026-01-01")]
    assert said(verdict, "/combine/all_of/1") == [(False, "part-unmet", "skills (skills) does not count yet")]
    assert said(verdict, "/combine/all_of/2") == [(False, "part-missing", "Nothing is known of simulation (sim-*)")]
    assert (verdict.code, verdict.sentence) == ("not-passed", "skills was failed on 2026-03-01")


def test_what_is_done_too_far_apart_is_told_and_can_be_repaired_by_doing_it_again():
    rule = "match: {activities: [theory, skills]}\ncombine: {all_of: [a1, a2], within: P30D}"
    apart = [fact("completed", "2026-01-01", of="theory"), fact("completed", "2026-05-01", of="skills")]
    again = fact("completed", "2026-05-20", of="theory")

    assert judge(rule, *apart).sentence == "Everything was done, but not within 30 days"
    assert said(judge(rule, *apart), "/combine/within") == [(False, "too-far-apart", judge(rule, *apart).sentence)]
    assert awarded(judge(rule, *apart, again)) == ["2026-05-20"]
    assert judge(rule, *apart, again).earned[0].fact_ids == tuple(sorted([apart[1].id, again.id]))


def test_what_is_required_is_asked_of_every_part():
    rule = "match: {activities: [theory, skills]}\nrequire: {score_gte: 0.8}\ncombine: {all_of: [a1, a2]}"
    good = fact("passed", "2026-01-01", of="theory", score="0.9")
    low, better = (
        fact("passed", "2026-02-01", of="skills", score="0.7"),
        fact("passed", "2026-03-01", of="skills", score="0.8"),
    )

    assert judge(rule, good, low).sentence == "The score of 70 % for skills is below the 80 % that is asked for"
    [earning] = judge(rule, good, low, better).earned
    assert (earning.awarded_at.month, str(earning.score)) == (3, "0.8")


def test_a_part_that_was_taken_back_before_the_last_one_was_done_does_not_count():
    rule = "match: {activities: [theory, skills]}\ncombine: {all_of: [a1, a2]}"
    facts = [*done("theory"), fact("revoked", "2026-02-01", of="theory"), fact("completed", "2026-03-01", of="skills")]

    verdict = judge(rule, *facts)

    assert (verdict.decision, verdict.code) == (Decision.NOT_EARNED, "taken-back")
    assert awarded(judge(rule, *facts, fact("completed", "2026-04-01", of="theory"))) == ["2026-04-01"]
