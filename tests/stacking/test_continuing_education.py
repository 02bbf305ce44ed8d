"""Continuing education: conversion, the in-domain part, limits, nothing counted twice, and what a renewal uses up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.stacking.continuing_education import (
    CEEntry,
    CERequirement,
    Reason,
    converted,
    count,
    rounded_down,
    rounded_up,
    used_up,
)

HOURS = {name: Decimal(hours) for name, hours in {"contact-hour": 1, "ceu-10h": 10, "records-ceu": 1}.items()}
FIRST, LAST = date(2024, 7, 2), date(2026, 7, 1)


def entry(number: int, amount: str = "1", **more) -> CEEntry:
    """One entry in the middle of the cycle, in domain; named facts replace these."""
    usual = {"unit": "records-ceu", "activity_date": date(2025, 1, number), "domain": "records"}
    return CEEntry(id=f"e{number:02}", amount=Decimal(amount), **{**usual, **more})


def requirement(amount: str = "20", **more) -> CERequirement:
    """So many records CEU."""
    return CERequirement(unit="records-ceu", amount=Decimal(amount), domains=frozenset({"records"}), **more)


def progress(asked: CERequirement, *entries: CEEntry, **more):
    """The count over the usual cycle."""
    return count(asked, entries, **{"first_day": FIRST, "last_day": LAST, "contact_hours": HOURS, **more})


@pytest.mark.parametrize(
    ("amount", "unit", "into", "found"),
    [
        ("2", "ceu-10h", "records-ceu", "20"),
        ("5", "contact-hour", "ceu-10h", "0.5"),
        ("3", "records-ceu", "records-ceu", "3"),
        ("3", "of-nobody", "of-nobody", "3"),  # a unit is always its own
    ],
)
def test_units_convert_by_contact_hours(amount, unit, into, found):
    assert converted(Decimal(amount), unit, into, HOURS) == Decimal(found)


def test_what_nobody_can_convert_does_not_count_and_says_so():
    found = progress(requirement(), entry(1, "40", unit="of-nobody"))

    assert (found.lines[0].reason, found.counted) == (Reason.UNKNOWN_UNIT, 0)


def test_thirds_add_up_to_one():
    units = {"third": Decimal(1), "whole": Decimal(3)}
    asked = CERequirement(unit="whole", amount=Decimal(1))

    assert progress(asked, *(entry(n, unit="third") for n in (1, 2, 3)), contact_hours=units).is_met


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2024, 7, 1), Reason.OUTSIDE_CYCLE),
        (date(2024, 7, 2), Reason.COUNTED),
        (date(2026, 7, 1), Reason.COUNTED),
        (date(2026, 7, 2), Reason.OUTSIDE_CYCLE),
    ],
)
def test_the_first_and_the_last_day_of_a_cycle_count(day, reason):
    assert progress(requirement(), entry(1, activity_date=day)).lines[0].reason is reason


@pytest.mark.parametrize(
    ("in_domain", "other", "missing", "missing_in_domain"),
    [
        ("16", "4", "0", "0"),  # exactly 80 %
        ("15.9", "4.1", "0.1", "0.1"),
        ("15.9", "40", "0.1", "0.1"),  # much of something else does not help
        ("20", "0", "0", "0"),
        ("10", "2", "8", "6"),
        ("16", "3", "1", "0"),
    ],
)
def test_four_fifths_of_what_is_required_must_be_in_domain(in_domain, other, missing, missing_in_domain):
    asked = requirement(in_domain_min_ratio=Decimal("0.8"))

    found = progress(asked, entry(1, in_domain), entry(2, other, domain="leadership"))

    assert (found.missing, found.missing_in_domain) == (Decimal(missing), Decimal(missing_in_domain))
    assert found.is_met is (found.missing == 0)


def test_what_another_cycle_counted_does_not_count_again():
    found = progress(requirement(), entry(1, "20", is_used=True))

    assert (found.lines[0].reason, found.missing) == (Reason.USED, 20)


def test_of_one_activity_type_no_more_counts_than_its_limit():
    asked = requirement(max_per_activity_type={"self-review": Decimal(5)})

    found = progress(asked, entry(1, "4", activity_type="self-review"), entry(2, "4", activity_type="self-review"))

    assert [(line.reason, line.counts) for line in found.lines] == [(Reason.COUNTED, 4), (Reason.OVER_LIMIT, 1)]


@pytest.mark.parametrize(("badges", "required"), [(1, 30), (2, 40), (3, 50), (4, 50), (9, 50)])
def test_each_further_badge_asks_for_more_up_to_a_cap(badges, required):
    asked = requirement("30", shared=True, further=Decimal(10), cap=Decimal(50))

    assert progress(asked, badges=badges).required == required


def test_a_renewal_uses_up_what_it_needs_and_no_more_the_oldest_first():
    entries = [entry(number, "8") for number in (4, 1, 3, 2)]

    assert used_up(progress(requirement("16"), *entries)) == ("e01", "e02")


def test_a_renewal_uses_other_domains_for_the_part_that_may_be_of_any():
    asked = requirement("20", in_domain_min_ratio=Decimal("0.8"))
    entries = [entry(1, "16"), entry(2, "10"), entry(3, "4", domain="leadership"), entry(4, "9", domain=None)]

    assert used_up(progress(asked, *entries)) == ("e01", "e03")


def test_an_entry_is_used_up_as_a_whole():
    assert used_up(progress(requirement("5"), entry(1, "30"), entry(2, "30"))) == ("e01",)


def test_what_is_there_is_rounded_down_and_what_is_missing_up():
    found = progress(CERequirement(unit="whole", amount=Decimal(1)), entry(1, unit="third"), contact_hours={
        "third": Decimal(1), "whole": Decimal(3)
    })  # fmt: skip

    assert (rounded_down(found.counted), rounded_up(found.missing)) == (Decimal("0.33"), Decimal("0.67"))


def test_the_share_is_how_much_of_what_is_required_is_there():
    asked = requirement("20", in_domain_min_ratio=Decimal("0.8"))

    assert progress(asked, entry(1, "5")).share == Decimal("0.25")
    assert progress(asked, entry(1, "40")).share == 1
    assert progress(requirement("0")).share == 1
