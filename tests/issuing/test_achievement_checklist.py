"""The checklist before publishing: what must be there agrees with what publishing refuses."""

from __future__ import annotations

import pytest

from app.errors import NotPublishable
from app.issuing import achievement_checklist, achievement_images, achievements, issuers
from app.issuing.achievement_checklist import Point

# Nothing here is another thing on PostgreSQL; lists, which are, have tests on both.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def points(desk, achievement, *, musts=None):
    with desk.read() as session:
        found = achievement_checklist.checklist(session, desk.office, achievements.by_id(session, achievement.id))
    return {each.point: each.holds for each in found if musts is None or each.is_must == musts}


COMPLETE = {"hours": "6", "validity": {"kind": "months", "amount": 24}, "education_type": "non_formal"}


def test_all_that_must_be_there_is_in_a_draft_that_can_be_published(desk):
    draft = desk.draft(**COMPLETE, image_alt="A heart")

    found = points(desk, draft, musts=True)
    assert set(found.values()) == {True}
    assert {Point.CRITERIA, Point.ASSESSMENT, Point.SKILLS, Point.KEYS, Point.SIGNABLE} == set(found)


@pytest.mark.parametrize(
    ("lacking", "point"),
    [
        ({"criteria_narrative": None}, Point.CRITERIA),
        ({"assessment_method": None}, Point.ASSESSMENT),
        ({"assessment_method": "none"}, Point.ASSESSMENT),
        ({"skills": []}, Point.SKILLS),
    ],
)
def test_what_publishing_refuses_is_a_must_that_does_not_hold(desk, lacking, point):
    draft = desk.draft(**lacking)

    assert points(desk, draft, musts=True)[point] is False
    with pytest.raises(NotPublishable), desk.write() as session:
        achievements.publish(session, desk.office, achievements.by_id(session, draft.id), actor="cli")


def test_attendance_need_not_be_assessed_and_shows_no_skills(desk):
    draft = desk.draft(achievement_type="Badge", assessment_method="none", skills=[])

    assert not {Point.ASSESSMENT, Point.SKILLS} & set(points(desk, draft))


def test_what_no_badge_could_say_is_told_in_the_sentences_of_the_lint(desk):
    draft = desk.draft(achievement_type="no such type")

    with desk.read() as session:
        found = achievement_checklist.checklist(session, desk.office, achievements.by_id(session, draft.id))
    (signable,) = (each for each in found if each.point is Point.SIGNABLE)
    assert not signable.holds
    assert signable.said


def test_a_picture_of_ones_own_must_be_described_and_a_drawn_one_should_be(desk):
    draft = desk.draft()
    assert points(desk, draft, musts=False)[Point.ALT_TEXT] is False

    with desk.write() as session:
        found = achievements.by_id(session, draft.id)
        picture = achievement_images.drawn(achievements.current_facts(session, found))
        achievements.put_image(session, found, picture, actor="cli")

    assert points(desk, draft, musts=True)[Point.ALT_TEXT] is False


def test_an_issuer_without_keys_cannot_publish(desk):
    with desk.write() as session:
        named = {"slug": "keyless", "name": "Keyless", "url": "https://keyless.test"}
        desk.issuer = issuers.create(session, **named, actor="cli")

    assert points(desk, desk.draft(), musts=True)[Point.KEYS] is False


@pytest.mark.parametrize(
    ("facts", "point"),
    [
        ({"hours": None}, Point.LENGTH),
        ({"validity": {"kind": "none"}}, Point.VALIDITY),
        ({"education_type": None}, Point.EDUCATION),
        ({"language": "ar"}, Point.LANGUAGE),
        ({"language": "es", "description": "护理基础"}, Point.LANGUAGE),
    ],
)
def test_what_should_be_there_is_missed(desk, facts, point):
    assert points(desk, desk.draft(**COMPLETE), musts=False)[point] is True
    assert points(desk, desk.draft(**COMPLETE | facts), musts=False)[point] is False


@pytest.mark.parametrize(("language", "text"), [("ar", "الوصف"), ("zh", "护理基础"), ("en", "123"), ("sr", "Опис")])
def test_a_text_in_the_letters_of_its_language_is_fine_and_so_is_one_that_nobody_can_judge(desk, language, text):
    assert points(desk, desk.draft(language=language, description=text))[Point.LANGUAGE]


def test_an_abbreviation_of_another_achievement_is_told(desk):
    desk.draft("one", abbreviation="BLS")
    second, third = desk.draft("two", abbreviation="bls"), desk.draft("three", abbreviation="BLS-2")

    assert points(desk, second)[Point.ABBREVIATION] is False
    assert points(desk, third)[Point.ABBREVIATION] is True


def test_an_archived_achievement_must_come_out_of_the_archive_first(desk):
    draft = desk.draft()
    assert Point.IN_USE not in points(desk, draft)

    with desk.write() as session:
        achievements.archive(session, achievements.by_id(session, draft.id), actor="cli")

    assert points(desk, draft, musts=True)[Point.IN_USE] is False
