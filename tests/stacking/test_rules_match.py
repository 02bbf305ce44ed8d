"""Which completions a rule is about, and which of them count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stacking.rules import Decision, RuleDocument
from app.stacking.rules.document import Match
from app.stacking.rules.matching import fits
from tests.stacking.rule_builders import BLS, NOW, fact, judge, said


@pytest.mark.parametrize(
    ("match", "completion", "matches"),
    [
        ("{activities: [bls]}", {}, True),
        ("{activities: [BLS]}", {}, False),
        ("{activities: [other, bls]}", {}, True),
        ("{activities: [{id: bls, namespace: lms.example}]}", {}, True),
        ("{activities: [{id: bls, namespace: other.example}]}", {}, False),
        ("{activities: [{pattern: 'b*'}]}", {}, True),
        ("{activities: [{pattern: 'course-v1:Acme+BLS+*'}]}", {"of": "course-v1:Acme+BLS+2026"}, True),
        ("{activities: [{pattern: 'course-v1:Acme+BLS+*'}]}", {"of": "course-v1:Acme-BLS+2026"}, False),
        ("{activities: [bls]}", {"activity_type": "other"}, True),
        ("{activities: [{pattern: 'b*'}]}", {"activity_type": "other"}, False),
        ("{activities: [{pattern: 'b*'}], types: [other]}", {"activity_type": "other"}, True),
        ("{activities: [{pattern: 'b*'}]}", {"activity_type": "programme"}, True),
        ("{connections: [source-1]}", {}, True),
        ("{connections: [lms]}", {}, True),
        ("{connections: [moodle], activities: [bls]}", {}, False),
        ("{connections: [lms]}", {"activity_type": "block"}, False),
    ],
    ids=str,
)
def test_a_rule_is_about_the_completions_that_it_names(match, completion, matches):
    verdict = judge(f"match: {match}", fact("completed", "2026-01-01", **completion))

    assert (verdict.decision == Decision.EARNED) is matches
    assert bool(verdict.matched) is matches


def test_a_rule_without_a_condition_matches_nobody_even_where_none_was_read():
    assert judge(RuleDocument(match=Match()), fact("completed", "2026-01-01")).decision == Decision.NO_MATCH


def test_what_matches_nothing_says_so():
    verdict = judge(BLS, fact("completed", "2026-01-01", of="acls"))

    assert said(verdict, "/match") == [(False, "no-match", "No completion is of anything that the rule names")]
    assert (verdict.code, verdict.earned) == ("no-match", ())


@pytest.mark.parametrize(
    ("completion", "path", "code", "sentence"),
    [
        (fact("completed", "2026-01-01", voided=True), "/match", "voided", "1 was taken back by the source"),
        (
            fact("completed", "2026-01-01", trusted=False),
            "/unauthenticated_sources",
            "untrusted",
            "1 comes from a source that proves nothing about itself",
        ),
        (
            fact("completed", "2026-07-01 12:06"),
            "/match",
            "in-the-future",
            "1 is dated in the future and does not count yet",
        ),
        (
            fact("test", "2026-01-01"),
            "/match",
            "not-a-completion",
            "1 is no completion but a test, or of no known kind",
        ),
        (
            fact("unknown", "2026-01-01"),
            "/match",
            "not-a-completion",
            "1 is no completion but a test, or of no known kind",
        ),
    ],
    ids=["voided", "untrusted", "future", "test", "unknown"],
)
def test_what_does_not_count_is_named_with_its_reason(completion, path, code, sentence):
    verdict = judge(BLS, completion)

    assert verdict.decision == Decision.NOT_EARNED
    assert (verdict.code, verdict.sentence) == (code, sentence)
    assert (False, code, sentence) in said(verdict, path)


def test_a_clock_may_be_five_minutes_ahead():
    completion = fact("completed", "2026-07-01 12:05")

    assert judge(BLS, completion).decision == Decision.EARNED
    assert judge(BLS, completion, now=NOW - timedelta(seconds=1)).decision == Decision.NOT_EARNED


def test_an_unauthenticated_source_counts_only_where_the_rule_allows_it():
    completion = fact("completed", "2026-01-01", trusted=False)

    assert judge(BLS, completion).decision == Decision.NOT_EARNED
    assert judge(BLS + "unauthenticated_sources: allow", completion).decision == Decision.EARNED


def test_an_unauthenticated_source_takes_nothing_away_either():
    forged = fact("revoked", "2026-02-01", trusted=False)

    assert judge(BLS, fact("completed", "2026-01-01"), forged).decision == Decision.EARNED


def test_a_revocation_counts_whatever_type_it_states_for_the_activity():
    rule = "match: {activities: [{pattern: 'b*'}]}"
    revoked = fact("revoked", "2026-02-01", activity_type="other")

    assert judge(rule, fact("completed", "2026-01-01"), revoked).code == "taken-back"


@pytest.mark.parametrize(
    ("pattern", "text", "is_fitting"),
    [
        ("*", "", True),
        ("a*c", "abc", True),
        ("a*c", "abcb", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*a*b*", "xxaxxbxx", True),
        ("a.c", "abc", False),
        ("[a]", "a", False),
        ("course+*", "course+2026*", True),
        ("a", "a\n", False),
    ],
)
def test_a_pattern_knows_only_star_and_question_mark(pattern, text, is_fitting):
    assert fits(pattern, text) is is_fitting


def test_a_hostile_pattern_is_no_more_work_than_a_plain_one():
    assert not fits("*a" * 100 + "b", "a" * 500)


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
def test_a_pattern_fits_what_trying_every_way_says(pattern, text):
    assert fits(pattern, text) is slowly_fits(pattern, text)


def slowly_fits(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slowly_fits(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and slowly_fits(pattern[1:], text[1:])
