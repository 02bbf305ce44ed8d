"""Days of the issuer's zone: the day of an award, the last second of the last good one, and cycles counted in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.days import day_in, end_of_day, ends_a_day, later_by, start_of_day
from app.stacking.cycles import (
    RenewalPolicy,
    RenewalState,
    days_that_count,
    deadlines,
    first_cycle,
    next_cycle,
    reminder_due,
    state_at,
)
from app.stacking.renewal import Validity, ValidityKind, valid_until
from app.stacking.rules.durations import Duration
from tests.stacking.rule_builders import BLS, fact, judge

MADRID, LINE_ISLANDS, SAMOA = (ZoneInfo(each) for each in ("Europe/Madrid", "Pacific/Kiritimati", "Pacific/Pago_Pago"))
ZONES = st.sampled_from(sorted(each for each in available_timezones() if each not in {"Factory", "localtime"}))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
RULES = st.builds(
    Validity,
    st.sampled_from([ValidityKind.DAYS, ValidityKind.MONTHS]),
    st.integers(0, 600),
    end_of_month=st.booleans(),
)


def ends(awarded: str, zone: str | ZoneInfo, **validity) -> str:
    """The end of an award of this moment at an issuer in the zone, as text in UTC."""
    there = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    until = valid_until(datetime.fromisoformat(awarded), Validity(**validity), there)
    assert until is not None
    return f"{until:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("awarded", "zone", "end"),
    [
        ("2026-03-01T00:30:00+02:00", "Europe/Helsinki", "2026-03-01T21:59:59Z"),  # B24: 1 March there, February in UTC
        ("2026-03-01T00:30:00+02:00", "UTC", "2026-02-28T23:59:59Z"),
        ("2026-06-30T23:00:00Z", "Pacific/Kiritimati", "2026-07-01T09:59:59Z"),  # fourteen hours ahead
        ("2026-07-01T05:00:00Z", "Pacific/Pago_Pago", "2026-07-01T10:59:59Z"),  # eleven behind: still 30 June
        ("2026-01-01T18:00:00Z", "Asia/Kolkata", "2026-01-01T18:29:59Z"),
        ("2026-01-01T19:00:00Z", "Asia/Kolkata", "2026-01-02T18:29:59Z"),
        ("2026-01-01T18:20:00Z", "Asia/Kathmandu", "2026-01-02T18:14:59Z"),
    ],
)
def test_an_end_today_is_good_until_the_end_of_the_issuers_day(awarded: str, zone: str, end: str):
    assert ends(awarded, zone, kind=ValidityKind.DAYS, amount=0) == end


@pytest.mark.parametrize(
    ("months", "end"),
    [(12, "2025-01-31T22:59:59Z"), (1, "2024-02-29T22:59:59Z"), (6, "2024-07-31T21:59:59Z")],
)
def test_months_are_counted_from_the_day_of_the_award_there_and_end_by_the_clock_of_the_season(months: int, end: str):
    """B31; in July the clocks of Madrid are an hour further ahead than in January."""
    assert ends("2024-01-30T23:30:00Z", MADRID, kind=ValidityKind.MONTHS, amount=months) == end


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Sao_Paulo", date(2018, 11, 3), "2018-11-04T02:59:59Z"),  # the clocks jump from midnight to one
        ("America/Sao_Paulo", date(2018, 2, 17), "2018-02-18T02:59:59Z"),  # its last hour comes twice
        ("America/Havana", date(2025, 11, 1), "2025-11-02T03:59:59Z"),  # the first hour of the next day comes twice
        ("Asia/Pyongyang", date(2018, 5, 4), "2018-05-04T14:59:59Z"),  # 23:30 was midnight
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T09:59:59Z"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T09:59:59Z"),  # a day that there was not
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T09:59:59Z"),
    ],
)
def test_a_day_ends_with_its_last_second_where_clocks_change_at_midnight(zone: str, day: date, end: str):
    there = ZoneInfo(zone)

    assert f"{end_of_day(day, there):%Y-%m-%dT%H:%M:%SZ}" == end
    assert ends_a_day(end_of_day(day, there), there)
    assert day_in(start_of_day(day + timedelta(days=1), there), there) > day


@given(MOMENTS, ZONES, RULES)
def test_an_end_is_the_last_second_of_a_day_that_is_not_before_the_award(moment: datetime, name: str, rule: Validity):
    zone = ZoneInfo(name)

    end = valid_until(moment, rule, zone)

    assert end is not None
    assert end.tzinfo is UTC
    assert ends_a_day(end, zone)
    assert day_in(end, zone) >= day_in(moment, zone)
    assert end >= moment.replace(microsecond=0)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), ZONES, RULES)
def test_who_earned_it_later_never_has_it_for_less_long(moment: datetime, later: timedelta, name: str, rule: Validity):
    zone = ZoneInfo(name)

    first, second = valid_until(moment, rule, zone), valid_until(moment + later, rule, zone)

    assert first is not None
    assert second is not None
    assert first <= second


@given(MOMENTS, RULES)
def test_in_utc_an_end_is_what_it_always_was(moment: datetime, rule: Validity):
    zone = ZoneInfo("UTC")

    end = valid_until(moment, rule, zone)

    assert end is not None
    assert end == datetime.combine(end.date(), time(23, 59, 59), UTC)
    assert end == valid_until(moment, rule, UTC)


@given(MOMENTS, ZONES, st.integers(0, 400))
def test_days_of_grace_end_with_a_day_where_the_badge_does(moment: datetime, name: str, days: int):
    zone = ZoneInfo(name)
    end = end_of_day(day_in(moment, zone), zone)

    assert ends_a_day(later_by(end, days, zone), zone)
    assert later_by(end, days, UTC) == end + timedelta(days=days)


@pytest.mark.parametrize("zone", [LINE_ISLANDS, SAMOA])
def test_the_ends_of_the_calendar_raise_nothing(zone: ZoneInfo):
    rule = Validity(ValidityKind.FIXED_DATE, until=date(9999, 12, 31))

    end = valid_until(datetime(2026, 1, 1, tzinfo=UTC), rule, zone)

    assert end is not None
    assert day_in(end, zone).year == 9999
    assert ends_a_day(end, zone)


@pytest.mark.parametrize("zone", [MADRID, LINE_ISLANDS, SAMOA, ZoneInfo("UTC")])
def test_a_renewal_opens_ends_and_lapses_at_midnights_of_the_issuer(zone: ZoneInfo):
    rule = RenewalPolicy(validity=Validity(ValidityKind.MONTHS, 6), grace_days=30, reminder_days=(60, 7))
    end = end_of_day(date(2026, 3, 20), zone)

    at = deadlines(rule, end, zone)

    assert at.opens_at == start_of_day(date(2026, 1, 19), zone)
    assert at.grace_until == end_of_day(date(2026, 4, 19), zone)
    assert state_at(at.opens_at - timedelta(seconds=1), rule, end, zone) is RenewalState.ACTIVE
    assert state_at(at.opens_at, rule, end, zone) is RenewalState.EXPIRING
    assert state_at(at.grace_until, rule, end, zone) is RenewalState.LAPSED_IN_GRACE
    assert state_at(at.grace_until + timedelta(seconds=1), rule, end, zone) is RenewalState.EXPIRED
    assert reminder_due(start_of_day(date(2026, 3, 13), zone), rule, end, zone) == 7
    assert days_that_count(at.opens_at, rule, date(2025, 9, 21), end, zone) == (date(2025, 9, 21), date(2026, 4, 19))


@pytest.mark.parametrize("zone", [MADRID, LINE_ISLANDS, SAMOA, ZoneInfo("UTC")])
def test_a_cycle_follows_the_one_before_without_a_day_between(zone: ZoneInfo):
    rule = RenewalPolicy(validity=Validity(ValidityKind.MONTHS, 12), grace_days=30)
    awarded = start_of_day(date(2025, 10, 1), zone)
    first = first_cycle(rule, awarded, zone)
    assert first.end is not None

    cycle = next_cycle(end_of_day(first.end, zone), rule, end_of_day(first.end, zone), zone)

    assert (first.start, first.end) == (date(2025, 10, 1), date(2026, 10, 1))
    assert (cycle.start, cycle.end) == (date(2026, 10, 2), date(2027, 10, 1))


@pytest.mark.parametrize(("zone", "grace"), [(MADRID, "2026-06-20T21:59:59Z"), (UTC, "2026-06-20T22:59:59Z")])
def test_a_duration_after_the_end_of_a_day_ends_with_a_day_there(zone: ZoneInfo, grace: str):
    after = Duration.parse("P3M").after(end_of_day(date(2026, 3, 20), MADRID), zone)

    assert f"{after:%Y-%m-%dT%H:%M:%SZ}" == grace


@pytest.mark.parametrize(
    ("validity", "end"),
    [
        ("{months: 1}", "2026-04-01T21:59:59Z"),
        ("{years: 1, anchor: end_of_year}", "2027-12-31T22:59:59Z"),
        ("{days: 1}", "2026-03-02T22:59:59Z"),
    ],
)
def test_what_a_rule_earns_ends_with_a_day_of_the_issuer_and_its_sentences_name_that_day(validity: str, end: str):
    done = fact("passed", "2026-02-28T23:30:00")  # 1 March in Madrid

    verdict = judge(f"{BLS}validity: {validity}\n", done, zone=MADRID)

    (earned,) = verdict.earned
    assert earned.valid_until is not None
    assert f"{earned.valid_until:%Y-%m-%dT%H:%M:%SZ}" == end
    assert verdict.sentence == "Earned on 2026-03-01 by bls"
