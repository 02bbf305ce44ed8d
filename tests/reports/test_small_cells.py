"""Small numbers are not told to outsiders, and cannot be computed from the others."""

from __future__ import annotations

from app.projections.tables import Column, FewerThan, Kind, Table
from app.reports import small_cells

COLUMNS = (
    Column("unit", "Unit"),
    Column("name", "Name", is_personal=True),
    Column("people", "People", Kind.COUNT, counts_people=True),
    Column("rate", "Rate", Kind.SHARE),
)


def seen_by_outsiders(*rows: tuple[str, int, float]) -> list[list[object]]:
    table = Table("t", "T", COLUMNS, [(unit, "Ana", people, rate) for unit, people, rate in rows])
    return [list(row) for row in small_cells.for_outsiders(table).rows]


def test_a_figure_of_fewer_than_five_is_not_told():
    assert small_cells.told(17, of=5) == 17
    assert small_cells.told(17, of=4) == FewerThan(5)
    assert small_cells.told(0, of=0) == FewerThan(5)
    assert str(FewerThan(5)) == "fewer than 5"


def test_every_figure_of_a_row_about_few_people_goes_and_so_do_names():
    rows = seen_by_outsiders(("ICU", 4, 0.5), ("Nights", 3, 0.5), ("Days", 9, 0.5))

    assert rows == [["ICU", FewerThan(5), FewerThan(5)], ["Nights", FewerThan(5), FewerThan(5)], ["Days", 9, 0.5]]


def test_where_one_row_goes_the_smallest_of_the_others_goes_as_well():
    rows = seen_by_outsiders(("ICU", 4, 0.5), ("Nights", 7, 0.5), ("Days", 9, 0.5))

    assert [row[1] for row in rows] == [FewerThan(5), FewerThan(5), 9]


def test_nobody_is_told_as_nobody():
    assert [row[1] for row in seen_by_outsiders(("ICU", 0, 0.0), ("Days", 9, 0.5))] == [0, 9]
