"""Issued, claimed, shared, verified: each figure counted by hand, on both databases."""

from __future__ import annotations

from app.issuing.views import ViewKind
from app.projections.tables import FewerThan
from tests.reports.world import World, at, picked


def test_each_stage_counts_the_badges_of_the_period_that_came_so_far(world: World):
    phlebotomy = world.achievement()
    claimed = {"claimed_at": at("2026-04-01")}
    world.award(phlebotomy)
    world.award(phlebotomy, **claimed)
    public = world.award(phlebotomy, visibility="public", **claimed)
    was_public = world.award(phlebotomy, visibility="private", **claimed)
    world.made_public_once(was_public)
    world.award(phlebotomy, state="revoked")
    world.looked_at(public, ViewKind.CHECK, 3)
    world.looked_at(public, ViewKind.PAGE, 8)
    world.looked_at(was_public, ViewKind.PAGE, 3)
    world.looked_at(was_public, ViewKind.FILE, 90)

    (row,) = world.rows("funnel")

    assert row == {
        "achievement": "Phlebotomy (PHLB)",
        "issued": 5, "claimed": 3, "claim_rate": 0.6, "shared": 2, "share_rate": 2 / 3, "verified": 1,
        "checks": 3, "views": 11, "views_per_shared": 5.5,
    }  # fmt: skip


def test_the_cohort_is_that_of_the_day_of_issue_on_the_clocks_of_the_zone(world: World):
    phlebotomy = world.achievement()
    world.award(phlebotomy, on=at("2026-03-31 21:59"))
    world.award(phlebotomy, on=at("2026-03-31 22:00"))  # 1 April in Madrid
    world.award(phlebotomy, on=at("2020-01-01"), created_at=at("2026-04-15"))  # earned long ago, issued in April
    world.award(phlebotomy, on=at("2026-04-15"), state="pending")

    april = {"first": "2026-04-01", "last": "2026-04-30"}

    assert picked(world.rows("funnel", **april, zone="Europe/Madrid"), "issued") == [(2,)]
    assert picked(world.rows("funnel", **april, zone="UTC"), "issued") == [(1,)]


def test_views_of_few_badges_are_not_told_not_even_to_the_staff(world: World):
    phlebotomy = world.achievement()
    for _ in range(4):
        award = world.award(phlebotomy, visibility="public")
        world.looked_at(award, ViewKind.PAGE, 100)

    (row,) = world.rows("funnel")

    assert (row["views"], row["checks"], row["views_per_shared"]) == (FewerThan(5), FewerThan(5), None)
    assert row["issued"] == 4


def test_the_achievement_with_most_badges_comes_first_and_the_chart_adds_them_up(world: World):
    one, two = world.achievement("Hand hygiene", "HYG"), world.achievement("Phlebotomy", "PHLB")
    world.award(one, claimed_at=at("2026-04-01"))
    world.award(two)
    world.award(two, claimed_at=at("2026-04-01"), visibility="public")

    answer = world.ask("funnel")

    assert [row[0] for row in answer.table.rows] == ["Phlebotomy (PHLB)", "Hand hygiene (HYG)"]
    assert answer.chart is not None
    assert answer.chart.series[0].values == (3, 2, 1, 0)


def test_group_and_achievement_narrow_it(world: World):
    one, two = world.achievement("Hand hygiene", "HYG"), world.achievement("Phlebotomy", "PHLB")
    nurse = world.learner(groups=("ICU", "Nights"))
    world.award(one, nurse)
    world.award(two, nurse)
    world.award(two)

    assert picked(world.rows("funnel", group="ICU"), "issued") == [(1,), (1,)]
    assert picked(world.rows("funnel", achievement=two.slug), "achievement", "issued") == [("Phlebotomy (PHLB)", 2)]
    assert picked(world.rows("funnel", achievement=one.id), "achievement", "issued") == [("Hand hygiene (HYG)", 1)]


def test_another_issuer_s_badges_are_not_counted(world: World, neighbour: World):
    neighbour.award(neighbour.achievement())

    assert world.rows("funnel") == []
    assert world.ask("funnel").chart is None
