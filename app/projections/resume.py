"""A badge as one line of a résumé. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_skeleton


def line(*, title: str, issuer: str, awarded_at: datetime, language: str = "en") -> str:
    """`Phlebotomy Fundamentals (PHLB), Northfield Health Academy, November 2026`.

    The month is the one of the date that was signed, in UTC, with its name in `language`.
    """
    month = format_skeleton("yMMMM", awarded_at.astimezone(UTC), tzinfo=UTC, locale=language.replace("-", "_"))
    return ", ".join((" ".join(title.split()), " ".join(issuer.split()), month))
