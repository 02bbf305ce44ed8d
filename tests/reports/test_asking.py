"""What all reports have in common: a question, definitions, a period in a zone, and clear refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import reports
from app.errors import InvalidInput, NotFound
from app.projections.tables import Kind
from app.reports import REPORTS, periods
from app.reports.base import MOST_ROWS, Parameter
from tests.reports.world import World, at

NOW = at("2026-06-15 12:00")


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_report_is_a_question_and_defines_every_figure(report):
    assert report.title.endswith("?")
    assert report.sentence.endswith(".")
    figures = [column for column in report.columns if column.kind not in {Kind.TEXT, Kind.MONTH}]
    assert figures
    assert [column.name for column in figures if not column.definition.endswith(".")] == []
    assert len({column.name for column in report.columns}) == len(report.columns)


def test_every_text_that_a_page_shows_is_there_for_translators():
    texts = set(reports.sentences())

    assert {"Which badges end soon, and which have lapsed?", "Days left", "Type of education (ISCED)"} <= texts
    assert "" not in texts


@pytest.mark.parametrize("slug", REPORTS)
def test_every_report_answers_in_an_empty_world_and_says_what_it_is_about(world: World, slug: str):
    answer = world.ask(slug, zone="Europe/Madrid")

    assert answer.table.rows == []
    assert answer.chart is None
    assert b"No data" in answer.drawing().svg
    about = {each.name: each.value for each in answer.table.about}
    assert about["from"] == date(2026, 1, 1)
    assert (about["zone"], about["as_of"], about["issuer"]) == ("Europe/Madrid", NOW, "Northfield")


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"first": "2026-02-30"}, "/from"),
        ({"first": "1.3.2026"}, "/from"),
        ({"last": "20260301"}, "/to"),
        ({"first": "1969-12-31"}, "/from"),
        ({"last": "9999-12-31"}, "/to"),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "/to"),
        ({"first": "2006-03-02"}, "/from"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"zone": "../../etc/passwd"}, "/zone"),
        ({"by": "skill"}, "/by"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(world: World, parameters: dict[str, Any], pointer: str):
    with pytest.raises(InvalidInput) as refused:
        world.ask("funnel", **parameters)

    assert refused.value.facts["pointer"] == pointer


def test_a_report_is_by_one_of_its_choices(world: World):
    with pytest.raises(InvalidInput, match="tag, emerging-technology or sponsor"):
        world.ask("awards-by", by="shoe size")


def test_what_the_issuer_does_not_have_is_not_found(world: World, neighbour: World):
    theirs = neighbour.achievement()
    neighbour.learner(groups=("ICU",))

    for parameters in ({"group": "ICU"}, {"achievement": theirs.id}):
        with pytest.raises(NotFound):
            world.ask("funnel", **parameters)
    with pytest.raises(NotFound):
        world.ask("shoe-sizes")


def test_a_report_without_a_parameter_refuses_it(world: World):
    with pytest.raises(InvalidInput):
        world.ask("source-health", group="ICU")
    assert Parameter.GROUP not in REPORTS["source-health"].parameters


def test_the_usual_period_is_twelve_months_with_this_one_until_today():
    period = periods.read(None, None, "UTC", now=NOW)

    assert (period.first, period.last) == (date(2025, 7, 1), date(2026, 6, 15))
    assert len(period.months) == 12


def test_today_is_that_of_the_zone():
    assert periods.read(None, None, "Pacific/Kiritimati", now=NOW).last == date(2026, 6, 16)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_months_follow_each_other_without_a_gap_and_begin_at_midnight(zone: str):
    period = periods.read("2025-11-15", "2027-02-03", zone, now=NOW)
    months = period.months

    assert (months[0].begins, months[-1].ends) == (period.begins, period.ends)
    assert all(one.ends == following.begins for one, following in pairwise(months))
    assert {month.begins.astimezone(ZoneInfo(zone)).hour for month in months} == {0}
    assert [month.first.day for month in months] == [1] * len(months)


def test_a_day_that_begins_at_one_o_clock_begins_when_the_clocks_went_forward():
    begins = periods.beginning_of(date(2018, 11, 4), "America/Sao_Paulo")

    assert begins == at("2018-11-04 03:00")
    assert begins - timedelta(seconds=1) < datetime(2018, 11, 4, 1, tzinfo=ZoneInfo("America/Sao_Paulo"))


def test_more_rows_than_are_shown_are_cut_and_the_answer_says_so(world: World, monkeypatch: pytest.MonkeyPatch):
    for module in (reports, reports.funnel):
        monkeypatch.setattr(module, "MOST_ROWS", 2)
    for number in range(3):
        world.award(world.achievement(f"Number {number}"))

    answer = world.ask("funnel")

    assert (len(answer.table.rows), answer.is_cut) == (2, True)
    assert MOST_ROWS == 5_000
