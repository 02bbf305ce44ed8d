"""Charts: they show the numbers, need nothing from anywhere, run nothing, and say in words what they show."""

from __future__ import annotations

import hashlib
import re
import sys
from base64 import b64encode
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from app.projections.chart import NARROW, Chart, Series, Shape, Tone, drawn

SVG = "{http://www.w3.org/2000/svg}"
FUNNEL = Chart("What becomes of our badges?", ("Issued", "Claimed"), (Series("Badges", (1200, 80)),))
MONTHS = Chart(
    "Who takes part?",
    ("Jan 2026", "Feb 2026"),
    (Series("Took part", (3, 5), (Tone.PALE,)), Series("Completed", (2, 0))),
    Shape.COLUMNS,
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "&lt;b&gt;",
    "\x00\x1b[31m\u202eevil\ud800",
)


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in fromstring(svg).iter(f"{SVG}text")]


def bars(svg: bytes) -> list[Any]:
    """The bars, in the order in which they are drawn."""
    return [each for each in fromstring(svg).iter(f"{SVG}rect") if "rect" in (each.get("class") or "").split()]


@pytest.mark.parametrize("chart", [FUNNEL, MONTHS], ids=["rows", "columns"])
def test_every_number_stands_at_its_bar(chart: Chart):
    shown = texts(drawn(chart).svg)

    assert {chart.written(value) for series in chart.series for value in series.values} <= set(shown)
    assert set(chart.labels) <= set(shown)


def test_bars_begin_at_zero_and_are_as_long_as_their_numbers():
    short, long = sorted(float(each.get("width")) for each in bars(drawn(FUNNEL).svg))
    high = [float(each.get("height")) for each in bars(drawn(MONTHS).svg)]

    assert short / long == pytest.approx(80 / 1200, rel=0.02)
    assert sorted(high) == pytest.approx([number / 5 * max(high) for number in (0, 2, 3, 5)], rel=0.02, abs=0.5)


@pytest.mark.parametrize("chart", [FUNNEL, MONTHS], ids=["rows", "columns"])
def test_a_chart_needs_nothing_from_anywhere_and_runs_nothing(chart: Chart):
    svg = drawn(chart).svg.decode()

    assert set(re.findall(r"https?://[^\"' ]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|<!--|<\?xml-stylesheet|@import|url\(|\son\w+=|href=|\sstyle=", svg)


def test_its_one_style_is_the_one_that_its_policy_allows():
    made = drawn(FUNNEL)
    (style,) = fromstring(made.svg).iter(f"{SVG}style")
    digest = b64encode(hashlib.sha256((style.text or "").encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in made.policy
    assert made.policy.startswith("default-src 'none'")
    assert "unsafe" not in made.policy


def test_the_same_chart_is_the_same_bytes():
    assert drawn(FUNNEL) == drawn(FUNNEL)


def test_a_chart_stands_on_a_ground_of_its_own_so_that_dark_pages_do_not_hide_it():
    first = next(each for each in fromstring(drawn(FUNNEL).svg).iter(f"{SVG}rect"))

    assert first.get("class") == "background"
    assert (first.get("x"), first.get("y"), first.get("width")) == ("0", "0", "720")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_wrote_is_text_and_no_markup(text: str):
    svg = drawn(Chart(text, (text, text), (Series(text, (1, 2)), Series(text, (1, 2))))).svg
    tags = {element.tag.removeprefix(SVG) for element in fromstring(svg).iter()}

    assert tags <= {"svg", "defs", "style", "title", "desc", "g", "rect", "path", "text", "line", "circle"}
    assert "\u202e" not in svg.decode()


def test_a_chart_says_in_words_what_it_shows():
    assert FUNNEL.in_words() == "What becomes of our badges? Issued: 1,200; Claimed: 80."
    assert MONTHS.in_words() == (
        "Who takes part? Jan 2026: Took part 3, Completed 2; Feb 2026: Took part 5, Completed 0."
    )
    (told,) = fromstring(drawn(FUNNEL).svg).iter(f"{SVG}desc")
    assert told.text == FUNNEL.in_words()


def test_shares_are_written_as_percent():
    assert "88 %" in texts(drawn(Chart("How many pass?", ("Exam",), (Series("Rate", (0.875,)),), is_share=True)).svg)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("values", [(), (None,), (0,), (0, 0), (None, 3)])
def test_charts_of_nothing_or_nearly_nothing_can_be_drawn(shape: Shape, values: tuple[float | None, ...]):
    chart = Chart("What?", tuple("abc"[: len(values)]), (Series("Number", values),), shape)

    assert drawn(chart).svg.startswith(b"<svg")


def test_many_months_have_an_axis_instead_of_numbers_that_run_into_each_other():
    labels = tuple(f"Month {number}" for number in range(120))
    shown = texts(drawn(Chart("How many?", labels, (Series("Badges", tuple(range(120))),), Shape.COLUMNS)).svg)

    assert 3 < sum(each.startswith("Month") for each in shown) < 15
    assert "117" not in shown


def test_the_library_leaves_nothing_behind_in_how_modules_are_found():
    assert [each for each in sys.meta_path if type(each).__module__.startswith("pygal")] == []


@pytest.mark.parametrize("chart", [FUNNEL, MONTHS], ids=["rows", "columns"])
def test_a_narrow_chart_has_letters_of_the_same_size(chart: Chart):
    wide, narrow = drawn(chart).svg.decode(), drawn(chart, width=NARROW).svg.decode()

    assert 'width="360"' in narrow
    assert set(re.findall(r"font-size:15px", wide)) == set(re.findall(r"font-size:15px", narrow)) != set()
    assert {chart.written(value) for series in chart.series for value in series.values} <= set(texts(narrow.encode()))


@pytest.mark.parametrize("tone", Tone)
def test_every_colour_stands_out_from_the_ground(tone: Tone):
    """Three to one at least, as WCAG 1.4.11 asks of what one must see to understand."""
    assert (luminance("#fffdf9") + 0.05) / (luminance(tone) + 0.05) >= 3


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
