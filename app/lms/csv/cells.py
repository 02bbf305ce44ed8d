"""One cell: what a file can hold in it, and how it becomes a text, a number or a truth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

GUARD = "'"
GUARDED = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 5_000
# What spreadsheets and web pages leave around an address: no-break blanks, zero-width characters, marks of direction.
_AROUND = r"[\s\u00a0\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]+"
_ENDS = re.compile(f"^{_AROUND}|{_AROUND}$")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is computed. What it shows is not in the file in a way that can be trusted."""


@dataclass(frozen=True, slots=True)
class Share:
    """A number of a workbook that is shown with a percent sign: 0.93 for 93 %."""

    value: Decimal


Cell = str | Decimal | Share | datetime | bool | Formula | None
"""A cell of a text file is text; one of a workbook may be more. Moments have no zone."""


def tidy(text: str) -> str:
    """The text without what cannot be seen at its ends, and without the guard that our own exports put before it."""
    if text[:1] == GUARD and text[1:2] in GUARDED and len(text) > 1:
        text = text[1:]
    return _ENDS.sub("", text).replace("\u00a0", " ")


def guarded(text: str) -> str:
    """The text as a spreadsheet cannot take it for a formula (T43)."""
    return GUARD + text if text.startswith(GUARDED) else text


def text_of(cell: Cell) -> str:
    """The cell as text: numbers without needless zeros, moments in ISO 8601; "" for an empty one or a formula."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, str):
        return tidy(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        at_midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if at_midnight else cell.replace(microsecond=0).isoformat()
    if isinstance(cell, Share):
        return f"{_plain(cell.value * 100)}%"
    return _plain(cell)


def is_empty(cell: Cell) -> bool:
    """Whether nothing is in it that could be seen."""
    return not isinstance(cell, Formula) and text_of(cell) == ""


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
