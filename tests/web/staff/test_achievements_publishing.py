"""Image, checklist, publishing and versions of achievements, as pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from PIL import Image

from app.issuing import achievement_facts, achievements
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service

ROOT = "/staff/northfield/achievements"


@pytest.fixture
def designer(enter: Callable[..., Any], issuer: Issuer) -> Any:
    return enter("dora@example.org", role="designer", at=issuer, name="Dora Designer")


def change(service: Service, achievement: Achievement, actor: str = "test", **facts: Any) -> None:
    with service.database.write() as session:
        found = achievements.by_id(session, achievement.id)
        stated = achievements.current_facts(session, found).to_json() | facts
        achievements.change(session, found, facts=achievement_facts.parse(stated), actor=actor)


def draft(service: Service, issuer: Issuer, **facts: Any) -> Achievement:
    stated = {"name": "Wound Care", "abbreviation": "WNDC", "description": "Cleans wounds."} | facts
    with service.database.write() as session:
        return achievements.create(session, issuer, slug="w", facts=achievement_facts.parse(stated), actor="test")


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 600), "navy").save(buffer, "PNG")
    return buffer.getvalue()


def state(service: Service, achievement: Achievement) -> tuple[str, int | None]:
    with service.database.read() as session:
        found = achievements.by_id(session, achievement.id)
        return found.state, found.current_version


def test_the_checklist_says_what_is_missing_with_a_link_to_each_field_and_has_no_button(
    designer: Any, service: Service, issuer: Issuer
):
    achievement = draft(service, issuer)

    page = designer.get(f"{ROOT}/{achievement.id}/publish")

    for at in ("criteria_narrative", "assessment_method", "skills", "hours", "education_type", "image_alt"):
        assert f'href="{ROOT}/{achievement.id}/edit#{at}"' in page.text
    assert "It can be published once the 3 points above are done." in page.text
    assert "Publish WNDC, version 1</button>" not in page.text


@pytest.mark.parametrize("link", ["criteria_narrative", "assessment_method", "skills", "hours", "validity_kind"])
def test_each_link_of_the_checklist_leads_to_a_place_of_the_editor(
    designer: Any, service: Service, issuer: Issuer, link: str
):
    assert f'id="{link}"' in designer.get(f"{ROOT}/{draft(service, issuer).id}/edit").text


def test_publishing_without_what_must_be_there_publishes_nothing(designer: Any, service: Service, issuer: Issuer):
    achievement = draft(service, issuer)

    answer = designer.post(f"{ROOT}/{achievement.id}/publish")

    assert answer.status_code in {409, 422}
    assert 'role="alert"' in answer.text
    assert state(service, achievement) == ("draft", None)


def test_a_complete_draft_is_published_by_a_button_that_names_it(
    designer: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    change(service, achievement, hours="14")
    page = designer.get(f"{ROOT}/{achievement.id}/publish")
    assert "Publish PHLB, version 2</button>" in page.text

    answer = designer.post(f"{ROOT}/{achievement.id}/publish")

    assert "Version 2 is published." in designer.get(answer.headers["location"]).text
    assert state(service, achievement) == ("published", 2)
    assert "so there is nothing to publish" in designer.get(f"{ROOT}/{achievement.id}/publish").text


def test_what_no_badge_could_say_is_told_and_not_published(
    designer: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    change(service, achievement, achievement_type="no such type")

    answer = designer.post(f"{ROOT}/{achievement.id}/publish")

    assert "The value is neither one of the standard nor an extension" in answer.text
    assert state(service, achievement) == ("published", 1)


def test_an_archived_achievement_is_not_published(
    designer: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    change(service, achievement, hours="14")
    designer.post(f"{ROOT}/{achievement.id}/archive")

    answer = designer.post(f"{ROOT}/{achievement.id}/publish")

    assert "It is archived. Take it out of the archive first." in answer.text
    assert state(service, achievement) == ("archived", 1)


def test_a_picture_of_ones_own_comes_with_its_description_and_goes_again(
    designer: Any, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    path = f"{ROOT}/{achievement.id}/image"
    file = {"picture": ("badge.png", picture(), "image/png")}

    refused = designer.post(path, files=file)
    assert refused.status_code == 422
    assert 'id="image_alt-wrong"' in refused.text
    accepted = designer.post(path, files=file, image_alt="A navy square")
    page = designer.get(accepted.headers["location"])

    assert "The picture is in the draft." in page.text
    sha256 = re.search(r'src="/images/([0-9a-f]{64})\.png" alt="A navy square"', page.text)[1]
    assert Image.open(io.BytesIO(designer.get(f"/images/{sha256}.png").content)).getpixel((5, 5)) == (0, 0, 128)
    assert "This achievement has a picture of your own." in designer.get(f"{ROOT}/{achievement.id}/edit").text
    designer.post(f"{path}/drawn")
    assert "Drawn by Lanyard." in designer.get(path).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a PNG or SVG file."),
        (b"not a picture", ""),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>x</text></svg>',
            "Turn the text into outlines",
        ),
    ],
)
def test_a_picture_that_cannot_be_a_badge_is_refused_beside_its_field(
    designer: Any, make_achievement: Callable[..., Achievement], content: bytes, said: str
):
    path = f"{ROOT}/{make_achievement().id}/image"

    answer = designer.post(path, files={"picture": ("x.svg", content, "image/svg+xml")}, image_alt="Words stay")

    assert answer.status_code == 422
    assert said in unescape(re.search(r'id="picture-wrong" class="wrong">(.*?)</p>', answer.text)[1])
    assert "Words stay" in answer.text


def test_a_large_picture_is_accepted_as_far_as_the_settings_say(
    designer: Any, make_achievement: Callable[..., Achievement]
):
    buffer = io.BytesIO()
    Image.effect_noise((1300, 1300), 200).save(buffer, "PNG")
    assert 1_048_576 < len(buffer.getvalue()) < 2_000_000

    file = {"picture": ("badge.png", buffer.getvalue(), "image/png")}
    assert designer.post(f"{ROOT}/{make_achievement().id}/image", files=file, image_alt="Noise").status_code == 303


def test_versions_say_when_by_whom_and_how_many_keep_each(
    designer: Any, service: Service, make_award: Callable[..., Any]
):
    award = make_award()
    with service.database.read() as session:
        achievement = achievements.by_id(session, award.achievement_id)
    change(service, achievement, hours="14")
    designer.post(f"{ROOT}/{achievement.id}/publish")

    page = designer.get(f"{ROOT}/{achievement.id}/versions").text

    rows = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert re.search(r"Version 2 .*Dora Designer .*0 $", rows[1])
    assert re.search(r"Version 1 .* test .*1 $", rows[2])
    assert "Holders keep the version that they earned" in page


def test_what_differs_is_told_field_by_field_word_by_word_and_item_by_item(
    designer: Any, service: Service, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    skills = [
        {"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 4},
        {"name": "<i>Labels</i>", "url": "https://skills.example/l", "level": 1},
    ]
    change(service, achievement, description="Draws capillary blood safely and labels each specimen.", skills=skills)

    page = designer.get(f"{ROOT}/{achievement.id}/versions?old=1&new=draft").text

    said = unescape(re.sub(r"<(?!/?(?:ins|del)>)[^>]+>", "", page.partition('class="brief diff"')[2]))
    assert "<del>[removed: venous ]</del><ins>[added: capillary ]</ins>blood safely" in said
    assert "changed: Venepuncture, level <del>[removed: 3 ]</del><ins>[added: 4 ]</ins>of 5" in said
    assert "&lt;i&gt;Labels&lt;/i&gt;" in page
    assert "Criteria" not in said.partition("Skills")[0]


@pytest.mark.parametrize("query", ["?old=1&new=1", "?old=99&new=x", "?old=%00", ""])
def test_two_that_cannot_be_compared_are_told_calmly(
    designer: Any, make_achievement: Callable[..., Achievement], query: str
):
    assert designer.get(f"{ROOT}/{make_achievement().id}/versions{query}").status_code == 200
