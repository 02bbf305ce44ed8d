"""The table of docs/conformance.md: which test shows which row of the Open Badges checklist, and whether it ran."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
LAST_ROW = 90
LATER = range(63, 71)  # the Open Badges 3.0 API, which is a capability of its own
_ROW = re.compile(r"^\| OB3-(\d\d) \|([^|]*)\|(.*)\|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py::\w+)`")


@dataclass(frozen=True)
class Row:
    """A line of the table: the number of the checklist's row, what it demands, and the tests that show it."""

    number: int
    demand: str
    tests: tuple[str, ...]  # `folder/test_file.py::test_function`, below tests/


def rows(page: str) -> list[Row]:
    """The lines of the table on a page, in its order."""
    return [
        Row(int(number), demand.strip(), tuple(_TEST.findall(shown))) for number, demand, shown in _ROW.findall(page)
    ]


def function_of(node_id: str) -> str:
    """A test as the table names it: without the folder of all tests and without parameters."""
    return node_id.partition("[")[0].removeprefix("tests/")


def not_shown(page: str, ran: Collection[str]) -> list[str]:
    """A sentence for each named test that did not run, be it only to be skipped on this machine."""
    return [
        f"OB3-{row.number:02} names {test}, which did not run"
        for row in rows(page)
        for test in row.tests
        if test not in ran
    ]
