"""The tables of bulk checks: what somebody wants checked, row by row, and what was found.

A row holds what was handed in, so it is personal data of people who may have nothing to do with this service: name,
identifier, link, document and findings are emptied after `LANYARD_CHECKS_KEPT_DAYS`; the numbers of a check stay.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

NOT_CHECKED = "not_checked"
"""What stands in place of a verdict where there is none; `reason` says why."""


class CheckState(StrEnum):
    """`running` waits for the worker or is worked on; `done`: every row has an answer; `stopped` by somebody."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why a row could not be checked."""

    NOTHING_STATED = "nothing-stated"  # neither a link nor a file
    FILE_MISSING = "file-missing"  # the list names a file that was not handed in
    NO_BADGE_HERE = "no-badge-here"  # an address of ours without a badge, or a private one
    NOTHING_FETCHED = "nothing-fetched"
    NOT_LOOKED_UP = "not-looked-up"  # the operator lets no other host be asked
    HOST_SILENT = "host-silent"  # the host did not answer several times, so that it was not asked again
    TIME_UP = "time-up"
    FAILED = "failed"  # an error of ours
    STOPPED = "stopped"


class Match(StrEnum):
    """Whether a badge is that of the person whom the row names."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    NOT_ASKED = "not-asked"


class BulkCheck(Base):
    """One heap of badges that somebody wants checked. `results` counts verdicts."""

    __tablename__ = "bulk_checks"
    __table_args__ = (
        Index("ix_bulk_checks_due", "state", "next_attempt_at"),
        Index("ix_bulk_checks_issuer_id", "issuer_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(8))
    row_count: Mapped[int]
    done_count: Mapped[int] = mapped_column(default=0)
    results: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class BulkCheckRow(Base):
    """One badge of a heap. `verdict` None = its turn has not come.

    `asked` is the link or the file's name, `document` the badge where one was handed in, `host` who will be asked ("" =
    nobody, or not known before). `said` is what a report found that people want to see.
    """

    __tablename__ = "bulk_check_rows"
    __table_args__ = (Index("ix_bulk_check_rows_credential_id", "credential_id"),)

    check_id: Mapped[str] = mapped_column(ForeignKey("bulk_checks.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str | None] = mapped_column(String(200))
    identifier: Mapped[str | None] = mapped_column(String(320))
    asked: Mapped[str | None] = mapped_column(Text)
    document: Mapped[bytes | None]
    host: Mapped[str] = mapped_column(String(253))
    verdict: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(20))
    credential_id: Mapped[str | None] = mapped_column(String(500))
    said: Mapped[dict[str, Any] | None]
    checked_at: Mapped[datetime | None]
