"""Moments as the pages about sources, inbox and rules say and take them: in the zone that the issuer declared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from fastapi import Request
from fastapi.responses import Response

from app.errors import InvalidInput
from app.web.inside import Refusal, at_work
from app.web.languages import current
from app.web.languages import gettext as _
from app.web.signed_in import Staff

_FIRST_YEAR, _LAST_YEAR = 1990, 2200


def at_work_there(
    request: Request,
    template: str,
    staff: Staff,
    *,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page for a member of staff, with `when` and `on`, that say a moment and its day in the issuer's zone."""
    said = {"when": moments_in(staff.timezone), "on": days_in(staff.timezone)}
    return at_work(request, template, staff, refused=refused, status=status, **said, **shown)


def moments_in(timezone: str) -> Callable[[datetime], str]:
    """Says moments in a zone: `24 November 2026, 10:05 CET`, in the language of the request."""
    zone, day_of = ZoneInfo(timezone), days_in(timezone)

    def said(moment: datetime) -> str:
        there = moment.astimezone(zone)
        return f"{day_of(moment)}, {there:%H:%M} {there.tzname()}"

    return said


def days_in(timezone: str) -> Callable[[datetime], str]:
    """Says the day of a moment in a zone: `24 November 2026`, in the language of the request."""
    zone, tag = ZoneInfo(timezone), current().tag

    def said(moment: datetime) -> str:
        return dates.format_date(moment.astimezone(zone).date(), "d MMMM y", locale=tag)

    return said


def day_of(text: str, field: str) -> date | None:
    """The day that a field states; None for an empty one. Raises InvalidInput."""
    if not text.strip():
        return None
    sentence = _("A day is written as 2026-03-31")
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(sentence, pointer=f"/{field}") from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidInput(sentence, pointer=f"/{field}")
    return found


def beginning(day: date, timezone: str, *, of_next: bool = False) -> datetime:
    """When a day begins in a zone, or with `of_next` the one after it."""
    local = datetime.combine(day + timedelta(days=int(of_next)), time(), ZoneInfo(timezone))
    return local.astimezone(UTC)


def moment_of(text: str, timezone: str, field: str) -> datetime | None:
    """The moment of a field for day and time, as it is in a zone; None for an empty one. Raises InvalidInput."""
    if not text:
        return None
    sentence = _("A moment is written as 2026-03-31T09:00")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(sentence, pointer=f"/{field}") from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidInput(sentence, pointer=f"/{field}")
    zoned = found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(timezone))
    return zoned.astimezone(UTC).replace(microsecond=0)
