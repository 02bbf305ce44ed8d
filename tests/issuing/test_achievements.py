"""Achievements: a draft is checked, a version is frozen, nothing is deleted."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from app.errors import AlreadyExists, InvalidInput, NotPublishable, NotPublished
from app.issuing import achievement_facts, achievements, awards, images


def facts_of(desk, achievement, **changes):
    with desk.read() as session:
        stated = achievements.current_facts(session, achievements.by_id(session, achievement.id)).to_json()
    return achievement_facts.parse({**stated, **changes})


def republish(desk, achievement, **changes):
    stated = facts_of(desk, achievement, **changes)
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        achievements.change(session, found, facts=stated, actor="cli")
        return achievements.publish(session, desk.office, found, actor="cli")


@pytest.mark.parametrize("method", [None, "none"])
def test_a_micro_credential_without_an_assessment_method_cannot_be_published(desk, method):
    draft = desk.draft(assessment_method=method)

    with pytest.raises(NotPublishable, match="SEED-11"), desk.write() as session:
        achievements.publish(session, desk.office, achievements.by_id(session, draft.id), actor="cli")


def test_attendance_can_be_published_as_another_type(desk):
    assert desk.achievement(achievement_type="Badge", assessment_method="none", skills=[]).state == "published"


def test_a_micro_credential_lists_at_least_one_skill(desk):
    with pytest.raises(NotPublishable, match="SEED-10"):
        desk.achievement(skills=[])


def test_criteria_are_needed_to_publish(desk):
    with pytest.raises(NotPublishable, match="OB3-12"):
        desk.achievement(criteria_narrative=None)


def test_a_published_version_never_changes_when_the_achievement_does(desk):
    achievement = desk.achievement()
    with desk.read() as session:
        first = achievements.current(session, achievements.by_id(session, achievement.id)).document

    second = republish(desk, achievement, description="Another text.")

    with desk.read() as session:
        found = achievements.by_id(session, achievement.id)
        assert achievements.version_of(session, found, 1).document == first
    assert second.number == 2
    assert json.loads(second.document)["id"].endswith("/v2")


def test_an_award_keeps_the_version_it_was_made_with(desk):
    achievement = desk.achievement()
    award = desk.award(achievement=achievement)

    republish(desk, achievement, name="A new name")

    with desk.read() as session:
        stored = json.loads(awards.credential_of(session, award).json)
    assert stored["credentialSubject"]["achievement"]["version"] == "1"


def test_publishing_without_a_change_makes_no_new_version(desk):
    achievement = desk.achievement()

    assert republish(desk, achievement).number == 1


def test_lanyard_draws_an_image_when_none_is_uploaded_and_the_same_facts_give_the_same_bytes(desk):
    first, second = desk.achievement(), desk.achievement()

    with desk.read() as session:
        shas = {
            achievements.current(session, achievements.by_id(session, item.id)).image_sha256 for item in (first, second)
        }
        assert session.scalar(select(func.count()).select_from(images.Image)) == 2  # the PNG and its drawing
    assert len(shas) == 1


def test_an_uploaded_picture_is_used_from_the_next_version_on(desk):
    achievement, other = desk.achievement(), desk.achievement(abbreviation="OTHER")
    with desk.write() as session:
        content = images.content(
            session, achievements.current(session, achievements.by_id(session, other.id)).image_sha256
        )
        found = achievements.by_id(session, achievement.id)
        sha256 = achievements.put_image(session, found, images.check(content), actor="cli")
        version = achievements.publish(session, desk.office, found, actor="cli")

    assert version.image_sha256 == sha256


def test_a_slug_is_taken_once_per_issuer_and_free_for_another(desk):
    desk.draft("cpr")

    with pytest.raises(AlreadyExists):
        desk.draft("cpr")
    assert desk.another_issuer().draft("cpr").slug == "cpr"


def test_two_achievements_may_have_the_same_name(desk):
    first = desk.achievement("cpr-a", name="CPR & First-Aid v2.0")

    assert desk.achievement("cpr-b", name="CPR & First-Aid v2.0").id != first.id


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "ä", "a b", "a/b", "..", "x" * 81])
def test_a_slug_that_would_need_escaping_is_refused(desk, slug):
    with pytest.raises(InvalidInput):
        desk.draft(slug or " ")


def test_a_draft_has_no_version(desk):
    draft = desk.draft()

    with pytest.raises(NotPublished), desk.read() as session:
        achievements.current(session, achievements.by_id(session, draft.id))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("name", None), ("name", ["a"]),
        ("criteria_narrative", ["a"]), ("criteria_narrative", {"a": 1}), ("criteria_narrative", "x" * 20_001),
        ("tags", ["x" * 81]), ("tags", "not a list"), ("hours", "NaN"), ("hours", -1), ("language", "not a language"),
        ("skills", [{"name": "a", "url": "javascript:alert(1)", "level": 3}]),
        ("skills", [{"name": "a", "url": "https://x.example/a", "level": 6}]),
        ("validity", {"kind": "months"}), ("validity", {"kind": "fixed_date"}), ("status", "published"),
    ],
)  # fmt: skip
def test_a_wrong_fact_is_named_by_its_place(desk, field, value):
    stated = facts_of(desk, desk.draft()).to_json()

    with pytest.raises(InvalidInput) as caught:
        achievement_facts.parse({**stated, field: value})
    assert caught.value.facts["problems"][0]["pointer"].startswith(f"/{field}")
