"""A verdict depends on what happened, never on when it arrived, how often it was sent, or what else there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.stacking import rules
from app.stacking.rules import Action, Decision, Fact, FactKind, Held, HeldState, History
from tests.stacking.rule_builders import NOW, OURS, fact

OF_EVERYTHING = """
match: {connections: [lms]}
require: {any: [{has_badge: cpr}, {not: {score_gte: 0.5}}]}
approval: sample(50%)
delay: P3D
on_unearn: {revoke_after: P9D}
unauthenticated_sources: allow
"""
RULES = [
    rules.read(text)
    for text in (
        "match: {activities: [bls]}",
        "match: {activities: [bls, acls]}\nrequire: {outcome: passed}\nrepeat: per_attempt",
        "match: {activities: [bls]}\nrequire: {score_gte: 0.8}\non_better_score: supersede\non_unearn: revoke",
        "match: {activities: [{pattern: '*ls'}]}\nvalidity: {days: 40, grace: P5D}\nrepeat: {renewal: {open: P10D}}",
        "match: {activities: [bls, acls]}\ncombine: {all_of: [a1, a2], within: P60D}\nvalidity: {days: 50}",
        OF_EVERYTHING,
    )
]
QUICK = settings(deadline=None, max_examples=60)
START = NOW - timedelta(days=200)


@st.composite
def facts(draw) -> Fact:
    return Fact(
        id=draw(st.sampled_from("abcdefghijkl")),
        source_id="source-1",
        source_name="lms",
        activity_namespace="lms.example",
        activity_id=draw(st.sampled_from(["bls", "bls", "acls"])),
        kind=draw(st.sampled_from([FactKind.COMPLETED, FactKind.PASSED, FactKind.PROGRESS, *FactKind])),
        occurred_at=START + timedelta(days=20 * draw(st.integers(0, 12))),
        completed=draw(st.sampled_from([None, None, None, True, False])),
        passed=draw(st.sampled_from([None, None, None, True, False])),
        score=draw(st.sampled_from([None, Decimal("0.5"), Decimal("0.8"), Decimal("0.9"), Decimal(0)])),
        attempt=draw(st.sampled_from([None, None, "1", "2"])),
        sequence=draw(st.sampled_from([None, "1", "2"])),
        trusted=draw(st.sampled_from([True, True, True, False])),
        voided=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def awards(draw) -> Held:
    awarded_at = START + timedelta(days=20 * draw(st.integers(0, 9)))
    ended = draw(st.sampled_from([None, awarded_at + timedelta(days=30)]))
    return Held(
        award_id=draw(st.sampled_from("ABC")),
        achievement_id=draw(st.sampled_from([OURS, "cpr"])),
        state=draw(st.sampled_from(list(HeldState))),
        awarded_at=awarded_at,
        valid_until=draw(st.sampled_from([None, awarded_at + timedelta(days=60)])),
        ended_at=ended,
        score=draw(st.sampled_from([None, Decimal("0.8")])),
        fact_ids=tuple(draw(st.lists(st.sampled_from("abcdef"), max_size=2, unique=True))),
    )


HISTORIES = st.lists(facts(), max_size=6, unique_by=lambda item: item.id)
AWARDS = st.lists(awards(), max_size=2, unique_by=lambda item: item.award_id)
ANY_RULE = st.sampled_from(RULES)


def verdict(rule, known, held=(), now=NOW):
    history = History(tuple(known), tuple(held), frozenset())
    return rules.evaluate(rule, history, now=now, achievement_id=OURS, zone=UTC, seed="s")


@QUICK
@given(ANY_RULE, HISTORIES, AWARDS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_a_learners_facts_gives_the_same_verdict(rule, known, held, chance):
    shuffled = [*known, *chance.choices(known, k=3)] if known else []
    chance.shuffle(shuffled)
    held_shuffled = [*held, *held]
    chance.shuffle(held_shuffled)

    assert verdict(rule, shuffled, held_shuffled) == verdict(rule, known, held)


@QUICK
@given(ANY_RULE, HISTORIES, AWARDS)
def test_evaluating_twice_is_the_same(rule, known, held):
    assert verdict(rule, known, held) == verdict(rule, known, held)


@QUICK
@given(ANY_RULE, HISTORIES, AWARDS, st.sampled_from(list(FactKind)))
def test_a_fact_that_the_rule_is_not_about_changes_nothing(rule, known, held, kind):
    unrelated = fact(
        kind, "2026-02-01", of="pottery", source_id="other", source_name="other", score="1", id="unrelated"
    )

    assert verdict(rule, [*known, unrelated], held) == verdict(rule, known, held)


@QUICK
@given(ANY_RULE, HISTORIES, AWARDS)
def test_a_verdict_keeps_its_own_promises(rule, known, held):
    found = verdict(rule, known, held)

    assert (found.decision in {Decision.EARNED, Decision.WAITING}) is bool(found.earned)
    assert found.sentence
    assert found.code
    assert {s.award_id for s in found.standings} <= {item.award_id for item in held}
    by_id = {item.id: item for item in known}
    for earning in found.earned:
        used = [by_id[fact_id] for fact_id in earning.fact_ids]
        assert used
        assert set(earning.fact_ids) <= set(found.matched)
        assert not any(item.voided or item.kind in {FactKind.TEST, FactKind.UNKNOWN, FactKind.FAILED} for item in used)
        assert all(item.occurred_at <= earning.awarded_at for item in used)
        assert earning.valid_until is None or earning.valid_until >= earning.awarded_at
    for standing in found.standings:
        assert (standing.action is Action.SUPERSEDE) is (standing.earning is not None)
        assert standing.action in {Action.KEEP, Action.SUPERSEDE} or standing.supported is False


@QUICK
@given(ANY_RULE, HISTORIES)
def test_when_the_award_is_made_the_rule_is_content(rule, known):
    """What was earned and is then held is not earned again, and is supported by what earned it."""
    now = NOW + timedelta(days=30)
    found = verdict(rule, known, now=now)
    if not found.earned:
        return
    made = found.earned[0]
    award = Held(
        award_id="made", achievement_id=OURS, state=HeldState.ISSUED, awarded_at=made.awarded_at, slot=made.slot or "",
        valid_until=made.valid_until, score=made.score, fact_ids=made.fact_ids,
    )  # fmt: skip

    after = verdict(rule, known, [award], now=now)

    assert made.slot not in [earning.slot for earning in after.earned]
    assert len(after.earned) == len(found.earned) - 1
    [standing] = after.standings
    assert standing.action in {Action.KEEP, Action.SUPERSEDE}
    assert standing.supported is not False


@QUICK
@given(HISTORIES, st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
@example([fact("completed", "9999-12-31"), fact("failed", "0001-01-01")], NOW)
def test_no_moment_is_too_far_away(known, now):
    for rule in RULES:
        assert verdict(rule, known, now=now)


def test_thousands_of_completions_of_one_learner_are_judged_like_a_few():
    flood = [
        fact("passed" if number % 2 else "revoked", "2026-01-01", id=str(number), sequence=f"{number:05}")
        for number in range(3_000)
    ]

    assert [earning.fact_ids for earning in verdict(RULES[0], flood).earned] == [("2999",)]
