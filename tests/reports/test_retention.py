"""Who stays: groups formed on one day, counted by hand, and told for ten and more alone."""

from __future__ import annotations

from datetime import date, timedelta

from app.issuing.employments import Employment
from app.projections.tables import FewerThan
from tests.reports.world import World, at, picked

START = date(2025, 2, 1)


def stay(world: World, *, started: date = START, left: date | None = None, earned: str | None = None) -> None:
    """One stay; `earned`: the day of the person's badge."""
    learner = world.learner() if earned else None
    if learner is not None and earned is not None:
        world.award(world.achievement(), learner, on=at(earned))
    number = world._id("stay")
    world._put(
        Employment(
            id=number, issuer_id=world.issuer.id, person=number, learner_id=learner.id if learner else None,
            started_on=started, left_on=left,
        )
    )  # fmt: skip


def test_holders_and_others_are_compared_from_the_same_day_on(world: World):
    for _ in range(12):
        stay(world, earned="2025-03-01")
        stay(world)
    for _ in range(10):
        stay(world, earned="2025-03-01", left=date(2025, 9, 1))
        stay(world, left=date(2025, 9, 1))
        stay(world, left=date(2025, 9, 1))
    stay(world, left=START + timedelta(days=60))  # was gone before the groups were formed
    stay(world, earned="2025-12-01")  # earned it after that day, so is no holder
    stay(world, started=date(2025, 12, 1))  # whose first year is not over yet

    assert picked(world.rows("retention"), "group", "people", "stayed", "stay_rate") == [
        ("Holders", 22, 12, 12 / 22),
        ("Others", 33, 13, 13 / 33),
    ]


def test_fewer_than_ten_are_not_told_in_any_cell(world: World):
    for _ in range(12):
        stay(world, earned="2025-03-01")
    stay(world, left=date(2025, 9, 1))
    hidden = FewerThan(10)

    assert picked(world.rows("retention"), "people", "stayed", "stay_rate") == [
        (12, hidden, hidden), (hidden, hidden, hidden),
    ]  # fmt: skip


def test_without_a_list_there_is_nothing_to_say(world: World, neighbour: World):
    stay(neighbour)

    assert world.rows("retention") == []


def test_it_calls_itself_a_correlation(world: World):
    answer = world.ask("retention")

    assert "correlation and no cause" in answer.report.sentence
    assert not [column for column in answer.table.columns if column.is_personal]
