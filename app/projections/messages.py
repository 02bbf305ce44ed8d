"""The words of mails to learners, from facts. Pure; `outbound/email.py` makes messages of them and sends them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.errors import InvalidInput

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


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a mail says, without addresses: one line of subject, and the same message as plain text and as HTML."""

    subject: str
    text: str
    html: str
    language: str  # BCP 47, of our own sentences


def award_mail(
    *,
    learner_name: str | None,
    achievement_name: str,
    abbreviation: str | None,
    issuer_name: str,
    badge_url: str,
    image_url: str | None,
    awarded_at: datetime,
    valid_until: datetime | None,
    criteria: str | None,
    language: str | None,
) -> MailContent:
    """The mail that says "you earned a badge", with its address, its dates and what it took.

    All facts are data: names are one line each without invisible turns of reading direction (T38, T39). `criteria`
    is plain text and is shortened; `language` is that of the achievement's words (BCP 47, None = not stated), our own
    sentences are English. `image_url` is the badge's PNG, the only remote thing in the mail (None = no image).
    `learner_name=None` greets without a name; `valid_until=None` says that the badge does not end. Dates are in UTC.
    Raises InvalidInput for an address that is not http(s).
    """
    facts = {
        "learner": _one_line(learner_name or "") or None,
        "achievement": _one_line(achievement_name),
        "abbreviation": _one_line(abbreviation or "") or None,
        "issuer": _one_line(issuer_name),
        "badge_url": _address(badge_url, "/badge_url"),
        "image_url": None if image_url is None else _address(image_url, "/image_url"),
        "awarded_on": written_date(awarded_at),
        "valid_until": None if valid_until is None else written_date(valid_until),
        "criteria": _shortened(criteria or "") or None,
        "words_language": language if language and _LANGUAGE.fullmatch(language) else _UNDETERMINED,
    }
    return MailContent(
        subject=f"You earned a badge: {facts['achievement']}",
        text=_templates().get_template("award.txt").render(facts).strip() + "\n",
        html=_templates().get_template("award.html").render(facts).strip() + "\n",
        language="en",
    )


def written_date(moment: datetime) -> str:
    """The day of a moment with its month as a word: "24 November 2028"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _one_line(text: str) -> str:
    """A name on one line: controls and breaks become spaces, invisible direction marks go (T20), at most 200 long."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs", "Cs"} else c for c in text if c not in _BIDI)
    return _cut(" ".join("".join(kept).split()), _LONGEST_NAME)


def _shortened(text: str) -> str:
    """The first paragraphs of a text, up to 500 characters and never with more than one empty line."""
    kept = "".join(
        c for c in text if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} and c not in _BIDI)
    )
    return _cut(re.sub(r"\n{3,}", "\n\n", kept).strip(), _LONGEST_CRITERIA)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[: limit - 1].rstrip()
    word_end = kept.rfind(" ")
    return (kept[:word_end] if word_end > limit // 2 else kept) + "…"


def _address(url: str, pointer: str) -> str:
    if not _URL.fullmatch(url):
        raise InvalidInput("An address in a mail starts with https:// and has no spaces", pointer=pointer)
    return url


@lru_cache(maxsize=1)
def _templates() -> Environment:
    """Our own templates; HTML is escaped always, and no text of a user is ever read as a template (T38)."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
