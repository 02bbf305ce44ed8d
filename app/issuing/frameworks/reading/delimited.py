"""Tables as text, with headings: commas, semicolons or tabs; UTF-8 with or without a mark, or UTF-16 with one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.issuing.frameworks.reading.items import Place, Read

MOST_ROWS = 500_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose headings are read. Rows come as they are asked for."""

    file: str
    headings: tuple[str, ...]
    text: str
    delimiter: str

    def has(self, *names: str) -> bool:
        """Whether there are columns of all these names."""
        return set(names) <= set(self.headings)

    def rows(self, read: Read) -> Iterator[tuple[Place, dict[str, str]]]:
        """Each row by its headings. What cannot be read is noted as a mistake, and ends the rows."""
        # Files with tabs quote nothing: a quotation mark in them is one that somebody wrote.
        quoting: Literal[0, 3] = csv.QUOTE_NONE if self.delimiter == "\t" else csv.QUOTE_MINIMAL
        rows = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True, quoting=quoting)
        line = 0
        try:
            for count, cells in enumerate(rows):
                line = rows.line_num
                place = Place(self.file, str(line))
                if count > MOST_ROWS:
                    read.wrong(place, f"A file has at most {MOST_ROWS} rows")
                if read.is_hopeless or count > MOST_ROWS:
                    return
                if count == 0 or not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(self.headings):
                    read.wrong(place, f"This row has {len(cells)} cells, and there are {len(self.headings)} columns")
                    continue
                yield place, {name: cell.strip() for name, cell in zip(self.headings, cells, strict=True)}
        except csv.Error as error:
            read.wrong(Place(self.file, str(line + 1)), f"This cannot be read as a table: {error}")


def opened(file: str, data: bytes, read: Read) -> Table | None:
    """The table in a file; None, and a mistake noted, for what is no text, is empty, or has a heading twice."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        read.wrong(Place(file, str(line)), "This is not UTF-8 text; save the file as “CSV UTF-8”")
        return None
    first, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=first.count)
    headings = tuple(cell.strip().strip('"') for cell in first.strip("\r").split(delimiter))
    if not first.strip():
        read.wrong(Place(file, "1"), "There are no headings in the first line")
        return None
    if len(set(headings)) != len(headings):
        twice = next(name for name in headings if headings.count(name) > 1)
        read.wrong(Place(file, "1"), f"The heading {twice[:80]!r} is there twice")
        return None
    return Table(file, headings, text, delimiter)
