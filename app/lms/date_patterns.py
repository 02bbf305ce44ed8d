"""Dates and times written in a declared order, as in `%d.%m.%Y %H:%M` or `DD.MM.YYYY HH:mm`. Nothing is guessed.

The same everywhere: names of months are English, and no setting of the machine changes what a pattern means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from app.errors import InvalidInput

LONGEST_PATTERN = 60
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DIRECTIVES = {
    "%Y": "(?P<year>[0-9]{4})",
    "%y": "(?P<short_year>[0-9]{2})",
    "%m": "(?P<month>[0-9]{1,2})",
    "%b": f"(?P<month_name>{'|'.join(_MONTHS)})",
    "%B": f"(?P<long_month>{'|'.join(_LONG_MONTHS)})",
    "%d": "(?P<day>[0-9]{1,2})",
    "%H": "(?P<hour>[0-9]{1,2})",
    "%I": "(?P<hour_of_12>[0-9]{1,2})",
    "%p": "(?P<half>am|pm)",
    "%M": "(?P<minute>[0-9]{1,2})",
    "%S": "(?P<second>[0-9]{1,2})",
    "%f": "[0-9]{1,9}",
    "%z": "(?P<offset>z|[+-][0-9]{2}:?[0-9]{2})",
    "%%": "%",
}
# The letters of spreadsheets. Capitals are days, months and hours; `mm` and `ss` are minutes and seconds.
_LETTERS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
}
_FIELDS = {
    "%Y": "year",
    "%y": "year",
    "%m": "month",
    "%b": "month",
    "%B": "month",
    "%d": "day",
    "%H": "hour",
    "%I": "hour",
}


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A declared order of a date's parts. `has_time` says whether it tells a time of day, `has_zone` a zone."""

    text: str
    has_time: bool
    has_zone: bool
    form: re.Pattern[str] = field(repr=False)

    @classmethod
    def read(cls, text: Any) -> DatePattern:
        """The pattern of a setting. Raises InvalidInput that says what is wrong with it."""
        if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_PATTERN:
            raise InvalidInput(f"must be a pattern such as %d.%m.%Y, of at most {LONGEST_PATTERN} characters")
        directives = _with_directives(text.strip())
        parts = re.findall(r"%.|[^%]+|%$", directives)
        unknown = [part for part in parts if part.startswith("%") and part not in _DIRECTIVES]
        if unknown:
            raise InvalidInput(f"has {unknown[0]}, which is none of {' '.join(_DIRECTIVES)}")
        named = [_FIELDS.get(part, part) for part in parts if part.startswith("%") and part != "%%"]
        if len(named) != len(set(named)) or not {"year", "month", "day"} <= set(named):
            raise InvalidInput("must say year, month and day once each, as in %d.%m.%Y or DD.MM.YYYY")
        if ("%I" in parts) != ("%p" in parts):
            raise InvalidInput("must have %I and %p together, or %H")
        body = "".join(_form(parts, index) for index in range(len(parts)))
        return cls(text.strip(), "hour" in named, "%z" in parts, re.compile(body, re.IGNORECASE | re.ASCII))

    def parse(self, text: str) -> datetime | None:
        """The moment, naive unless the pattern tells a zone; None where the text has another form.

        Raises ValueError for a date that there is not, like 31 February.
        """
        match = self.form.fullmatch(text.strip())
        if match is None:
            return None
        parts = match.groupdict()
        year = int(parts.get("year") or 2000 + int(parts.get("short_year") or 0))
        # 60 is a leap second, for which datetime has no place.
        second = min(59, int(parts["second"])) if parts.get("second") == "60" else int(parts.get("second") or 0)
        at = datetime(year, _month(parts), int(parts["day"]), _hour(parts), int(parts.get("minute") or 0), second)  # noqa: DTZ001 - the zone follows
        offset = parts.get("offset")
        return at if offset is None else at.replace(tzinfo=_zone(offset))


def _with_directives(text: str) -> str:
    if "%" in text:
        return text
    for letters, directive in _LETTERS.items():
        text = re.sub(rf"(?<![A-Za-z%]){letters}(?![A-Za-z])", directive, text)
    return text


def _form(parts: list[str], index: int) -> str:
    part = parts[index]
    if part not in _DIRECTIVES:
        return re.escape(part).replace(r"\ ", r"\s+")
    beside = [*parts[max(0, index - 1) : index], *parts[index + 1 : index + 2]]
    # Without anything between them, numbers of one or two digits could be read in two ways.
    is_beside_another = any(each in _DIRECTIVES and each != "%%" for each in beside)
    return _DIRECTIVES[part].replace("{1,2}", "{2}") if is_beside_another else _DIRECTIVES[part]


def _month(parts: dict[str, str | None]) -> int:
    if (number := parts.get("month")) is not None:
        return int(number)
    if (short := parts.get("month_name")) is not None:
        return _MONTHS.index(short.casefold()) + 1
    return _LONG_MONTHS.index(str(parts["long_month"]).casefold()) + 1


def _hour(parts: dict[str, str | None]) -> int:
    if (twelve := parts.get("hour_of_12")) is None:
        return int(parts.get("hour") or 0)
    if not 1 <= int(twelve) <= 12:  # noqa: PLR2004 - hours on a clock's face
        raise ValueError("no such hour")
    return int(twelve) % 12 + (12 if str(parts["half"]).casefold() == "pm" else 0)


def _zone(offset: str) -> timezone:
    if offset in "zZ":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:  # noqa: PLR2004 - minutes of an hour
        raise ValueError("no such offset")
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset[0] == "-" else shift)
