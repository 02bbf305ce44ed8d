"""A calendar as a file (RFC 5545): days that matter, for programs that fetch it again and again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Event:
    """A whole day on which something is to be known. `uid` is the same each time, so that programs replace it."""

    uid: str
    day: date
    summary: str
    url: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar is called, and its days."""

    name: str
    events: tuple[Event, ...]


def to_ics(calendar: Calendar, *, host: str) -> bytes:
    """The calendar as it is sent. The same days are the same bytes; `host` makes each uid the only one of the world."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Lanyard//Renewals//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _text(calendar.name))
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESH)
    for each in calendar.events:
        made.add_component(_event(each, host))
    return bytes(made.to_ical())


def _event(each: Event, host: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{each.uid}@{host}")
    event.add("dtstamp", each.made_at)
    event.add("dtstart", each.day)
    event.add("dtend", each.day + timedelta(days=1))  # the end of a whole day is the next one
    event.add("summary", _text(each.summary))
    event.add("url", each.url)
    event.add("transp", "TRANSPARENT")  # nobody is busy because a badge ends
    return event


def _text(value: str) -> str:
    """Without control characters, which no calendar may hold."""
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())
