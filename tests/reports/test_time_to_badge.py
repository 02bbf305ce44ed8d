"""How long a badge takes: medians and ninth tenths counted by hand, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.reports.world import World, at, picked

FIGURES = ("awards", "median_days", "ninth_days", "by_hand")
EARNED = at("2026-05-01")


def earn_after(world: World, source, achievement, *days: float) -> None:
    """One badge for each number of days that its course took."""
    for number in days:
        learner = world.learner()
        world.fact(source, learner, "bls", "progress", EARNED - timedelta(days=number))
        done = world.fact(source, learner, "bls", "completed", EARNED)
        world.award(achievement, learner, on=EARNED, basis=[done.id], completion_id=done.id)


@pytest.mark.parametrize(
    ("days", "median", "ninth"),
    [
        ([4], 4.0, 4.0),
        ([1, 2], 1.5, 2.0),
        ([5, 1, 3], 3.0, 5.0),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5.5, 9.0),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100], 6.0, 10.0),
        ([0.5, 0.25], 0.375, 0.5),
    ],
)
def test_median_and_nine_in_ten(world: World, days: list[float], median: float, ninth: float):
    earn_after(world, world.source(), world.achievement(), *days)

    assert picked(world.rows("time-to-badge"), *FIGURES) == [(len(days), median, ninth, 0)]


def test_it_begins_with_the_first_sign_in_any_course_that_the_badge_rests_on(world: World):
    moodle, phlebotomy, ana = world.source(), world.achievement(), world.learner()
    world.fact(moodle, ana, "theory", "failed", at("2026-04-01"))
    world.fact(moodle, ana, "theory", "progress", at("2026-03-01"), voided_by="void-1")  # taken back
    world.fact(moodle, ana, "other", "progress", at("2026-01-01"))  # of a course that it does not rest on
    theory = world.fact(moodle, ana, "theory", "passed", at("2026-04-10"))
    practice = world.fact(moodle, ana, "practice", "completed", at("2026-04-11"))
    world.award(phlebotomy, ana, on=at("2026-04-11"), basis=[theory.id, practice.id])

    assert picked(world.rows("time-to-badge"), *FIGURES) == [(1, 10.0, 10.0, 0)]


def test_a_renewal_begins_after_the_badge_that_it_renews(world: World):
    moodle, phlebotomy, ana = world.source(), world.achievement(), world.learner()
    world.fact(moodle, ana, "bls", "completed", at("2024-03-01"))
    old = world.award(phlebotomy, ana, on=at("2024-03-01"))
    world.fact(moodle, ana, "bls", "progress", at("2026-03-01"))
    done = world.fact(moodle, ana, "bls", "completed", at("2026-03-05"))
    world.award(phlebotomy, ana, on=at("2026-03-05"), basis=[done.id], follows_id=old.id, slot=f"after:{old.id}")

    assert picked(world.rows("time-to-badge"), *FIGURES) == [(1, 4.0, 4.0, 0)]


def test_what_was_awarded_by_hand_is_counted_apart(world: World):
    moodle, phlebotomy, hygiene = world.source(), world.achievement(), world.achievement("Hand hygiene", "HYG")
    earn_after(world, moodle, phlebotomy, 2)
    world.award(phlebotomy)
    world.award(hygiene)

    rows = world.rows("time-to-badge")

    assert picked(rows, "achievement", *FIGURES) == [
        ("Phlebotomy (PHLB)", 1, 2.0, 2.0, 1),
        ("Hand hygiene (HYG)", 0, None, None, 1),
    ]
    chart = world.ask("time-to-badge").chart
    assert chart is not None
    assert chart.labels == ("Phlebotomy (PHLB)",)


def test_only_badges_of_the_period_of_the_group_and_of_the_issuer_count(world: World, neighbour: World):
    moodle, phlebotomy = world.source(), world.achievement()
    earn_after(world, moodle, phlebotomy, 2)
    earn_after(neighbour, neighbour.source(), neighbour.achievement(), 2)
    world.learner(groups=("ICU",))

    assert world.rows("time-to-badge", first="2026-05-02", last="2026-12-31") == []
    assert world.rows("time-to-badge", group="ICU") == []
    assert picked(world.rows("time-to-badge", achievement=phlebotomy.id), "awards") == [(1,)]
