"""Days and moments as people of one issuer say them: in the zone that the issuer declared, which is always named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel import dates

from app import clock
from app.errors import InvalidInput
from app.web import languages
from app.web.languages import gettext as _

_FIRST_YEAR, _LAST_YEAR = 1990, 2200


@dataclass(frozen=True, slots=True)
class Local:
    """Reads and writes days of one zone (IANA)."""

    zone: str

    def day(self, moment: datetime | None) -> str:
        """`24 November 2026`; empty for none."""
        return "" if moment is None else _written(moment.astimezone(ZoneInfo(self.zone)).date())

    def written(self, day: date | None) -> str:
        """`24 November 2026` of a day, which has no zone; empty for none."""
        return "" if day is None else _written(day)

    def short(self, moment: datetime | None) -> str:
        """`24 Nov 2026`, for tables; empty for none."""
        return "" if moment is None else _written(moment.astimezone(ZoneInfo(self.zone)).date(), "medium")

    def moment(self, moment: datetime | None) -> str:
        """`24 November 2026, 09:05`; empty for none. The page says once which zone that is."""
        return "" if moment is None else f"{self.day(moment)}, {moment.astimezone(ZoneInfo(self.zone)):%H:%M}"

    def today(self) -> str:
        """Today, as a field of a form has it: `2026-11-24`."""
        return self.field(clock.now())

    def field(self, moment: datetime) -> str:
        """The day of a moment, as a field of a form has it."""
        return moment.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def begin(self, text: str, field: str) -> datetime | None:
        """When a day begins, from a form's field; None for an empty one. Raises InvalidInput that names the field."""
        day = _read(text, field)
        return None if day is None else self._at(day, time())

    def end(self, text: str, field: str) -> datetime | None:
        """When the next day begins. Raises as `begin` does."""
        day = _read(text, field)
        return None if day is None else self._at(day + timedelta(days=1), time())

    def at(self, day_text: str, time_text: str, field: str) -> datetime | None:
        """The moment that two fields of a form state; None when no day is. Raises InvalidInput that names the field."""
        day = _read(day_text, field)
        if day is None:
            return None
        try:
            return self._at(day, time.fromisoformat(time_text or "00:00").replace(tzinfo=None))
        except ValueError as error:
            raise InvalidInput(_("A time is hours and minutes, such as 08:30"), pointer=f"/{field}") from error

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(microsecond=0)


def _read(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(_("A day is written as year, month and day: 2026-11-24"), pointer=f"/{field}") from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(_("A day is written as year, month and day: 2026-11-24"), pointer=f"/{field}")
    return day


def _written(day: date, form: Literal["long", "medium"] = "long") -> str:
    tag = languages.current().tag
    # English here writes the day before the month, as dates on badges do.
    return dates.format_date(day, format=form, locale="en_GB" if tag == "en" else tag)
