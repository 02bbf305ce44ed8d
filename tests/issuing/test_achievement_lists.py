"""Lists of achievements: found by name, in an order that stands still, with the badges that live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from app import clock
from app.errors import AlreadyExists, InvalidInput
from app.issuing import achievement_facts, achievement_images, achievement_lists, achievements, award_status, awards
from app.issuing.achievement_lists import Order, Standing, Wanted, place_of
from app.issuing.listing import ListedAchievement


def names(desk, limit=50, **wanted):
    with desk.read() as session:
        lines = achievement_lists.page(session, desk.issuer.id, Wanted(**wanted), limit=limit)
        return [line.facts.name for line in lines]


def change(desk, achievement, **facts):
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        stated = achievements.current_facts(session, found).to_json() | facts
        achievements.change(session, found, facts=achievement_facts.parse(stated), actor="cli")


def test_they_are_found_by_name_abbreviation_and_short_name_whatever_the_capitals_and_accents(desk):
    desk.draft("wound-2", name="Élan and Wound Care", abbreviation="WNDC")
    desk.draft("cpr", name="CPR 100%_sure", abbreviation="CPR")

    for search in ("élan WOUND", "elan", "wndc", "wound-2"):
        assert names(desk, search=search) == ["Élan and Wound Care"]
    assert names(desk, search="100%_s") == ["CPR 100%_sure"]
    assert names(desk, search="nothing") == []


def test_a_changed_name_is_where_it_belongs_at_once(desk):
    desk.draft("a", name="Alpha")
    changed = desk.draft("z", name="Zeta")

    change(desk, changed, name="Aaa")

    assert names(desk) == ["Aaa", "Alpha"]
    assert names(desk, search="zeta") == []


def test_pages_go_on_where_the_one_before_ended_also_when_something_is_added_meanwhile(desk):
    for name in ("Delta", "alpha", "Charlie", "bravo"):
        desk.draft(name=name)
    with desk.read() as session:
        first = achievement_lists.page(session, desk.issuer.id, Wanted(), limit=2)
    desk.draft(name="Aardvark")
    after = place_of(first[-1], Order.NAME)

    assert [line.facts.name for line in first] == ["alpha", "bravo"]
    assert names(desk, after=after) == ["Charlie", "Delta"]


def test_by_change_the_newest_change_is_first_and_pages_go_on(desk):
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        old, older = desk.draft(name="Old"), desk.draft(name="Older")
    change(desk, older, hours="3")
    with desk.read() as session:
        first = achievement_lists.page(session, desk.issuer.id, Wanted(order=Order.CHANGED), limit=1)

    assert [line.achievement.id for line in first] == [older.id]
    assert names(desk, order=Order.CHANGED, after=place_of(first[0], Order.CHANGED)) == ["Old"]
    assert old.changed_at is None


def test_each_standing_can_be_asked_for(desk):
    desk.draft(name="Draft")
    desk.achievement(name="Published")
    changed, archived = desk.achievement(name="Changed"), desk.achievement(name="Archived")
    change(desk, changed, hours="3")
    with desk.write() as session:
        achievements.archive(session, achievements.by_id(session, archived.id), actor="cli")

    assert names(desk, standing=Standing.DRAFT) == ["Draft"]
    assert names(desk, standing=Standing.PUBLISHED) == ["Changed", "Published"]
    assert names(desk, standing=Standing.CHANGED) == ["Changed"]
    assert names(desk, standing=Standing.ARCHIVED) == ["Archived"]


def test_another_issuers_are_not_in_the_list(desk):
    desk.another_issuer().draft(name="Theirs")

    assert names(desk) == []


def test_living_badges_are_those_that_count_or_may_count_again(desk):
    achievement = desk.achievement()
    kept, paused, ended, revoked = (
        desk.award(f"{name}@hospital.test", achievement=achievement) for name in ("kept", "paused", "ended", "revoked")
    )
    with desk.write() as session:
        award_status.suspend(session, desk.office, awards.by_id(session, paused.id), reason="x", actor="cli")
        award_status.revoke(session, desk.office, awards.by_id(session, revoked.id), reason="x", actor="cli")
        awards.by_id(session, ended.id).valid_until = clock.now() - timedelta(days=1)

    with desk.read() as session:
        assert achievement_lists.living(session, [achievement.id]) == {achievement.id: 2}
        assert achievement_lists.living_by_version(session, achievement) == {kept.version_id: 2}


def test_it_is_known_who_published_which_version(desk):
    achievement = desk.achievement()

    with desk.read() as session:
        assert achievement_lists.publishers(session, achievement) == {1: "cli"}


def test_a_duplicate_says_the_same_under_names_of_its_own_and_is_a_draft(desk):
    original = desk.achievement("bls", hours="12")
    named = {"slug": "als", "name": "Advanced Life Support", "abbreviation": "ALS"}

    with desk.write() as session:
        found = achievements.by_id(session, original.id)
        made = achievements.duplicate(session, desk.issuer, found, **named, actor="cli")
    with desk.read() as session:
        copied = achievements.current_facts(session, achievements.by_id(session, made.id))
        said = achievements.current_facts(session, achievements.by_id(session, original.id))

    assert (made.state, made.current_version) == ("draft", None)
    assert copied == said.model_copy(update={"name": "Advanced Life Support", "abbreviation": "ALS"})
    with pytest.raises(AlreadyExists), desk.write() as session:
        achievements.duplicate(session, desk.issuer, original, **named, actor="cli")
    with pytest.raises(InvalidInput), desk.write() as session:
        achievements.duplicate(session, desk.issuer, original, **named | {"slug": "x", "name": ""}, actor="cli")


def test_what_is_taken_out_of_the_archive_stands_as_before_and_the_log_knows(desk):
    published, draft = desk.achievement(), desk.draft()

    for each in (published, draft):
        with desk.write() as session:
            found = achievements.by_id(session, each.id)
            achievements.archive(session, found, actor="cli")
            achievements.restore(session, found, actor="cli")
            achievements.restore(session, found, actor="cli")

    with desk.read() as session:
        assert session.scalars(select(ListedAchievement.achievement_id)).all() == [published.id], (
            "it can be found again"
        )
        states = [achievements.by_id(session, each.id).state for each in (published, draft)]
    assert states == ["published", "draft"]
    assert [entry.action for entry in desk.audit_log()].count("achievement.restored") == 2


def test_the_drawn_image_can_be_had_again(desk):
    achievement = desk.achievement()
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        drawn = achievements.current(session, found).image_sha256
        facts = achievements.current_facts(session, found).to_json() | {"abbreviation": "OTHER"}
        other = achievement_images.drawn(achievement_facts.parse(facts))
        achievements.put_image(session, found, other, actor="cli")
        achievements.publish(session, desk.office, found, actor="cli")
        assert achievements.draw_image(session, found, actor="cli")
        assert not achievements.draw_image(session, found, actor="cli")
        version = achievements.publish(session, desk.office, found, actor="cli")

    assert (version.number, version.image_sha256) == (3, drawn)


def test_achievements_of_before_the_migration_get_their_keys(desk):
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - a migration is no module
    from pathlib import Path  # noqa: PLC0415

    file = next((Path(__file__).parents[2] / "migrations" / "versions").glob("*_names_to_sort_by.py"))
    spec = spec_from_file_location("names_to_sort_by", file)
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        desk.draft("d", name="Draft")
    desk.achievement("p", name="Published")
    with desk.write() as session:
        session.execute(text("UPDATE achievements SET name_key = '', changed_at = NULL"))

    with desk.database.engine.begin() as connection:
        migration.fill(connection)

    assert names(desk, search="draft") == ["Draft"]
    assert names(desk, order=Order.CHANGED) == ["Published", "Draft"]
