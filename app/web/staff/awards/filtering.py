"""Which awards a list shows: a filter that is an address, so that it can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from app.errors import InvalidInput
from app.issuing.award_search import AwardsWanted, Standing
from app.web.forms import Form
from app.web.languages import gettext as _
from app.web.staff.listing import asked
from app.web.staff.local import Local

NAMES = ("q", "state", "achievement", "group", "since", "until", "ends")
ENDS_WITHIN = (30, 60, 90, 180)
_STANDINGS = {standing.value: standing for standing in Standing}
_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for, field by field as it was typed; "" = whatever."""

    values: Mapping[str, str]

    def __getattr__(self, name: str) -> str:
        """The value of a field, for the template."""
        return self.values[name]

    @property
    def is_narrow(self) -> bool:
        """Whether anything was asked for."""
        return any(self.values.values())

    def address(self, path: str, **more: str) -> str:
        """A path with this filter behind it."""
        pairs = [(name, value) for name, value in (*self.values.items(), *more.items()) if value]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def wanted(self, local: Local) -> AwardsWanted:
        """As the office asks for it. Raises InvalidInput."""
        values = self.values
        if values["state"] and values["state"] not in _STANDINGS:
            raise InvalidInput(_("There is no such state; choose one of the list"), pointer="/state")
        return AwardsWanted(
            text=values["q"],
            standing=_STANDINGS.get(values["state"]),
            achievement_id=values["achievement"] or None,
            group=values["group"] or None,
            since=local.begin(values["since"], "since"),
            until=local.end(values["until"], "until"),
            ends_within_days=_days(values["ends"]),
        )


def of_request(request: Request) -> Filter:
    """The filter that an address states."""
    return Filter(asked(request, NAMES))


def of_form(form: Form) -> Filter:
    """The filter that the hidden fields of a form state, under the same names."""
    return Filter({name: form.text(name, most=320) for name in NAMES})


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= _MOST_DAYS):  # noqa: PLR2004 - digits
        raise InvalidInput(_("Say a number of days, such as 60"), pointer="/ends")
    return int(text)
