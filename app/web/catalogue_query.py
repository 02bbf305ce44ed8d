"""What an address asks the catalogue for: every filter is a parameter, so a search can be sent to somebody.

What cannot be understood is said beside its field and left out; what was typed stays in the field.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.errors import InvalidInput
from app.issuing import finding
from app.issuing.finding import Place, Wanted
from app.issuing.folding import fold
from app.issuing.listing import LONGEST_NAME
from app.web.languages import gettext as _
from app.web.representations import is_id

MOST_CHARACTERS = 200
MOST_HOURS = 100_000
_HOURS = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,4})?")
_KIND = re.compile(r"[\x20-\x7e]{1,80}")


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters as they were typed; empty = not asked. `issuer` is a slug, `credit` a unit, `kind` a type."""

    q: str = ""
    issuer: str = ""
    skill: str = ""
    level: str = ""
    hours_from: str = ""
    hours_to: str = ""
    kind: str = ""
    credit: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of what is asked for."""
        return tuple(name for name in self.__slots__ if getattr(self, name))

    def address(self, path: str, *, after: Place | None = None) -> str:
        """The address of this search below a path; with a place, of the page after it."""
        stated = [(name, getattr(self, name)) for name in self.asked]
        if after is not None:
            stated.append(("after", cursor_of(after)))
        return f"{path}?{urlencode(stated)}" if stated else path

    def without(self, *names: str) -> Query:
        """The same search with some filters taken off."""
        return replace(self, **dict.fromkeys(names, ""))


@dataclass(frozen=True, slots=True)
class Understood:
    """What is looked for, and a sentence for each field that could not be understood."""

    wanted: Wanted
    problems: Mapping[str, str]


def read(parameters: Mapping[str, str]) -> Query:
    """The search that an address states; longer texts than any name are cut."""
    stated = {name: parameters.get(name, "")[:MOST_CHARACTERS].strip() for name in Query.__slots__}
    return Query(**stated)


def understand(query: Query, *, issuer_id: str | None) -> Understood:
    """What the parameters mean. `issuer_id` is that of the stated issuer; "" finds nothing, None finds any."""
    problems: dict[str, str] = {}
    hours_from = _hours(query.hours_from, "hours_from", problems)
    hours_to = _hours(query.hours_to, "hours_to", problems)
    if hours_from is not None and hours_to is not None and hours_from > hours_to:
        problems["hours_to"] = _("“From” is more than “to”, so the hours were left out.")
        hours_from = hours_to = None
    if query.level and query.level not in "12345":
        problems["level"] = _("A level is a number from 1 to 5, so it was left out.")
    wanted = Wanted(
        words=finding.words_of(query.q),
        issuer_id=issuer_id,
        skill_words=finding.words_of(query.skill),
        level=int(query.level) if query.level and "level" not in problems else None,
        hours_from=hours_from,
        hours_to=hours_to,
        kind=query.kind if _KIND.fullmatch(query.kind) else None,
        unit=fold(query.credit) or None,
    )
    return Understood(wanted, problems)


def cursor_of(place: Place) -> str:
    """A place in the list as a parameter."""
    stated = json.dumps([place.sort_name, place.achievement_id], separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(stated.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place | None:
    """The place that a parameter names; None for none. Raises InvalidInput for one that was not made here."""
    if not cursor:
        return None
    try:
        name, achievement_id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        is_ours = len(name) <= LONGEST_NAME and fold(name) == name and is_id(achievement_id)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(_NOT_OURS, pointer="/after") from error
    if not is_ours:
        raise InvalidInput(_NOT_OURS, pointer="/after")
    return Place(name, achievement_id)


_NOT_OURS = "This place in the catalogue was not named here; begin with the first page"


def _hours(text: str, name: str, problems: dict[str, str]) -> float | None:
    if not text:
        return None
    if not _HOURS.fullmatch(text) or (number := float(text.replace(",", "."))) > MOST_HOURS:
        problems[name] = _("Hours are a number like 4 or 1.5, so they were left out.")
        return None
    return number
