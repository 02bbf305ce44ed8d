"""Kinds of values, as functions that name the places at which a value is of another kind.

A place is a path of member names and positions, as in `credentialSubject.achievement.tag[2]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.credentials.verify.shape import moment

Kind = Callable[[Any, str], Iterator[str]]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXTENSION = re.compile(r"ext:[A-Za-z0-9.|_-]")


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the data model: what it must have, what it may have, and whether it may have anything else."""

    required: tuple[str, ...]
    members: Mapping[str, Kind]
    is_closed: bool = field(default=False, kw_only=True)

    def departures(self, value: Any, place: str) -> Iterator[str]:
        """The places at which a value is not of this class."""
        if not isinstance(value, dict):
            yield place
            return
        for name in self.required:
            if name not in value:
                yield _inside(place, name)
        for name, member in value.items():
            kind = self.members.get(name)
            if kind is not None:
                yield from kind(member, _inside(place, name))
            elif self.is_closed:
                yield _inside(place, name)


def text(value: Any, place: str) -> Iterator[str]:
    """Text; also where it names something by an address."""
    if not isinstance(value, str):
        yield place


def number(value: Any, place: str) -> Iterator[str]:
    """A number, and no text that looks like one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield place


def flag(value: Any, place: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield place


def instant(value: Any, place: str) -> Iterator[str]:
    """A date and time with its zone."""
    if moment(value) is None:
        yield place


def date(value: Any, place: str) -> Iterator[str]:
    """A day."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        yield place


def many(kind: Kind) -> Kind:
    """A list, however short; the standard allows one value alone here, the schema does not."""

    def judge(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield place
            return
        for position, each in enumerate(value):
            yield from kind(each, f"{place}[{position}]")

    return judge


def either(first: Kind, second: Kind) -> Kind:
    """One of two kinds; what is of neither departs as the second does."""

    def judge(value: Any, place: str) -> Iterator[str]:
        if next(first(value, place), None) is not None:
            yield from second(value, place)

    return judge


def just(*words: str) -> Kind:
    """One of these words."""

    def judge(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in words:
            yield place

    return judge


def word_of(words: frozenset[str]) -> Kind:
    """A word of a list that may be extended by `ext:…`."""

    def judge(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, str) or (value not in words and not _EXTENSION.search(value)):
            yield place

    return judge


def like(pattern: str) -> Kind:
    """Text of this form."""
    compiled = re.compile(pattern)

    def judge(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield place

    return judge


def typed(*names: str) -> Kind:
    """A list of types among which is one of these."""

    def judge(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list) or not any(isinstance(each, str) and each in names for each in value):
            yield place
        else:
            yield from many(text)(value, place)

    return judge


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
