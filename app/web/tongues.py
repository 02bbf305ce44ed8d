"""What people wrote of an achievement, in the language of whoever reads this page, and what is said of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.issuing import tongues
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.tongues import Told
from app.web import languages, words
from app.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in which the texts exist, called as it calls itself. `address` shows them in it."""

    tag: str
    name: str
    address: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Tongues:
    """In which languages the texts exist, the signed one first, and a sentence where another is shown ("" = none)."""

    sentence: str
    every: tuple[Tongue, ...]


def told(facts: AchievementFacts, *, only: str | None = None) -> Told:
    """The texts in the language of the reader, or in the one that an address names."""
    if only is not None:
        return tongues.told(facts, (only,))
    return tongues.told(facts, _wanted(tongues.offered(facts)))


def name_of(stored: Mapping[str, Any]) -> tuple[str, str]:
    """The name and its language, of facts as they are stored."""
    return tongues.name_in(stored, _wanted(tongues.offered_by(stored)))


def named(stored: Mapping[str, Any]) -> tuple[str, str | None]:
    """Likewise for a name in passing: its language only where it has a choice of them."""
    name, tag = name_of(stored)
    return name, tag if stored.get("translations") else None


def tongues_of(facts: AchievementFacts, shown: Told, address: Callable[[str], str]) -> Tongues | None:
    """What the page says of its languages; None for texts that exist in one only."""
    if not facts.translations:
        return None
    sentence = ""
    if shown.is_translated:
        sentence = _(
            "Signed in %(signed)s; shown here in %(shown)s. The signed text is the one that the issuer vouches for.",
            signed=words.language_name(shown.signed_in),
            shown=words.language_name(shown.language),
        )
    return Tongues(
        sentence,
        tuple(
            Tongue(tag, words.language_own_name(tag), address(tag), is_shown=tag == shown.language)
            for tag in tongues.offered(facts)
        ),
    )


def _wanted(offers: Sequence[str]) -> Sequence[str]:
    """What the reader wants; notes between what was chosen, because the bytes of the page depend on it."""
    reader = languages.reader()
    if reader is None or len(offers) == 1:
        return ()
    reader.offers.add(tuple(offers))
    return reader.wanted()
