"""How the platforms do: counted by hand, on both databases."""

from __future__ import annotations

from datetime import timedelta

from tests.reports.world import World, at, picked


def test_what_arrived_what_failed_what_waits_and_how_late_it_is(world: World):
    moodle = world.source(rejected_count=7)
    world.delivery(moodle, at("2026-03-01"), standing="failed")
    world.delivery(moodle, at("2026-03-02"), standing="unparseable")
    world.delivery(moodle, at("2026-03-03"), standing="duplicate")
    bundle = world.delivery(moodle, at("2026-03-04 08:00"))
    for hours in (1, 2, 6):
        happened = at("2026-03-04 08:00") - timedelta(hours=hours)
        world.fact(moodle, None, "a", "completed", happened, created_at=at("2026-03-04 08:00"), delivery=bundle)
    waits = {"state": "parked", "delivery": bundle, "created_at": at("2025-03-04")}
    world.fact(moodle, None, "b", "completed", at("2025-03-04"), reason="unmapped-activity", **waits)
    world.fact(moodle, None, "c", "completed", at("2025-03-04"), reason="unknown-person", **waits)
    world.fact(moodle, None, "c", "completed", at("2025-03-04"), reason="needs-review", **waits)

    (row,) = world.rows("source-health")

    assert row == {
        "source": "Moodle", "type": "moodle", "state": "active", "deliveries": 4,
        "last_delivery": at("2026-03-04 08:00"), "failures": 2, "rejected": 7, "completions": 3,
        "parked": 2, "unmapped": 1, "median_lag_hours": 2.0,
    }  # fmt: skip


def test_a_source_that_was_never_heard_of_is_in_the_list(world: World):
    world.source("Canvas", state="disabled")

    (row,) = world.rows("source-health")

    assert (row["deliveries"], row["last_delivery"], row["median_lag_hours"]) == (0, None, None)
    assert row["state"] == "disabled"
    assert world.ask("source-health").chart is None


def test_the_last_delivery_is_told_also_when_it_was_before_the_period(world: World):
    world.delivery(world.source(), at("2025-03-01"))

    assert picked(world.rows("source-health"), "deliveries", "last_delivery") == [(0, at("2025-03-01"))]


def test_another_issuer_s_sources_are_not_in_the_list(world: World, neighbour: World):
    neighbour.delivery(neighbour.source(), at("2026-03-01"))
    world.source("Ours")

    assert picked(world.rows("source-health"), "source", "deliveries") == [("Ours", 0)]
