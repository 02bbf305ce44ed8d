"""A text file with values between separators: its encoding, its separator and its rows, by RFC 4180 and by Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import InvalidInput
from app.lms.csv import columns
from app.lms.csv.cells import LONGEST_CELL, Cell, text_of
from app.lms.csv.settings import DELIMITERS, CsvSettings

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SAMPLE_BYTES = 4_096
_MANY_ZEROS = 0.2  # of one half of the bytes: text of western letters in UTF-16 has far more
_NAMES = {sign: name for name, sign in DELIMITERS.items()}


@dataclass(frozen=True, slots=True)
class TextFile:
    """The text of a file, the separator of its cells, and what people should know about how it was read."""

    text: str
    encoding: str
    delimiter: str
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Number (1 is the first) and cells of each row, blank ones as []. Raises InvalidInput with `row`."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise InvalidInput(
                    f"Row {number} cannot be read: a quotation mark is not closed, or stands within a cell. "
                    'Inside of a quoted cell it is written twice: ""',
                    code="quotes",
                    row=number,
                ) from error
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise InvalidInput(
                    f"Row {number} has a cell of more than {LONGEST_CELL} characters; is a quotation mark missing?",
                    code="cell-too-long",
                    row=number,
                )
            yield number, cells

    @property
    def delimiter_name(self) -> str:
        """The separator as the settings name it."""
        return _NAMES[self.delimiter]


def read(data: bytes, settings: CsvSettings) -> TextFile:
    """The file as text, with its separator. Raises InvalidInput; its `setting` is what would decide it."""
    text, encoding, notes = _decoded(data, settings.encoding)
    if "\0" in text:
        raise InvalidInput("This is no text file: it holds NUL characters", code="no-text", setting="encoding")
    first, _, rest = text.lstrip("\r\n").partition("\n")
    stated = first.strip().removeprefix("sep=") if first.strip().lower().startswith("sep=") else None
    if stated is not None and (stated in _NAMES or stated == ""):
        text = "\n" + rest  # Excel's own line; an empty one keeps the numbers of the rows
        delimiter = settings.delimiter or (stated or "\t")
    else:
        delimiter = settings.delimiter or _delimiter(text)
    return TextFile(text, encoding, delimiter, notes)


def _decoded(data: bytes, declared: str | None) -> tuple[str, str, tuple[str, ...]]:
    mark = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), None)
    if declared is not None:
        return _declared(data, declared, mark), declared, ()
    if mark is not None:
        return _strictly(data[len(mark[0]) :], mark[1]), mark[1], ()
    guess = _utf_16_without_mark(data)
    if guess is not None:
        note = "The file has no byte order mark; it was read as UTF-16, in which every second byte is zero"
        return _strictly(data, guess), guess, (note,)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        note = (
            "The file is not UTF-8; it was read as Windows-1252. Look at names with accents: if they are wrong, "
            "choose `encoding`"
        )
        return _strictly(data, "cp1252"), "cp1252", (note,)


def _declared(data: bytes, declared: str, mark: tuple[bytes, str] | None) -> str:
    if declared == "utf-16":
        name = mark[1] if mark is not None and mark[1] != "utf-8" else _utf_16_without_mark(data) or "utf-16-le"
        return _strictly(data, name).removeprefix("\ufeff")
    return _strictly(data, declared).removeprefix("\ufeff")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InvalidInput(
            f"The file is not {encoding}: there is a byte in row {row} that this encoding does not have",
            code="encoding",
            row=row,
            setting="encoding",
        ) from error


def _utf_16_without_mark(data: bytes) -> str | None:
    sample = data[:_SAMPLE_BYTES]
    if len(data) % 2 or not sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    if odd.count(0) > _MANY_ZEROS * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > _MANY_ZEROS * len(even) and odd.count(0) == 0 else None


def _delimiter(text: str) -> str:
    """The separator that makes most of the headings known; among equals the one that makes most cells."""
    scores = {}
    for sign in DELIMITERS.values():
        try:
            cells = next((cells for _, cells in TextFile(text[:100_000], "", sign).rows() if any(cells)), ())
        except InvalidInput:
            continue
        scores[sign] = (columns.recognised([text_of(cell) for cell in cells]), len(cells))
    best = max(scores.values(), default=(0, 0))
    found = [sign for sign, score in scores.items() if score == best]
    if len(found) > 1 and best[1] > 1:
        named = " or ".join(_NAMES[sign] for sign in found)
        raise InvalidInput(f"What separates the cells: {named}?", code="delimiter", setting="delimiter")
    return found[0] if found else ","
