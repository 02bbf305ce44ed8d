"""Renewal by tables of dates: cycles, ends of months, leap days, edges of zones, grace, windows, reminders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stacking.cycles import (
    Hindrance,
    Method,
    RenewalPolicy,
    RenewalState,
    days_that_count,
    deadlines,
    first_cycle,
    hindrance,
    is_cyclic,
    next_cycle,
    next_end,
    reminder_due,
    state_at,
)
from app.stacking.renewal import Validity, ValidityKind, valid_until


def policy(months: int | None = 24, *, end_of_month: bool = False, **more) -> RenewalPolicy:
    """A policy whose cycle is so many months long; None = it never ends."""
    kind = ValidityKind.NONE if months is None else ValidityKind.MONTHS
    return RenewalPolicy(validity=Validity(kind, months, end_of_month=end_of_month), **more)


def at(written: str) -> datetime:
    """A moment; a bare day is its noon in UTC."""
    return datetime.fromisoformat(written if "T" in written else f"{written}T12:00:00+00:00")


def ends(day: str) -> datetime:
    """The last second of a day in UTC, as badges end."""
    return datetime.fromisoformat(f"{day}T23:59:59+00:00")


@pytest.mark.parametrize(
    ("awarded", "months", "end_of_month", "last_day"),
    [
        ("2024-01-31", 1, False, "2024-02-29"),  # clamped to a leap February
        ("2023-01-31", 1, False, "2023-02-28"),
        ("2024-01-31", 12, False, "2025-01-31"),
        ("2024-02-29", 12, False, "2025-02-28"),
        ("2024-02-29", 48, False, "2028-02-29"),
        ("2024-02-29", 12, True, "2025-02-28"),
        ("2026-02-28", 24, True, "2028-02-29"),  # clamped first, then moved to the end of the month
        ("2024-03-15", 24, True, "2026-03-31"),
        ("2024-03-31", 24, True, "2026-03-31"),
        ("2025-08-31", 6, False, "2026-02-28"),
        ("2025-12-31", 2, True, "2026-02-28"),
        ("2099-12-31", 2, False, "2100-02-28"),  # 2100 is no leap year
        ("1999-12-31", 2, False, "2000-02-29"),  # 2000 is one
    ],
)
def test_a_first_cycle_goes_from_the_day_of_the_award_to_the_last_good_day(awarded, months, end_of_month, last_day):
    cycle = first_cycle(policy(months, end_of_month=end_of_month), at(awarded), UTC)

    assert (cycle.start.isoformat(), cycle.end and cycle.end.isoformat()) == (awarded, last_day)


def test_a_cycle_without_months_has_no_end_and_no_successor():
    cycle = first_cycle(policy(None), at("2026-01-01"), UTC)

    assert cycle.end is None
    assert not is_cyclic(policy(None))


@pytest.mark.parametrize(
    ("old_end", "renewed", "grace", "start", "end"),
    [
        ("2026-03-31", "2026-01-15", 30, "2026-04-01", "2028-03-31"),  # early: no day is lost
        ("2026-03-31", "2026-03-31", 30, "2026-04-01", "2028-03-31"),  # on the last day
        ("2026-03-31", "2026-04-01", 30, "2026-04-01", "2028-03-31"),  # on the first day of grace
        ("2026-03-31", "2026-04-30", 30, "2026-04-01", "2028-03-31"),  # on the last day of grace: no day is won
        ("2026-03-31", "2026-05-01", 30, "2026-05-01", "2028-05-01"),  # after grace: it begins anew
        ("2026-03-31", "2026-04-01", 0, "2026-04-01", "2028-04-01"),  # no grace at all
        ("2024-02-29", "2024-02-01", 0, "2024-03-01", "2026-02-28"),
        ("2026-02-28", "2026-02-28", 0, "2026-03-01", "2028-02-28"),
    ],
)
def test_the_next_cycle_follows_the_old_one_until_grace_is_over(old_end, renewed, grace, start, end):
    cycle = next_cycle(at(renewed), policy(24, grace_days=grace), ends(old_end), UTC)

    assert (cycle.start.isoformat(), cycle.end and cycle.end.isoformat()) == (start, end)


def test_ends_of_months_stay_ends_of_months_over_many_cycles():
    rule, end = policy(6, end_of_month=True), ends("2024-08-31")

    found = []
    for _ in range(5):
        end = next_end(end, rule, end, UTC) or end
        found.append(end.date().isoformat())

    assert found == ["2025-02-28", "2025-08-31", "2026-02-28", "2026-08-31", "2027-02-28"]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-03-30T23:59:59+00:00", RenewalState.ACTIVE),
        ("2026-03-31T00:00:00+00:00", RenewalState.EXPIRING),  # 60 days before the last good day, from midnight on
        ("2026-05-30T00:00:00+00:00", RenewalState.EXPIRING),  # the last day counts in full
        ("2026-05-30T23:59:59+00:00", RenewalState.EXPIRING),
        ("2026-05-31T00:00:00+00:00", RenewalState.LAPSED_IN_GRACE),
        ("2026-06-29T23:59:59+00:00", RenewalState.LAPSED_IN_GRACE),  # the thirtieth day of grace counts in full
        ("2026-06-30T00:00:00+00:00", RenewalState.EXPIRED),
        # The same moments on other clocks: the day is that of UTC, wherever somebody looks.
        ("2026-05-30T23:30:00-05:00", RenewalState.LAPSED_IN_GRACE),
        ("2026-05-31T00:30:00+02:00", RenewalState.EXPIRING),
        ("2026-06-30T01:00:00+14:00", RenewalState.LAPSED_IN_GRACE),
        ("2026-06-29T20:00:00-10:00", RenewalState.EXPIRED),
    ],
)
def test_the_states_change_at_midnight_in_utc(now, state):
    rule = policy(12, grace_days=30, reminder_days=(60, 30, 7))

    assert state_at(at(now), rule, ends("2026-05-30"), UTC) is state


def test_without_grace_a_badge_expires_at_once():
    assert state_at(at("2026-05-31T00:00:00+00:00"), policy(12), ends("2026-05-30"), UTC) is RenewalState.EXPIRED


def test_a_renewed_badge_is_renewed_whatever_the_day_is():
    states = {
        state_at(at(day), policy(12), ends("2026-05-30"), UTC, is_renewed=True) for day in ("2026-01-01", "2030-01-01")
    }

    assert states == {RenewalState.RENEWED}


def test_a_badge_without_an_end_is_active_for_ever():
    assert state_at(at("2999-01-01"), policy(None), None, UTC) is RenewalState.ACTIVE


def test_where_nobody_is_reminded_the_window_is_sixty_days():
    rule = policy(12)

    assert deadlines(rule, ends("2026-05-30"), UTC).opens_at == datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "days", "opens"),
    [("2024-03-01", 1, "2024-02-29"), ("2023-03-01", 1, "2023-02-28"), ("2025-01-01", 366, "2024-01-01")],
)
def test_windows_are_counted_over_leap_days(end, days, opens):
    rule = policy(12, reminder_days=(days,))

    assert deadlines(rule, ends(end), UTC).opens_at.date().isoformat() == opens


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-01", None),
        ("2026-03-30", None),
        ("2026-03-31", 60),
        ("2026-04-29", 60),
        ("2026-04-30", 30),
        ("2026-05-10", 30),  # whoever was away since February gets one mail, and not two
        ("2026-05-23", 7),
        ("2026-05-30", 7),
        ("2026-05-31", None),  # it is over
    ],
)
def test_the_reminder_that_is_due_is_the_last_that_began(now, due):
    assert reminder_due(at(now), policy(12, reminder_days=(60, 30, 7)), ends("2026-05-30"), UTC) == due


@pytest.mark.parametrize(
    ("now", "more", "found"),
    [
        ("2026-03-30", {}, Hindrance.TOO_EARLY),
        ("2026-03-31", {}, None),
        ("2026-05-30", {}, None),
        ("2026-06-15", {"grace_days": 30}, None),
        ("2027-06-15", {"grace_days": 30}, None),  # after grace it can be renewed still, and begins anew
        ("2026-05-01", {"method": Method.NONE}, Hindrance.NOT_RENEWABLE),
    ],
)
def test_what_stands_in_the_way_of_a_renewal(now, more, found):
    assert hindrance(at(now), policy(12, **more), ends("2026-05-30"), UTC) is found


def test_a_badge_is_renewed_once():
    assert (
        hindrance(at("2026-05-30"), policy(12), ends("2026-05-30"), UTC, is_renewed=True) is Hindrance.RENEWED_ALREADY
    )


def test_what_never_ends_is_not_renewed():
    assert hindrance(at("2026-05-30"), policy(None), None, UTC) is Hindrance.NEVER_ENDS


def test_what_ends_on_a_fixed_date_waits_for_a_version_with_a_later_one():
    fixed = RenewalPolicy(validity=Validity(ValidityKind.FIXED_DATE, until=date(2026, 5, 30)))
    later = RenewalPolicy(validity=Validity(ValidityKind.FIXED_DATE, until=date(2027, 5, 30)))

    assert hindrance(at("2026-05-01"), fixed, ends("2026-05-30"), UTC) is Hindrance.NO_LATER_END
    assert hindrance(at("2026-05-01"), later, ends("2026-05-30"), UTC) is None


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-01-01", "2024-05-31", "2026-06-29"),  # within the cycle: its days, and those of its grace
        ("2026-06-29", "2024-05-31", "2026-06-29"),
        ("2026-06-30", "2024-06-30", "2026-06-30"),  # after grace: the last two years
        ("2028-02-29", "2026-02-28", "2028-02-29"),
    ],
)
def test_education_counts_in_the_cycle_and_its_grace_and_later_if_it_is_young(now, first, last):
    found = days_that_count(at(now), policy(24, grace_days=30), date(2024, 5, 31), ends("2026-05-30"), UTC)

    assert found == (date.fromisoformat(first), date.fromisoformat(last))


moments = st.integers(631_152_000, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments, st.integers(1, 120), st.booleans(), st.integers(0, 120), st.integers(0, 400))
def test_a_next_cycle_begins_after_the_old_one_and_is_never_empty(awarded, months, end_of_month, grace, days_late):
    rule = policy(months, end_of_month=end_of_month, grace_days=grace)
    old_end = valid_until(awarded, rule.validity, UTC)
    assert old_end is not None
    renewed = old_end + timedelta(days=days_late - 100)

    cycle = next_cycle(renewed, rule, old_end, UTC)

    assert cycle.start > old_end.date()
    assert cycle.end is not None
    assert cycle.end >= cycle.start


@given(moments, st.integers(-14, 14), st.integers(0, 60))
def test_a_state_is_that_of_the_moment_and_not_of_the_clock_that_shows_it(now, hours, grace):
    rule, end = policy(12, grace_days=grace), ends("2026-05-30")

    assert state_at(now, rule, end, UTC) is state_at(now.astimezone(timezone(timedelta(hours=hours))), rule, end, UTC)
