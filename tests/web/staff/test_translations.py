"""Other languages in the guided editor: rows without a script, a preview, mistakes, the checklist, what differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from app.issuing import achievement_facts, achievements
from app.issuing.achievements import Achievement
from app.service import Service

ROOT = "/staff/northfield/achievements"
NEW = {
    "do": "save", "name": "Wound Care", "abbreviation": "WNDC", "description": "Cleans wounds.",
    "criteria_narrative": "Dress ten wounds.", "language": "en", "achievement_type": "Badge",
    "validity_kind": "none", "shape": "circle", "fill": "#0b4f6c",
}  # fmt: skip
SPANISH = {
    "translation-0-tag": "es", "translation-0-name": "Cura de heridas",
    "translation-0-description": "Limpia heridas.", "translation-0-criteria_narrative": "Cure **diez** heridas.",
}  # fmt: skip


def saved(answer: Any) -> str:
    assert answer.status_code == 303, unescape(answer.text)
    return str(answer.headers["location"].removeprefix(f"{ROOT}/").partition("/")[0])


def translations(service: Service, achievement_id: str) -> dict[str, Any]:
    with service.database.read() as session:
        facts = achievements.current_facts(session, achievements.by_id(session, achievement_id))
    return dict(facts.to_json().get("translations", {}))


def preview_of(page: str) -> str:
    return page.rsplit("data-preview>", maxsplit=1)[-1]


def test_a_language_is_added_filled_in_and_taken_away_by_buttons(dora: Any, service: Service):
    empty = dora.post(f"{ROOT}/new", **NEW | {"do": "add-translation"}).text
    assert empty.count('data-row-of="translation"') == 2  # one, and the one that a script copies
    assert 'id="translation-0-tag"' in empty

    made = saved(dora.post(f"{ROOT}/new", **NEW, **SPANISH))
    assert translations(service, made) == {
        "es": {
            "name": "Cura de heridas",
            "description": "Limpia heridas.",
            "criteria_narrative": "Cure **diez** heridas.",
        }
    }

    seen = re.search(r'name="seen" value="([^"]+)"', dora.get(f"{ROOT}/{made}/edit").text)
    assert seen is not None
    without = dora.post(f"{ROOT}/{made}/edit", **NEW | SPANISH | {"do": "remove-translation-0"}).text
    assert 'value="Cura de heridas"' not in without
    dora.post(f"{ROOT}/{made}/edit", **NEW, seen=seen[1])
    assert translations(service, made) == {}


def test_a_tag_is_written_as_it_should_be_and_an_empty_row_is_nothing(dora: Any, service: Service):
    rows = SPANISH | {"translation-0-tag": "ES_mx", "translation-1-tag": "", "translation-1-name": ""}

    assert list(translations(service, saved(dora.post(f"{ROOT}/new", **NEW, **rows)))) == ["es-MX"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"translation-0-tag": ""}, "translation-0-tag", "A language is written as a tag"),
        ({"translation-0-tag": "Spanish language"}, "translation-0-tag", "A language is written as a tag"),
        ({"translation-0-tag": "EN"}, "translation-0-tag", "This is the language that is signed"),
        ({"translation-0-name": ""}, "translation-0-name", "Give it a name."),
        ({"translation-0-name": "x" * 201}, "translation-0-name", "This has at most 200 characters."),
        ({"translation-0-name": "a\x07"}, "translation-0-name", "This holds a character that cannot be seen."),
        ({"criteria_narrative": ""}, "translation-0-criteria_narrative", "There is no text of the criteria above"),
        (
            {"translation-1-tag": "Es", "translation-1-name": "Heridas"},
            "translation-1-tag",
            "Another row is in this language already.",
        ),
    ],
)
def test_a_mistake_stands_beside_its_field(dora: Any, typed: dict[str, str], field: str, sentence: str):
    answer = dora.post(f"{ROOT}/new", **NEW | SPANISH | typed)

    assert answer.status_code == 422
    beside = re.search(rf'id="{field}-wrong" class="wrong">(.*?)</p>', answer.text)
    assert beside is not None
    assert unescape(beside[1]).startswith(sentence)
    assert 'value="Wound Care"' in answer.text


def test_the_preview_is_in_the_language_that_is_chosen_with_and_without_a_script(dora: Any):
    for path in (f"{ROOT}/new", f"{ROOT}/preview"):
        signed = dora.post(path, **NEW | SPANISH | {"do": "preview"}).text
        spanish = dora.post(path, **NEW | SPANISH | {"do": "preview", "preview_in": "es"}).text

        assert "Wound Care</bdi>" in preview_of(signed)
        assert "Cura de heridas</bdi>" in preview_of(spanish)
        assert '<div class="prose" lang="es" dir="auto"><p>Cure <strong>diez</strong> heridas.' in preview_of(spanish)
        assert '<option value="es" selected>Spanish</option>' in spanish
        assert '"name": "Wound Care"' in unescape(preview_of(spanish))  # what is signed stays


def test_a_preview_in_a_language_that_is_gone_shows_what_is_signed(dora: Any):
    shown = dora.post(f"{ROOT}/preview", **NEW | {"preview_in": "<b>"})

    assert shown.status_code == 200
    assert "Wound Care</bdi>" in preview_of(shown.text)


def test_the_checklist_says_what_is_not_translated_and_leads_there(
    dora: Any, make_achievement: Callable[..., Achievement]
):
    made = make_achievement(translations={"fr": {"name": "Bases"}, "ar": {"name": "Basics"}})

    shown = unescape(dora.get(f"{ROOT}/{made.id}/publish").text)

    assert "Not everything is translated; what is missing is shown as it is signed:" in shown
    assert "French: the criteria" in shown
    assert "These translations are not written in the letters of the language that they name:" in shown
    assert f'href="{ROOT}/{made.id}/edit#tongues"' in shown


def test_what_differs_between_versions_names_the_language(
    dora: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    made = make_achievement(translations={"fr": {"name": "Bases"}, "es": {"name": "Fundamentos"}})
    with service.database.write() as session:
        found = achievements.by_id(session, made.id)
        stated = achievements.current_facts(session, found).to_json()
        stated["translations"] = {"fr": {"name": "Bases de la phlébotomie"}, "ar": {"name": "أساسيات"}}
        achievements.change(session, found, facts=achievement_facts.parse(stated), actor="test")
        achievements.publish(session, service.office, found, actor="test")

    shown = dora.get(f"{ROOT}/{made.id}/versions").text

    for label in ("Name in French (fr)", "Name in Spanish (es)", "Name in Arabic (ar)"):
        assert label in shown
    assert "Description in" not in shown


def test_texts_in_fields_say_their_language(dora: Any):
    shown = dora.post(f"{ROOT}/new", **NEW | SPANISH | {"do": "preview", "translation-0-tag": "ar"}).text

    assert re.search(r'<textarea id="translation-0-description"[^>]* lang="ar" dir="rtl"', shown)
