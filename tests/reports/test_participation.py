"""Participation and completion by course, unit and month: counted by hand, on both databases."""

from __future__ import annotations

from datetime import date

from tests.reports.world import World, at, picked

FIGURES = ("course", "unit", "took_part", "completed", "completion_rate")


def test_people_count_once_a_month_course_and_unit(world: World):
    moodle = world.source()
    ana, ben = world.learner(groups=("ICU",)), world.learner(groups=("ICU",))
    world.fact(moodle, ana, "bls", "progress", at("2026-03-01"), activity_name="Life support")
    world.fact(moodle, ana, "bls", "failed", at("2026-03-02"))
    world.fact(moodle, ana, "bls", "passed", at("2026-03-03"))
    world.fact(moodle, ben, "bls", "progress", at("2026-03-04"))
    world.fact(moodle, ben, "bls", "completed", at("2026-04-01"))

    rows = world.rows("participation")

    assert picked(rows, "month", *FIGURES) == [
        (date(2026, 4, 1), "Life support", "ICU", 1, 1, 1.0),
        (date(2026, 3, 1), "Life support", "ICU", 2, 1, 0.5),
    ]


def test_who_is_in_two_units_counts_in_both_and_who_is_in_none_has_a_row_of_their_own(world: World):
    moodle = world.source()
    for groups in (("ICU", "Nights"), ("ICU",), ()):
        world.fact(moodle, world.learner(groups=groups), "bls", "completed", at("2026-03-01"))

    assert picked(world.rows("participation"), "unit", "took_part") == [("ICU", 2), ("Nights", 1), (None, 1)]
    assert picked(world.rows("participation", group="Nights"), "unit", "took_part") == [("Nights", 1)]


def test_months_are_those_of_the_zone_also_where_the_clocks_change(world: World):
    moodle = world.source()
    for moment in ("2026-03-31 21:59", "2026-03-31 22:00", "2026-10-31 22:59", "2026-10-31 23:00"):
        world.fact(moodle, world.learner(), "bls", "completed", at(moment))

    months = picked(world.rows("participation", zone="Europe/Madrid"), "month", "took_part")

    assert months == [
        (date(2026, 11, 1), 1),
        (date(2026, 10, 1), 1),
        (date(2026, 4, 1), 1),
        (date(2026, 3, 1), 1),
    ]


def test_what_was_taken_back_what_names_nobody_and_what_is_no_participation_does_not_count(world: World):
    moodle, ana = world.source(), world.learner()
    world.fact(moodle, ana, "bls", "completed", at("2026-03-01"), voided_by="void-1")
    world.fact(moodle, ana, "bls", "revoked", at("2026-03-01"))
    world.fact(moodle, ana, "bls", "expired", at("2026-03-01"))
    world.fact(moodle, None, "bls", "completed", at("2026-03-01"))

    assert world.rows("participation") == []


def test_a_course_has_the_name_that_came_last_and_courses_of_two_platforms_are_two(world: World):
    moodle, canvas, ana = world.source("Moodle"), world.source("Canvas"), world.learner()
    world.fact(moodle, ana, "bls", "progress", at("2025-01-01"), activity_name="Life support 2025")
    world.fact(moodle, ana, "bls", "completed", at("2026-03-01"), activity_name="Life support")
    world.fact(moodle, ana, "bls", "completed", at("2026-03-02"))
    world.fact(canvas, ana, "bls", "completed", at("2026-03-01"))

    assert set(picked(world.rows("participation"), "course", "source", "took_part")) == {
        ("Life support", "Moodle", 1),
        ("bls", "Canvas", 1),
    }


def test_the_chart_counts_each_person_once_a_month_over_all_courses_and_units(world: World):
    moodle, ana = world.source(), world.learner(groups=("ICU", "Nights"))
    world.fact(moodle, ana, "bls", "progress", at("2026-02-01"))
    world.fact(moodle, ana, "hyg", "completed", at("2026-02-02"))
    world.fact(moodle, world.learner(), "hyg", "progress", at("2026-02-02"))

    chart = world.ask("participation", first="2026-01-01", last="2026-03-31").chart

    assert chart is not None
    assert chart.labels == ("Jan 2026", "Feb 2026", "Mar 2026")
    assert [each.values for each in chart.series] == [(0, 2, 0), (0, 1, 0)]


def test_another_issuer_s_learners_are_not_counted(world: World, neighbour: World):
    neighbour.fact(neighbour.source(), neighbour.learner(), "bls", "completed", at("2026-03-01"))

    assert world.rows("participation") == []
