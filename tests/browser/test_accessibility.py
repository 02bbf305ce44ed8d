"""Every page there is, by the rules of WCAG 2.2 A and AA: on a desk in light, on a small phone in dark.

The pages are what the application's own routes say, with a real thing in the place of each parameter: a new page is
looked at without anybody thinking of it, and one that nobody can fill or open fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.every_page import COOKIES, House, house

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

__all__ = ["house"]

PARTS_OF_STAFF = 3
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ASKS_WHO = ("/sign-in", "/sign-in/code", "/staff/confirm", "/second-factor")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


@dataclass
class Reviewer:
    """A browser that looks at pages one after the other, and notes what is wrong with them."""

    house: House
    page: Any
    context: BrowserContext

    def look_at(self, paths: list[str]) -> dict[str, list[str]]:
        """What is wrong, by path."""
        found = {path: self._faults(path) for path in paths}
        return {path: faults for path, faults in found.items() if faults}

    def _faults(self, path: str) -> list[str]:
        if path.startswith("UNFILLED"):
            return ["there is nothing to fill this path with: make one in tests/everything.py"]
        answer = self.context.request.get(f"{self.house.base_url}{path}", headers={"Accept": "text/html"})
        if answer.status != 200:
            return [f"answers with {answer.status}"]
        if answer.url.partition("?")[0].endswith(ASKS_WHO) and not path.partition("?")[0].endswith(ASKS_WHO):
            return [f"leads to {answer.url}"]
        if not answer.headers["content-type"].startswith("text/html") or "content-disposition" in answer.headers:
            return []
        self.page.complaints.clear()
        self.page.goto(f"{self.house.base_url}{path}", wait_until="load")
        self.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        self.page.evaluate(AXE_SCRIPT)
        faults = self._by_axe("at the desk", dark=False)
        self.page.set_viewport_size(PHONE)
        faults += self._by_axe("on a phone", dark=True)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(DESK)
        return [*faults, *self.page.complaints, *([f"is {width} px wide on a phone"] if width > PHONE["width"] else [])]

    def _by_axe(self, where: str, *, dark: bool) -> list[str]:
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
        violations = self.page.evaluate(f"axe.run({options}).then((results) => results.violations)")
        return [
            f"{violation['id']} {where}{', dark' if dark else ''}: {node['html'][:200]} {_why(node)}"
            for violation in violations
            for node in violation["nodes"]
        ]


def _why(node: dict[str, Any]) -> str:
    return " ".join(str(each["message"]) for each in [*node["any"], *node["all"], *node["none"]])[:200]


@pytest.fixture
def review(browser: Browser, house: House) -> Iterator[Any]:
    """Makes a reviewer: `review("learner")`."""
    contexts: list[BrowserContext] = []

    def make(audience: str) -> Reviewer:
        context = browser.new_context(viewport=DESK, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        if audience in COOKIES:
            token = house.world.cookies[COOKIES[audience]]
            context.add_cookies([{"name": "lanyard", "value": token, "url": house.base_url}])
        page: Any = context.new_page()
        _listen(page)
        return Reviewer(house, page, context)

    yield make
    for context in contexts:
        context.close()


def _listen(page: Any) -> None:
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))


@pytest.mark.parametrize("audience", ["public", "learner"])
def test_every_page_keeps_the_rules(house: House, review: Any, audience: str):
    paths = house.pages(audience)

    assert len(paths) > 5
    assert review(audience).look_at(paths) == {}


@pytest.mark.parametrize("part", range(PARTS_OF_STAFF))
def test_every_page_of_staff_keeps_the_rules(house: House, review: Any, part: int):
    paths = house.pages("staff")[part::PARTS_OF_STAFF]

    assert len(paths) > 5
    assert review("staff").look_at(paths) == {}


def test_a_page_that_breaks_the_rules_is_found(review: Any):
    reviewer = review("public")
    spoiled = """<!doctype html><title>Spoiled</title><style>p { color: #ccc; width: 40rem }
    @media (prefers-color-scheme: dark) { body { background: #000 } p { color: #333 } }</style>
    <main><p>Pale</p><input><script>console.error("Broken")</script></main>"""
    reviewer.page.route("**/verify", lambda route: route.fulfill(body=spoiled, content_type="text/html"))

    faults = " ".join(reviewer.look_at(["/verify", "/nothing"])["/verify"])

    for said in (
        "html-has-lang at the desk:",
        "color-contrast at the desk:",
        "label on a phone, dark:",
        "color-contrast on a phone, dark:",
        "px wide",
        "Broken",
    ):
        assert said in faults
    assert reviewer.look_at(["/nothing"]) == {"/nothing": ["answers with 404"]}
