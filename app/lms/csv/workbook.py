"""A workbook of Excel (.xlsx): one sheet as rows, read as a stream, with a limit on what it may unpack to.

Formulas are not computed and their stored results not believed; dates and percentages are what the cell says they are.
Source: ECMA-376; the reader is openpyxl in its read-only mode, on a parser that expands no entities.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl.reader import excel
from openpyxl.utils.exceptions import InvalidFileException

from app.errors import InvalidInput, TooLarge
from app.lms.csv.cells import LONGEST_CELL, Cell, Formula, Share

MAGIC = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0"
MAX_INFLATED_BYTES = 200 * 1024 * 1024
MOST_PARTS = 1_000
MOST_COLUMNS = 200
# It warns of what it leaves out (validation, missing styles) on standard error, with values of cells among its words.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
_READER: Any = excel  # which says nothing of its types


@dataclass(frozen=True, slots=True)
class Workbook:
    """One sheet of a workbook. `sheets` are the names of all."""

    sheet: str
    sheets: tuple[str, ...]
    data: bytes = field(repr=False)

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Number and cells of each row, blank ones as []. Raises InvalidInput."""
        book = _opened(self.data)
        try:
            sheet = book[self.sheet]
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
            for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
                cells = [_cell(cell) for cell in row]
                while cells and (cells[-1] is None or cells[-1] == ""):
                    cells.pop()
                yield number, cells
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError, zipfile.BadZipFile) as error:
            raise InvalidInput("The workbook is damaged: its sheet cannot be read", code="workbook") from error
        finally:
            book.close()


def read(data: bytes, sheet: str | None) -> Workbook:
    """The workbook's first sheet, or the one with this name. Raises InvalidInput and TooLarge."""
    book = _opened(data)
    names = tuple(each.title for each in book.worksheets)
    book.close()
    if not names:
        raise InvalidInput("The workbook has no sheet of cells", code="workbook")
    chosen = names[0] if sheet is None else next((name for name in names if name.strip() == sheet), None)
    if chosen is None:
        listed = ", ".join(f"“{name}”" for name in names[:20])
        raise InvalidInput(f"There is no sheet “{sheet}”; the workbook has {listed}", code="sheet", setting="sheet")
    return Workbook(chosen, names, data)


def _opened(data: bytes) -> Any:
    _refuse_bombs(data)
    try:
        return _READER.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except (
        *(InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, IndexError),
        *(AttributeError, SyntaxError, EOFError, NotImplementedError, RuntimeError),
    ) as error:  # whatever its parsers say of a file that is none
        raise InvalidInput("This is no workbook that can be read; save it as .xlsx or .csv", code="workbook") from error


def _refuse_bombs(data: bytes) -> None:
    """Look at what the parts would unpack to; `zipfile` never gives more than a part says of itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidInput("This is no workbook that can be read; save it as .xlsx or .csv", code="workbook") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED_BYTES:
        raise TooLarge("The workbook is larger than is accepted once it is unpacked", limit_bytes=MAX_INFLATED_BYTES)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type in {"f", "e"}:
        return Formula()
    match value:
        case None | bool() | datetime():
            found: Cell = value
        case date():
            found = datetime.combine(value, time())
        case time():
            found = value.isoformat()
        case str():
            found = value[: LONGEST_CELL + 1]
        case int() | float():
            found = _number(value, str(cell.number_format or ""))
        case _:
            found = Formula()
    return found


def _number(value: float, shown_as: str) -> Cell:
    number = Decimal(repr(value))
    if not number.is_finite():
        return Formula()
    with suppress(ArithmeticError):
        number = number.quantize(Decimal("1e-12")).normalize()  # a float's last digits are noise
    return Share(number) if "%" in shown_as else number
