"""Until when an award is good: the last day counts in full, and months have the lengths that they have."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stacking.renewal import Validity, ValidityKind, add_months, valid_until

LAST_SECOND = (23, 59, 59)


def ends(awarded: str, **validity) -> str | None:
    """The end of an award of this moment, as text."""
    until = valid_until(datetime.fromisoformat(awarded), Validity(**validity), UTC)
    return None if until is None else until.isoformat()


def test_without_a_validity_an_award_never_ends():
    assert ends("2026-03-01T09:00:00+00:00") is None
    assert ends("2026-03-01T09:00:00+00:00", end_of_month=True) is None


@pytest.mark.parametrize(
    ("awarded", "months", "last_day"),
    [
        ("2024-01-31", 1, "2024-02-29"),  # B31: the award day is the anchor, and February is as long as it is
        ("2024-01-31", 12, "2025-01-31"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-10-31", 1, "2026-11-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-01", 24, "2028-03-01"),
        ("1999-12-31", 2, "2000-02-29"),
        ("2099-12-31", 2, "2100-02-28"),
    ],
)
def test_months_end_on_the_same_day_of_a_later_month_or_on_its_last(awarded, months, last_day):
    assert ends(f"{awarded}T10:00:00+00:00", kind=ValidityKind.MONTHS, amount=months) == f"{last_day}T23:59:59+00:00"


@pytest.mark.parametrize(
    ("awarded", "days", "last_day"),
    [("2023-03-01", 365, "2024-02-29"), ("2024-03-01", 365, "2025-03-01"), ("2026-01-01", 1, "2026-01-02")],
)
def test_days_are_counted_one_by_one_over_leap_days_too(awarded, days, last_day):
    assert ends(f"{awarded}T00:00:00+00:00", kind=ValidityKind.DAYS, amount=days) == f"{last_day}T23:59:59+00:00"


def test_a_fixed_date_is_the_end_whenever_it_was_earned():
    validity = {"kind": ValidityKind.FIXED_DATE, "until": date(2026, 12, 31)}

    assert ends("2026-01-01T00:00:00+00:00", **validity) == "2026-12-31T23:59:59+00:00"
    assert ends("2026-12-31T23:59:59+00:00", **validity) == "2026-12-31T23:59:59+00:00"


@pytest.mark.parametrize(
    ("awarded", "last_day"),
    [
        ("2026-07-01", "2028-07-31"),
        ("2026-02-01", "2028-02-29"),
        ("2026-07-31", "2028-07-31"),
        ("2024-02-29", "2026-02-28"),
    ],
)
def test_end_of_month_moves_the_end_to_the_months_last_day(awarded, last_day):
    validity = {"kind": ValidityKind.MONTHS, "amount": 24, "end_of_month": True}

    assert ends(f"{awarded}T10:00:00+00:00", **validity) == f"{last_day}T23:59:59+00:00"


def test_the_end_of_the_month_can_be_the_end_of_a_calendar_year():
    validity = {"kind": ValidityKind.FIXED_DATE, "until": date(2026, 12, 1), "end_of_month": True}

    assert ends("2026-01-05T10:00:00+00:00", **validity) == "2026-12-31T23:59:59+00:00"


def test_the_day_is_counted_in_utc_wherever_it_was_stated():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # 2 March in UTC

    until = valid_until(late, Validity(ValidityKind.DAYS, amount=1), UTC)

    assert until == datetime(2026, 3, 3, *LAST_SECOND, tzinfo=UTC)


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(MOMENTS, st.integers(0, 1200), st.booleans())
def test_the_last_day_always_counts_in_full_and_never_comes_before_the_award(awarded, amount, end_of_month):
    for kind in (ValidityKind.DAYS, ValidityKind.MONTHS):
        until = valid_until(awarded, Validity(kind, amount=amount, end_of_month=end_of_month), UTC)

        assert until is not None
        assert (until.hour, until.minute, until.second, until.microsecond) == (*LAST_SECOND, 0)
        assert until.tzinfo is UTC
        assert until.date() >= awarded.date()


@given(MOMENTS, st.integers(1, 1200))
def test_an_end_of_month_is_the_last_day_of_the_month_that_it_would_have_been(awarded, amount):
    plain = valid_until(awarded, Validity(ValidityKind.MONTHS, amount=amount), UTC)
    moved = valid_until(awarded, Validity(ValidityKind.MONTHS, amount=amount, end_of_month=True), UTC)

    assert plain is not None
    assert moved is not None
    assert (moved.year, moved.month) == (plain.year, plain.month)
    assert moved.day == calendar.monthrange(plain.year, plain.month)[1]


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 600))
def test_adding_months_moves_by_exactly_so_many_months(day, months):
    later = add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day in {day.day, calendar.monthrange(later.year, later.month)[1]}
