"""Finds sentences of ours that a Spanish page says in English."""

from __future__ import annotations

import html
import re

from app.web import languages, told

_UNSEEN = re.compile(r"<(script|style|code|pre|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def english_in(page: str) -> list[str]:
    """The texts of a page that we have in Spanish, and that stand there in English."""
    texts = (" ".join(html.unescape(text).split()) for text in _TAG.split(_UNSEEN.sub(" ", page)))
    return [text for text in texts if " " in text and _is_english(text)]


def _is_english(text: str) -> bool:
    found = told.known("es").find(text)
    if found is not None and found != text:
        return True
    bare = text.rstrip(".")
    spanish = languages.LANGUAGES["es"].texts
    return spanish.get(text, text) != text or spanish.get(bare, bare) != bare
