"""The rows of the form that say an achievement in other languages: one row a language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.issuing.achievement_facts import AchievementFacts
from app.web import words
from app.web.languages import gettext as _

KIND = "translation"
TEXTS = ("name", "description", "criteria_narrative")

Row = dict[str, str]


def shown(facts: AchievementFacts) -> tuple[Row, ...]:
    """The rows of what is there, by their tags."""
    return tuple(
        {"tag": tag} | {name: getattr(facts.translations[tag], name) or "" for name in TEXTS}
        for tag in sorted(facts.translations)
    )


def stated(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """What the rows say, as `AchievementFacts.translations` takes it; nothing is checked yet."""
    return {tag_of(row): {name: row[name] for name in TEXTS if row[name]} for row in rows}


def tag_of(row: Row) -> str:
    """The tag as it is written: `es-MX` for `ES-mx`, `zh-Hant` for `zh-hant`."""
    first, *others = row["tag"].replace("_", "-").split("-")
    return "-".join([first.lower(), *(each.title() if len(each) == len("Hant") else each.upper() for each in others)])


def twice(rows: Sequence[Row]) -> dict[str, str]:
    """A sentence for each row in a language that an earlier row has."""
    tags = [tag_of(row) for row in rows]
    return {
        f"{KIND}-{number}-tag": _("Another row is in this language already.")
        for number, tag in enumerate(tags)
        if tag in tags[:number]
    }


def field_of(below: Sequence[int | str], rows: Sequence[Row]) -> str:
    """The name of the field that a place in the translations comes from."""
    tags = [tag_of(row) for row in rows]
    number = tags.index(str(below[0])) if below and below[0] in tags else 0
    name = below[1] if len(below) > 1 and below[1] in TEXTS else "tag"
    return f"{KIND}-{number}-{name}"


def tongues(language: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What a preview can be shown in: the language that is signed, and those of the rows."""
    others = dict.fromkeys(tag_of(row) for row in rows if row["tag"])
    signed = ("", _("%(language)s, as it is signed", language=words.language_name(language)))
    return [signed, *((tag, words.language_name(tag)) for tag in others)]
