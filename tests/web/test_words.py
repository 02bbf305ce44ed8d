"""How pages say dates, amounts and counts, in the language of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.credentials.report import day
from app.issuing.achievement_facts import PriceFacts, ValidityFacts
from app.web import languages, words

NOON = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


@pytest.fixture
def speak() -> Iterator[Callable[[str], None]]:
    """Changes the language for the rest of a test."""
    yield languages.use
    languages.use("en")


def test_english_dates_are_those_that_reports_write_on_every_day_of_a_year():
    days = [datetime(2028, 1, 1, 12, tzinfo=UTC) + timedelta(days=number) for number in range(366)]

    assert [words.date_of(each, words.UTC_ZONE) for each in days] == [day(each) for each in days]
    assert words.moment_of(NOON, words.UTC_ZONE) == "24 November 2026, 23:30 UTC"


@pytest.mark.parametrize(
    ("tag", "said"),
    [("en", "24 November 2026"), ("es", "24 de noviembre de 2026"), ("ar", "24 نوفمبر 2026")],
)
def test_a_date_is_written_in_the_language_of_the_page(speak: Callable[[str], None], tag: str, said: str):
    speak(tag)

    assert words.date_of(NOON, words.UTC_ZONE) == said


def test_a_date_is_the_day_in_a_zone_and_the_page_names_the_zone(speak: Callable[[str], None]):
    vienna = ZoneInfo("Europe/Vienna")

    assert words.date_of(NOON, vienna) == "25 November 2026"
    assert words.moment_of(NOON, vienna) == "25 November 2026, 00:30 Central European Time"
    assert words.moment_of(NOON, ZoneInfo("Etc/UTC")) == "24 November 2026, 23:30 UTC"
    speak("es")
    assert words.date_of(NOON, vienna) == "25 de noviembre de 2026"
    assert words.zone_line(vienna) == "Las fechas son las de: hora de Europa central."


def test_amounts_have_no_zeros_that_say_nothing_and_the_sign_that_the_language_uses(speak: Callable[[str], None]):
    numbers = ["12.00", "1.50", "0", "-0", "1E+2", "12345.678"]

    assert [words.amount(Decimal(each)) for each in numbers] == ["12", "1.5", "0", "0", "100", "12345.678"]
    assert [words.hours(Decimal(each)) for each in ("1", "1.5", "12")] == ["1 hour", "1.5 hours", "12 hours"]
    assert words.counted(Decimal(1), "hour", "hours") == "1 hour"
    speak("es")
    assert words.amount(Decimal("1.50")) == "1,5"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "fewer than 10 people"),
        (9, "fewer than 10 people"),
        (10, "10 people"),
        (10_000, "10,000 people"),
        (10_001, "more than 10,000 people"),
    ],
)
def test_few_holders_are_no_number(number: int, said: str):
    assert words.holders(number) == said


def test_a_price_names_its_currency_and_nothing_is_free():
    assert words.price(PriceFacts(amount=Decimal(220), currency="USD")) == "US$220.00"
    assert words.price(PriceFacts(amount=Decimal(0), currency="EUR")) == "free of charge"
    assert "XTS" in words.price(PriceFacts(amount=Decimal("1.5"), currency="XTS"))


def test_kinds_and_languages_without_a_word_stand_as_they_are():
    assert [words.kind(each) for each in ("MicroCredential", "ext:Passport")] == ["Micro-credential", "Passport"]
    assert [words.language_name(tag) for tag in ("es", "pt-BR", "x-klingon", "qqq")] == [
        "Spanish",
        "Portuguese (Brazil)",
        "x-klingon",
        "qqq",
    ]


def test_how_long_it_stays_good_is_said_in_whole_years_where_it_is_whole_years():
    rules = [
        {"kind": "months", "amount": 24},
        {"kind": "months", "amount": 1},
        {"kind": "months", "amount": 18, "end_of_month": True},
        {"kind": "days", "amount": 1},
        {"kind": "fixed_date", "until": "2027-06-30"},
        {"kind": "none"},
    ]

    assert [words.validity(ValidityFacts.model_validate(rule)) for rule in rules] == [
        "for 2 years",
        "for 1 month",
        "for 18 months, to the end of that month",
        "for 1 day",
        "until 30 June 2027",
        "without an end date",
    ]
