"""Asking for a bulk check: taken in, looked at, done again for what stayed open, stopped, and emptied in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.credentials.report import Verdict
from app.errors import Gone, InvalidInput, NotFound, TooLarge
from app.issuing import audit
from app.issuing.bulk_checks.stated import MOST_ROWS, Stated, host_of
from app.issuing.bulk_checks.tables import NOT_CHECKED, BulkCheck, BulkCheckRow, CheckState, Reason
from app.issuing.issuers import Issuer

MAX_BYTES = 20 * 1_048_576
"""All documents of one check together."""
OPEN = (NOT_CHECKED, Verdict.CANNOT_TELL.value)
"""Answers that another look may change."""
FORGET_AT_ONCE = 20
_AT_ONCE = 250
_EMPTY: dict[str, None] = dict.fromkeys(("name", "identifier", "asked", "document", "credential_id"))


def ask(session: Session, issuer: Issuer, rows: Sequence[Stated], *, name: str | None, actor: str) -> BulkCheck:
    """Take badges in, to be checked by the worker. Raises InvalidInput when there is none, and TooLarge."""
    if not rows:
        raise InvalidInput("There is nothing to check yet: paste links, or choose files", pointer="/badges")
    if len(rows) > MOST_ROWS:
        raise TooLarge("There are more badges than are checked at once", limit_items=MOST_ROWS)
    if sum(len(each.document or b"") for each in rows) > MAX_BYTES:
        raise TooLarge("The badges are larger than are taken at once", limit_bytes=MAX_BYTES)
    now = clock.now()
    made = BulkCheck(
        id=clock.new_id(),
        issuer_id=issuer.id,
        name=(name or "").strip()[:120],
        state=CheckState.RUNNING,
        row_count=len(rows),
        done_count=0,
        results={},
        created_by=actor,
        created_at=now,
        attempts=0,
        next_attempt_at=now,
    )
    session.add(made)
    session.flush()
    for first in range(0, len(rows), _AT_ONCE):
        numbered = enumerate(rows[first : first + _AT_ONCE], first + 1)
        session.execute(insert(BulkCheckRow), [_row(made.id, number, each) for number, each in numbered])
    audit.record(session, issuer.id, actor=actor, action="bulk-check.asked", object_id=made.id, rows=len(rows))
    session.flush()
    return made


def again(session: Session, found: BulkCheck, *, actor: str) -> BulkCheck:
    """Check once more what could not be told; what was told stays. Raises Gone when the badges were emptied."""
    session.refresh(found, with_for_update=True)
    if found.emptied_at is not None:
        raise Gone("What was handed in is not kept any more; hand it in again")
    if found.state == CheckState.RUNNING:
        return found
    mine = (BulkCheckRow.check_id == found.id, BulkCheckRow.verdict.in_(OPEN))
    unset = dict.fromkeys(("verdict", "reason", "said", "credential_id", "checked_at"))
    session.execute(update(BulkCheckRow).where(*mine).values(**unset))
    found.state, found.finished_at, found.last_error = CheckState.RUNNING, None, None
    # A number of its own: a worker that was stopped in the middle of its rows must not take this for its lease.
    found.attempts += 1
    found.next_attempt_at, found.leased_until = clock.now(), None
    count(session, found)
    audit.record(session, found.issuer_id, actor=actor, action="bulk-check.again", object_id=found.id)
    session.flush()
    return found


def stop(session: Session, found: BulkCheck, *, actor: str) -> BulkCheck:
    """Check no further row; those that wait say so, and can be checked again. Again is no error."""
    session.refresh(found, with_for_update=True)
    if found.state != CheckState.RUNNING:
        return found
    waiting = (BulkCheckRow.check_id == found.id, BulkCheckRow.verdict.is_(None))
    session.execute(update(BulkCheckRow).where(*waiting).values(verdict=NOT_CHECKED, reason=Reason.STOPPED.value))
    found.state, found.finished_at, found.leased_until = CheckState.STOPPED, clock.now(), None
    count(session, found)
    audit.record(session, found.issuer_id, actor=actor, action="bulk-check.stopped", object_id=found.id)
    session.flush()
    return found


def by_id(session: Session, check_id: str, *, issuer: Issuer | None = None) -> BulkCheck:
    """The check with this id, of this issuer if one is named. Raises NotFound."""
    found = session.get(BulkCheck, check_id)
    if found is None or (issuer is not None and found.issuer_id != issuer.id):
        raise NotFound("There is no such check")
    return found


def rows_of(
    session: Session, found: BulkCheck, *, after: int = 0, limit: int = 100, verdicts: Sequence[str] = ()
) -> Sequence[BulkCheckRow]:
    """Rows in their order, beginning after a number; only with these verdicts, if any are named."""
    query = select(BulkCheckRow).where(BulkCheckRow.check_id == found.id, BulkCheckRow.row > after)
    if verdicts:
        query = query.where(BulkCheckRow.verdict.in_(verdicts))
    return session.scalars(query.order_by(BulkCheckRow.row).limit(limit)).all()


def count(session: Session, found: BulkCheck) -> None:
    """Count the answers that are there, in `results` and `done_count`."""
    session.flush()
    query = select(BulkCheckRow.verdict, func.count()).where(BulkCheckRow.check_id == found.id)
    counts: Mapping[str | None, int] = dict(session.execute(query.group_by(BulkCheckRow.verdict)).all())
    found.results = {str(verdict): number for verdict, number in counts.items() if verdict is not None}
    found.done_count = Counter(found.results).total()


def forget_old(session: Session, *, days: int) -> int:
    """Empty what was handed in so long ago, some checks at once; how many those were. One that never ended is stopped.

    The day on which it was handed in counts: a check that cannot end, whatever the cause, keeps nobody's data for it.
    """
    before = clock.now() - timedelta(days=days)
    is_old = (BulkCheck.emptied_at.is_(None), BulkCheck.created_at < before)
    query = select(BulkCheck).where(*is_old).order_by(BulkCheck.created_at, BulkCheck.id).limit(FORGET_AT_ONCE)
    found = session.scalars(query.with_for_update(skip_locked=True)).all()
    for each in found:
        stop(session, each, actor="worker")
        _empty(session, BulkCheckRow.check_id == each.id)
        each.name, each.emptied_at = "", clock.now()
    return len(found)


def forget_people(session: Session, credential_ids: Sequence[str]) -> None:
    """Empty the rows of badges whose holder is erased."""
    _empty(session, BulkCheckRow.credential_id.in_(credential_ids))


def _empty(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(update(BulkCheckRow).where(which).values(**_EMPTY, said=None))


def _row(check_id: str, number: int, stated: Stated) -> dict[str, object]:
    return {
        "check_id": check_id,
        "row": number,
        "name": stated.name,
        "identifier": stated.identifier,
        "asked": stated.asked,
        "document": stated.document,
        "host": host_of(stated),
        "verdict": None,
        "reason": None,
        "credential_id": None,
        "said": None,
        "checked_at": None,
    }
