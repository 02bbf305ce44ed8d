"""Badges by achievement, skill, type of education and type of achievement: counted by hand, on both databases."""

from __future__ import annotations

from tests.reports.world import SKILL, World, at, picked

HYGIENE = {"name": "Hand hygiene", "url": "https://skills.example/hygiene", "level": 2}


def test_how_badges_stand_now_adds_up_to_what_was_awarded(world: World):
    phlebotomy, ana = world.achievement(), world.learner()
    world.award(phlebotomy, ana)
    world.award(phlebotomy, ana, valid_until=at("2026-06-15 12:01"))
    world.award(phlebotomy, valid_until=at("2026-06-15 12:00"))
    world.award(phlebotomy, state="suspended")
    world.award(phlebotomy, state="revoked")
    world.award(phlebotomy, state="superseded")
    world.award(phlebotomy, state="pending")
    world.award(phlebotomy, on=at("2025-12-31 23:59"))

    (row,) = world.rows("awards-by")

    assert row == {
        "what": "Phlebotomy (PHLB)", "awarded": 6, "people": 5,
        "good": 2, "ended": 1, "paused": 1, "withdrawn": 1, "replaced": 1,
    }  # fmt: skip


def test_a_badge_that_shows_two_skills_counts_for_both(world: World):
    both = world.achievement("Ward basics", "WARD", skills=[SKILL, HYGIENE])
    world.award(both)
    world.award(world.achievement("Hygiene", "HYG", skills=[{**HYGIENE, "level": 4}]))
    world.award(world.achievement("Attended", "ATT", skills=[]))

    rows = world.rows("awards-by", by="skill")

    assert picked(rows, "what", "awarded", "people") == [("Hand hygiene", 2, 2), ("Venepuncture", 1, 1)]


def test_by_type_of_education_as_the_version_said_that_was_awarded(world: World):
    world.award(world.achievement("A", "A", education_type="formal"))
    for _ in range(2):
        world.award(world.achievement("B", "B", education_type="non_formal"))
    world.award(world.achievement("C", "C"))

    rows = picked(world.rows("awards-by", by="education-type"), "what", "awarded")

    assert rows[0] == ("non_formal", 2)
    assert set(rows[1:]) == {("formal", 1), (None, 1)}


def test_by_type_of_achievement(world: World):
    world.award(world.achievement("A", "A", achievement_type="Certificate"))

    assert picked(world.rows("awards-by", by="achievement-type"), "what", "awarded") == [("Certificate", 1)]


def test_group_achievement_and_issuer_narrow_every_view(world: World, neighbour: World):
    phlebotomy, nurse = world.achievement(), world.learner(groups=("ICU",))
    world.award(phlebotomy, nurse)
    world.award(world.achievement("Other", "O"))
    neighbour.award(neighbour.achievement())

    for by in ("achievement", "skill", "education-type", "achievement-type"):
        assert sum(count for (count,) in picked(world.rows("awards-by", by=by), "awarded")) == 2
        assert picked(world.rows("awards-by", by=by, group="ICU"), "awarded") == [(1,)]
        assert picked(world.rows("awards-by", by=by, achievement=phlebotomy.id), "awarded") == [(1,)]


def test_the_chart_shows_the_longest_rows_first(world: World):
    for number in range(1, 4):
        for _ in range(number):
            world.award(world.achievement(f"Number {number}", ""), on=at("2026-03-01"))

    chart = world.ask("awards-by", by="achievement-type").chart

    assert chart is not None
    assert (chart.labels, chart.series[0].values) == (("MicroCredential",), (6,))


def test_badges_of_an_emerging_technology_are_reported_as_such_and_every_tag_by_itself(world: World):
    analysing = world.achievement("Analysing with models", "MODL", tags=["emerging-technology", "data"])
    world.award(analysing)
    world.award(analysing)
    world.award(world.achievement("Robots at the bench", "ROBO", tags=["Emerging-Technology"]))
    world.award(world.achievement("Phlebotomy", "PHLB", tags=["blood"]))
    world.award(world.achievement("Attended", "ATT"))

    emerging = picked(world.rows("awards-by", by="emerging-technology"), "what", "awarded", "people")
    tags = picked(world.rows("awards-by", by="tag"), "what", "awarded")

    assert emerging == [("Analysing with models (MODL)", 2, 2), ("Robots at the bench (ROBO)", 1, 1)]
    assert dict(tags) == {"emerging-technology": 2, "data": 2, "Emerging-Technology": 1, "blood": 1}
