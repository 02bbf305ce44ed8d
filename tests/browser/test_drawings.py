"""Uploaded drawings in a real browser, opened as a page of their own: nothing runs, nothing is loaded (T22, B42)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from app.projections.drawing import uploaded
from app.web.headers import DRAWING_POLICY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLACE = "http://drawings.test/"
BOX = '<rect width="8" height="8" fill="#123456"/>'
ATTACKS = {
    "a script": "<script>alert(1)</script>",
    "a script from elsewhere": '<script href="http://evil.test/x.js"/>',
    "a script of HTML": '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    "a picture of HTML": '<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="http://evil.test/x" onerror="alert(1)"/>',
    "a frame of HTML": '<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>',
    "a handler": '<rect width="1" height="1" onload="alert(1)"/>',
    "a handler of an animation": '<rect><animate onbegin="alert(1)" attributeName="x" dur="1s"/></rect>',
    "a handler of a set": '<set onbegin="alert(1)" attributeName="x" to="1"/>',
    "a fill from elsewhere": '<rect width="1" height="1" fill="url(http://evil.test/x.svg#a)"/>',
    "a mask from elsewhere": '<rect width="1" height="1" style="mask:url(http://evil.test/x.svg#a)"/>',
    "a copy from elsewhere": '<use href="http://evil.test/x.svg#a"/>',
    "a copy of a script": "<use href=\"data:image/svg+xml,&lt;svg id='x' onload='alert(1)'/&gt;#x\"/>",
    "a style sheet by instruction": '<?xml-stylesheet href="http://evil.test/x.css"?>',
}
LOADING_OR_RUNNING = [
    "a script",
    "a script from elsewhere",
    "a script of HTML",
    "a handler of an animation",
]

Opened = tuple[list[str], list[str]]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a drawing as a page; what it said in dialogs, and what it asked for beside itself."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)

    def open_it(content: bytes, headers: dict[str, str] | None = None) -> Opened:
        dialogs: list[str] = []
        requests: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.route(
            "**/*", lambda route: route.fulfill(body=content, content_type="image/svg+xml", headers=headers or {})
        )
        page.goto(PLACE, wait_until="load")
        page.wait_for_timeout(200)  # for what begins a little later; a sandboxed page cannot be asked
        return dialogs, [url for url in requests if url != PLACE]

    yield open_it
    context.close()


def drawing(attack: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{attack}{BOX}</svg>'.encode()


@pytest.mark.parametrize("name", ATTACKS)
def test_a_rebuilt_drawing_runs_and_loads_nothing_even_without_a_policy(opened: Callable[..., Opened], name: str):
    rebuilt = uploaded.rebuild(drawing(ATTACKS[name]))[0]

    assert opened(rebuilt) == ([], [])


@pytest.mark.parametrize("name", LOADING_OR_RUNNING)
def test_the_same_drawing_as_it_was_uploaded_does(opened: Callable[..., Opened], name: str):
    assert opened(drawing(ATTACKS[name])) != ([], [])


@pytest.mark.parametrize("name", LOADING_OR_RUNNING)
def test_our_policy_alone_would_stop_it_too(opened: Callable[..., Opened], name: str):
    dialogs, requests = opened(drawing(ATTACKS[name]), {"Content-Security-Policy": DRAWING_POLICY})

    assert (dialogs, requests) == ([], [])
