"""What our mails say, in the languages that learners choose: written in English where it is said, looked up here.

A sentence without a translation is an error of ours and raises KeyError, so that no mail speaks two languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from app.projections.messages.sentences_ar import ARABIC
from app.projections.messages.sentences_es import SPANISH

ENGLISH = "en"
TRANSLATED: Mapping[str, Mapping[str, str]] = {"es": SPANISH, "ar": ARABIC}
RIGHT_TO_LEFT = frozenset({"ar"})
_ISOLATED, _END = "\u2068", "\u2069"  # a name of another script turns no sentence around

Say = Callable[..., str]


def spoken(*wanted: str | None) -> str:
    """The first of these languages (BCP 47) that our mails are written in; English when none is."""
    for each in wanted:
        primary = (each or "").partition("-")[0].lower()
        if primary == ENGLISH or primary in TRANSLATED:
            return primary
    return ENGLISH


def direction(language: str) -> str:
    """Which way it runs: `ltr` or `rtl`."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def in_language(language: str) -> Say:
    """`say(sentence, **facts)` in this language, which is one that `spoken` returned."""
    known, turns = TRANSLATED.get(language), language in RIGHT_TO_LEFT

    def say(sentence: str, **facts: object) -> str:
        shown = {name: f"{_ISOLATED}{fact}{_END}" if turns else str(fact) for name, fact in facts.items()}
        return (sentence if known is None else known[sentence]).format(**shown)

    return say


def in_markup(language: str) -> Say:
    """Likewise as markup: what is filled in is escaped, and fenced in so that it turns nothing around."""
    known = TRANSLATED.get(language)

    def say(sentence: str, **facts: object) -> Markup:
        fenced = {name: Markup("<bdi>{}</bdi>").format(fact) for name, fact in facts.items()}
        return Markup(sentence if known is None else known[sentence]).format(**fenced)  # noqa: S704 - our own words

    return say
