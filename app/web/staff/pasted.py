"""People pasted from a mail or a spreadsheet, as a file that the import reads: one person a line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from app.lms.csv import columns

_BRACKETED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>\s]+)>\s*[,;]?")
_CELLS = re.compile(r"[\t;,]")


def as_file(text: str, *, earned_on: str) -> bytes:
    """CSV with a name and an address a row, and the day on which it was earned if one is said.

    What has headings that are known is taken as it is. A line without an address stays one, so that the check names it.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and columns.recognised(_CELLS.split(lines[0])) and "@" not in lines[0]:
        return "\n".join(lines).encode()
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["email", "name", *(["completed_at"] if earned_on else [])])
    for email, name in _people(lines):
        writer.writerow([email, name, *([earned_on] if earned_on else [])])
    return buffer.getvalue().encode()


def _people(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        bracketed = list(_BRACKETED.finditer(line))
        if bracketed:  # as mail programs write lists: several may stand in one line
            yield from ((each["email"], each["name"].strip(' \t",;')) for each in bracketed)
            continue
        cells = [cell.strip(' "') for cell in (_CELLS.split(line) if _CELLS.search(line) else line.split())]
        addresses = [cell for cell in cells if "@" in cell]
        if len(addresses) > 1:
            yield from ((address, "") for address in addresses)
        else:
            name = " ".join(cell for cell in cells if cell and "@" not in cell)
            yield (addresses[0], name) if addresses else (line, "")
