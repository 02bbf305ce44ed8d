"""A place in a rule document: its value, its JSON Pointer, and typed ways to read it that gather every problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from app.credentials.timestamps import from_rfc3339
from app.errors import InvalidInput
from app.stacking.rules.durations import Duration
from app.stacking.rules.reading.yaml_text import Lines, escape

MOST_PROBLEMS = 50
LONGEST_TEXT = 500
LONGEST_SHOWN = 60
_LARGEST = 1_000_000
_PLAUSIBLE_SIZES = range(-12, 7)  # from so many digits behind the point to so many before it
_E = TypeVar("_E", bound=StrEnum)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,12})?)( ?%)?", re.ASCII)


@dataclass(slots=True)
class Problems:
    """What is wrong so far: for each place one sentence."""

    lines: Lines = field(default_factory=Lines)
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, pointer: str, sentence: str) -> None:
        """One more, unless there are too many already."""
        if len(self.found) < MOST_PROBLEMS:
            line = self.lines.of(pointer)
            self.found.append({"pointer": pointer, "sentence": sentence} | ({} if line is None else {"line": line}))

    def raise_if_any(self) -> None:
        """Raise InvalidInput with `problems`, and with the first one's place."""
        if not self.found:
            return
        first = self.found[0]
        where = f"line {first['line']}" if "line" in first else (first["pointer"] or "the rule")
        place = {name: first[name] for name in ("pointer", "line") if name in first}
        raise InvalidInput(f"{where}: {first['sentence']}", problems=self.found, **place)


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands. Each reader returns None after it has noted a problem."""

    value: Any
    pointer: str
    problems: Problems

    def wrong(self, sentence: str) -> None:
        """Note a problem of this place."""
        self.problems.add(self.pointer, sentence)

    def step(self, name: str | int, value: Any) -> Place:
        """A place below this one."""
        return Place(value, f"{self.pointer}/{escape(str(name))}", self.problems)

    def members(self, *known: str) -> dict[str, Place] | None:
        """The members of a map; each that has no meaning here is a problem that names the nearest one that has."""
        if not isinstance(self.value, Mapping):
            self.wrong(f"This is a map with {_listed(known)}")
            return None
        found = {}
        for name, value in self.value.items():
            if isinstance(name, str) and name in known:
                found[name] = self.step(name, value)
            else:
                self.step(str(name)[:LONGEST_SHOWN], None).wrong(_unknown(name, known))
        return found

    def items(self, *, most: int) -> list[Place] | None:
        """The entries of a list that has at least one."""
        if not isinstance(self.value, list | tuple) or not self.value:
            self.wrong("This is a list with at least one entry")
            return None
        if len(self.value) > most:
            self.wrong(f"This list has at most {most} entries")
            return None
        return [self.step(index, value) for index, value in enumerate(self.value)]

    def text(self, *, longest: int = LONGEST_TEXT) -> str | None:
        """A printable text, or a whole number as text: ids are written with and without quotes."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**LONGEST_SHOWN:
            return str(value)
        if isinstance(value, float | Decimal):
            self.wrong("A number with a point or an exponent is no text; put it between quotation marks")
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            self.wrong(f"This is a text of 1 to {longest} printable characters")
            return None
        return value.strip()

    def choice(self, kind: type[_E]) -> _E | None:
        """A member of a closed set, by its value."""
        for member in kind:
            if member.value == self.value:
                return member
        self.wrong(_unknown(self.value, tuple(kind)))
        return None

    def flag(self) -> bool | None:
        """True or false."""
        if not isinstance(self.value, bool):
            self.wrong("This is true or false")
            return None
        return self.value

    def whole(self, lowest: int, highest: int) -> int | None:
        """A whole number in a range."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong(f"This is a whole number from {lowest} to {highest}")
            return None
        return value

    def fraction(self) -> Decimal | None:
        """A score between 0 and 1: as a number, a text, or a text with a per cent sign."""
        number = self._number()
        if number is None or not 0 <= number <= 1:
            self.wrong("This is a score between 0 and 1, such as 0.84, or “84 %”")
            return None
        return number

    def percentage(self) -> Decimal | None:
        """A share above 0 and up to 100 per cent: “10 %”, or 10."""
        number = self._number(of_hundred=True)
        if number is None or not 0 < number <= 100:  # noqa: PLR2004 - that is what per cent means
            self.wrong("This is a share above 0 % and up to 100 %, such as “10 %”")
            return None
        return number

    def _number(self, *, of_hundred: bool = False) -> Decimal | None:
        found = _NUMBER.fullmatch(_number_text(self.value))
        if found is None:
            return None
        number = Decimal(found[1])
        return plain(number if of_hundred or not found[2] else number / 100)

    def duration(self) -> Duration | None:
        """An ISO 8601 duration."""
        if not isinstance(self.value, str):
            self.wrong("A duration is written like P90D, P24M, P1Y or PT1H")
            return None
        try:
            return Duration.parse(self.value.strip())
        except InvalidInput as error:
            self.wrong(error.detail)
            return None

    def day(self) -> date | None:
        """A date."""
        value = self.value
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        elif isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.wrong("This is a date such as 2026-12-31")
        return None

    def moment(self, *, end_of_day: bool) -> datetime | None:
        """A date and time with a zone, or a date: its first or its last second in UTC."""
        value = self.value
        if isinstance(value, str) and not _DATE.fullmatch(value):
            try:
                return from_rfc3339(value).astimezone(UTC).replace(microsecond=0)
            except (InvalidInput, OverflowError):
                self.wrong("This is a date such as 2026-01-31, or a date and time with a zone (RFC 3339)")
                return None
        day = self.day()
        return None if day is None else datetime.combine(day, time(23, 59, 59) if end_of_day else time(), UTC)


def plain(number: Decimal) -> Decimal:
    """The number in one spelling: 0.90 and 0.9 are the same rule."""
    return Decimal(f"{number.normalize():f}")


def _number_text(value: Any) -> str:
    """A number as digits; empty for what is none, or too long to be a score."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return ""
    if isinstance(value, str):
        return value.strip() if len(value) <= LONGEST_SHOWN else ""
    if isinstance(value, int):
        return str(value) if abs(value) <= _LARGEST else ""
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite() or number.adjusted() not in _PLAUSIBLE_SIZES:
        return ""
    return f"{number:f}"


def _unknown(name: Any, known: tuple[str, ...]) -> str:
    shown = name if isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_SHOWN else None
    near = get_close_matches(shown.lower(), known, 1, 0.6) if shown is not None else []
    if shown is None:
        return f"This is one of {_listed(known)}"
    if near:
        return f"Nothing is called “{shown}” here; did you mean “{near[0]}”?"
    return f"Nothing is called “{shown}” here; known are {_listed(known)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
