"""A badge as a certificate of one page, with the signed badge attached. Pure.

Every word of the page is handed in, in the reader's language; here is only how it is set.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.projections.typesetting import press

MOST_SKILLS = 8


class Paper(StrEnum):
    """The sheet that it is printed on; the value is Typst's name."""

    A4 = "a4"
    LETTER = "us-letter"


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill with its level, 1 to 5, and the level in words."""

    name: str
    level: int
    level_text: str


@dataclass(frozen=True, slots=True)
class CertificateLabels:
    """Our own sentences on the page. `nameless` stands where the holder's name is not shown."""

    certificate: str
    awarded_to: str
    nameless: str
    skills: str
    more_skills: str  # empty when all are shown
    check: str
    attached: str
    named_elsewhere: str  # stands for a name that could not be written
    unwritable: str  # stands on the page when any word could not be written; says where it can be read


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything on the page. `holder` None = not shown; `logo`, `picture` and `qr` are SVG; `url` the badge's page."""

    language: str  # of our sentences
    content_language: str
    direction: str  # of our sentences, "ltr" or "rtl"
    labels: CertificateLabels
    name: str
    abbreviation: str
    holder: str | None
    issuer: str
    signs_as: str
    logo: str | None
    logo_shape: float  # its width by its height; 1.0 without one
    picture: str
    picture_alt: str
    is_dimmed: bool
    tone: str
    state: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    skills: tuple[SkillLine, ...]
    qr: str
    qr_alt: str
    url: str
    as_of: datetime


def certificate(stated: Certificate, *, credential: bytes, paper: Paper = Paper.A4) -> bytes:
    """A PDF of one page, whatever its words are; the same input gives the same bytes with the same fonts.

    `credential` is the signed document, which is attached as `credential.json`, byte for byte.
    """
    given = asdict(stated) | _written(stated)
    given |= {
        "paper": paper.value,
        "as_of": {"year": stated.as_of.year, "month": stated.as_of.month, "day": stated.as_of.day},
        "url_shown": press.breakable(stated.url),
        "fonts": press.families(stated.content_language),
    }
    return press.pdf("certificate.typ", given, timestamp=int(stated.as_of.timestamp()), attached=credential.decode())


def _written(stated: Certificate) -> dict[str, Any]:
    """The words of people as this machine can write them; what it cannot is replaced by what is there instead."""
    skills = stated.skills[:MOST_SKILLS]
    facts = [text for pair in stated.facts for text in pair]
    said = (stated.name, stated.abbreviation, stated.issuer, stated.holder or "", stated.sentence, *facts)
    found = press.words((*said, *(each.name for each in skills)), language=stated.content_language)
    abbreviation = found.word(stated.abbreviation)
    name = found.word(stated.name, abbreviation) or "Open Badge"
    issuer = found.word(stated.issuer, stated.signs_as)
    holder = None if stated.holder is None else found.word(stated.holder)
    shown = [asdict(each) | {"name": word} for each in skills if (word := found.word(each.name))]
    return {
        "is_whole": found.is_whole,
        "name": name,
        "abbreviation": "" if abbreviation == name else abbreviation,
        "issuer": issuer,
        "holder": holder,
        "sentence": found.word(stated.sentence, stated.state),
        "facts": [(label, word) for label, value in stated.facts if (word := found.word(value))],
        "skills": shown,
        "picture_alt": press.printable(stated.picture_alt) or "-",
        "directions": {
            "name": press.direction(name),
            "issuer": press.direction(issuer),
            "holder": press.direction(holder or ""),
        },
    }
