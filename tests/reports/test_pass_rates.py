"""Pass rates: counted by hand, on both databases."""

from __future__ import annotations

from tests.reports.world import World, at, picked


def test_attempts_are_results_and_people_are_counted_once(world: World):
    moodle, ana, ben = world.source(), world.learner(), world.learner()
    for learner, kind in ((ana, "failed"), (ana, "failed"), (ana, "passed"), (ben, "failed")):
        world.fact(moodle, learner, "exam", kind, at("2026-03-01"), activity_name="The exam")
    world.fact(moodle, ben, "exam", "completed", at("2026-03-01"))  # says nothing of a result
    world.fact(moodle, ben, "exam", "passed", at("2026-03-01"), voided_by="void-1")
    world.fact(moodle, None, "exam", "passed", at("2026-03-01"))

    (row,) = world.rows("pass-rates")

    assert row == {
        "activity": "The exam", "source": "Moodle", "attempts": 4, "passed": 1, "failed": 3, "pass_rate": 0.25,
        "people": 2, "people_passed": 1, "attempts_per_person": 2.0,
    }  # fmt: skip


def test_the_activity_with_most_attempts_comes_first_and_the_chart_shows_shares(world: World):
    moodle, ana = world.source(), world.learner()
    world.fact(moodle, ana, "a", "passed", at("2026-03-01"))
    for kind in ("failed", "passed"):
        world.fact(moodle, ana, "b", kind, at("2026-03-01"))

    answer = world.ask("pass-rates")

    assert [row[0] for row in answer.table.rows] == ["b", "a"]
    assert answer.chart is not None
    assert answer.chart.is_share
    assert answer.chart.series[0].values == (0.5, 1.0)


def test_period_group_and_issuer_narrow_it(world: World, neighbour: World):
    moodle, nurse = world.source(), world.learner(groups=("ICU",))
    world.fact(moodle, nurse, "exam", "passed", at("2026-03-31 23:30"))
    world.fact(moodle, world.learner(), "exam", "failed", at("2026-03-01"))
    neighbour.fact(neighbour.source(), neighbour.learner(), "exam", "failed", at("2026-03-01"))

    assert picked(world.rows("pass-rates"), "attempts", "pass_rate") == [(2, 0.5)]
    assert picked(world.rows("pass-rates", group="ICU"), "attempts", "pass_rate") == [(1, 1.0)]
    april = {"first": "2026-04-01", "last": "2026-04-30"}
    assert world.rows("pass-rates", **april) == []
    assert picked(world.rows("pass-rates", **april, zone="Europe/Madrid"), "attempts") == [(1,)]
