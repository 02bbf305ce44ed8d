"""From the guided start to a plan on paper, in a real browser without scripts, on a phone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

from app.issuing import definitions
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.service import Service

from .test_learner_pages import signed_in

__all__ = ["signed_in"]


@pytest.fixture
def ward(
    service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement], make_award: Callable[..., Award]
) -> None:
    """A role that needs one skill more than Ana's badge shows, and a badge that teaches it."""

    def skill(name: str) -> dict[str, Any]:
        return {"name": name, "url": f"https://skills.example/{name}", "level": 3, "code": f"sk-{name}"}

    make_award(make_achievement("phlb", skills=[skill("veins")]))
    make_achievement("team", name="Teamwork", abbreviation="TEAM", hours="8", skills=[skill("team")])
    requires = [{"skill": "sk-veins", "level": 3}, {"skill": "sk-team", "level": 3}]
    stated: list[tuple[Kind, str, dict[str, Any]]] = [
        (Kind.SKILL, "sk-veins", {"name": "Venepuncture", "category": "Laboratory"}),
        (Kind.SKILL, "sk-team", {"name": "Teamwork", "category": "People"}),
        (Kind.ROLE, "role-tech", {"name": "Ward technician", "requires": requires}),
    ]
    with service.database.write() as session:
        for kind, slug, facts in stated:
            definitions.put(session, issuer, kind, slug, definitions.parse(kind, facts), actor="test")


@pytest.mark.usefixtures("ward")
def test_a_learner_finds_a_start_sees_the_gap_plans_the_way_and_takes_it_along(
    signed_in: Callable[..., Any],
):
    page = signed_in(320)

    page.get_by_role("link", name="Plans", exact=True).click()
    page.get_by_role("link", name="Help me find a start").click()
    page.get_by_role("radio", name="I want to move up").check()
    page.get_by_label("People").check()
    page.get_by_label("Hours a week that you have for it").fill("4")
    page.get_by_role("button", name="Show me what fits").click()
    page.get_by_text("Take Teamwork (TEAM) first.").wait_for()

    page.get_by_role("link", name="Skills", exact=True).click()
    page.get_by_role("link", name="Compare me with a role").click()
    page.get_by_label("Role").select_option(label="Ward technician")
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("You have 50 % of the levels of skill that it needs.").wait_for()
    page.get_by_role("link", name="Make a plan").click()

    page.get_by_label("Hours a week").fill("4")
    page.get_by_role("button", name="Show me the steps").click()
    page.get_by_text("closes Teamwork: 0 → 3").wait_for()
    page.get_by_role("button", name="Keep this plan").click()
    page.get_by_text("Your plan is kept.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF: to print").click()

    content = download.value.path().read_bytes()
    (sheet,) = PdfReader(io.BytesIO(content)).pages
    assert "Ward technician" in sheet.extract_text()
    assert page.locator("html").evaluate("each => each.scrollWidth") <= 320
    assert page.complaints == []
