"""Dates as Open Badges 1.x and 2.0 write them: ISO 8601 with or without a time, or seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_SECONDS = re.compile(r"\d{1,11}", re.ASCII)


def moment_of(value: Any, *, or_seconds: bool = False) -> datetime | None:
    """The moment that a date names, None when it names none. Never raises.

    A day without a time is its first second, and a time without a zone is UTC: so nothing counts longer than it says.
    `or_seconds` takes a count of seconds since 1970 too, as Open Badges 1.x does.
    """
    if or_seconds and isinstance(value, int | str) and not isinstance(value, bool) and _SECONDS.fullmatch(str(value)):
        try:
            return datetime.fromtimestamp(int(value), tz=UTC)
        except (OverflowError, OSError, ValueError):
            return None
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, time, seconds, fraction, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z", "z") else zone
    try:
        return datetime.fromisoformat(f"{day}T{time or '00:00'}{seconds or ':00'}.{(fraction or '0')[:6]:0<6}{zone}")
    except ValueError:
        return None
