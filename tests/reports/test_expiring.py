"""Badges that end soon and badges that lapsed: a list to work through, counted by hand, on both databases.

It is noon of 15 June 2026, in UTC.
"""

from __future__ import annotations

from datetime import date

import pytest

from app.projections.chart import Tone
from tests.reports.world import World, at, picked


@pytest.mark.parametrize(
    ("ends", "when"),
    [
        ("2026-06-15 12:00", "lapsed"),
        ("2026-06-15 12:01", "30 days"),
        ("2026-07-15 12:00", "30 days"),
        ("2026-07-15 12:01", "60 days"),
        ("2026-08-14 12:00", "60 days"),
        ("2026-08-14 12:01", "90 days"),
        ("2026-09-13 11:59", "90 days"),
        ("2026-01-01 00:00", "lapsed"),
    ],
)
def test_each_badge_is_in_one_band(world: World, ends: str, when: str):
    world.award(world.achievement(), valid_until=at(ends))

    assert picked(world.rows("expiring"), "when") == [(when,)]


@pytest.mark.parametrize("ends", ["2026-09-13 12:01", "2025-12-31 23:59"])
def test_what_ends_later_than_in_90_days_or_ended_before_the_period_is_not_in_the_list(world: World, ends: str):
    world.award(world.achievement(), valid_until=at(ends))

    assert world.rows("expiring") == []


def test_a_row_says_who_what_and_when_the_one_that_ended_first_at_the_top(world: World):
    phlebotomy, ana = world.achievement(), world.learner("Ana Ortiz")
    soon = world.award(phlebotomy, ana, valid_until=at("2026-06-17 22:30"))
    lapsed = world.award(phlebotomy, world.learner("Ben Ode"), valid_until=at("2026-06-05"))

    rows = world.rows("expiring", zone="Europe/Madrid")

    assert picked(rows, "name", "badge", "ends_on", "days_left") == [
        ("Ben Ode", lapsed.id, date(2026, 6, 5), -10),
        ("Ana Ortiz", soon.id, date(2026, 6, 18), 3),
    ]
    assert rows[1]["achievement"] == "Phlebotomy (PHLB)"
    assert rows[1]["learner"] == ana.id


def test_the_name_goes_and_the_id_stays_for_whoever_may_not_see_names(world: World):
    world.award(world.achievement(), valid_until=at("2026-06-17"))

    plain = world.ask("expiring").table.without_personal()

    assert "name" not in [column.name for column in plain.columns]
    assert "learner" in [column.name for column in plain.columns]
    assert "Ana Ortiz" not in plain.rows[0]


@pytest.mark.parametrize("state", ["revoked", "suspended", "superseded", "pending"])
def test_a_badge_that_does_not_stand_is_not_in_the_list(world: World, state: str):
    world.award(world.achievement(), valid_until=at("2026-06-17"), state=state)

    assert world.rows("expiring") == []


def test_a_badge_that_was_renewed_is_not_in_the_list(world: World):
    phlebotomy, ana, ben = world.achievement(), world.learner(), world.learner()
    world.award(phlebotomy, ana, valid_until=at("2026-06-17"))
    world.award(phlebotomy, ana, valid_until=at("2028-06-17"))
    world.award(phlebotomy, ben, valid_until=at("2026-06-17"))
    world.award(phlebotomy, ben, valid_until=None)
    lapsed = world.award(phlebotomy, world.learner(), valid_until=at("2026-06-01"))
    other = world.award(world.achievement("Other", "O"), ana, valid_until=at("2026-06-18"))

    assert picked(world.rows("expiring"), "badge") == [(lapsed.id,), (other.id,)]


def test_a_revoked_renewal_renews_nothing(world: World):
    phlebotomy, ana = world.achievement(), world.learner()
    old = world.award(phlebotomy, ana, valid_until=at("2026-06-17"))
    world.award(phlebotomy, ana, valid_until=at("2028-06-17"), state="revoked")

    assert picked(world.rows("expiring"), "badge") == [(old.id,)]


def test_the_chart_counts_each_band_in_the_colours_of_states(world: World):
    phlebotomy = world.achievement()
    for ends in ("2026-06-01", "2026-06-20", "2026-06-21", "2026-08-01", "2026-09-01"):
        world.award(phlebotomy, valid_until=at(ends))

    chart = world.ask("expiring").chart

    assert chart is not None
    assert chart.series[0].values == (1, 2, 1, 1)
    assert chart.series[0].tone(0) is Tone.ENDED


def test_group_achievement_and_issuer_narrow_it(world: World, neighbour: World):
    phlebotomy, nurse = world.achievement(), world.learner(groups=("ICU",))
    own = world.award(phlebotomy, nurse, valid_until=at("2026-06-17"))
    other = world.award(world.achievement("Other", "O"), valid_until=at("2026-06-18"))
    neighbour.award(neighbour.achievement(), valid_until=at("2026-06-17"))

    assert picked(world.rows("expiring"), "badge") == [(own.id,), (other.id,)]
    assert picked(world.rows("expiring", group="ICU"), "badge") == [(own.id,)]
    assert picked(world.rows("expiring", achievement=phlebotomy.id), "badge") == [(own.id,)]
