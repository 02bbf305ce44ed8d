"""Once, for each attempt, renewed; and earned again after an award has ended."""

from __future__ import annotations

import pytest

from app.stacking.renewal import Validity, ValidityKind
from app.stacking.rules import Decision, slot_after
from tests.stacking.rule_builders import BLS, at, awarded, fact, held, judge, said

YEARLY = BLS + "validity: {months: 12}\n"
FIRST, SECOND = fact("completed", "2026-01-10"), fact("completed", "2026-06-10")


def ends(verdict) -> list[str | None]:
    return [None if e.valid_until is None else e.valid_until.date().isoformat() for e in verdict.earned]


# -- once --------------------------------------------------------------------------------------------------


def test_once_is_one_award_however_often_it_is_completed():
    [earning] = judge(BLS, FIRST, SECOND).earned

    assert (earning.slot, earning.previous, earning.fact_ids) == ("once", None, (FIRST.id,))
    assert earning.valid_until is None


def test_who_holds_it_earns_it_no_more():
    verdict = judge(BLS, FIRST, SECOND, awards=[held("2026-01-10", FIRST)])

    assert (verdict.decision, verdict.earned) == (Decision.HELD, ())
    assert (verdict.code, verdict.sentence) == ("already-held", "The learner holds the award since 2026-01-10")


def test_an_award_that_waits_for_approval_is_asked_for_once():
    verdict = judge(BLS, FIRST, awards=[held("2026-01-10", FIRST, state="pending")])

    assert (verdict.earned, verdict.sentence) == ((), "The award of 2026-01-10 waits to be decided")


def test_a_completion_from_before_the_newest_award_puts_no_period_before_it():
    older = fact("completed", "2020-01-01")

    assert judge(YEARLY, older, FIRST, awards=[held("2026-01-10", FIRST, until="2027-01-10")]).earned == ()


def test_once_again_after_the_end_follows_the_old_award():
    old = held("2024-01-10", fact("completed", "2024-01-10"), until="2025-01-10 23:59:59")

    [earning] = judge(YEARLY, fact("completed", "2024-01-10"), FIRST, awards=[old]).earned

    assert (earning.slot, earning.previous) == (slot_after("A1"), "A1")
    assert earning.valid_until == at("2027-01-10 23:59:59")


def test_what_was_done_before_the_end_does_not_count_after_it():
    first, early = fact("completed", "2024-01-10"), fact("completed", "2024-12-10")
    old = held("2024-01-10", first, until="2025-01-10 23:59:59")

    verdict = judge(YEARLY, first, early, awards=[old])

    assert (verdict.decision, verdict.code) == (Decision.NOT_EARNED, "not-done-anew")
    assert (
        verdict.sentence == "The award of 2024-01-10 was good until 2025-01-10; what is done after that earns it again"
    )


def test_a_history_of_years_gives_one_award_for_each_period():
    facts = [fact("completed", f"{year}-03-01") for year in (2021, 2022, 2023, 2026)]

    verdict = judge(YEARLY, *facts)

    assert awarded(verdict) == ["2021-03-01", "2023-03-01", "2026-03-01"]
    assert [earning.slot for earning in verdict.earned] == ["once", None, None]


def test_the_last_second_of_an_award_is_not_after_it():
    first = fact("completed", "2024-01-10")
    old = held("2024-01-10", first, until="2025-01-10 23:59:59")

    assert judge(YEARLY, first, fact("completed", "2025-01-10 23:59:59"), awards=[old]).earned == ()
    assert len(judge(YEARLY, first, fact("completed", "2025-01-11 00:00:00"), awards=[old]).earned) == 1


# -- after a revocation ------------------------------------------------------------------------------------


def test_a_revocation_by_hand_is_not_undone_by_what_was_known():
    revoked = held("2026-01-10", FIRST, state="revoked", ended="2026-06-20")

    verdict = judge(BLS, FIRST, SECOND, awards=[revoked])

    assert (verdict.decision, verdict.code) == (Decision.NOT_EARNED, "not-done-anew")
    assert verdict.sentence == "The award of 2026-01-10 ended on 2026-06-20; what is done after that counts again"


def test_after_a_revocation_it_is_earned_again_and_linked():
    revoked = held("2026-01-10", FIRST, state="revoked", ended="2026-02-20")

    [earning] = judge(BLS, FIRST, SECOND, awards=[revoked]).earned

    assert (earning.slot, earning.previous, earning.awarded_at) == ("after:A1", "A1", at("2026-06-10"))


def test_what_the_source_took_back_and_said_again_earns_again_even_when_the_revocation_was_late():
    taken_back = fact("revoked", "2026-02-01")
    revoked = held("2026-01-10", FIRST, state="revoked", ended="2026-06-20")

    assert judge(BLS, FIRST, taken_back, awards=[revoked]).earned == ()
    assert awarded(judge(BLS, FIRST, taken_back, SECOND, awards=[revoked])) == ["2026-06-10"]


def test_a_statement_that_was_voided_and_sent_anew_with_its_old_date_earns_again():
    voided = fact("completed", "2026-01-10", voided=True, id="old")
    revoked = held("2026-01-10", voided, state="revoked", ended="2026-06-20")

    assert judge(BLS, voided, awards=[revoked]).earned == ()
    assert awarded(judge(BLS, voided, fact("completed", "2026-01-10", id="new"), awards=[revoked])) == ["2026-01-10"]


def test_what_else_stood_at_a_revocation_by_hand_does_not_earn_it_again():
    rule = "match: {activities: [bls, bls-online]}"
    online, taken_back = fact("completed", "2026-01-05", of="bls-online"), fact("revoked", "2026-02-01")
    revoked = held("2026-01-10", FIRST, state="revoked", ended="2026-06-20")

    assert judge(rule, online, FIRST, taken_back, awards=[revoked]).earned == ()


def test_after_a_revocation_only_the_part_that_was_taken_back_is_done_again():
    rule = "match: {activities: [theory, skills]}\ncombine: {all_of: [a1, a2]}"
    theory, skills = fact("completed", "2026-01-01", of="theory"), fact("completed", "2026-01-02", of="skills")
    revoked = held("2026-01-02", theory, skills, state="revoked", ended="2026-03-01")
    taken_back, again = fact("revoked", "2026-02-01", of="skills"), fact("completed", "2026-04-01", of="skills")

    assert awarded(judge(rule, theory, skills, taken_back, again, awards=[revoked])) == ["2026-04-01"]
    assert judge(rule, theory, skills, again, awards=[revoked]).earned == ()  # revoked by hand: both again


def test_what_was_not_approved_counts_when_it_is_done_anew():
    refused = held("2026-01-10", FIRST, state="rejected", ended="2026-02-01", id="approval-1")

    assert judge(BLS, FIRST, awards=[refused]).code == "approval-refused"
    [earning] = judge(BLS, FIRST, SECOND, awards=[refused]).earned
    assert (earning.slot, earning.previous, earning.awarded_at) == ("once", None, at("2026-06-10"))


# -- for each attempt --------------------------------------------------------------------------------------

PER_ATTEMPT = BLS + "repeat: per_attempt"


def test_each_attempt_earns_its_own_award():
    first, second = fact("passed", "2026-01-10", attempt="1"), fact("passed", "2026-02-10", attempt="2")

    verdict = judge(PER_ATTEMPT, first, second, fact("passed", "2026-03-10", attempt="2"))

    assert awarded(verdict) == ["2026-01-10", "2026-02-10"]
    slots = [earning.slot for earning in verdict.earned]
    assert len(set(slots)) == 2
    assert all(slot is not None and slot.startswith("attempt:") and len(slot) <= 40 for slot in slots)


def test_an_attempt_that_has_its_award_earns_no_second():
    first, second = fact("passed", "2026-01-10", attempt="1"), fact("passed", "2026-02-10", attempt="2")
    slot = judge(PER_ATTEMPT, first).earned[0].slot

    verdict = judge(PER_ATTEMPT, first, second, awards=[held("2026-01-10", first, slot=slot)])

    assert awarded(verdict) == ["2026-02-10"]


def test_an_attempt_whose_award_was_revoked_can_earn_it_again():
    first = fact("passed", "2026-01-10", attempt="1")
    revoked = held("2026-01-10", first, state="revoked", ended="2026-03-01", slot="ended:A1")

    assert judge(PER_ATTEMPT, first, awards=[revoked]).earned == ()
    again = fact("passed", "2026-04-01", attempt="1")
    assert [e.slot for e in judge(PER_ATTEMPT, first, again, awards=[revoked]).earned] == ["after:A1"]


# -- renewal -----------------------------------------------------------------------------------------------

RENEWAL = BLS + "validity: {months: 24, anchor: end_of_month, grace: P30D}\nrepeat: {renewal: {open: P90D%s}}\n"
EXTEND, ANEW = RENEWAL % "", RENEWAL % ", stack: from_completion"
OLD = fact("completed", "2024-07-10")
HELD = held("2024-07-10", OLD, until="2026-07-31 23:59:59")


@pytest.mark.parametrize(
    ("rule", "done", "until"),
    [
        (EXTEND, "2026-05-03", "2028-07-31"),
        (EXTEND, "2026-06-30", "2028-07-31"),
        (ANEW, "2026-05-03", "2028-05-31"),
        (EXTEND, "2026-05-01", None),
        (EXTEND, "2024-07-10", None),
    ],
    ids=["the first day", "later, extends", "later, from completion", "a day too early", "the same day"],
)
def test_a_renewal_counts_from_its_opening_on(rule, done, until):
    verdict = judge(rule, OLD, fact("completed", done, id="again"), awards=[HELD])

    assert ends(verdict) == ([] if until is None else [until])
    assert [(e.slot, e.previous) for e in verdict.earned] == ([] if until is None else [("after:A1", "A1")])


@pytest.mark.parametrize(
    ("done", "until"), [("2026-08-30", "2028-07-31"), ("2026-08-31", "2028-08-31")], ids=["in grace", "after grace"]
)
def test_in_grace_the_new_time_follows_the_old_and_later_it_begins_anew(done, until):
    assert ends(judge(EXTEND, OLD, fact("completed", done), awards=[HELD], now=at("2026-09-01"))) == [until]


def test_a_renewal_that_is_not_open_yet_says_from_when_on():
    verdict = judge(EXTEND, OLD, awards=[HELD], now=at("2026-03-01"))

    sentence = "The award of 2024-07-10 is good until 2026-07-31 and can be renewed from 2026-05-02 on"
    assert said(verdict, "/repeat") == [(False, "renewal-not-open", sentence)]


def test_an_open_renewal_says_that_something_is_to_be_done():
    verdict = judge(EXTEND, OLD, awards=[HELD])

    sentence = (
        "The award of 2024-07-10 is good until 2026-07-31; it can be renewed since 2026-05-02 by what is done anew"
    )
    assert (verdict.code, verdict.sentence) == ("not-done-anew", sentence)


def test_a_renewed_award_is_renewed_again_from_its_own_end():
    facts = [OLD, fact("completed", "2026-06-01"), fact("completed", "2028-07-01")]

    assert ends(judge(EXTEND, *facts, now=at("2028-08-01"))) == ["2026-07-31", "2028-07-31", "2030-07-31"]


def test_what_never_ends_is_never_renewed():
    rule = BLS + "repeat: renewal"

    assert awarded(judge(rule, FIRST, SECOND)) == ["2026-01-10"]


def test_the_same_grade_sent_again_renews_nothing():
    rule = BLS + "require: {score_gte: 0.8}\nvalidity: {months: 12}\nrepeat: renewal"
    facts = [fact("progress", "2025-01-01", score="0.9"), fact("progress", "2025-12-20", score="0.92")]

    assert awarded(judge(rule, *facts)) == ["2025-01-01"]
    fallen = [fact("progress", "2026-01-10", score="0.1"), fact("progress", "2026-02-10", score="0.85")]
    assert awarded(judge(rule, *facts, *fallen)) == ["2025-01-01", "2026-02-10"]


# -- until when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validity", "until"),
    [
        ("{months: 1}", "2026-02-10"),
        ("{months: 1, anchor: end_of_month}", "2026-02-28"),
        ("{years: 2}", "2028-01-10"),
        ("{days: 30}", "2026-02-09"),
        ("{anchor: end_of_year}", "2026-12-31"),
        ("{years: 1, anchor: end_of_year}", "2027-12-31"),
        ("{anchor: fixed, until: 2026-10-31}", "2026-10-31"),
        ("none", None),
        ("{grace: P30D}", "2026-07-10"),
    ],
)
def test_how_long_an_award_is_good(validity, until):
    own = Validity(ValidityKind.MONTHS, amount=6)

    assert ends(judge(BLS + f"validity: {validity}", FIRST, validity=own)) == [until]


def test_an_award_that_would_end_before_it_begins_is_not_earned():
    verdict = judge(BLS + "validity: {anchor: fixed, until: 2025-12-31}", FIRST)

    assert (verdict.decision, verdict.code) == (Decision.NOT_EARNED, "over-before-it-begins")


def test_grace_and_reminders_come_with_the_end():
    rule = BLS + "validity: {months: 6, grace: P30D, remind: [P7D, P60D, P1Y]}"

    [earning] = judge(rule, FIRST).earned

    assert earning.grace_until == at("2026-08-09 23:59:59")
    assert earning.remind_at == (at("2026-05-11 23:59:59"), at("2026-07-03 23:59:59"))
