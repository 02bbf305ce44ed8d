"""The rows of an import that need somebody's attention, as they were uploaded, each with a sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.completions import Completion
from app.issuing.imports import uploads, working
from app.issuing.imports.tables import NEED_ATTENTION, Import, ImportRow, Verdict
from app.issuing.office import Office
from app.lms import csv
from app.lms.base import Item, Unreadable
from app.lms.csv import corrected

_AT_ONCE = 500
_SENTENCES: Mapping[str, str] = {
    Verdict.UNMAPPED: "No rule says what this course earns",
    Verdict.UNKNOWN_PERSON: "This person is not known here, and the row has no e-mail address",
    Verdict.NEEDS_REVIEW: "A member of staff has to decide",
    Verdict.UNREADABLE: "The row cannot be read",
    Verdict.FAILED: "An error on our side; upload the row again",
}


def rows_to_put_right(session: Session, office: Office, found: Import) -> tuple[tuple[str, ...], list[corrected.Line]]:
    """Headings, and every row that needs attention, in the order of the file.

    By the check until the import ran, by what came of it afterwards. Raises Gone when the file was forgotten, and
    InvalidInput while it cannot be read at all.
    """
    table, settings = working.open_file(session, office, found.id)
    wanted = dict(_wanted(session, found))
    read = partial(csv.read_row, columns=table.columns, settings=settings, received_at=found.created_at)
    return table.headings, [
        (row.number, row.cells, _why(session, wanted[row.number], read(row)))
        for row in table.rows()
        if row.number in wanted
    ]


def _wanted(session: Session, found: Import) -> Iterator[tuple[int, ImportRow]]:
    after = 0
    while rows := uploads.rows_of(session, found, after=after, limit=_AT_ONCE, verdicts=NEED_ATTENTION):
        for each in rows:
            yield each.row, each
        after = rows[-1].row


def _why(session: Session, stored: ImportRow, item: Item) -> str:
    verdict = Verdict(stored.outcome or stored.verdict)
    if verdict is Verdict.UNREADABLE:
        if isinstance(item, Unreadable):
            return f"{csv.column_of(item.pointer) or 'row'}: {item.detail}"
    elif stored.completion_id is not None:
        detail = session.scalar(select(Completion.detail).where(Completion.id == stored.completion_id))
        if detail:
            return str(detail)
    sentence = _SENTENCES[verdict]
    return sentence if verdict is not Verdict.NEEDS_REVIEW else f"{sentence} ({stored.reason})"
