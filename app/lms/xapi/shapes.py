"""The small shapes that statements are made of: IRIs, UUIDs, language maps, times. Source: xAPI 1.0.3, Data, 4."""

from __future__ import annotations

import re
from typing import Any

from app.lms.reading import Fields, wrong

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# Well-formed is enough: whether a language of that name is registered (RFC 5646, 2.2.9) is no concern of a badge.
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[iIxX]-[A-Za-z0-9]{1,8})(?:-[A-Za-z0-9]{1,8})*")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.([0-9]{1,12}))?"
    r"(?: ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_DURATION = re.compile(r"P(?=[0-9T])(?:[0-9.]+[YMWD])*(?:T(?=[0-9])(?:[0-9.]+[HMS])+)?")
_MINUS_ZERO = re.compile(r"[0-9] ?-00(?::?00)?$")
_HOURS_ONLY = re.compile(r"[+-][0-9]{2}$")


def iri(fields: Fields, name: str) -> str:
    """A required IRI with its scheme."""
    value = fields.require(name)
    if not isinstance(value, str) or not _IRI.fullmatch(value) or not value.isprintable():
        raise wrong(f"`{name}` must be an IRI, such as https://…", code="not-an-iri", pointer=fields.at(name))
    return value


def uuid(fields: Fields, name: str) -> str:
    """A required UUID, in lower case."""
    value = fields.require(name)
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong(f"`{name}` must be a UUID", code="not-a-uuid", pointer=fields.at(name))
    return value.lower()


def check_text(fields: Fields, *names: str) -> None:
    """Complain about members that are there and not text."""
    for name in names:
        if fields.has(name) and not isinstance(fields.members[name], str):
            raise wrong(f"`{name}` must be text", code="ill-typed", pointer=fields.at(name))


def check_language(fields: Fields, name: str) -> None:
    """Complain about a member that is there and no language tag of RFC 5646."""
    if fields.has(name) and not _is_language(fields.members[name]):
        raise wrong(
            f"`{name}` must be a language tag, such as en or de-AT", code="not-a-language", pointer=fields.at(name)
        )


def check_language_map(fields: Fields, name: str) -> None:
    """Complain about a member that is there and no object from language tags to text."""
    if not fields.has(name):
        return
    texts = fields.object(name)
    for tag, text in texts.members.items():
        if not _is_language(tag):
            raise wrong("The name here must be a language tag", code="not-a-language", pointer=texts.at(tag))
        if not isinstance(text, str):
            raise wrong("A text is expected here", code="ill-typed", pointer=texts.at(tag))


def check_extensions(fields: Fields) -> None:
    """Complain about `extensions` that are there and no object from IRIs to anything."""
    if not fields.has("extensions"):
        return
    extensions = fields.object("extensions")
    for name in extensions.members:
        if not _IRI.fullmatch(name):
            raise wrong("An extension's name must be an IRI", code="not-an-iri", pointer=extensions.at(name))


def check_duration(fields: Fields, name: str) -> None:
    """Complain about a member that is there and no ISO 8601 duration."""
    value = fields.members.get(name)
    if value is not None and not (isinstance(value, str) and _DURATION.fullmatch(value)):
        raise wrong(f"`{name}` must be a duration, such as PT1H30M", code="not-a-duration", pointer=fields.at(name))


def check_timestamp(fields: Fields, name: str) -> None:
    """Complain about a member that is there and no ISO 8601 time; the standard refuses an offset of minus zero."""
    value = fields.members.get(name)
    if value is None:
        return
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value) or _MINUS_ZERO.search(value, 18):
        raise wrong(
            f"`{name}` must be a time, such as 2026-03-02T10:15:00Z", code="not-a-moment", pointer=fields.at(name)
        )


def with_minutes(timestamp: str) -> str:
    """The time with its offset in hours and minutes, which xAPI lets senders shorten to hours."""
    return timestamp + ":00" if _HOURS_ONLY.search(timestamp) else timestamp


def fraction_of_second(timestamp: str) -> str:
    """The part behind the second as nine digits: the order of facts within one second, compared as text."""
    match = _TIMESTAMP.fullmatch(timestamp)
    return ((match[1] if match else None) or "").ljust(9, "0")[:9]


def list_of(fields: Fields, name: str, *, or_one: bool = False) -> list[Fields]:
    """The objects of a list that may be absent; with `or_one`, an object stands for a list of itself."""
    value: Any = fields.members.get(name)
    if value is None:
        return []
    if or_one and isinstance(value, dict):
        return [fields.object(name)]
    if not isinstance(value, list):
        raise wrong(f"`{name}` must be an array", code="ill-typed", pointer=fields.at(name))
    return [Fields.of(member, f"{fields.at(name)}/{place}") for place, member in enumerate(value)]


def _is_language(value: Any) -> bool:
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None
