"""Which completion earns what: every decision has a code, and a number means exactly what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import achievements, awards, rules, sources
from app.lms.base import (
    ActivityFacts,
    Completion,
    CompletionKind,
    LearnerFacts,
    MomentSource,
    Score,
)

EARNED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def stated(kind: str = "completed", *, score: str | None = None, **facts: Any) -> Completion:
    """What a source says of the activity `bls`."""
    return Completion(
        kind=CompletionKind(kind),
        dedupe_key="event-1",
        learner=LearnerFacts("lms.example.org", "4711"),
        activity=ActivityFacts("lms.example.org", facts.pop("activity", "bls")),
        occurred_at=EARNED_AT,
        occurred_at_source=MomentSource.PAYLOAD,
        score=None if score is None else Score(scaled=Decimal(score)),
        **facts,
    )


def source_with_rule(desk, minimum: str | None = None):
    achievement = desk.achievement()
    source = desk.source()
    with desk.write() as session:
        sources.allow(session, source, achievement, actor="cli")
        score = None if minimum is None else Decimal(minimum)
        rules.create(session, source, activity_id="bls", achievement=achievement, actor="cli", minimum_score=score)
    return source


def codes(desk, source, completion: Completion) -> list[str]:
    with desk.read() as session:
        return [decision.code for decision in rules.decide(session, source, completion)]


# -- without a minimum score ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["completed", "passed"])
def test_a_completion_earns_what_its_rule_says(desk, kind):
    assert codes(desk, source_with_rule(desk), stated(kind)) == ["earned"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("failed", "not-passed"), ("revoked", "taken-back"), ("voided", "taken-back"), ("expired", "taken-back")],
)
def test_what_takes_back_or_fails_earns_nothing(desk, kind, code):
    assert codes(desk, source_with_rule(desk), stated(kind)) == [code]


@pytest.mark.parametrize("facts", [{"passed": False}, {"completed": False}, {"passed": False, "completed": True}])
def test_completed_is_not_passed_and_a_stated_failure_overrides_the_name_of_the_event(desk, facts):
    source = source_with_rule(desk)

    said = codes(desk, source, stated("completed", **facts)) + codes(desk, source, stated("passed", score="1", **facts))

    assert len(said) == 2
    assert set(said) <= {"not-passed", "not-finished"}


@pytest.mark.parametrize(
    ("kind", "score", "code"),
    [
        ("progress", None, "not-finished"),
        ("progress", "1", "not-finished"),
        ("test", None, "not-a-completion"),
        ("unknown", None, "not-a-completion"),
    ],
)
def test_news_alone_earns_nothing(desk, kind, score, code):
    assert codes(desk, source_with_rule(desk), stated(kind, score=score)) == [code]


def test_an_activity_without_a_rule_has_no_decision(desk):
    assert codes(desk, source_with_rule(desk), stated(activity="something-else")) == []


def test_a_rule_of_one_source_says_nothing_about_another(desk):
    source_with_rule(desk)

    assert codes(desk, desk.source(), stated()) == []


# -- with a minimum score ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "code"),
    [
        ("0.84", "earned"), ("0.840", "earned"), ("0.8400000000000000000000000001", "earned"), ("1", "earned"),
        ("1.05", "earned"), ("0.8399", "score-too-low"), ("0.8399999999999999999999999999", "score-too-low"),
        ("0", "score-too-low"), (None, "score-missing"),
    ],
)  # fmt: skip
def test_a_minimum_is_compared_exactly(desk, score, code):
    assert codes(desk, source_with_rule(desk, "0.84"), stated(score=score)) == [code]


def test_progress_with_the_score_that_is_asked_for_earns(desk):
    source = source_with_rule(desk, "0.8")

    assert codes(desk, source, stated("progress", score="0.8")) == ["earned"]
    assert codes(desk, source, stated("progress", score="0.79")) == ["score-too-low"]
    assert codes(desk, source, stated("progress")) == ["not-finished"]


def test_a_minimum_of_zero_still_asks_for_a_score(desk):
    source = source_with_rule(desk, "0")

    assert codes(desk, source, stated(score="0")) == ["earned"]
    assert codes(desk, source, stated()) == ["score-missing"]


def test_a_score_of_letters_only_is_no_score(desk):
    completion = stated()
    letters = Completion(
        **{**{name: getattr(completion, name) for name in completion.__slots__}, "score": Score(letter="A")}
    )

    assert codes(desk, source_with_rule(desk, "0.5"), letters) == ["score-missing"]


@pytest.mark.parametrize(
    ("minimum", "said"), [("0.845", "84.5 %"), ("0.8", "80 %"), ("1", "100 %"), ("0.005", "0.5 %")]
)
def test_a_decision_says_the_minimum_as_it_is(desk, minimum, said):
    source = source_with_rule(desk, minimum)

    with desk.read() as session:
        (decision,) = rules.decide(session, source, stated(score="0"))
    assert said in decision.sentence


# -- what the source may cause -------------------------------------------------------------------------------


def test_what_was_not_allowed_is_not_caused_whatever_rules_say(desk):
    source = source_with_rule(desk)
    with desk.write() as session:
        (rule,) = rules.of_source(session, source)
        sources.disallow(session, source, achievements.by_id(session, rule.achievement_id), actor="cli")

    assert codes(desk, source, stated()) == ["not-allowed"]
    assert codes(desk, source, stated("failed")) == ["not-passed"]


def test_an_archived_achievement_is_not_earned(desk):
    source = source_with_rule(desk)
    with desk.write() as session:
        (rule,) = rules.of_source(session, source)
        achievements.archive(session, achievements.by_id(session, rule.achievement_id), actor="cli")

    assert codes(desk, source, stated()) == ["not-published"]


def test_one_activity_may_earn_several_achievements_each_by_its_own_rule(desk):
    source = source_with_rule(desk)
    second = desk.achievement()
    with desk.write() as session:
        sources.allow(session, source, second, actor="cli")
        facts = {"activity_id": "bls", "achievement": second, "minimum_score": Decimal("0.9")}
        rules.create(session, source, actor="cli", **facts)

    assert sorted(codes(desk, source, stated(score="0.85"))) == ["earned", "score-too-low"]


# -- making and taking away rules ----------------------------------------------------------------------------


def test_the_same_rule_twice_is_refused(desk):
    source = source_with_rule(desk)
    with desk.read() as session:
        (rule,) = rules.of_source(session, source)

        achievement = achievements.by_id(session, rule.achievement_id)

    with pytest.raises(AlreadyExists), desk.write() as session:
        rules.create(session, source, activity_id="bls", achievement=achievement, actor="cli")


def test_a_rule_for_the_achievement_of_another_issuer_is_refused_as_unknown(desk):
    source, foreign = desk.source(), desk.another_issuer().achievement()

    with pytest.raises(NotFound), desk.write() as session:
        rules.create(session, source, activity_id="bls", achievement=foreign, actor="cli")


@pytest.mark.parametrize("minimum", ["-0.1", "1.01", "84", "NaN", "Infinity"])
def test_a_minimum_that_is_no_fraction_is_refused(desk, minimum):
    source, achievement, score = desk.source(), desk.achievement(), Decimal(minimum)

    with pytest.raises(InvalidInput, match="fraction"), desk.write() as session:
        rules.create(session, source, activity_id="x", achievement=achievement, actor="cli", minimum_score=score)


@pytest.mark.parametrize("activity_id", ["", "   ", "a\nb", "a\0b", "x" * 501])
def test_an_activity_that_no_source_could_name_is_refused(desk, activity_id):
    source, achievement = desk.source(), desk.achievement()

    with pytest.raises(InvalidInput, match="printable"), desk.write() as session:
        rules.create(session, source, activity_id=activity_id, achievement=achievement, actor="cli")


def test_a_rule_that_was_taken_away_decides_nothing_and_its_awards_stay(desk):
    source = source_with_rule(desk)
    with desk.read() as session:
        (rule,) = rules.of_source(session, source)
        achievement = achievements.by_id(session, rule.achievement_id)
    award = desk.award(achievement=achievement)

    with desk.write() as session:
        rules.delete(session, source, rule.id, actor="cli")

    assert codes(desk, source, stated()) == []
    with desk.read() as session:
        assert awards.by_id(session, award.id).state == "issued"


def test_a_rule_of_another_source_is_not_there(desk):
    source = source_with_rule(desk)
    with desk.read() as session:
        (rule,) = rules.of_source(session, source)
    other = desk.source()

    with pytest.raises(NotFound), desk.write() as session:
        rules.delete(session, other, rule.id, actor="cli")


def test_making_and_taking_away_a_rule_leaves_one_audit_entry_each(desk):
    source = source_with_rule(desk)
    with desk.write() as session:
        (rule,) = rules.of_source(session, source)
        rules.delete(session, source, rule.id, actor="cli")

    assert [entry.action for entry in desk.audit_log() if entry.object_id == rule.id] == [
        "rule.created",
        "rule.deleted",
    ]
