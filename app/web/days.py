"""Days that an address or a form names to be judged by: any that a badge can have to do with, and no other."""

from __future__ import annotations

from datetime import date

from app.errors import InvalidInput
from app.web.languages import gettext as _

_FIRST_YEAR, _LAST_YEAR = 1990, 2200


def bounded(day: date) -> date:
    """The day itself, from which it can be counted some years back and ahead. Raises InvalidInput."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(_("Name a day between the years 1990 and 2200"), pointer="/as_of")
    return day
