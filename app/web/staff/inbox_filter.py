"""Which deliveries somebody looks at: a filter that is an address, and an address that is a filter again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from fastapi import Request

from app.errors import InvalidInput
from app.issuing.inbox import Standing, Wanted
from app.web.forms import Form
from app.web.languages import gettext as _
from app.web.staff.sources_times import beginning, day_of

LONGEST_TEXT = 320
_STANDINGS = {standing.value: standing for standing in Standing}


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for; "" and None = whatever. `since` and `until` are days, and both count."""

    standings: tuple[Standing, ...] = ()
    source: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    is_conflicting: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether anything was asked for besides how deliveries stand."""
        return replace(self, standings=()) != Filter()

    def wanted(self, timezone: str) -> Wanted:
        """As the office asks for it, with the days of a zone."""
        return Wanted(
            source_id=self.source or None,
            standings=self.standings,
            since=None if self.since is None else beginning(self.since, timezone),
            until=None if self.until is None else beginning(self.until, timezone, of_next=True),
            text=self.text or None,
            conflicting=True if self.is_conflicting else None,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The fields of a form, or the parts of an address, that state it."""
        stated = [("standing", standing.value) for standing in self.standings]
        others = {
            "source": self.source,
            "q": self.text,
            "since": "" if self.since is None else self.since.isoformat(),
            "until": "" if self.until is None else self.until.isoformat(),
            "conflicting": "yes" if self.is_conflicting else "",
        }
        return [*stated, *((name, value) for name, value in others.items() if value)]

    def query(self, **more: str) -> str:
        """The part of an address behind its path, with `?`; empty for everything."""
        pairs = [*self.pairs(), *more.items()]
        return f"?{urlencode(pairs)}" if pairs else ""

    def standing(self, *standings: Standing) -> Filter:
        """The same, of those that stand so."""
        return replace(self, standings=standings)


def of_request(request: Request) -> Filter:
    """The filter that an address states. Raises InvalidInput."""
    asked = request.query_params
    return _of(asked.getlist("standing"), {name: asked.get(name, "") for name in _NAMES})


def of_form(form: Form) -> Filter:
    """The filter that the hidden fields of a form state. Raises InvalidInput."""
    return _of(form.many("standing"), {name: form.text(name, most=LONGEST_TEXT) for name in _NAMES})


_NAMES = ("source", "q", "since", "until", "conflicting")


def _of(standings: Sequence[str], stated: Mapping[str, str]) -> Filter:
    chosen = [each for each in standings if each]
    if unknown := [each for each in chosen if each not in _STANDINGS]:
        raise InvalidInput(_("No delivery stands as “%(word)s”", word=unknown[0][:40]), pointer="/standing")
    text = stated["q"].strip()
    if "\x00" in text or len(text) > LONGEST_TEXT:
        raise InvalidInput(_("Search for at most 320 characters"), pointer="/q")
    return Filter(
        standings=tuple(dict.fromkeys(_STANDINGS[each] for each in chosen)),
        source=stated["source"] if stated["source"].isprintable() else "",
        text=text,
        since=day_of(stated["since"], "since"),
        until=day_of(stated["until"], "until"),
        is_conflicting=bool(stated["conflicting"]),
    )
