"""Somebody designs an achievement and publishes it: with a preview that follows the typing, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from app.issuing import achievements
from app.issuing.issuers import Issuer
from app.service import Service

if TYPE_CHECKING:
    pass

ROOT = "/staff/northfield/achievements"


@pytest.fixture
def open_at_work(open_at_work: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a page of achievements: `open_at_work("/new", width=…, javascript=…)`."""
    return lambda path, **how: open_at_work(f"{ROOT}{path}", **how)


def test_an_achievement_is_designed_with_a_preview_that_follows_the_typing_and_is_published(
    open_at_work: Callable[..., Any], service: Service, issuer: Issuer
):
    page = open_at_work("/new")
    preview = page.locator("[data-preview]")

    page.get_by_label("Name", exact=True).first.fill("Wound Care <b>")
    page.get_by_label("Abbreviation").fill("WNDC")
    preview.locator(".mock-title", has_text="Wound Care <b> (WNDC)").wait_for()
    page.get_by_label("Description", exact=True).fill("Cleans and dresses wounds.")
    page.get_by_label("How it is assessed").select_option("observed")
    page.get_by_label("Criteria", exact=True).fill("Five **observed** dressings.")
    preview.locator("strong", has_text="observed").wait_for()
    page.get_by_text("Circle", exact=True).click()
    page.get_by_text("Heart", exact=True).click()
    preview.locator("img[src*='shape=circle'][src*='icon=heart']").first.wait_for()
    assert preview.locator("img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Add a skill").click()
    page.get_by_role("button", name="Remove skill 1").click()
    skill = page.get_by_role("group", name="Skill 2")
    skill.get_by_label("Name").fill("Wound dressing")
    skill.get_by_label("Address where it is described").fill("https://skills.example/wounds")
    preview.locator(".skills", has_text="Wound dressing").wait_for()
    preview.get_by_text("The achievement as it is signed, in JSON").click()
    page.get_by_label("Hours").fill("6")
    preview.locator(".mock-page", has_text="6 hours").wait_for()
    assert '"name": "Wound Care <b>"' in preview.locator("pre").inner_text(), "what was open stays open"

    page.get_by_role("button", name="Save, then check and publish").first.click()
    page.get_by_role("button", name="Publish WNDC, version 1").click()

    page.get_by_text("Version 1 is published.").wait_for()
    assert page.complaints == []
    with service.database.read() as session:
        found = achievements.by_slug(session, issuer, "wndc")
        facts = achievements.current_facts(session, found)
    assert (found.current_version, facts.drawing.icon, [skill.name for skill in facts.skills]) == (
        1, "heart", ["Wound dressing"],
    )  # fmt: skip


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_the_keyboard_alone_is_enough_also_at_320_pixels_and_without_scripts(
    open_at_work: Callable[..., Any], service: Service, issuer: Issuer, scripts: str
):
    page = open_at_work("/new", width=320, javascript=scripts == "on")

    typed = {
        "name": "Wound Care",
        "abbreviation": "WNDC",
        "description": "Cleans wounds.",
        "criteria_narrative": "Five.",
    }
    for name, text in typed.items():
        tab_to(page, f"#{name}")
        page.keyboard.type(text)
    tab_to(page, "#skill-0-name")
    page.keyboard.type("Wound dressing")
    tab_to(page, "#skill-0-url")
    page.keyboard.type("https://skills.example/wounds")
    tab_to(page, "[data-row-act='add-skill']")
    page.keyboard.press("Enter")
    page.locator("#skill-1-name").wait_for()
    tab_to(page, "[data-row-act='remove-skill-1']")
    page.keyboard.press("Enter")
    page.locator("#skill-1-name").wait_for(state="detached")
    tab_to(page, "#assessment_method", backwards=True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    tab_to(page, "#name", backwards=True)
    page.keyboard.press("Enter")
    page.get_by_text("The draft is saved.").wait_for()
    tab_to(page, "a[href$='/publish']")
    page.keyboard.press("Enter")
    tab_to(page, "button.large")
    page.keyboard.press("Enter")

    page.get_by_text("Version 1 is published.").wait_for()
    with service.database.read() as session:
        facts = achievements.current_facts(session, achievements.by_slug(session, issuer, "wndc"))
    assert (facts.assessment_method, [skill.name for skill in facts.skills]) == ("observed", ["Wound dressing"])


def tab_to(page: Any, selector: str, *, backwards: bool = False) -> None:
    """Press the tabulator until something has the focus, as somebody without a mouse does."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the tabulator never comes to {selector}")
