"""Text as it is compared in a search: without case, accents and punctuation. Pure."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart into a letter and its accent, as people type them who lack the key.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


def fold(text: str) -> str:
    """`Énfermería: CPR & First-Aid` as `enfermeria cpr first aid`; doing it again changes nothing."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (_kept(character) for character in apart)
    return " ".join(unicodedata.normalize("NFC", "".join(kept).translate(_LETTERS)).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":  # an accent
        return ""
    return character if category[0] in "LNM" else " "
