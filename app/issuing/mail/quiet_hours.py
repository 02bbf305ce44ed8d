"""Quiet hours: when nobody wants mail, in the issuer's own zone, and when they end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.errors import InvalidInput

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def end_of_quiet(now: datetime, *, begins: str, ends: str, zone: str) -> datetime | None:
    """When the quiet hours end in which `now` falls, in UTC; None when it is not in them.

    `begins` and `ends` are `HH:MM` on the clocks of `zone` (IANA), and may lie on both sides of midnight. An end that
    the clocks skip in spring comes when they have gone forward.
    """
    local = now.astimezone(ZoneInfo(zone))
    first, last = read_clock(begins, "/quiet_from"), read_clock(ends, "/quiet_until")
    at = local.time().replace(second=0, microsecond=0)
    is_quiet = first <= at < last if first <= last else at >= first or at < last
    if not is_quiet:
        return None
    day = local.date() if at < last else local.date() + timedelta(days=1)
    end = datetime.combine(day, last, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return end if end > now else now + timedelta(minutes=1)


def read_clock(text: str, pointer: str) -> time:
    """The time of day that `HH:MM` is. Raises InvalidInput."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise InvalidInput("A time of day looks like 21:00", pointer=pointer)
    return time(int(match[1]), int(match[2]))


def check_zone(name: str, pointer: str) -> None:
    """Raise InvalidInput unless this is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("A time zone looks like Europe/Zurich", pointer=pointer) from error
