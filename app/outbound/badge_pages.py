"""The badge at an address that somebody typed: a file, a token, a picture, or a page that says where the file is."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from app.errors import FetchFailed
from app.outbound.documents import Allowance, Documents, Wanted
from app.outbound.fetch import Fetched

MAX_BYTES = 5_242_880
_ANY_FORM = Wanted(
    accept="application/vc, application/vc+ld+json, application/ld+json;q=0.9, application/json;q=0.9, "
    "application/vc+jwt;q=0.8, image/png;q=0.7, image/svg+xml;q=0.7, text/html;q=0.5, */*;q=0.1",
    max_bytes=MAX_BYTES,
    kept_seconds=30,
    max_redirects=3,
)
# Forms in which a page may offer its badge, the surest first. A page has many pictures, so those come last.
_FORMS = (
    "application/vc",
    "application/vc+ld+json",
    "application/vc+jwt",
    "application/ld+json",
    "application/jwt",
    "application/json",
    "image/svg+xml",
    "image/png",
)
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_MOST_OF_A_PAGE = 262_144
_MOST_LINKS = 200
_BEGINS_LIKE_A_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,200}(?:<!doctype html|<html)", re.IGNORECASE)
_TAG = re.compile(r"<link\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s{0,10}=\s{0,10}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_HEADER = re.compile(r"""<([^<>]{1,2048})>((?:\s*;\s*[a-zA-Z*-]{1,30}\s*=\s*(?:"[^"]{0,300}"|[^\s",;]{1,300}))*)""")


def badge_at(url: str, documents: Documents, allowance: Allowance) -> bytes:
    """The badge at an address, as it came; of a page, the badge that it links to as `alternate`, one step only.

    Raises FetchFailed, with the same words for every cause (T8).
    """
    found = _got(url, documents, allowance)
    if _is_page(found):
        offered = _offered(found)
        if offered is None:
            raise FetchFailed("a page that offers no badge")
        found = _got(offered, documents, allowance)
        if _is_page(found):
            raise FetchFailed("a page instead of the badge that was offered")
    return found.content


def _got(url: str, documents: Documents, allowance: Allowance) -> Fetched:
    found = documents.get(url.partition("#")[0], _ANY_FORM, allowance)
    if not isinstance(found, Fetched):
        raise FetchFailed("the badge's address", status=found.status)
    return found


def _is_page(found: Fetched) -> bool:
    return found.content_type in _PAGES or _BEGINS_LIKE_A_PAGE.match(found.content) is not None


def _offered(found: Fetched) -> str | None:
    """The address of the badge that a page offers, the best form first; None when it offers none."""
    links = [*_in_headers(found.links), *_in_page(found.content)]
    by_form = dict(reversed(links))  # of one form, the first link counts
    best = next((by_form[form] for form in _FORMS if form in by_form), None)
    try:
        return None if best is None else urljoin(found.url, best)
    except ValueError:
        return None


def _in_headers(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """(media type, address) of each alternate in Link headers. Source: RFC 8288, "Link Header"."""
    links = []
    for value in values[:20]:
        for address, parameters in _HEADER.findall(value[:10_000])[:_MOST_LINKS]:
            links += _alternate(parameters, address)
    return links


def _in_page(content: bytes) -> list[tuple[str, str]]:
    """(media type, address) of each alternate in a page's link elements."""
    links = []
    text = content[:_MOST_OF_A_PAGE].decode("utf-8", errors="replace")
    for tag in _TAG.findall(text)[:_MOST_LINKS]:
        links += _alternate(tag, None)
    return links


def _alternate(attributes: str, address: str | None) -> list[tuple[str, str]]:
    said = {name.lower(): html.unescape(a or b or c) for name, a, b, c in reversed(_ATTRIBUTE.findall(attributes))}
    kind = said.get("type", "").partition(";")[0].strip().lower()
    target = said.get("href", "").strip() if address is None else address.strip()
    return [(kind, target)] if target and "alternate" in said.get("rel", "").lower().split() else []
