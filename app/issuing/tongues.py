"""In which language somebody reads an achievement: its texts as they were signed, or as its issuer translated them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.issuing.achievement_facts import AchievementFacts


@dataclass(frozen=True, slots=True)
class Told:
    """The texts of an achievement for one reader, each with its language; `language` is that of the name.

    A text that was not translated is the signed one, in the language `signed_in`.
    """

    name: str
    description: str
    criteria: str | None
    language: str
    description_language: str
    criteria_language: str
    signed_in: str
    signed_name: str
    signed_description: str

    @property
    def is_translated(self) -> bool:
        """Whether anything of it is another text than the signed one."""
        return self.language != self.signed_in


def offered(facts: AchievementFacts) -> tuple[str, ...]:
    """The languages in which the texts exist: the signed one, and then the others by their tags."""
    return (facts.language, *sorted(facts.translations))


def offered_by(stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Likewise of facts as they are stored."""
    return (stored.get("language", "en"), *sorted(stored.get("translations", ())))


def best(offers: Sequence[str], wanted: Sequence[str]) -> str:
    """The language to read in: for the first wish that can be met, else the first that is offered.

    A wish is met by its own tag, by a wider one (`es` for `es-MX`), or by any of the same primary subtag.
    """
    known = {tag.lower(): tag for tag in reversed(offers)}
    for wish in wanted:
        tag = wish.lower()
        while tag:
            if tag in known:
                return known[tag]
            tag = tag.rpartition("-")[0]
        primary = wish.lower().partition("-")[0]
        for each in offers:
            if each.lower().partition("-")[0] == primary:
                return each
    return offers[0]


def told(facts: AchievementFacts, wanted: Sequence[str]) -> Told:
    """The texts for somebody who wants to read these languages, the dearest first; () = as they were signed."""
    tag = best(offered(facts), wanted)
    texts, signed = facts.translations.get(tag), facts.language
    description = texts and texts.description
    criteria = texts and texts.criteria_narrative
    return Told(
        name=texts.name if texts else facts.name,
        description=description or facts.description,
        criteria=criteria or facts.criteria_narrative,
        language=tag if texts else signed,
        description_language=tag if description else signed,
        criteria_language=tag if criteria else signed,
        signed_in=signed,
        signed_name=facts.name,
        signed_description=facts.description,
    )


def names_of(facts: AchievementFacts) -> dict[str, Any]:
    """The names alone, in every language, as `name_in` takes them."""
    others = {tag: {"name": texts.name} for tag, texts in facts.translations.items()}
    return {"name": facts.name, "language": facts.language, "translations": others}


def name_in(stored: Mapping[str, Any], wanted: Sequence[str]) -> tuple[str, str]:
    """The name and its language, of facts as they are stored: lists ask for hundreds at once."""
    offers = offered_by(stored)
    tag = best(offers, wanted) if len(offers) > 1 else offers[0]
    texts = stored.get("translations", {}).get(tag, stored)
    return str(texts["name"]), tag
