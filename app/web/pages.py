"""Pages: our templates, filled with view models and nothing else, and the files that they load.

Static files live at addresses that carry their digest, so they may be cached for ever and change when they change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.projections import markdown
from app.web import languages, tongues, words
from app.web import told as tellings
from app.web.negotiation import HTML
from app.web.representations import Alternate, Representation, respond

HERE = Path(__file__).parent
STATIC = HERE / "static"
CONTENT_TYPE = f"{HTML}; charset=utf-8"
RAIL_NOUNS = (
    "overview",
    "achievements",
    "awards",
    "pathways",
    "definitions",
    "people",
    "sources",
    "desk",
    "reports",
    "settings",
)  # that have pages
# Characters that turn the reading order around make one name look like another (T20).
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
# The day of the copy that pages are written for, which has no service behind it; None while somebody reads them here.
_copied_on: ContextVar[date | None] = ContextVar("copied_on", default=None)
_STATIC_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    indexed: bool = True,
    negotiated: bool = False,
    caching: str = "no-cache",
    alternates: tuple[Alternate, ...] = (),
    **shown: Any,
) -> Response:
    """A page of ours. `indexed=False` asks search engines to stay away; `negotiated` says that `Accept` chose it."""
    shown = {"here": request.url.path, **shown}  # where the links to other languages come back to
    text = written(template, indexed=indexed, alternates=alternates, **shown)
    headers = {"Content-Language": languages.current().tag} | ({} if indexed else {"X-Robots-Tag": "noindex"})
    form = Representation(
        text,
        CONTENT_TYPE,
        caching=caching,
        is_negotiated=negotiated,
        alternates=alternates,
        headers=headers | {"Cross-Origin-Resource-Policy": "same-origin"},
        status=status,
    )
    return respond(request, form)


def written(template: str, **shown: Any) -> bytes:
    """The bytes of a page."""
    return _environment.get_template(template).render(**shown).encode()


@contextmanager
def as_copy(day: date) -> Iterator[None]:
    """Write pages for a copy of this day: without whatever needs a service behind it."""
    token = _copied_on.set(day)
    try:
        yield
    finally:
        _copied_on.reset(token)


def static_files() -> dict[str, bytes]:
    """The files that pages load, by their names."""
    return {name: found.body for name, found in _STATIC_FILES.items()}


def static_file(name: str) -> Representation | None:
    """A file that pages load; None when we have none of that name."""
    return _STATIC_FILES.get(name)


def static_url(name: str) -> str:
    """The address of a file that pages load, with its digest. Raises KeyError for a file that is not there.

    In a copy there is no digest: nothing changes there, and modules find each other beside themselves.
    """
    found = _STATIC_FILES[name]
    return f"/static/{name}" if _copied_on.get() else f"/static/{_digest(found.body)}/{name}"


def is_current(digest: str, name: str) -> bool:
    """Whether an address carries the digest of the file as it is now."""
    found = _STATIC_FILES.get(name)
    return found is not None and _digest(found.body) == digest


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _read_static() -> dict[str, Representation]:
    files = sorted(path for path in STATIC.iterdir() if path.suffix in _STATIC_TYPES)
    return {
        path.name: Representation(path.read_bytes(), _STATIC_TYPES[path.suffix], is_negotiated=False) for path in files
    }


def _shown(value: Any) -> Any:
    """What a template prints: never `None`, never a character that turns text around."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        return Markup(value.translate(_TURNING))  # noqa: S704 - it was markup before
    return value.translate(_TURNING) if isinstance(value, str) else value


def _as_markup(text: str) -> Markup:
    return Markup(markdown.to_html(text))  # noqa: S704 - sanitised against a short list of tags


def _environment_of_pages() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "markdown": _as_markup,
        "date": words.date_of,
        "day": words.day_of,
        "end": words.end_of,
        "told": tellings.told,
        "moment": words.moment_of,
        "machine_date": words.machine_date,
        "direction": words.direction,
        "worded": tongues.told,
        "called": tongues.name_of,
        "query": lambda text: quote(str(text), safe=""),
    }
    environment.globals |= {"static": static_url, "language": languages.current}
    environment.globals |= {"languages": tuple(languages.LANGUAGES.values()), "rail_nouns": RAIL_NOUNS}
    environment.globals |= {"copied_on": _copied_on.get}
    environment.globals |= {"zone_line": words.zone_line, "utc": words.UTC_ZONE}
    environment.globals |= {"level_word": words.level, "left_english": tellings.left_english}
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(languages.gettext, languages.raw_plural, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    return environment


_STATIC_FILES = _read_static()
_environment = _environment_of_pages()
