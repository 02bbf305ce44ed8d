"""Names that could be mistaken for another: letters of several alphabets in one word, or hidden marks (T20). Pure."""

from __future__ import annotations

import re
import unicodedata

_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})  # share their shapes
_HIDDEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def warning(name: str | None) -> str | None:
    """A sentence when a name may mislead the eye; None when it does not. Whole names in one alphabet are fine."""
    if not name:
        return None
    if any(character in _HIDDEN for character in name):
        return "This name contains hidden characters that can make it look like another. Go by the domain."
    for word in re.findall(r"\w+", name):
        if len(_alphabets_of(word)) > 1:
            return "This name mixes letters of several alphabets and can look like another. Go by the domain."
    return None


def _alphabets_of(word: str) -> set[str]:
    named = {unicodedata.name(character, "").partition(" ")[0] for character in unicodedata.normalize("NFC", word)}
    return named & _ALPHABETS
