"""The language of the interface: English, Spanish, and Arabic for pages that everybody sees.

Chosen per request: `?lang=es`, else the cookie that an earlier choice left, else `Accept-Language`, else English.
Sentences are written in English where they are said, and looked up here; what has no translation stays English. What
people wrote (names, descriptions, criteria) is never translated here: it carries its own `lang`. Where its issuer wrote
it in several languages, the reader's wishes choose one, be it one of ours or not (`tongues.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from gettext import c2py
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from babel import Locale, negotiate_locale
from babel.messages import pofile
from babel.messages.catalog import Catalog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

HERE = Path(__file__).parent / "locales"
COOKIE = "lang"
A_YEAR_SECONDS = 365 * 24 * 3600
_MOST_TAGS = 20  # of one Accept-Language header
_TAG = re.compile(r"(?=.{2,35}\Z)[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its tag, its own name for itself, the way it runs, and its sentences."""

    tag: str
    name: str
    direction: str = "ltr"
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plural_of: Callable[[int], int] = int  # which of the forms a number takes


@dataclass(slots=True)
class Reader:
    """Whoever sent a request: what it says of languages, and between which ones a text of people was chosen for it."""

    by_address: str | None  # a tag, spoken here or not
    remembered: str | None
    accept_language: str
    offers: set[tuple[str, ...]] = field(default_factory=set)

    def wanted(self) -> tuple[str, ...]:
        """The languages that they read, the dearest first: by address, as they chose, as their browser says."""
        named = [each for each in (self.by_address, self.remembered) if each]
        return tuple(dict.fromkeys([*named, *ranked(self.accept_language)]))


def gettext(text: str, **shown: Any) -> str:
    """The sentence in the language of this request; `%(name)s` in it are filled with what is named."""
    found = current().texts.get(text) or text
    return found % shown if shown else found


def ngettext(one: str, many: str, number: int, **shown: Any) -> str:
    """Likewise one of two or more forms, by a number, which is shown as `%(num)s`."""
    return raw_plural(one, many, number) % {"num": number, **shown}


def raw_plural(one: str, many: str, number: int) -> str:
    """The form for a number, with its placeholders as they are: templates fill them, and escape what they fill in."""
    language = current()
    forms = language.plurals.get(one)
    text = forms[language.plural_of(number)] if forms else ""
    return text or (one if number == 1 else many)


def marked(text: str) -> str:
    """The text as it is; says that it is translated where it is shown (`gettext` of a variable)."""
    return text


def current() -> Language:
    """The language of this request; English outside of one."""
    return _current.get()


def use(tag: str) -> None:
    """Speak this language from here on, in this context. Raises KeyError for one that is not spoken here."""
    _current.set(LANGUAGES[tag])


def reader() -> Reader | None:
    """Who sent the request; None outside of one."""
    return _reader.get()


def preferred(accept_language: str) -> str:
    """The tag of the best language that an Accept-Language header asks for."""
    found = negotiate_locale([tag.replace("-", "_") for tag in ranked(accept_language)], list(LANGUAGES))
    return found if found in LANGUAGES else "en"


def ranked(accept_language: str) -> list[str]:
    """The tags of an Accept-Language header, the dearest first."""
    wanted: list[tuple[float, int, str]] = []
    for part in accept_language.split(",")[:_MOST_TAGS]:
        tag, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.partition("=")[2] or 1)
        except ValueError:
            quality = 0.0
        if _TAG.fullmatch(tag) and quality > 0:
            wanted.append((-quality, len(wanted), tag))
    return [tag for _, _, tag in sorted(wanted)]


class SpeaksTheirLanguage:
    """Sets the language of each request. Pure ASGI, so that handlers in threads see it too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, in its language."""
        if scope["type"] == "http":
            reader = _read_wishes(scope)
            _reader.set(reader)
            _current.set(LANGUAGES[_chosen(reader)])
        await self._app(scope, receive, send)


def stated(query: str) -> str | None:
    """The language that an address asks for by `lang`, as a tag; None when it asks for none."""
    if "lang=" not in query:
        return None
    tags = [value for name, value in parse_qsl(query, max_num_fields=100) if name == COOKIE]
    return tags[-1] if tags and _TAG.fullmatch(tags[-1]) else None


def remember(response: Response, tag: str) -> None:
    """Have later requests of this browser in this language, for a year."""
    response.set_cookie(COOKIE, tag, max_age=A_YEAR_SECONDS, path="/", httponly=True, samesite="lax")


def _read_wishes(scope: Scope) -> Reader:
    headers = Headers(scope=scope)
    try:
        by_address = stated(scope.get("query_string", b"").decode("latin-1"))
    except ValueError:
        by_address = None
    return Reader(by_address, _remembered(headers.get("cookie", "")), headers.get("accept-language", ""))


def _chosen(reader: Reader) -> str:
    by_address = reader.by_address if reader.by_address in LANGUAGES else None
    return by_address or reader.remembered or preferred(reader.accept_language)


def _remembered(cookie: str) -> str | None:
    if f"{COOKIE}=" not in cookie:
        return None
    try:
        morsel = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value in LANGUAGES else None


def _read(tag: str) -> Language:
    locale = Locale.parse(tag)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    found = catalog(tag)
    for message in found:
        if isinstance(message.id, tuple):
            plurals[message.id[0]] = tuple(message.string or ())
        elif isinstance(message.id, str) and message.id and message.string:
            texts[message.id] = str(message.string)
    direction = "rtl" if locale.character_order == "right-to-left" else "ltr"
    name = (locale.get_display_name() or tag).capitalize()
    return Language(tag, name, direction, texts, plurals, c2py(found.plural_expr))


def catalog(tag: str) -> Catalog:
    """The sentences of one language as its file has them; an empty one for English, in which they are written."""
    file = HERE / f"{tag}.po"
    if not file.exists():
        return Catalog(locale=tag)
    with file.open("rb") as opened:
        return pofile.read_po(opened, locale=tag)


TAGS = ("en", "es", "ar")
LANGUAGES: dict[str, Language] = {tag: _read(tag) for tag in TAGS}
_current: ContextVar[Language] = ContextVar("language", default=LANGUAGES["en"])
_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)
