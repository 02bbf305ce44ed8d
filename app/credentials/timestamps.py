"""Moments as text in signed documents: RFC 3339, UTC, `Z`, whole seconds (OB3-07)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from app.errors import InvalidInput

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)


def rfc3339(moment: datetime) -> str:
    """`2026-03-01T09:00:00Z`. Raises InvalidInput for a moment without zone or with parts of a second.

    Fractions are refused, not cut: a VC-JWT's `nbf` counts seconds and must equal `validFrom`.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidInput("A moment in a signed document needs a time zone", moment=moment.isoformat())
    if moment.microsecond:
        raise InvalidInput("A moment in a signed document has whole seconds", moment=moment.isoformat())
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def from_rfc3339(text: str) -> datetime:
    """The moment that RFC 3339 text names, with its zone. Raises InvalidInput."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise InvalidInput("This is not a date and time with a zone (RFC 3339)")
    fraction = found[1]
    try:
        if fraction is None:
            return datetime.fromisoformat(text)
        return datetime.fromisoformat(text.replace(fraction, "", 1)) + timedelta(seconds=float(fraction))
    except (ValueError, OverflowError) as error:  # the last second of the year 9999 may be rounded over its end
        raise InvalidInput("This date does not exist") from error


def seconds(moment: datetime) -> int:
    """Seconds since 1970, as a JWT's `nbf` and `exp` count them."""
    return int(moment.timestamp())
