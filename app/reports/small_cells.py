"""Small numbers are not told where they may say something of single people (domain: small-cell suppression).

A report that nobody but the staff sees tells its figures as they are. Views are told for groups only, also to the
staff: how often one person's badge was looked at is nobody's business but theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.projections.tables import Cell, FewerThan, Table

FEWEST = 5
"""People of whom a figure is told; of fewer it is not."""


def told(figure: int, *, of: int, fewest: int = FEWEST) -> Cell:
    """The figure, or that it is not told since it is one of fewer than `fewest` people or badges."""
    return figure if of >= fewest else FewerThan(fewest)


def for_outsiders(table: Table, *, fewest: int = FEWEST) -> Table:
    """The table as somebody outside of the staff may see it: without names, and without rows about a few people.

    In a row that counts fewer than `fewest` people (0 is none, and says nothing of anybody) every figure is left out,
    since the others would tell the one. Where just one row is left out, the smallest of the others goes as well:
    whoever knows a total could compute it.
    """
    plain = table.without_personal()
    people = [place for place, column in enumerate(plain.columns) if column.counts_people]
    is_small = [any(_is_small(row[place], fewest) for place in people) for row in plain.rows]
    if is_small.count(True) == 1 and len(plain.rows) > 1:
        others = [number for number, small in enumerate(is_small) if not small]
        is_small[min(others, key=lambda number: _size(plain.rows[number], people))] = True
    rows = [
        [_hidden(cell, fewest) for cell in row] if small else row
        for row, small in zip(plain.rows, is_small, strict=True)
    ]
    return replace(plain, rows=rows)


def _is_small(cell: Cell, fewest: int) -> bool:
    return isinstance(cell, FewerThan) or (isinstance(cell, int) and 0 < cell < fewest)


def _size(row: Sequence[Cell], people: list[int]) -> int:
    return sum(cell for place in people if isinstance(cell := row[place], int))


def _hidden(cell: Cell, fewest: int) -> Cell:
    return FewerThan(fewest) if isinstance(cell, int | float | Decimal | FewerThan) else cell
