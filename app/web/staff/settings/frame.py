"""What all pages of settings share: the row of sections, moments in the issuer's zone, and fields that are checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel import dates
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from app.errors import InvalidInput
from app.issuing.accounts import Capability
from app.web.inside import Refusal, at_work
from app.web.languages import current, marked
from app.web.signed_in import Staff

Model = TypeVar("Model", bound=BaseModel)

# Key, path below the settings, words, and what somebody must be allowed to do to see it.
SECTIONS = (
    ("profile", "", marked("Profile"), Capability.READ),
    ("accreditation", "/accreditation", marked("Accreditation"), Capability.READ),
    ("endorsements", "/endorsements", marked("Endorsements"), Capability.READ),
    ("members", "/members", marked("Members"), Capability.READ),
    ("api-keys", "/api-keys", marked("API keys"), Capability.AUDIT),
    ("webhooks", "/webhooks", marked("Webhooks"), Capability.CONNECT),
    ("health-records", "/health-records", marked("Health records"), Capability.AUDIT),
    ("mail", "/mail", marked("Mail"), Capability.CONNECT),
    ("outbox", "/outbox", marked("Outbox"), Capability.READ),
    ("keys", "/keys", marked("Signing keys"), Capability.READ),
    ("audit", "/audit", marked("Audit log"), Capability.AUDIT),
    ("doctor", "/doctor", marked("Doctor"), Capability.MANAGE),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the sections, as the row at the top links it."""

    key: str
    path: str
    words: str


def settings_page(
    request: Request,
    template: str,
    staff: Staff,
    section: str,
    *,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page of settings: `staff/settings/{template}` with `sections`, `section`, `root` and `when`."""
    found = [Section(key, path, words) for key, path, words, needed in SECTIONS if staff.may(needed)]
    return at_work(
        request,
        f"staff/settings/{template}",
        staff,
        refused=refused,
        status=status,
        sections=found,
        section=section,
        root=f"{staff.root}/settings",
        when=moments_in(staff.timezone),
        **shown,
    )


def moments_in(timezone: str) -> Callable[[datetime], str]:
    """Says moments in a zone: `24 November 2026, 10:05 CET`, in the language of the request."""
    zone = ZoneInfo(timezone)
    tag = current().tag

    def said(moment: datetime) -> str:
        there = moment.astimezone(zone)
        day = dates.format_date(there.date(), "d MMMM y", locale=tag)
        return f"{day}, {there:%H:%M} {there.tzname()}"

    return said


def day_in(text: str, timezone: str, *, is_end: bool = False) -> datetime | None:
    """The beginning of a day that a form states, in a zone; with `is_end` that of the day after. None for none.

    Raises InvalidInput for what is no day.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=int(is_end))
        return datetime.combine(day, time.min, ZoneInfo(timezone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Write a day as 2026-11-24", pointer="/until" if is_end else "/since") from error


def checked(model: type[Model], **stated: Any) -> Model:
    """What a form stated, under the rules of the API's model for the same thing. Raises InvalidInput."""
    try:
        return model(**stated)
    except ValidationError as error:
        first = error.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ").removeprefix("String ").removeprefix("Input ")
        raise InvalidInput(f"This {said}", pointer=f"/{first['loc'][0] if first['loc'] else ''}") from error
