"""Numbers, moments and lists as they stand in explanations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Context, Decimal

from app.days import day_in

_SHOWN = Context(prec=6)


def percent(score: Decimal) -> str:
    """A fraction as people say it: `84 %`."""
    return f"{_SHOWN.multiply(score, 100).normalize(_SHOWN):f} %"


def day(moment: datetime, zone: tzinfo) -> str:
    """`2026-03-01`, of the issuer's zone."""
    return day_in(moment, zone).isoformat()


def minute(moment: datetime) -> str:
    """`2026-03-01 09:15 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def listed(names: Sequence[str], *, most: int = 5) -> str:
    """`a, b and 3 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def counted(number: int, one: str, several: str) -> str:
    """`1 completion is` or `3 completions are`."""
    return f"{number} {one if number == 1 else several}"
