"""The pages of a copy, behind a server of files at another address: readable, and the browser checks a badge there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.cli.export import write_copy
from app.issuing import award_status, awards
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.service import Service


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests look at what comes, not at who asked."""


@pytest.fixture
def award(make_award: Callable[..., Award]) -> Award:
    """A badge that is good."""
    return make_award()


@pytest.fixture
def copied(service: Service, award: Award, tmp_path: Path) -> Path:
    """The folder of a copy."""
    assert award.id
    write_copy(service, tmp_path / "copy")
    return tmp_path / "copy" / "site"


@pytest.fixture
def base_url(copied: Path) -> Iterator[str]:
    """A server that has only these files, at an address that nobody signed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(copied)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def check(open_page: Callable[..., Any], award: Award) -> str:
    page = open_page(f"/b/{award.id}/")
    assert page.complaints == []
    page.get_by_role("button", name="Check it in this browser").click()
    page.locator("[data-found] li").last.wait_for()
    return str(page.locator("[data-found]").inner_text())


def test_a_good_badge_is_found_good_by_the_browser(open_page: Callable[..., Any], award: Award):
    assert "Your browser finds this badge good" in check(open_page, award)


def test_a_changed_badge_is_found_changed(open_page: Callable[..., Any], award: Award, copied: Path):
    token = copied / "b" / f"{award.id}.jwt"
    head, claims, signature = token.read_text().split(".")
    token.write_text(".".join([head, claims, signature[:-8] + "AAAAAAAA"]))

    assert "It was changed after it was signed" in check(open_page, award)


def test_a_badge_that_was_withdrawn_before_the_copy_is_found_withdrawn(
    open_page: Callable[..., Any], award: Award, service: Service, copied: Path
):
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="by mistake", actor="cli")
    write_copy(service, copied.parent)

    assert "It was withdrawn by its issuer" in check(open_page, award)


def test_a_badge_of_another_publisher_is_not_looked_for_here(
    open_page: Callable[..., Any], award: Award, copied: Path, service: Service
):
    page = copied / "b" / award.id / "index.html"
    page.write_text(page.read_text().replace(service.settings.public_base_url, "https://other.example"))

    assert "which this page may not ask" in check(open_page, award)


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_fit_and_complain_of_nothing(open_page: Callable[..., Any], award: Award, issuer: Issuer, width: int):
    for path in ("/", f"/b/{award.id}/", f"/achievements/{award.achievement_id}/", f"/issuers/{issuer.slug}/"):
        page = open_page(path, width=width)

        assert page.complaints == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
