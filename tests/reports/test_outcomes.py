"""What became of people's work: by whole years, of those who agreed, and told for groups of ten and more alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.issuing.employments import Employment
from app.projections.tables import FewerThan
from tests.reports.world import World, at, picked

START = date(2024, 2, 1)
HIDDEN = FewerThan(10)
COLUMNS = ("year", "group", "people", "reached", "reached_rate")
ASKED = {"first": "2025-01-01", "last": "2025-12-31"}


def stays(world: World, count: int, *, earned: bool = False, agreed: bool = True, **facts: object) -> None:
    """So many stays of people who agreed; `earned`: each has a badge a month after the first day."""
    started = facts.pop("started", START)
    assert isinstance(started, date)
    for _ in range(count):
        learner = world.learner() if earned else None
        if learner is not None:
            world.award(world.achievement(), learner, on=at(str(started + timedelta(days=30))))
        number = world._id("stay")
        world._put(
            Employment(
                id=number, issuer_id=world.issuer.id, person=number, learner_id=learner.id if learner else None,
                started_on=started, outcomes_agreed=agreed, **facts,
            )
        )  # fmt: skip


def changed(days: int) -> date:
    return START + timedelta(days=days)


def test_holders_and_others_who_came_to_another_role_in_their_first_year_are_counted(world: World):
    stays(world, 12, earned=True, role_changed_on=changed(200))
    stays(world, 10, earned=True)
    stays(world, 11, role_changed_on=changed(365))
    stays(world, 3, role_changed_on=changed(366))  # later than the first year
    stays(world, 8, role_changed_on=changed(90))  # before the groups were formed
    stays(world, 40, agreed=False, role_changed_on=changed(200))
    stays(world, 5, left_on=changed(60))  # was gone before the groups were formed

    assert picked(world.rows("outcomes", **ASKED), *COLUMNS) == [
        ("2025", "Holders", 22, 12, 12 / 22),
        ("2025", "Others", 22, 11, 11 / 22),
    ]


def test_pay_is_compared_by_bands_of_those_who_have_both(world: World):
    for earned in (True, False):
        stays(world, 10, earned=earned, pay_band_first=3, pay_band_after_year=4)
        stays(world, 10, earned=earned, pay_band_first=3, pay_band_after_year=3)
    stays(world, 30, pay_band_first=3)

    assert picked(world.rows("outcomes", by="pay", **ASKED), *COLUMNS) == [
        ("2025", "Holders", 20, 10, 0.5),
        ("2025", "Others", 20, 10, 0.5),
    ]


@pytest.mark.parametrize(("holders", "others"), [(9, 30), (30, 9), (30, 0)])
def test_where_one_group_is_small_neither_is_told_for_the_other_would_tell_it(world: World, holders: int, others: int):
    stays(world, holders, earned=True)
    stays(world, others)

    assert picked(world.rows("outcomes", **ASKED), "people", "reached", "reached_rate") == [(HIDDEN,) * 3] * 2


@pytest.mark.parametrize("reached", [1, 9, 21, 30])
def test_a_count_is_not_told_where_fewer_than_ten_did_or_did_not(world: World, reached: int):
    stays(world, reached, earned=True, role_changed_on=changed(200))
    stays(world, 30 - reached, earned=True)
    stays(world, 30)

    (holders, _others) = picked(world.rows("outcomes", **ASKED), "people", "reached", "reached_rate")
    assert holders == (30, HIDDEN, HIDDEN)


def test_a_part_of_a_year_is_told_as_the_whole_year_so_that_nothing_can_be_subtracted(world: World):
    stays(world, 12, earned=True)
    stays(world, 12)
    stays(world, 1, started=date(2024, 6, 1), earned=True)

    whole = world.rows("outcomes", **ASKED)
    assert world.rows("outcomes", first="2025-04-01", last="2025-05-31") == whole
    assert picked(whole, "people") == [(13,), (12,)]


def test_a_year_that_is_not_over_is_not_told(world: World):
    stays(world, 30, started=date(2025, 2, 1))
    stays(world, 30, started=date(2025, 2, 1), earned=True)

    assert world.rows("outcomes", first="2026-01-01", last="2026-02-28") == []


def test_without_a_list_there_is_nothing_to_say(world: World, neighbour: World):
    stays(neighbour, 40)

    assert world.rows("outcomes", **ASKED) == []


def test_it_calls_itself_a_correlation_and_names_nobody(world: World):
    answer = world.ask("outcomes")

    assert "correlation and no cause" in answer.report.sentence
    assert not [column for column in answer.table.columns if column.is_personal]
