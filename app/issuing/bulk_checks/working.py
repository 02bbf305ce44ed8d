"""Working through a bulk check: leased, and what was found stored with how far it came. The worker opens transactions.

A row with a verdict is not looked at again, so that a worker that is killed loses the rows in hand and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing import audit
from app.issuing.bulk_checks.asking import count
from app.issuing.bulk_checks.stated import Stated
from app.issuing.bulk_checks.tables import BulkCheck, BulkCheckRow, CheckState, Reason

FIRST_RETRY_SECONDS, NEXT_RETRY_SECONDS = 5, 600


@dataclass(frozen=True, slots=True)
class Leased:
    """A check that one worker has until its lease ends; `attempts` tells whether it is still that lease.

    So that number only grows: given twice, two workers would take the check for theirs.
    """

    check_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a row: a verdict and what was said, or `not_checked` and a reason."""

    row: int
    verdict: str
    reason: Reason | None = None
    credential_id: str | None = None
    said: dict[str, Any] = field(default_factory=dict)


def lease(session: Session, *, lease_seconds: int, only: str | None = None) -> Leased | None:
    """Take a check that waits, the one with this id if named; nobody else gets it until the lease ends."""
    now = clock.now()
    query = select(BulkCheck).where(
        BulkCheck.state == CheckState.RUNNING,
        BulkCheck.next_attempt_at <= now,
        or_(BulkCheck.leased_until.is_(None), BulkCheck.leased_until <= now),
    )
    if only is not None:
        query = query.where(BulkCheck.id == only)
    query = query.order_by(BulkCheck.next_attempt_at, BulkCheck.id).limit(1).with_for_update(skip_locked=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        return None
    found.leased_until = now + timedelta(seconds=lease_seconds)
    found.attempts += 1
    return Leased(found.id, found.attempts)


def waiting(session: Session, leased: Leased) -> list[tuple[str, int]]:
    """Host and number of each row whose turn has not come, in their order."""
    query = select(BulkCheckRow.host, BulkCheckRow.row).where(
        BulkCheckRow.check_id == leased.check_id, BulkCheckRow.verdict.is_(None)
    )
    return [(host, row) for host, row in session.execute(query.order_by(BulkCheckRow.row))]


def stated(session: Session, leased: Leased, row: int) -> Stated:
    """What a row wants checked."""
    found = session.get_one(BulkCheckRow, (leased.check_id, row))
    return Stated(found.name, found.identifier, found.asked, found.document)


def store(session: Session, leased: Leased, found: Sequence[Finding], *, lease_seconds: int) -> BulkCheck | None:
    """Store what came of rows, and hold the check longer; None when it is no longer the caller's, or was stopped."""
    check = _mine(session, leased)
    if check is None:
        return None
    check.leased_until, check.last_error = clock.now() + timedelta(seconds=lease_seconds), None
    for each in found:
        _store(session, check.id, each)
    count(session, check)
    return check


def end(session: Session, leased: Leased) -> BulkCheck | None:
    """The caller went through its rows; None when the check is no longer the caller's.

    It is done when every row has an answer; otherwise it runs on, and whoever leases it next goes on with the others.
    """
    check = _mine(session, leased)
    if check is None:
        return None
    count(session, check)
    check.leased_until, check.last_error = None, None
    if check.done_count < check.row_count:
        return check
    check.state, check.finished_at = CheckState.DONE, clock.now()
    facts = {"rows": check.row_count, "results": check.results}
    audit.record(session, check.issuer_id, actor="worker", action="bulk-check.done", object_id=check.id, **facts)
    session.flush()
    return check


def release(session: Session, leased: Leased) -> None:
    """Give back a check that was not finished: the worker stops."""
    check = _mine(session, leased)
    if check is not None:
        check.leased_until = None


def mark_failed(session: Session, leased: Leased, *, error: str) -> None:
    """Note an error of ours; the worker goes on soon with the rows that wait, and later if that failed as well."""
    check = _mine(session, leased)
    if check is not None:
        wait = FIRST_RETRY_SECONDS if check.last_error is None else NEXT_RETRY_SECONDS
        check.leased_until, check.last_error = None, error[:1000]
        check.next_attempt_at = clock.now() + timedelta(seconds=wait)


def not_checked(rows: Iterable[int], reason: Reason) -> list[Finding]:
    """That rows could not be checked, each for the same reason."""
    return [Finding(row, "not_checked", reason) for row in rows]


def _mine(session: Session, leased: Leased) -> BulkCheck | None:
    check = session.get_one(BulkCheck, leased.check_id, with_for_update=True)
    return check if check.state == CheckState.RUNNING and check.attempts == leased.attempts else None


def _store(session: Session, check_id: str, found: Finding) -> None:
    at = (BulkCheckRow.check_id == check_id, BulkCheckRow.row == found.row, BulkCheckRow.verdict.is_(None))
    session.execute(
        update(BulkCheckRow)
        .where(*at)
        .values(
            verdict=found.verdict,
            reason=None if found.reason is None else found.reason.value,
            credential_id=None if found.credential_id is None else found.credential_id[:500],
            said=found.said,
            checked_at=clock.now(),
        )
    )
