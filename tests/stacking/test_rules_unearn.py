"""What becomes of an award whose completion is taken back, and of one with a better score."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.stacking.rules import Action, Decision
from app.stacking.rules.approving import need
from app.stacking.rules.document import Approval, ApprovalKind
from tests.stacking.rule_builders import BLS, NOW, at, awarded, fact, held, judge

DONE, REVOKED = fact("passed", "2026-01-10"), fact("revoked", "2026-06-25")
AWARD = held("2026-01-10", DONE)


def one(verdict):
    [standing] = verdict.standings
    return standing


@pytest.mark.parametrize(
    ("policy", "action", "when", "then"),
    [
        ("ignore", Action.KEEP, "2026-06-25", "The rule keeps the award"),
        ("review", Action.REVIEW, "2026-06-25", "A member of staff decides"),
        ("revoke", Action.REVOKE, "2026-06-25", "The rule revokes the award"),
        (
            "{revoke_after: P14D}",
            Action.REVOKE,
            "2026-07-09",
            "The rule revokes the award on 2026-07-09, unless it is completed again",
        ),
    ],
    ids=["ignore", "review", "revoke", "revoke after grace"],
)
def test_a_completion_that_is_taken_back_is_answered_by_the_rules_policy(policy, action, when, then):
    verdict = judge(BLS + f"on_unearn: {policy}", DONE, REVOKED, awards=[AWARD])

    standing = one(verdict)
    assert (standing.action, standing.at, standing.supported) == (action, at(when), False)
    assert standing.sentence == f"The source said “revoked” of bls on 2026-06-25. {then}"
    assert (standing.code, standing.fact_ids) == ("un-completed-revoked", (REVOKED.id,))
    assert (verdict.decision, verdict.earned, verdict.sentence) == (Decision.HELD, (), standing.sentence)


def test_without_a_policy_a_member_of_staff_decides():
    assert one(judge(BLS, DONE, REVOKED, awards=[AWARD])).action == Action.REVIEW


@pytest.mark.parametrize(
    ("later", "action", "code"),
    [
        (fact("failed", "2026-02-01"), Action.REVIEW, "un-completed-failed"),
        (fact("progress", "2026-02-01", passed=False), Action.REVIEW, "un-completed-progress"),
        (fact("completed", "2026-02-01", passed=False), Action.REVIEW, "un-completed-completed"),
        (fact("expired", "2026-02-01"), Action.REVIEW, "un-completed-expired"),
        (fact("voided", "2026-02-01"), Action.REVIEW, "un-completed-voided"),
        (fact("failed", "2026-02-01", attempt="2"), Action.KEEP, "supported"),
        (fact("failed", "2026-01-09"), Action.KEEP, "supported"),
        (fact("revoked", "2026-01-09"), Action.KEEP, "supported"),
        (fact("revoked", "2026-02-01", trusted=False), Action.KEEP, "supported"),
        (fact("revoked", "2026-07-02"), Action.KEEP, "supported"),
        (fact("revoked", "2026-02-01", of="acls"), Action.KEEP, "supported"),
        (fact("completed", "2026-02-01"), Action.KEEP, "supported"),
    ],
    ids=[
        "failed", "no longer passing", "completed but not passed", "expired", "voided", "another attempt failed",
        "an older failure", "an older revocation", "an unauthenticated revocation", "a revocation of the future",
        "a revocation of something else", "completed once more",
    ],
)  # fmt: skip
def test_what_takes_a_completion_back_and_what_does_not(later, action, code):
    standing = one(judge(BLS, DONE, later, awards=[AWARD]))

    assert (standing.action, standing.code) == (action, code)


def test_a_grade_that_falls_below_what_is_asked_for_is_reviewed():
    graded, fallen = fact("progress", "2026-01-10", score="0.9"), fact("progress", "2026-02-01", score="0.5")
    rule = BLS + "require: {score_gte: 0.8}"

    standing = one(judge(rule, graded, fallen, awards=[held("2026-01-10", graded)]))

    assert standing.sentence == "The source said “progress” with 50 % of bls on 2026-02-01. A member of staff decides"
    lower = fact("progress", "2026-02-01", score="0.8")
    assert one(judge(rule, graded, lower, awards=[held("2026-01-10", graded)])).action == Action.KEEP


def test_a_fact_that_its_source_voided_counts_as_never_said():
    voided = fact("passed", "2026-01-10", voided=True, voided_at=at("2026-03-01"))

    standing = one(judge(BLS + "on_unearn: revoke", voided, awards=[held("2026-01-10", voided)]))

    assert (standing.action, standing.at, standing.code) == (Action.REVOKE, at("2026-03-01"), "fact-voided")


def test_done_again_in_the_grace_keeps_the_award():
    again = fact("passed", "2026-06-30")

    assert (
        one(judge(BLS + "on_unearn: {revoke_after: P14D}", DONE, REVOKED, again, awards=[AWARD])).action == Action.KEEP
    )


def test_another_completion_that_meets_the_rule_keeps_the_award():
    rule = "match: {activities: [bls, bls-online]}"

    assert one(judge(rule, DONE, REVOKED, fact("passed", "2026-02-01", of="bls-online"), awards=[AWARD])).supported


def test_a_renewed_award_rests_on_its_own_completion_not_on_that_of_the_old_one():
    rule = BLS + "validity: {months: 12}\nrepeat: renewal"
    first, second = fact("passed", "2025-01-10", attempt="1"), fact("passed", "2025-12-20", attempt="2")
    old = held("2025-01-10", first, until="2026-01-10 23:59:59")
    new = held("2025-12-20", second, until="2027-01-10 23:59:59", id="A2", previous="A1")

    verdict = judge(rule, first, second, fact("revoked", "2026-03-01", attempt="2"), awards=[old, new])

    assert [(s.award_id, s.action) for s in verdict.standings] == [("A1", Action.KEEP), ("A2", Action.REVIEW)]


def test_a_required_badge_that_is_revoked_takes_its_support_away():
    rule = BLS + "require: {has_badge: cpr}"
    cpr = {"achievement": "cpr", "id": "C"}

    revoked = one(judge(rule, DONE, awards=[AWARD, held("2026-01-01", state="revoked", ended="2026-05-01", **cpr)]))
    suspended = one(judge(rule, DONE, awards=[AWARD, held("2026-01-01", state="suspended", **cpr)]))
    ended = one(judge(rule, DONE, awards=[AWARD, held("2026-01-01", until="2026-05-01", **cpr)]))

    assert (revoked.action, revoked.code) == (Action.REVIEW, "badge-revoked")
    assert (suspended.action, ended.action) == (Action.KEEP, Action.KEEP)


@pytest.mark.parametrize(
    ("award", "facts", "supported", "code"),
    [
        (held("2026-01-10"), [REVOKED], None, "made-by-hand"),
        (held("2025-01-10", DONE, until="2026-01-31"), [DONE, REVOKED], None, "ended"),
        (held("2026-01-10", DONE), [], None, "facts-gone"),
        (held("2026-01-10", DONE), [DONE], False, "rule-asks-more"),
    ],
    ids=["made by hand", "over by its date", "its facts are gone", "the rule was changed"],
)
def test_what_a_rule_never_takes_back(award, facts, supported, code):
    standing = one(judge(BLS + "require: {score_gte: 0.9}\non_unearn: revoke", *facts, awards=[award]))

    assert (standing.action, standing.supported, standing.code) == (Action.KEEP, supported, code)


def test_what_was_taken_back_before_anything_was_made_is_never_made():
    assert judge(BLS, DONE, REVOKED).decision == Decision.NOT_EARNED


def test_what_was_taken_back_after_the_awards_end_was_still_earned():
    rule = BLS + "validity: {months: 1}"

    assert awarded(judge(rule, DONE, REVOKED)) == ["2026-01-10"]


# -- better scores -----------------------------------------------------------------------------------------

GOOD, BETTER = (
    fact("passed", "2026-01-10", score="0.85", attempt="1"),
    fact("passed", "2026-02-10", score="0.95", attempt="2"),
)
SCORED = held("2026-01-10", GOOD, score="0.85", until="2027-01-10")


@pytest.mark.parametrize(
    ("policy", "score", "is_superseded"),
    [
        ("keep", "1", False),
        ("supersede", "0.86", True),
        ("supersede", "0.85", False),
        ("supersede", "0.5", False),
        ("{supersede: {bands: [0.8, 0.9]}}", "0.89", False),
        ("{supersede: {bands: [0.8, 0.9]}}", "0.9", True),
        ("{supersede: {difference: 0.1}}", "0.94", False),
        ("{supersede: {difference: 0.1}}", "0.95", True),
    ],
)
def test_a_better_score_supersedes_only_where_the_rule_says_so(policy, score, is_superseded):
    retake = fact("passed", "2026-02-10", score=score, attempt="2")

    standing = one(judge(BLS + f"on_better_score: {policy}", GOOD, retake, awards=[SCORED]))

    assert (standing.action == Action.SUPERSEDE) is is_superseded
    assert standing.supported


def test_the_award_that_supersedes_keeps_the_place_and_the_end_of_the_old_one():
    standing = one(judge(BLS + "on_better_score: supersede", GOOD, BETTER, awards=[SCORED]))

    new = standing.earning
    assert standing.sentence == "A score of 95 % came after 85 %; the rule supersedes the award"
    assert (new.supersedes, new.slot, new.previous) == ("A1", "once", None)
    assert (new.awarded_at, new.valid_until, str(new.score)) == (at("2026-02-10"), SCORED.valid_until, "0.95")


def test_what_renews_an_award_does_not_supersede_it_as_well():
    rule = BLS + "on_better_score: supersede\nvalidity: {months: 12}\nrepeat: {renewal: {open: P12M}}"

    verdict = judge(rule, GOOD, BETTER, awards=[SCORED])

    assert [earning.previous for earning in verdict.earned] == ["A1"]
    assert one(verdict).action == Action.KEEP


def test_without_a_score_of_the_old_award_nothing_is_better():
    assert (
        one(judge(BLS + "on_better_score: supersede", GOOD, BETTER, awards=[AWARD_WITHOUT_SCORE])).action == Action.KEEP
    )


AWARD_WITHOUT_SCORE = held("2026-01-10", GOOD)


# -- delay and approval ------------------------------------------------------------------------------------


def test_a_delay_lets_corrections_arrive():
    rule, just_now = BLS + "delay: PT1H", fact("passed", "2026-07-01 11:30")

    waiting = judge(rule, just_now)
    later = judge(rule, just_now, now=NOW + timedelta(minutes=30))
    corrected = judge(rule, just_now, fact("failed", "2026-07-01 11:45"), now=NOW + timedelta(minutes=30))

    assert (waiting.decision, waiting.sentence) == (
        Decision.WAITING,
        "Corrections can arrive until 2026-07-01 12:30 UTC",
    )
    assert waiting.earned[0].not_before == at("2026-07-01 12:30")
    assert (later.decision, later.earned[0].awarded_at) == (Decision.EARNED, at("2026-07-01 11:30"))
    assert corrected.decision == Decision.NOT_EARNED


@pytest.mark.parametrize(
    ("policy", "score", "needed", "sentence"),
    [
        ("none", None, False, "No approval is asked for"),
        ("always", None, True, "Every award of this rule is approved first"),
        ("{when: {score_lt: 0.9}}", "0.89", True, "The score of 89 % is below 90 %, so it is approved first"),
        ("{when: {score_lt: 0.9}}", "0.9", False, "The score of 90 % is not below 90 %"),
        ("{when: {score_lt: 0.9}}", None, True, "Scores below 90 % are approved first, and none was stated"),
        ("sample(100%)", None, True, "100 % of the awards are approved first, and this one was drawn"),
    ],
)
def test_when_a_member_of_staff_decides_first(policy, score, needed, sentence):
    [earning] = judge(BLS + f"approval: {policy}", fact("passed", "2026-01-01", score=score)).earned

    assert (earning.approval.needed, earning.approval.sentence) == (needed, sentence)


def test_a_sample_is_drawn_the_same_way_again_and_is_about_as_large_as_asked():
    tenth = Approval(ApprovalKind.SAMPLE, percent=Decimal(10))

    def drawn(seed: str) -> list[bool]:
        return [need(tenth, fact_ids=(f"f{number}",), score=None, seed=seed).needed for number in range(1_000)]

    assert 70 <= sum(drawn("rule-1")) <= 130
    assert drawn("rule-1") == drawn("rule-1")
    assert drawn("rule-1") != drawn("rule-2")


def test_a_sample_does_not_depend_on_the_order_of_the_facts():
    half = Approval(ApprovalKind.SAMPLE, percent=Decimal(50))

    for number in range(20):
        ids = (f"x{number}", "y")
        assert need(half, fact_ids=ids, score=None, seed="s") == need(half, fact_ids=ids[::-1], score=None, seed="s")
