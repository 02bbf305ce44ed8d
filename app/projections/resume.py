"""A badge as one line of a résumé. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from app.days import day_in


def line(*, title: str, issuer: str, awarded_at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """`Phlebotomy Fundamentals (PHLB), Northfield Health Academy, November 2026`.

    The month is the one of the day in the issuer's zone, with its name in `language`.
    """
    month = format_skeleton("yMMMM", day_in(awarded_at, zone), locale=language.replace("-", "_"))
    return ", ".join((" ".join(title.split()), " ".join(issuer.split()), month))
