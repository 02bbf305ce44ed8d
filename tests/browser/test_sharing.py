"""A shared badge in a real browser: inside a stranger's page, on a small screen without scripts, and with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.issuing import award_status, awards
from app.issuing.awards import Award, Visibility
from app.service import Service


@pytest.fixture
def strangers_page() -> Iterator[Callable[[str], str]]:
    """Publishes some HTML on a host of its own; its address."""
    body = b""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish(html: str) -> str:
        nonlocal body
        body = f"<!doctype html><title>A blog</title><p>See my badge:</p>{html}".encode()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield publish
    server.shutdown()
    server.server_close()


def test_the_frame_on_a_strangers_page_shows_the_state_of_this_moment(
    open_page: Callable[..., Any],
    strangers_page: Callable[[str], str],
    service: Service,
    make_award: Callable[..., Award],
):
    award = make_award(name_shown=True)
    page = open_page(f"/b/{award.id}", javascript=False)
    page.goto(strangers_page(page.locator("#frame").input_value()))
    frame = page.frame_locator("iframe")
    frame.get_by_text("Good until 24 November 2028").wait_for()
    assert frame.locator("img").first.evaluate("image => image.naturalWidth") == 600

    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error", actor="test")
    page.reload()
    frame.get_by_text("Withdrawn").wait_for()
    assert frame.locator("main").evaluate("main => main.getBoundingClientRect().height <= window.innerHeight")
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Check it").click()
    opened.value.get_by_role("heading", level=1, name="Withdrawn", exact=True).wait_for()

    with service.database.write() as session:
        awards.by_id(session, award.id).visibility = Visibility.PRIVATE
    page.reload()
    frame.get_by_text("This badge is not shown").wait_for()


def test_the_badge_page_itself_is_shown_by_no_other_page(
    open_page: Callable[..., Any], strangers_page: Callable[[str], str], make_award: Callable[..., Award], base_url: str
):
    page = open_page("/")

    page.goto(strangers_page(f'<iframe src="{base_url}/b/{make_award().id}" width="600" height="600"></iframe>'))

    assert any("frame-ancestors" in each for each in page.complaints)


def test_a_badge_is_shared_on_a_small_screen_without_a_script(
    open_page: Callable[..., Any], make_award: Callable[..., Award]
):
    award = make_award(name_shown=True)
    page = open_page(f"/b/{award.id}", width=320, javascript=False)

    page.get_by_text("Share", exact=True).click()
    page.get_by_text("For a résumé, a mail signature or a website").click()

    line = page.get_by_label("A line for a résumé")
    assert line.input_value() == "Phlebotomy Fundamentals (PHLB), Northfield Health Academy, November 2026"
    page.get_by_label("HTML for a mail signature").wait_for()
    page.get_by_role("link", name="Send by e-mail").wait_for()
    code = page.get_by_role("img", name="QR code of the page of Phlebotomy Fundamentals (PHLB)")
    code.scroll_into_view_if_needed()
    code.wait_for()
    assert page.get_by_role("button").count() == 0
    small = "links => links.filter(link => link.getBoundingClientRect().height < 24).map(link => link.textContent)"
    assert page.locator(".share a").evaluate_all(small) == []
    page.get_by_role("link", name="Add to LinkedIn").wait_for()


def test_with_scripts_everything_is_copied_with_one_click_and_nothing_breaks_the_policy(
    open_page: Callable[..., Any], make_award: Callable[..., Award], base_url: str
):
    """The data for search engines stands in the page, and is no script to the policy."""
    page = open_page("/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    page.add_init_script(
        "window.reports = []; addEventListener('securitypolicyviolation', e => reports.push(e.violatedDirective))"
    )
    page.goto(f"{base_url}/b/{make_award(visibility=Visibility.PUBLIC).id}")
    assert page.locator('script[type="application/ld+json"]').count() == 1

    page.get_by_text("Share", exact=True).click()
    page.get_by_text("For a résumé, a mail signature or a website").click()
    for name, id_ in (("Copy line", "resume"), ("Copy signature", "signature"), ("Copy HTML", "frame")):
        page.get_by_role("button", name=name).click()
        page.locator(f"p:has([data-copies={id_}])").get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator(f"#{id_}").input_value()

    for width in (320, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert page.evaluate("window.reports") == []
    assert page.complaints == []
