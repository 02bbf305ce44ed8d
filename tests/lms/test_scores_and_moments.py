"""Scores with a declared unit, times with a declared zone; nothing is guessed (completion-sources §2.4)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, localcontext

import pytest

from app.lms.base import MomentSource, Score, ScoreUnit


@pytest.mark.parametrize(
    ("score", "scaled"),
    [
        ({"value": 93, "unit": "percent"}, "0.93"),
        ({"value": "93.50", "unit": "percent"}, "0.935"),
        ({"value": 0.93, "unit": "fraction"}, "0.93"),
        ({"value": 0, "unit": "percent"}, "0"),
        ({"value": 110, "unit": "percent"}, "1.1"),
        ({"value": -0.5, "unit": "fraction"}, "-0.5"),
        ({"value": 18, "unit": "points", "maximum": 20}, "0.9"),
        ({"value": 6, "unit": "points", "maximum": "10", "minimum": 2}, "0.5"),
        ({"value": 5, "unit": "points", "maximum": 1}, "5"),
        ({"value": 5, "unit": "points", "maximum": 0}, None),
        ({"value": 5, "unit": "points"}, None),
        ({"value": 0.5, "unit": "percent"}, "0.005"),
    ],
)
def test_a_score_is_scaled_by_its_declared_unit_and_never_by_its_size(source, item, score, scaled):
    read = source.completion(item(score=score)).score

    assert (None if read.scaled is None else str(read.scaled)) == scaled
    assert read.raw == Decimal(str(score["value"]))


@pytest.mark.parametrize("score", [93, "93", {"value": 93}, {"value": 93, "maximum": 100}, 0])
def test_a_score_without_a_unit_is_unreadable(source, item, score):
    problem = source.unreadable(item(score=score))

    assert (problem.code, problem.pointer) == ("no-score-unit", "/score/unit")


def test_the_settings_can_declare_the_unit_of_bare_numbers(source, item):
    box = replace(source, settings=source.settings | {"score_unit": "percent"})

    assert box.completion(item(score=93)).score == Score(
        Decimal("0.93"), Decimal(93), Decimal(0), Decimal(100), None, ScoreUnit.PERCENT
    )
    assert box.unreadable(item(score={"value": 9, "maximum": 10})).code == "no-score-unit"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("93,5", "not-a-number"),
        ("93 %", "not-a-number"),
        ("A", "not-a-number"),
        ("NaN", "not-a-number"),
        ("-Infinity", "not-a-number"),
        ("٩٣", "not-a-number"),
        ("1_0", "not-a-number"),
        (True, "ill-typed"),
        ([93], "ill-typed"),
        ("1e99", "out-of-range"),
        ("1e-99", "out-of-range"),
        (10**13, "out-of-range"),
        (201, "out-of-range"),
    ],
)
def test_what_is_no_number_is_said_in_words(source, item, value, code):
    problem = source.unreadable(item(score={"value": value, "unit": "percent"}))

    assert problem.code == code
    assert problem.pointer.startswith("/score")


def test_a_comma_gets_its_own_sentence(source, item):
    assert "has a comma" in source.unreadable(item(score={"value": "93,5", "unit": "percent"})).detail


def test_a_percentage_sent_as_a_fraction_is_not_taken_for_a_very_good_result(source, item):
    assert source.unreadable(item(score={"value": 93, "unit": "fraction"})).code == "out-of-range"


def test_a_letter_stays_a_letter(source, item):
    assert source.completion(item(score={"letter": "B+"})).score == Score(letter="B+")
    assert source.completion(item(score={})).score is None
    assert source.completion(item(score=None)).score is None


def test_somebody_elses_decimal_settings_change_no_score(source, item):
    thirds = item(score={"value": 1, "unit": "points", "maximum": 3})
    with localcontext() as context:
        context.prec = 3

        assert source.completion(thirds).score.scaled == Decimal("0.3333333333333333333333333333")


# -- moments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ("2026-03-02T10:15:00Z", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02t10:15:00z", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02T10:15:00.999999999Z", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02 11:15:00+01:00", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02T02:15:00-0800", "2026-03-02T10:15:00+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00+00:00"),
    ],
)
def test_a_time_with_a_zone_is_taken_in_utc_and_whole_seconds(source, item, sent, moment):
    completion = source.completion(item(completed_at=sent))

    assert completion.occurred_at.isoformat() == moment
    assert completion.occurred_at_source is MomentSource.PAYLOAD


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("2026-03-02T10:15:00", "no-time-zone"),
        ("2026-03-02", "no-time-zone"),
        ("02.03.2026", "not-a-moment"),
        ("3/2/2026 10:15", "not-a-moment"),
        ("2026-02-30T10:15:00Z", "not-a-moment"),
        ("2026-03-02T24:00:00Z", "not-a-moment"),
        ("2026-03-02T10:15:61Z", "not-a-moment"),
        ("2026-03-02T10:15:00+99:00", "not-a-moment"),
        ("2026-03-02T10:15:00+01:60", "not-a-moment"),
        ("0000-03-02T10:15:00Z", "not-a-moment"),
        ("0001-01-01T00:00:00+23:00", "not-a-moment"),
        ("２０２６-03-02T10:15:00Z", "not-a-moment"),
        ("yesterday", "not-a-moment"),
        ("1999-12-31T23:59:59Z", "moment-out-of-range"),
        ("2026-03-03T10:20:01Z", "moment-out-of-range"),
        (1772446501, "no-epoch-unit"),
        ("1772446501", "no-epoch-unit"),
        (True, "ill-typed"),
        ({}, "ill-typed"),
    ],
)
def test_a_time_that_cannot_be_believed_is_unreadable_not_guessed(source, item, sent, code):
    problem = source.unreadable(item(completed_at=sent))

    assert (problem.code, problem.pointer) == (code, "/completed_at")


@pytest.mark.parametrize(
    ("unit", "sent"),
    [
        ("seconds", 1772446501),
        ("seconds", "1772446501"),
        ("seconds", 1772446501.75),
        ("milliseconds", 1772446501999),
        ("microseconds", 1772446501999999),
    ],
)
def test_a_bare_number_counts_in_the_declared_unit(source, item, unit, sent):
    box = replace(source, settings=source.settings | {"epoch_unit": unit})

    assert box.completion(item(completed_at=sent)).occurred_at.isoformat() == "2026-03-02T10:15:01+00:00"


@pytest.mark.parametrize(("unit", "sent"), [("seconds", 1772446501999), ("milliseconds", 1772446501), ("seconds", -1)])
def test_a_number_in_another_unit_than_declared_is_unreadable(source, item, unit, sent):
    box = replace(source, settings=source.settings | {"epoch_unit": unit})

    assert box.unreadable(item(completed_at=sent)).pointer == "/completed_at"


@pytest.mark.parametrize(
    ("sent", "moment", "note"),
    [
        ("2026-03-02 11:15:00", "2026-03-02T10:15:00+00:00", None),
        ("2026-03-02", "2026-03-01T23:00:00+00:00", "Only a date"),
        ("2025-03-30T02:30:00", "2025-03-30T01:30:00+00:00", "skipped"),
        ("2025-10-26T02:30:00", "2025-10-26T00:30:00+00:00", "came twice"),
    ],
)
def test_a_time_without_a_zone_takes_the_declared_one(source, item, sent, moment, note):
    box = replace(source, settings=source.settings | {"time_zone": "Europe/Vienna"})
    completion = box.completion(item(completed_at=sent))

    assert completion.occurred_at.isoformat() == moment
    assert completion.occurred_at_source is MomentSource.ASSUMED_ZONE
    assert (note is None) == (completion.notes == ())
    assert note is None or note in completion.notes[0]


def test_a_clock_up_to_five_minutes_ahead_is_believed(source, item):
    ahead = source.now + timedelta(minutes=5)

    assert source.completion(item(completed_at=ahead.isoformat())).occurred_at == ahead


def test_a_clock_further_ahead_is_clamped_to_the_time_of_receipt_with_a_note(source, item):
    completion = source.completion(item(completed_at=(source.now + timedelta(seconds=301)).isoformat()))

    assert (completion.occurred_at, completion.occurred_at_source) == (source.now, MomentSource.RECEIVED)
    assert "in the future" in completion.notes[0]


def test_without_a_time_the_time_of_sending_counts_and_then_that_of_receipt(source, item):
    sent = source.completion(item(completed_at=None, sent_at="2026-03-02T10:16:00Z"))
    received = source.completion(item(completed_at=None))

    assert sent.occurred_at.isoformat() == "2026-03-02T10:16:00+00:00"
    assert (received.occurred_at, received.occurred_at_source) == (source.now, MomentSource.RECEIVED)
    assert sent.notes[0].startswith("No `completed_at`")


def test_an_unreadable_time_of_sending_harms_nothing(source, item):
    assert source.completion(item(sent_at="soon")).sent_at is None
