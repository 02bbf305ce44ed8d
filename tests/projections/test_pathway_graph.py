"""The drawing of a pathway: everything stands in it once, nothing lies upon anything, and the list says the same."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from app.projections.pathway_graph import BOX_WIDTH, Box, Graph, State, steps, svg

SVG = "{http://www.w3.org/2000/svg}"
LADDER = Graph(
    "Laboratory ladder",
    (
        Box("assistant", "Laboratory assistant", 1, "awards LASK", "complete", State.COMPLETE),
        Box("technician", "Laboratory technician", 2, "awards LTRS", "2 of 3", State.BEGUN),
        Box("specialist", "Molecular branch", 3, "awards LSPS", "not yet", State.OPEN, is_goal=True),
    ),
    (("assistant", "technician"), ("technician", "specialist"), ("assistant", "specialist")),
    description="3 steps, 1 complete",
)


def parsed(graph: Graph) -> Any:
    return fromstring(svg(graph))


def written(root: Any) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def rectangles(root: Any) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of every box."""
    boxes = [each for each in root.iter(f"{SVG}rect") if each.get("class") != "pathway-rim"]
    return [tuple(float(each.get(name)) for name in ("x", "y", "width", "height")) for each in boxes]  # type: ignore[misc]  # four of them


def test_every_step_is_a_box_with_its_name_what_it_awards_and_how_it_stands():
    root = parsed(LADDER)

    text = " ".join(written(root))
    for said in ("Level 1", "Laboratory assistant", "awards LASK", "complete", "2 of 3", "not yet"):
        assert said in text
    assert len(rectangles(root)) == len(LADDER.boxes)


def test_it_is_an_image_with_a_title_and_a_description():
    root = parsed(LADDER)

    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root if each.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert named[root.get("aria-labelledby")] == "Laboratory ladder"
    assert named[root.get("aria-describedby")] == "3 steps, 1 complete"


def test_levels_stand_in_columns_from_the_left_to_the_right():
    lefts = [x for x, *_ in rectangles(parsed(LADDER))]

    assert lefts == sorted(set(lefts))


def test_a_step_stands_to_the_right_of_one_of_the_same_level_that_it_needs():
    graph = Graph("Way", (Box("b", "B"), Box("a", "A")), (("a", "b"),))

    (b, *_), (a, *_) = rectangles(parsed(graph))

    assert a < b
    assert [step.box.id for step in steps(graph)] == ["a", "b"]


def test_every_line_ends_with_a_point_at_its_box():
    points = [each for each in parsed(LADDER).iter(f"{SVG}path") if each.get("class") == "pathway-point"]

    assert len(points) == len(LADDER.lines)


@pytest.mark.parametrize(("state", "shapes"), [(State.COMPLETE, 2), (State.BEGUN, 2), (State.OPEN, 1)])
def test_a_state_is_a_shape_and_no_colour_alone(state: State, shapes: int):
    root = parsed(Graph("Way", (Box("a", "A", note="so", state=state),)))

    (mark,) = (each for each in root.iter(f"{SVG}g") if (each.get("class") or "").startswith("pathway-mark"))

    assert len(list(mark)) == shapes


def test_without_anybody_asked_for_there_are_no_marks():
    assert "pathway-mark" not in svg(Graph("Way", (Box("a", "A"),)))


def test_long_names_are_wrapped_and_what_is_too_much_ends_with_dots():
    lines = written(parsed(Graph("Way", (Box("a", "Care of children " * 12), Box("b", "X" * 50)))))

    assert all(len(line) <= 24 for line in lines)
    assert lines[3].endswith("…")
    assert "".join(lines[4:]) == "X" * 50


def test_nothing_comes_from_elsewhere_and_nothing_runs():
    drawn = svg(LADDER)

    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|href|url\(", drawn)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "&lt;", "\x00\x1b\u202eevil\ud800"])
def test_what_people_write_is_never_markup(text: str):
    graph = Graph(text, (Box("a", text, 1, text, text, State.OPEN),), description=text, level=text)

    root = parsed(graph)

    names = ("svg", "title", "desc", "g", "rect", "text", "circle", "path")
    assert {each.tag for each in root.iter()} <= {f"{SVG}{name}" for name in names}
    assert "\u202e" not in svg(graph)


def test_the_list_says_what_each_step_needs_and_what_it_leads_to():
    first, second, third = steps(LADDER)

    assert (first.needs, first.leads_to) == ((), ("Laboratory technician", "Molecular branch"))
    assert (second.needs, second.leads_to) == (("Laboratory assistant",), ("Molecular branch",))
    assert third.needs == ("Laboratory technician", "Laboratory assistant")


def test_nothing_at_all_is_an_empty_drawing():
    assert rectangles(parsed(Graph("Way", ()))) == []


def test_a_hundred_steps_are_drawn_in_a_moment_and_on_a_sheet_of_bounded_height():
    boxes = tuple(Box(f"n{number}", f"Step {number}", 1 + number // 10) for number in range(100))
    lines = tuple((f"n{number - gap}", f"n{number}") for number in range(30, 100) for gap in (7, 11, 29))

    root = parsed(Graph("Big", boxes, lines))

    assert len(rectangles(root)) == 100
    assert float(root.get("height")) < 6000


def test_columns_have_the_headings_that_are_given_and_else_the_number_of_their_level():
    boxes = tuple(Box(f"b{level}", "Box", level) for level in (1, 2, 3))

    told = written(parsed(Graph("Way", boxes, headings=("Here", "Up"))))

    assert [each for each in told if each != "Box"] == ["Here", "Up", "Level 3"]


NAMES = [f"n{number}" for number in range(9)]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 4)), unique_by=lambda each: each[0]),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20),
)
def test_whatever_a_draft_says_also_circles_no_box_lies_upon_another_and_all_are_inside(
    named: list[tuple[str, int]], lines: list[tuple[str, str]]
):
    graph = Graph("Way", tuple(Box(name, name, level) for name, level in named), tuple(lines))

    root = parsed(graph)

    found = rectangles(root)
    assert len(found) == len(named)
    assert {step.box.id for step in steps(graph)} == {name for name, _ in named}
    for (x, y, _, high), (other_x, other_y, _, other_high) in combinations(found, 2):
        assert abs(x - other_x) >= BOX_WIDTH or y + high <= other_y or other_y + other_high <= y
    for x, y, wide, high in found:
        assert x >= 0
        assert y >= 0
        assert x + wide <= float(root.get("width"))
        assert y + high <= float(root.get("height"))
