"""What a report is: a question, the columns that answer it with their definitions, and a query. Shared by all of them.

Reports read and never write, and each is one file that knows no other. Figures come from SQL; what arrives here are
the rows that are shown, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.projections.chart import WIDTH, Chart, Drawn, Series, drawn
from app.projections.tables import Cell, Column, Table
from app.reports.periods import Period

MOST_ROWS = 5_000
"""Rows that a report shows. Beyond that it says that there are more, and asks for a shorter period."""
MOST_BARS = 12
"""Bars that a chart of names has; the table has all of them."""


class Parameter(StrEnum):
    """What somebody may ask a report for. Every report has a zone, in which days and months are counted."""

    PERIOD = "period"
    GROUP = "group"
    ACHIEVEMENT = "achievement"
    BY = "by"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, read and checked. None = of everybody, of every achievement.

    `by` is one of the report's `choices`; "" for a report without. `as_of` is when the question was put.
    `achievement` is the short name of the achievement that is asked for.
    """

    issuer_id: str
    period: Period
    as_of: datetime
    group: str | None = None
    achievement_id: str | None = None
    achievement: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a report found: rows as its columns say, and a chart if there is something to draw."""

    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to look at a report that has several."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `title` is the question that it answers, `sentence` says what is counted and over which period."""

    slug: str
    title: str
    sentence: str
    columns: tuple[Column, ...]
    parameters: frozenset[Parameter]
    find: Callable[[Session, Asked], Found]
    choices: tuple[Choice, ...] = ()

    def asks_for(self, parameter: Parameter) -> bool:
        """Whether the report can be asked for this."""
        return parameter in self.parameters


@dataclass(frozen=True, slots=True)
class Answer:
    """A report with its figures. `is_cut`: there are more rows than are shown."""

    report: Report
    asked: Asked
    table: Table
    chart: Chart | None
    is_cut: bool

    def drawing(self, *, width: int = WIDTH) -> Drawn:
        """The chart as SVG; where `chart` is None, one that says that there is nothing."""
        return drawn(self.chart or Chart(self.report.title, (), (Series("", ()),)), width=width)
