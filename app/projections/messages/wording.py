"""Facts as they stand in mails: names on one line, dates in words, addresses that are addresses."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_name

from app import days
from app.errors import InvalidInput
from app.projections.messages import sentences

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST_NAME = 200
_LONGEST_CRITERIA = 500
_URL = re.compile(r"https?://[^\s<>\"'\\]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_UNDETERMINED = "und"  # BCP 47: the language is not known


def written_date(moment: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """The day of a moment in a zone with its month as a word, "24 November 2028".

    "2028-11-24" in a language we do not write.
    """
    day = days.day_in(moment, zone)
    if language.partition("-")[0].lower() == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    if sentences.spoken(language) != sentences.ENGLISH:
        return str(format_date(day, "long", locale=sentences.spoken(language)))
    return day.isoformat()


def written_end(moment: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """The last good day of what ends at a moment; with the time and its zone where that is not the end of a day."""
    day = written_date(moment, zone, language)
    if days.ends_a_day(moment, zone):
        return day
    there = days.moment_in(moment, zone)
    name = "UTC" if days.is_utc(zone) else get_timezone_name(zone, locale=sentences.spoken(language))
    return f"{day}, {there:%H:%M} {name}"


def one_line(text: str) -> str:
    """A name on one line: controls and breaks become spaces, invisible direction marks go (T20), at most 200 long."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs", "Cs"} else c for c in text if c not in _BIDI)
    return _cut(" ".join("".join(kept).split()), _LONGEST_NAME)


def shortened(text: str) -> str:
    """The first paragraphs of a text, up to 500 characters and never with more than one empty line."""
    return _cut(whole(text), _LONGEST_CRITERIA)


def whole(text: str) -> str:
    """A text without what shows nothing or turns the reading order around, never with more than one empty line."""
    kept = "".join(
        c for c in text if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} and c not in _BIDI)
    )
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def address(url: str, pointer: str) -> str:
    """The address, if it is one. Raises InvalidInput."""
    if not _URL.fullmatch(url):
        raise InvalidInput("An address in a mail starts with https:// and has no spaces", pointer=pointer)
    return url


def language_tag(stated: str | None) -> str:
    """The language as BCP 47; `und` when it is not stated or is no tag."""
    return stated if stated and _LANGUAGE.fullmatch(stated) else _UNDETERMINED


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[: limit - 1].rstrip()
    word_end = kept.rfind(" ")
    return (kept[:word_end] if word_end > limit // 2 else kept) + "…"
