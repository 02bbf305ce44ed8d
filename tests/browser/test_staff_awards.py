"""Staff at a real browser: a badge is taken back and its page says so; a queue is worked off by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import accounts
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.service import Service
from tests.web.staff.conftest import arrive, asked, awards

__all__ = ["arrive", "asked", "awards"]

MOST_TABS = 60


@pytest.fixture
def open_as_owner(open_page: Callable[..., Any], service: Service, issuer: Issuer) -> Callable[..., Any]:
    """Opens a page of staff, for an owner who is signed in: `open_as_owner("/awards", javascript=False)`."""
    with service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, "olga@example.org")
        accounts.members.add(session, issuer, account, accounts.Role.OWNER, actor="test")
        token = accounts.sessions.begin(session, account, accounts.Strength.TWO_FACTORS)
    base_url = service.settings.public_base_url

    def open_it(path: str, **how: Any) -> Any:
        page = open_page("/livez", **how)
        page.complaints.clear()
        page.context.add_cookies([{"name": "lanyard", "value": token, "url": base_url}])
        page.goto(f"{base_url}/staff/{issuer.slug}{path}")
        return page

    return open_it


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def test_a_badge_that_staff_take_back_says_so_on_its_page_without_any_script(
    open_as_owner: Callable[..., Any], make_award: Callable[..., Award]
):
    award = make_award()
    page = open_as_owner("/awards", javascript=False, width=320)

    page.get_by_role("link", name="Phlebotomy Fundamentals").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Why").fill("Issued in error")
    page.get_by_role("button", name="Revoke 1 badge").click()

    page.locator(".said", has_text="withdrawn").wait_for()
    page.goto(f"{page.url.partition('/staff')[0]}/b/{award.id}")
    assert "Withdrawn" in page.locator(".pill").first.inner_text()
    assert "Issued in error" in page.content()
    assert page.complaints == []


@pytest.mark.usefixtures("asked")
def test_many_are_approved_by_keyboard_alone(open_as_owner: Callable[..., Any], awards: Callable[[], list[Award]]):
    page = open_as_owner("/awards/approvals")

    for _ in range(2):
        tab_to(page, "input[name=approval]")
        page.keyboard.press("Space")
    tab_to(page, "button[value=approve]")
    page.keyboard.press("Enter")

    page.get_by_text("2 requests were approved.").wait_for()
    assert [award.state for award in awards()] == ["issued", "issued"]
    assert page.complaints == []
