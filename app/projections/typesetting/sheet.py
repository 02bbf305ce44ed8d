"""Tables on paper, over as many pages as they need: what a desk hands to somebody who wants it printed. Pure.

Every word of the sheet is handed in, in the reader's language; here is only how it is set.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from app.projections.typesetting import press
from app.projections.typesetting.certificate import Paper


@dataclass(frozen=True, slots=True)
class SheetLabels:
    """Our own words on the sheet."""

    title: str
    empty: str  # stands in place of a table without rows
    foot: str
    unwritable: str  # stands at the end when any word could not be written


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One table: headings, how wide each column is beside the others, and its cells as they are read."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the sheet. `facts` are pairs of a label and a value."""

    language: str
    direction: str  # "ltr" or "rtl"
    labels: SheetLabels
    issuer: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[SheetPart, ...]
    as_of: datetime


def table_sheet(stated: Sheet, *, paper: Paper = Paper.A4) -> bytes:
    """A PDF; the same input gives the same bytes with the same fonts."""
    said = [stated.issuer, *(value for _label, value in stated.facts)]
    said += [cell for part in stated.parts for row in (part.columns, *part.rows) for cell in row]
    found = press.words(dict.fromkeys(said), language=stated.language)
    given = asdict(stated) | {
        "tone": "good",
        "paper": paper.value,
        "is_whole": found.is_whole,
        "issuer": found.word(stated.issuer),
        "facts": [(label, found.word(value, "-")) for label, value in stated.facts],
        "parts": [
            asdict(part) | {"rows": [[found.word(cell, "-") for cell in row] for row in part.rows]}
            for part in stated.parts
        ],
        "as_of": {"year": stated.as_of.year, "month": stated.as_of.month, "day": stated.as_of.day},
        "fonts": press.families(stated.language),
    }
    return press.pdf("sheet.typ", given, timestamp=int(stated.as_of.timestamp()), attached="")
