"""Calendars as files: what calendar programs are strict about (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import icalendar

from app.projections.calendar import Calendar, Event, to_ics

MADE_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def written(summary: str = "BLS ends today", name: str = "Renewals") -> bytes:
    """A calendar with one day."""
    event = Event("a-1", date(2028, 2, 29), summary, "https://badges.example/b/1", MADE_AT)
    return to_ics(Calendar(name, (event,)), host="badges.example")


def test_a_day_is_a_whole_day_that_ends_with_the_next_one():
    (event,) = icalendar.Calendar.from_ical(written()).walk("VEVENT")

    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2028, 2, 29), date(2028, 3, 1))
    assert (str(event["uid"]), str(event["transp"])) == ("a-1@badges.example", "TRANSPARENT")


def test_the_same_days_are_the_same_bytes():
    assert written() == written()


def test_lines_end_as_the_format_asks_and_are_folded():
    lines = written("Ä" * 200).split(b"\r\n")

    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)


def test_words_cannot_leave_their_place():
    text = "A, B; C\\D\r\nEND:VCALENDAR\r\nX:\u2028\x00y"
    (event,) = icalendar.Calendar.from_ical(written(text)).walk("VEVENT")

    assert str(event["summary"]) == "A, B; C\\D END:VCALENDAR X: y"
    assert written(text).count(b"END:VCALENDAR\r\n") == 1


def test_a_calendar_without_days_is_one():
    parsed = icalendar.Calendar.from_ical(to_ics(Calendar("Renewals", ()), host="badges.example"))

    assert (parsed["prodid"], parsed.walk("VEVENT")) == ("-//Lanyard//Renewals//EN", [])
