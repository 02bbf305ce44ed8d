"""The badge at an address: a file, or a page that says where the file is; one step, by the same guard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import FetchFailed
from app.outbound.badge_pages import badge_at
from app.outbound.documents import Allowance, Documents
from tests.strangers import Strangers, strangers

BADGE = b'{"@context": [], "id": "urn:x:badge"}'
HTML = "text/html; charset=utf-8"
VC = "application/vc+ld+json"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "pages.example", "files.example") as opened:
        opened.publish("pages.example/b/badge.json", BADGE, "application/vc")
        yield opened


def got(pages: Strangers, url: str = "https://pages.example/b/1") -> bytes:
    return badge_at(url, Documents(pages.network()), Allowance())


def page(head: str) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><p>Ana's badge</body></html>".encode()


@pytest.mark.parametrize("content_type", ["application/json", "application/vc", "text/plain", "image/png", "", "x/y"])
def test_a_file_is_taken_as_it_is(pages: Strangers, content_type: str):
    pages.publish("pages.example/b/1", BADGE, content_type)

    assert got(pages) == BADGE


@pytest.mark.parametrize(
    "link",
    [
        f'<link rel="alternate" type="{VC}" href="badge.json">',
        f"<LINK REL='alternate' TYPE='{VC}' HREF='/b/badge.json'/>",
        f"<link type={VC} href=badge.json rel=alternate>",
        '<link rel="nofollow ALTERNATE" type="application/json; charset=utf-8" href="https://pages.example/b/badge.json">',
        '<link rel="alternate" type="application/ld+json" href="badge&#46;json">',
        '<link rel="alternate" type="text/html" href="/fr"><link rel=alternate type="application/vc" href=badge.json>',
        '<link rel="alternate" type="image/png" href="/x"><link rel=alternate type="application/vc" href="badge.json">',
    ],
)
def test_a_page_that_offers_its_badge_leads_to_it(pages: Strangers, link: str):
    pages.publish("pages.example/b/1", page(link), HTML)

    assert got(pages) == BADGE


@pytest.mark.parametrize(
    "header",
    [
        f'</b/badge.json>; rel="alternate"; type="{VC}"',
        f'</style.css>; rel=preload, <badge.json>;type="{VC}";rel=alternate',
        '</b/badge.json>; title="a, b; c"; rel="alternate"; type="application/json"',
    ],
)
def test_a_link_header_counts_as_well(pages: Strangers, header: str):
    pages.publish("pages.example/b/1", page(""), HTML, headers={"Link": header})

    assert got(pages) == BADGE


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<link rel="stylesheet" type="application/json" href="badge.json">',
        '<link rel="alternate" href="badge.json">',
        '<link rel="alternate" type="application/rss+xml" href="badge.json">',
        '<link rel="alternate" type="application/json">',
        '<link rel="alternate" type="application/json" href="http://pages.example/b/badge.json">',
        '<link rel="alternate" type="application/json" href="https://127.0.0.1/badge.json">',
        '<link rel="alternate" type="application/json" href="//169.254.169.254/badge.json">',
        '<link rel="alternate" type="application/json" href="file:///etc/passwd">',
        '<link rel="alternate" type="application/json" href="https://[">',
        '<link rel="alternate" type="application/json" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/json" href="/b/1">',
        '<link rel="alternate" type="application/json" href="/other-page">',
        " " * 300_000 + '<link rel="alternate" type="application/json" href="badge.json">',
        "<link " * 50_000,
        "<link rel=" + '"' * 100_000,
    ],
)
def test_a_page_that_leads_nowhere_is_a_failed_fetch(pages: Strangers, head: str):
    pages.publish("pages.example/b/1", page(head), HTML)
    pages.publish(
        "pages.example/other-page", page('<link rel="alternate" type="application/vc" href="b/badge.json">'), HTML
    )

    with pytest.raises(FetchFailed):
        got(pages)

    assert "pages.example/b/badge.json" not in pages.asked


def test_a_page_in_disguise_is_still_a_page(pages: Strangers):
    pages.publish("pages.example/b/1", page(f'<link rel=alternate type="{VC}" href=badge.json>'), "application/json")

    assert got(pages) == BADGE


def test_a_badge_that_moved_is_followed(pages: Strangers):
    pages.publish("pages.example/b/1", b"", status=301, headers={"Location": "https://files.example/new/1"})
    pages.publish("files.example/new/1", page(f'<link rel=alternate type="{VC}" href="2">'), HTML)
    pages.publish("files.example/new/2", BADGE, VC)

    assert got(pages) == BADGE
