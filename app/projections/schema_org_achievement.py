"""An achievement that can be earned in the words of schema.org, for search engines. Pure.

Source: schema.org, `EducationalOccupationalCredential`; durations as in ISO 8601.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.days import day_in

_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Skill:
    """What the achievement shows, with its place in a framework where it has one."""

    name: str
    url: str
    code: str | None = None
    framework: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with the three letters of its currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One published version. `issuer` is an `Organization`; None and empty = not stated."""

    url: str
    name: str
    abbreviation: str
    description: str
    language: str
    kind: str
    version: str
    published_at: datetime
    zone: ZoneInfo  # the issuer's
    image_url: str
    issuer: dict[str, Any]
    skills: tuple[Skill, ...] = ()
    tags: tuple[str, ...] = ()
    hours: Decimal | None = None
    days_good: int | None = None
    months_good: int | None = None
    price: Price | None = None


def document(stated: Offered) -> dict[str, Any]:
    """The achievement as a document with its context; what is not stated is left out."""
    found = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "@id": stated.url,
        "url": stated.url,
        "name": stated.name,
        "alternateName": stated.abbreviation,
        "description": stated.description,
        "inLanguage": stated.language,
        "image": stated.image_url,
        "credentialCategory": stated.kind,
        "version": stated.version,
        "datePublished": day_in(stated.published_at, stated.zone).isoformat(),
        "recognizedBy": stated.issuer,
        "provider": {"@id": stated.issuer["@id"]},
        "competencyRequired": [_skill(skill) for skill in stated.skills] or None,
        "keywords": list(stated.tags) or None,
        "timeRequired": _duration(stated.hours) if stated.hours else None,
        "validFor": _validity(stated),
        "offers": _offer(stated.price) if stated.price else None,
    }
    return _known(found)


def _skill(skill: Skill) -> dict[str, Any]:
    term = {"@type": "DefinedTerm", "name": skill.name, "url": skill.url, "termCode": skill.code}
    return _known({**term, "inDefinedTermSet": skill.framework})


def _offer(price: Price) -> dict[str, Any]:
    return {"@type": "Offer", "price": f"{price.amount:f}", "priceCurrency": price.currency}


def _duration(hours: Decimal) -> str:
    whole, minutes = divmod(round(hours * _MINUTES), _MINUTES)
    return "PT" + (f"{whole}H" if whole else "") + (f"{minutes}M" if minutes or not whole else "")


def _validity(stated: Offered) -> str | None:
    if stated.months_good is not None:
        return f"P{stated.months_good}M"
    return None if stated.days_good is None else f"P{stated.days_good}D"


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
