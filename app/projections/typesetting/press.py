"""Typst, and the letters that it has. Text of people is handed over as data and is never read as markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

TEMPLATES = Path(__file__).parents[1] / "templates"
# To be read in fifty years, and by people who hear it: archive and accessibility (ISO 19005-3, ISO 14289-1).
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]

# The first is inside of Typst and comes first, so that Latin, Greek and Cyrillic look the same everywhere.
_FIRST = ("Libertinus Serif", "Noto Naskh Arabic", "Noto Serif")
_HAN = {"ja": "Noto Serif CJK JP", "ko": "Noto Serif CJK KR", "zh": "Noto Serif CJK SC"}
# New Computer Modern, which is inside of Typst too, has letters of Devanagari and cannot join them.
_UNFIT = re.compile(r"New Computer Modern|Math|Mono|Emoji|Symbols")
_PLAIN = re.compile(r"Serif|Naskh")
# Characters that have no shape, or that turn the reading order around (T20).
_SHAPELESS = {"Cc", "Cs", "Cn", "Co"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_LONG_WORD = re.compile(r"[A-Za-z0-9_./@:-]{25,}")
_PART_OF_A_WORD = re.compile(r".{1,12}")
_BREAK = "\u200b"
LONGEST = 300  # characters; more are never set, because nobody could read them on a sheet

_PROBE = b"""
#let given = json(bytes(sys.inputs.given))
#set document(title: "-")
#set text(font: given.fonts, lang: "en", fallback: false)
#given.text
"""


@dataclass(frozen=True, slots=True)
class Words:
    """How this machine writes some words of people; `is_whole`: whether it has a shape for every letter of them."""

    language: str
    is_whole: bool

    def word(self, text: str, instead: str = "") -> str:
        """The text as it can be set on a line; `instead` when a letter of it has no shape here."""
        clean = printable(text)
        return breakable(clean) if self.is_whole or can_write(clean, language=self.language) else instead


def words(texts: Iterable[str], *, language: str) -> Words:
    """All words of people that a sheet will show, looked at once."""
    return Words(language, can_write("\n".join(map(printable, texts)), language=language))


def printable(text: str) -> str:
    """At most 300 characters of the text on one line, without what has no shape or turns the reading order around."""
    kept = (
        " " if unicodedata.category(each) in _SHAPELESS else each
        for each in unicodedata.normalize("NFC", text)
        if each not in _TURNING
    )
    return " ".join("".join(kept).split())[:LONGEST]


def breakable(text: str) -> str:
    """The text with places to break in words that would not fit on a line."""
    return _LONG_WORD.sub(lambda found: _BREAK.join(_PART_OF_A_WORD.findall(found[0])), text)


def direction(text: str) -> Literal["ltr", "rtl"]:
    """Which way the text runs: as its first letter does."""
    for each in text:
        kind = unicodedata.bidirectional(each)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def can_write(text: str, *, language: str = "en") -> bool:
    """Whether there is a shape for every character. Takes a few milliseconds; not remembered, as names are in it."""
    given = json.dumps({"text": text, "fonts": families(language)})
    try:
        typst.compile(
            _PROBE, font_paths=_fonts(), sys_inputs={"given": given}, format="pdf", pdf_standards=STANDARDS, timestamp=0
        )
    except typst.TypstError:
        return False
    return True


@lru_cache(maxsize=16)
def families(language: str) -> list[str]:
    """The fonts of this machine in the order in which they are asked for a letter; Han as `language` writes it."""
    there = _fonts().families()
    own = _HAN.get(language.partition("-")[0])
    wanted = (*_FIRST, *([own] if own else []), *_HAN.values())
    rest = sorted((each for each in there if not _UNFIT.search(each)), key=lambda each: (not _PLAIN.search(each), each))
    return [each for each in dict.fromkeys((*wanted, *rest)) if each in there]


def pdf(template: str, given: dict[str, Any], *, timestamp: int, attached: str) -> bytes:
    """A template of ours as PDF, filled; the same input gives the same bytes with the same fonts.

    `attached` is what the template reads as `sys.inputs.attached`; `timestamp` in seconds, as the file states it.
    """
    source, inputs = _source(template), {"given": json.dumps(given), "attached": attached}
    for standards in (STANDARDS, []):
        try:
            return typst.compile(
                source, font_paths=_fonts(), sys_inputs=inputs, format="pdf", pdf_standards=standards,
                timestamp=timestamp,
            )  # fmt: skip
        except typst.TypstError:
            # The profiles refuse a letter without a shape, which callers have replaced: the rest is still a document.
            if not standards:
                raise
    raise AssertionError("the loop returns or raises")  # pragma: no cover


def png(template: str, given: dict[str, Any]) -> bytes:
    """The one page of a template of ours as PNG, a pixel for each point; likewise."""
    inputs = {"given": json.dumps(given)}
    return typst.compile(_source(template), font_paths=_fonts(), sys_inputs=inputs, format="png", ppi=72)


@lru_cache(maxsize=8)
def _source(template: str) -> bytes:
    return b"\n".join((TEMPLATES / name).read_bytes() for name in ("parts.typ", template))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts()
