"""Credit in formal programmes: promised or realised, by age and agreement to the day, and the time that it saves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.stacking.transfers import Credits, State, transfers
from app.stacking.world import CreditTransfer, Programme, World
from tests.stacking.tiny import TODAY, badge, condition, everything, held, pathway, same, world

NURSING = Programme("nursing", "Nursing", "college", "degree", Decimal(60))
STACKED = pathway(("only", everything("a", "b"), "st"))


def transfer(source: Any = "a", *, credits_: int = 6, name: str = "ct", **facts: Any) -> CreditTransfer:
    return CreditTransfer(name, condition(source), "nursing", Decimal(credits_), **facts)


def agreed(*found: CreditTransfer, **more: Any) -> World:
    return world(badge("a"), badge("b"), programmes=[NURSING], transfers=found, pathways=[STACKED], **more)


def state(found: Credits) -> State:
    [only] = found.transfers
    return only.state


@pytest.mark.parametrize(
    ("enrolled", "on_award", "expected"),
    [
        (set(), False, State.POTENTIAL),
        ({"nursing"}, False, State.REALISED),
        ({"other"}, False, State.POTENTIAL),
        (set(), True, State.REALISED),
    ],
)
def test_credit_is_a_promise_until_enrolment_unless_the_award_is_enough(
    enrolled: set[str], *, on_award: bool, expected: State
):
    found = transfers(agreed(transfer(on_award=on_award)), [held("a")], enrolled, TODAY)

    assert state(found) is expected


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (date(2025, 7, 1), State.POTENTIAL),  # the last day counts
        (date(2025, 6, 30), State.TOO_OLD),
        (date(2026, 7, 2), State.NOT_MET),  # not yet
    ],
)
def test_an_award_may_be_too_old(issued: date, expected: State):
    assert state(transfers(agreed(transfer(max_age_months=12)), [held("a", issued)], set(), TODAY)) is expected


def test_age_is_clamped_to_the_length_of_the_month():
    young = agreed(transfer(max_age_months=12))

    assert state(transfers(young, [held("a", date(2024, 2, 29))], set(), date(2025, 2, 28))) is State.POTENTIAL
    assert state(transfers(young, [held("a", date(2024, 2, 29))], set(), date(2025, 3, 1))) is State.TOO_OLD


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (TODAY, TODAY, State.POTENTIAL),
        (date(2026, 7, 2), None, State.NO_AGREEMENT),
        (None, date(2026, 6, 30), State.NO_AGREEMENT),
        (None, None, State.POTENTIAL),
    ],
)
def test_an_agreement_has_its_days(begins: date | None, ends: date | None, expected: State):
    found = transfers(agreed(transfer(agreement_from=begins, agreement_until=ends)), [held("a")], set(), TODAY)

    assert state(found) is expected


def test_a_stack_that_is_complete_counts_in_the_pathways_that_the_learner_is_in():
    for_the_stack = agreed(transfer("st"))

    inside = transfers(for_the_stack, [held("a"), held("b")], set(), TODAY, [STACKED])
    outside = transfers(for_the_stack, [held("a"), held("b")], set(), TODAY)

    assert (state(inside), state(outside)) == (State.POTENTIAL, State.NOT_MET)


def test_only_equivalents_that_hold_everywhere_give_credit():
    wide = agreed(transfer(), equivalences=[same("theirs", "a")])
    narrow = agreed(transfer(), equivalences=[same("theirs", "a", pathways=frozenset({"pw"}))])

    assert state(transfers(wide, [held("theirs")], set(), TODAY, [STACKED])) is State.POTENTIAL
    assert state(transfers(narrow, [held("theirs")], set(), TODAY, [STACKED])) is State.NOT_MET


def test_time_saved_is_the_share_of_the_programme_and_its_hours_if_somebody_says_them():
    both = agreed(transfer(on_award=True), transfer("b", credits_=9, name="ct-2"))

    [saved] = transfers(both, [held("a"), held("b")], set(), TODAY, hours_per_credit=Decimal(25)).saved
    [unsaid] = transfers(both, [held("a"), held("b")], set(), TODAY).saved

    assert (saved.realised, saved.potential, saved.credits) == (6, 9, 15)
    assert (saved.share, saved.realised_share, saved.hours) == (Fraction(1, 4), Fraction(1, 10), 375)
    assert unsaid.hours is None


def test_no_more_is_saved_than_the_whole_programme():
    much = agreed(transfer(credits_=50, on_award=True), transfer("b", credits_=50, name="ct-2"))

    [saved] = transfers(much, [held("a"), held("b")], set(), TODAY).saved

    assert (saved.realised, saved.potential, saved.share) == (50, 10, 1)
