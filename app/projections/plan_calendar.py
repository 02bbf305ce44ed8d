"""A plan as a calendar file (RFC 5545): each step over the days that it takes, and the day of the horizon. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Span:
    """Something from a first to a last day, both included. `uid` is the same each time, so that programs replace it."""

    uid: str
    first: date
    last: date
    summary: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class PlanCalendar:
    """What the calendar is called, its spans, and when the plan was made or changed."""

    name: str
    spans: tuple[Span, ...]
    made_at: datetime


def to_ics(calendar: PlanCalendar, *, host: str) -> bytes:
    """The calendar as it is sent: the same plan is the same bytes. `host` makes each uid the only one of the world."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Lanyard//Plans//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _text(calendar.name))
    for each in calendar.spans:
        event = icalendar.Event()
        event.add("uid", f"{each.uid}@{host}")
        event.add("dtstamp", calendar.made_at)
        event.add("dtstart", each.first)
        event.add("dtend", each.last + timedelta(days=1))  # the end of whole days is the day after them
        event.add("summary", _text(each.summary))
        if each.description:
            event.add("description", _text(each.description))
        event.add("url", each.url)
        event.add("transp", "TRANSPARENT")  # learning some hours a week makes nobody busy for days
        made.add_component(event)
    return bytes(made.to_ical())


def _text(value: str) -> str:
    """Without control characters, which no calendar may hold."""
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())
