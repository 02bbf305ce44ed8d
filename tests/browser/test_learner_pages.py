"""A learner's way in a real browser without scripts: from the mail to a public badge, and out again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing.awards import Award
from app.issuing.outbox import OutboxMessage
from app.service import Service

ANA = "ana.ortiz@example.org"


def mailed_path(service: Service) -> str:
    """The path of the link in the last mail about an account."""
    with service.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("account.%"))
        text = session.scalars(query.order_by(OutboxMessage.created_at.desc())).first().payload["text"]
    return re.search(r"https?://[^/]+(/sign-in/\S+)", text)[1]


@pytest.fixture
def signed_in(open_page: Callable[..., Any], service: Service, base_url: str) -> Callable[..., Any]:
    """A page of somebody who came in by a mailed link."""

    def make(width: int = 1280) -> Any:
        page = open_page("/sign-in", javascript=False, width=width)
        page.get_by_label("Your e-mail address").fill(ANA)
        page.get_by_role("button", name="Send me the link").click()
        page.goto(f"{base_url}{mailed_path(service)}")
        page.get_by_role("button", name="Sign in").click()
        return page

    return make


def test_a_learner_comes_by_mail_accepts_a_badge_and_shows_it_to_everybody(
    signed_in: Callable[..., Any], open_page: Callable[..., Any], make_award: Callable[..., Award], base_url: str
):
    award = make_award(visibility="private")
    assert open_page(f"/b/{award.id}").get_by_text("Good until").count() == 0
    page = signed_in(320)

    page.get_by_role("link", name="Phlebotomy Fundamentals").click()
    page.get_by_role("button", name="Accept the badge").click()
    page.get_by_role("radio", name="Everybody").check()
    page.get_by_label("Show my name").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("From now on everybody may see this badge.").wait_for()
    page.get_by_role("link", name="See its page").click()

    page.wait_for_url(f"{base_url}/b/{award.id}")
    seen = open_page(f"/b/{award.id}", javascript=False)
    seen.get_by_text("Ana Ortiz").first.wait_for()
    assert page.complaints == seen.complaints == []


def test_the_learner_s_pages_fit_a_small_screen_and_one_can_leave_by_them(
    signed_in: Callable[..., Any], make_award: Callable[..., Award], base_url: str
):
    award = make_award()
    page = signed_in(320)
    paths = ["/me", f"/me/badges/{award.id}", "/me/portfolios", "/me/applications", "/me/applications/new"]
    paths += [f"/me/applications/new?achievement={award.achievement_id}", "/me/settings", "/me/download", "/me/delete"]

    widths = {}
    for path in paths:
        page.goto(f"{base_url}{path}")
        widths[path] = page.locator("html").evaluate("each => each.scrollWidth")
    page.get_by_role("radio", name="Everything").check()
    page.get_by_label("Type one of your addresses").fill(ANA)
    page.get_by_role("button", name="Delete what I chose").click()
    page.get_by_text("You are gone from here").first.wait_for()
    answer = page.goto(f"{base_url}/b/{award.id}")

    assert {path: width for path, width in widths.items() if width > 320} == {}
    assert answer.status == 410
