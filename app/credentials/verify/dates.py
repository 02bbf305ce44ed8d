"""Whether a badge is good on the day: begun and not ended, without any leeway."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.credentials.report import Check, day
from app.credentials.verify.finding import DATES, failed, not_checked, passed
from app.credentials.verify.shape import is_partly_shown, moment


def check(document: dict[str, Any], *, now: datetime) -> Check:
    """The `dates` check; code `expired` or `not_yet_valid` when it fails. At `validUntil` itself a badge has ended."""
    valid_from = moment(document.get("validFrom"))
    valid_until = moment(document.get("validUntil"))
    if valid_from is None or ("validUntil" in document and valid_until is None):
        return not_checked(DATES)
    found = between(valid_from, valid_until, now=now)
    if found.code == "no_end" and is_partly_shown(document):
        sentence = f"It has been good since {day(valid_from)} and shows no end date; its holder may have left it out."
        return passed(DATES, "no_end_shown", sentence)
    return found


def between(valid_from: datetime, valid_until: datetime | None, *, now: datetime) -> Check:
    """The `dates` check of a badge with this beginning and this end; None = it has no end."""
    if valid_until is not None and valid_until <= now:
        return failed(DATES, "expired", f"It was good until {day(valid_until)}.")
    if now < valid_from:
        return failed(DATES, "not_yet_valid", f"It is not good before {day(valid_from)}.")
    if valid_until is None:
        return passed(DATES, "no_end", f"It has been good since {day(valid_from)} and has no end date.")
    return passed(DATES, "within", f"It is good until {day(valid_until)}.")
