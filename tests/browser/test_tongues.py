"""Texts in other languages, in a real browser: written with a preview that follows, and read on a small phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import achievements
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.service import Service

ROOT = "/staff/northfield/achievements"
TRANSLATIONS: dict[str, dict[str, str]] = {
    "es": {"name": "Fundamentos de flebotomía", "description": "Extrae sangre venosa con seguridad."},
    "ar": {
        "name": "PHLB أساسيات سحب الدم",
        "description": "يسحب الدم الوريدي بأمان.",
        "criteria_narrative": "عشر مرات.",
    },
    "fr": {"name": "Bases de la phlébotomie"},
}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def award(make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]) -> Award:
    return make_award(make_achievement(translations=TRANSLATIONS))


@pytest.mark.parametrize("width", [320, 1280])
def test_a_language_is_added_and_the_preview_follows_what_is_typed_in_it(
    open_at_work: Callable[..., Any], service: Service, issuer: Issuer, width: int
):
    page = open_at_work(f"{ROOT}/new", width=width)
    page.locator("#name").fill("Wound Care")
    page.locator("#abbreviation").fill("WNDC")
    page.locator("#description").fill("Cleans wounds.")

    page.get_by_role("button", name="Add a language").click()
    row = page.get_by_role("group", name="Language 1", exact=True)
    row.get_by_label("Language", exact=True).fill("ar")
    row.get_by_label("Name").fill("العناية بالجروح")
    page.get_by_role("button", name="Add a language").click()
    other = page.get_by_role("group", name="Language 2", exact=True)
    other.get_by_label("Language", exact=True).fill("fr")
    other.get_by_label("Name").fill("Soins des plaies")
    page.locator("#preview_in option[value=fr]").wait_for(state="attached")
    page.get_by_label("Show the preview in").select_option("ar")
    page.locator("[data-preview] .mock-title", has_text="العناية بالجروح").wait_for()
    row.get_by_label("Description").fill("ينظّف الجروح.")
    page.locator("[data-preview] p[lang=ar][dir=rtl]", has_text="ينظّف الجروح.").wait_for()

    assert page.get_by_label("Show the preview in").input_value() == "ar", "what was chosen stays chosen"
    assert not page.evaluate(TOO_WIDE)
    page.get_by_role("button", name="Save the draft").first.click()
    page.get_by_text("The draft is saved.").wait_for()
    assert page.complaints == []
    with service.database.read() as session:
        facts = achievements.current_facts(session, achievements.by_slug(session, issuer, "wndc"))
    assert facts.translations["ar"].description == "ينظّف الجروح."


@pytest.mark.parametrize("tag", ["en", "es", "ar", "fr"])
@pytest.mark.parametrize("path", ["/b/{award}", "/achievements/{achievement}", "/achievements/{achievement}/v1/{tag}"])
def test_nothing_scrolls_sideways_at_320_pixels_in_any_language(
    open_page: Callable[..., Any], award: Award, path: str, tag: str
):
    where = path.format(award=award.id, achievement=award.achievement_id, tag=tag)

    page = open_page(f"{where}?lang={tag}", width=320)

    assert page.locator(f"h1 bdi[lang={tag}]").count() == 1
    assert not page.evaluate(TOO_WIDE)
    assert page.complaints == []


@pytest.mark.parametrize(("address", "texts"), [("?lang=ar", "rtl"), ("/v1/es", "ltr")])
def test_a_name_runs_as_its_language_does(open_page: Callable[..., Any], award: Award, address: str, texts: str):
    page = open_page(f"/achievements/{award.achievement_id}{address}")

    assert page.locator("h1 bdi[lang]").evaluate("it => getComputedStyle(it).direction") == texts


def test_a_reader_goes_to_what_was_signed_and_back(open_page: Callable[..., Any], award: Award):
    page = open_page(f"/b/{award.id}?lang=fr", width=320)
    page.get_by_text("Signed in English; shown here in French.").wait_for()

    page.locator(".tongues").get_by_role("link", name="English").click()
    page.locator("h1 bdi[lang=en]").wait_for()
    assert page.get_by_text("Signed in English").count() == 0
    page.locator(".tongues").get_by_role("link", name="Français").click()

    page.locator("h1 bdi[lang=fr]").wait_for()
