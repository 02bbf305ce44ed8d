"""The tables of imports: one file each, and what came of every row. The file itself is the raw body of a delivery.

No personal data in here: a row is known by its number and by a keyed hash of what makes it a different fact.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ImportState(StrEnum):
    """`checking` and `running` wait for the worker or are worked on; `unclear` has questions.

    `checked` waits for somebody's yes; `unreadable`: other options may help; `done` and `cancelled` are final.
    """

    CHECKING = "checking"
    UNCLEAR = "unclear"
    UNREADABLE = "unreadable"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


WORKED_ON = (ImportState.CHECKING, ImportState.RUNNING)
FINAL = (ImportState.DONE, ImportState.CANCELLED)


class Verdict(StrEnum):
    """What would come of a row, or what came of it.

    `history`: it says what was awarded elsewhere, and is kept as that; `repeat`: the same row came before, in this
    file or an earlier one; `same-person`: an earlier row of this file is of the same person and course, and what this
    one earns depends on it (in a check only); `failed`: an error of ours.
    """

    AWARD = "award"
    HISTORY = "history"
    ALREADY_HELD = "already-held"
    NOT_EARNED = "not-earned"
    REPEAT = "repeat"
    SAME_PERSON = "same-person"
    UNMAPPED = "unmapped"
    UNKNOWN_PERSON = "unknown-person"
    NEEDS_REVIEW = "needs-review"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"
    FAILED = "failed"


NEED_ATTENTION = (
    Verdict.UNMAPPED,
    Verdict.UNKNOWN_PERSON,
    Verdict.NEEDS_REVIEW,
    Verdict.UNREADABLE,
    Verdict.FAILED,
)


class Import(Base):
    """One uploaded file. `last_row` and `done_count` are how far the present phase (check or run) came.

    `about` says how the file was read, which column is what, and what is asked; `checked` and `results` count verdicts.
    `achievement_id`: every row earns this one, by the word of who confirms it; None = the rules of the source decide.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_due", "state", "next_attempt_at"),
        Index("ix_imports_issuer_id", "issuer_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"))
    achievement_id: Mapped[str | None] = mapped_column(String(22))
    file_sha256: Mapped[str] = mapped_column(String(64))
    byte_count: Mapped[int]
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12))
    about: Mapped[dict[str, Any]]
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    last_row: Mapped[int] = mapped_column(default=0)
    checked: Mapped[dict[str, Any]]
    results: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(String(80))
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    @property
    def is_history(self) -> bool:
        """Whether its rows are awards that were issued elsewhere, which are kept as history and signed by nobody."""
        return self.options.get("issued_by") is not None


class ImportRow(Base):
    """One row of a file. `verdict` is the check's; `outcome` is None until the row was dealt with in earnest.

    `reason` and `column` belong to the later of the two. `row` counts as a spreadsheet does: 1 is the file's first.
    """

    __tablename__ = "import_rows"

    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row_key: Mapped[str | None] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(60))
    column: Mapped[str | None] = mapped_column(String(40))
    completion_id: Mapped[str | None] = mapped_column(String(22))
    # Of a row that earned it by hand; in a file of history, the award of before that the row is of.
    award_id: Mapped[str | None] = mapped_column(String(22), index=True)
