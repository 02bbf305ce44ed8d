"""Somebody writes a pathway by keyboard, sees a problem, publishes it, enrols somebody, and a badge completes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.issuing import issuers, learners
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.stacks import Enrolment
from app.service import Service

if TYPE_CHECKING:
    pass

ROOT = "/staff/northfield/pathways"
NAMES = {"bls": "Basic life support", "ipc": "Infection prevention", "ecg": "Electrocardiography"}


@pytest.fixture
def badges(make_achievement: Callable[..., Achievement]) -> dict[str, Achievement]:
    """Three badges and a stack."""
    made = {slug: make_achievement(slug, name=name, abbreviation=slug.upper()) for slug, name in NAMES.items()}
    facts = {"name": "Care stack", "abbreviation": "CARE", "assessment_method": "rule", "skills": []}
    return made | {"st-care": make_achievement("st-care", achievement_type="Certificate", is_stack=True, **facts)}


@pytest.mark.parametrize("scripts", ["on", "off"])
@pytest.mark.usefixtures("badges")
def test_a_pathway_is_written_by_keyboard_published_and_completed_by_a_badge(
    open_at_work: Callable[..., Any], service: Service, issuer: Issuer, scripts: str
):
    with service.database.write() as session:
        by = issuers.by_id(session, issuer.id)
        facts = {"namespace": None, "source_id": None, "email": "mira@hospital.test", "display_name": "Mira Holm"}
        mira = learners.resolve(session, by, **facts)
        assert mira is not None
    page = open_at_work(f"{ROOT}/new", width=320, javascript=scripts == "on")

    write(page, "#name", "Care ladder")
    write(page, "#node-0-name", "Care assistant")
    write(page, "#node-0-condition", "BLX and IPC")
    tab_to(page, "[data-shows-preview]")
    page.keyboard.press("Enter")
    page.locator("#node-0-condition-note", has_text="There is no credential called BLX. Did you mean BLS?").wait_for()
    page.locator("[data-preview] .stopped", has_text="There is no credential BLX.").wait_for()
    tab_to(page, "#node-0-condition", backwards=True)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("BLS and 1 of (IPC, ECG)")
    page.keyboard.press("Tab")
    page.keyboard.type("CARE")  # chooses the stack whose words begin so
    tab_to(page, "button[value='check']")
    page.keyboard.press("Enter")
    page.get_by_text("at least 1 of several is the same as any of them").wait_for()
    tab_to(page, "button.large")
    page.keyboard.press("Enter")
    page.get_by_text("Version 1 is published.").wait_for()

    tab_to(page, "a[href$='/enrol']")
    page.keyboard.press("Enter")
    write(page, "#q", "mira")
    page.keyboard.press("Enter")
    tab_to(page, "button.primary")
    page.keyboard.press("Enter")
    page.get_by_text("1 person was put on it.").wait_for()
    for badge in ("Basic life support", "Electrocardiography"):
        award(open_at_work, badge, mira.id)
    page.reload()
    page.locator(".pill", has_text="Completed").wait_for()
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    with service.database.read() as session:
        enrolment = session.scalars(select(Enrolment)).one()
        states = {award.state for award in session.scalars(select(Award))}
    assert (enrolment.complete_nodes, states) == (["care-assistant"], {"issued"})


@pytest.mark.usefixtures("badges")
def test_notes_and_drawing_follow_the_typing_and_steps_change_places(open_at_work: Callable[..., Any]):
    page = open_at_work(f"{ROOT}/new")

    page.locator("#name").fill("Ladder")
    page.locator("#node-0-name").fill("Assistant")
    page.locator("#node-0-condition").fill("BLS and")
    page.locator("#node-0-condition-note", has_text="Something is missing here").wait_for()
    page.locator("#node-0-condition").fill("BLS and IPC")
    page.locator("#node-0-condition-note .understood", has_text="BLS and IPC").wait_for()
    page.locator("[data-preview] svg.pathway text", has_text="Assistant").wait_for()
    page.get_by_role("button", name="Add a step").click()
    page.locator("#node-1-name").fill("Technician")
    page.locator("#node-1-condition").fill("node assistant and ECG")
    page.locator("#node-1-completes").check()
    page.locator("#node-1-condition-note .understood", has_text="“Assistant” and ECG").wait_for()
    page.get_by_role("button", name="Move step 2 up").click()

    assert page.locator("#node-0-name").input_value() == "Technician"
    assert page.locator("#node-0-completes").is_checked(), "what completes it moves along"
    assert page.locator("[data-row-act='up-node-0']").evaluate("each => each === document.activeElement")
    page.get_by_role("button", name="Save the draft").first.click()
    page.get_by_text("The draft is saved.").wait_for()
    assert [page.locator(f"#node-{number}-id").input_value() for number in (0, 1)] == ["technician", "assistant"]
    assert page.complaints == []


def award(open_at_work: Callable[..., Any], name: str, learner_id: str) -> None:
    """Award a badge to somebody by hand, as staff do."""
    page = open_at_work(f"/staff/northfield/awards/new?learner={learner_id}")
    page.locator("#achievement").select_option(label=page.locator("#achievement option", has_text=name).inner_text())
    page.get_by_role("button", name="See what would be issued").click()
    page.get_by_role("button", name="Award this badge").click()
    page.locator(".said").wait_for()


def write(page: Any, selector: str, text: str) -> None:
    """Go to a field by the tabulator and type."""
    tab_to(page, selector)
    page.keyboard.type(text)


def tab_to(page: Any, selector: str, *, backwards: bool = False) -> None:
    """Press the tabulator until something has the focus, as somebody without a mouse does."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the tabulator never comes to {selector}")
