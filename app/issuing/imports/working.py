"""Working through an import, slice by slice: first to see what would come of each row, then in earnest.

How far it came is stored in the transaction that did the work, so that after a crash nothing is done twice. The worker
opens the transactions; each function here is a part of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, ServiceError, TooLarge
from app.issuing import announcements, deliveries, inbox, sources
from app.issuing.completions import Completion, CompletionState
from app.issuing.foresight import WOULD_AWARD, foresee
from app.issuing.imports import by_hand, history, uploads
from app.issuing.imports.tables import WORKED_ON, Import, ImportRow, ImportState, Verdict
from app.issuing.inbox import RETRY_SECONDS
from app.issuing.office import Office
from app.lms import base as lms
from app.lms import csv
from app.lms.csv import Row, Table

_OF_REASON = {
    "unmapped-activity": Verdict.UNMAPPED,
    "unknown-person": Verdict.UNKNOWN_PERSON,
    "already-held": Verdict.ALREADY_HELD,
    WOULD_AWARD: Verdict.AWARD,
    history.KEPT: Verdict.HISTORY,
}
_OF_OUTCOME = {
    "awarded": Verdict.AWARD,
    "parked": Verdict.NEEDS_REVIEW,
    "recorded": Verdict.NOT_EARNED,
    "unreadable": Verdict.UNREADABLE,
}
_LONGEST_REASON = 60


@dataclass(frozen=True, slots=True)
class Leased:
    """An import that one worker has until its lease ends; `attempts` tells whether it is still that lease."""

    import_id: str
    state: ImportState
    attempts: int
    last_row: int


@dataclass(slots=True)
class Seen:
    """What a check remembers of the rows before: their keys, and who would be awarded for which course."""

    keys: set[str] = field(default_factory=set)
    winners: set[tuple[Any, ...]] = field(default_factory=set)

    def add(self, more: Seen) -> None:
        """Remember what a slice saw, once it is stored."""
        self.keys |= more.keys
        self.winners |= more.winners


def lease(session: Session, *, lease_seconds: int, only: str | None = None) -> Leased | None:
    """Take an import that waits, the one with this id if named; nobody else gets it until the lease ends."""
    now = clock.now()
    query = select(Import).where(
        Import.state.in_(WORKED_ON),
        Import.next_attempt_at <= now,
        or_(Import.leased_until.is_(None), Import.leased_until <= now),
    )
    if only is not None:
        query = query.where(Import.id == only)
    query = query.order_by(Import.next_attempt_at, Import.id).limit(1).with_for_update(skip_locked=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        return None
    found.leased_until = now + timedelta(seconds=lease_seconds)
    found.attempts += 1
    return Leased(found.id, ImportState(found.state), found.attempts, found.last_row)


def hold(session: Session, leased: Leased, *, lease_seconds: int) -> Import | None:
    """Lock a leased import, and hold it longer; None when it is no longer the caller's, or was cancelled."""
    found = session.get_one(Import, leased.import_id, with_for_update=True)
    if found.state != leased.state or found.attempts != leased.attempts:
        return None
    found.leased_until = clock.now() + timedelta(seconds=lease_seconds)
    return found


def release(session: Session, leased: Leased) -> None:
    """Give back an import that was not finished: the worker stops."""
    found = session.get_one(Import, leased.import_id, with_for_update=True)
    if found.state == leased.state and found.attempts == leased.attempts:
        found.leased_until = None
        found.attempts -= 1


def mark_failed(session: Session, leased: Leased, *, error: str) -> None:
    """Note an error of ours; the worker goes on later, where it stopped, less and less often."""
    found = session.get_one(Import, leased.import_id, with_for_update=True)
    if found.attempts == leased.attempts:
        found.leased_until, found.last_error = None, error[:1000]
        wait = RETRY_SECONDS[min(found.attempts, len(RETRY_SECONDS)) - 1]
        found.next_attempt_at = clock.now() + timedelta(seconds=wait)


def open_file(session: Session, office: Office, import_id: str) -> tuple[Table, csv.CsvSettings]:
    """The import's file as a table. Raises InvalidInput, TooLarge, and Gone when its bytes were forgotten."""
    found = uploads.by_id(session, import_id)
    settings = uploads.settings_of(session, office, found)
    return csv.open_table(inbox.read_raw(session, office, found.delivery_id).body, settings), settings


def cannot_read(session: Session, found: Import, error: ServiceError) -> None:
    """Store why the file cannot be read; other options may help."""
    asked = [{"setting": error.facts["setting"], "sentence": error.detail}] if "setting" in error.facts else []
    about = {"problem": error.detail, "row": error.facts.get("row"), "questions": asked}
    found.about = {name: value for name, value in about.items() if value}
    _end(session, found, ImportState.UNCLEAR if asked else ImportState.UNREADABLE, deliveries.Standing.UNPARSEABLE)


def begin_check(session: Session, found: Import, table: Table) -> bool:
    """Store how the file is read. False when something has to be decided first; the check is over then."""
    session.execute(delete(ImportRow).where(ImportRow.import_id == found.id))
    found.row_count, found.done_count, found.last_row, found.checked = table.row_count, 0, 0, {}
    found.about = about(table)
    if table.questions:
        _end(session, found, ImportState.UNCLEAR, deliveries.Standing.NEEDS_REVIEW)
        return False
    return True


def check(session: Session, office: Office, found: Import, rows: Sequence[tuple[Row, lms.Item]], seen: Seen) -> Seen:
    """Store what would come of these rows; nothing of it is done. Returns what they add to `seen`."""
    here = Seen()
    known = _known(session, found, rows)
    values, counts = [], Counter(found.checked)
    for row, item in rows:
        key = item.dedupe_key if isinstance(item, lms.Completion) else None
        person = _person(item)
        if key is not None and (key in seen.keys or key in here.keys or _is_repeat(known.get(key), found, row)):
            verdict, reason, detail_of = Verdict.REPEAT, "repeat", None
        elif person in seen.winners or person in here.winners:
            verdict, reason, detail_of = Verdict.SAME_PERSON, "same-person", None
        else:
            outcome = _outcome(session, office, found, (row, item), in_earnest=False)
            verdict, reason, detail_of = verdict_of(outcome), str(outcome.get("reason", "")), outcome
            if verdict is Verdict.AWARD and person is not None:
                here.winners.add(person)
        if key is not None:
            here.keys.add(key)
        counts[verdict] += 1
        values.append(_row(found, row, _marked(office, key), verdict=verdict, reason=reason, outcome=detail_of))
    if values:
        session.execute(insert(ImportRow), values)
    _progress(found, rows)
    found.checked = {str(name): count for name, count in counts.items()}
    return here


def end_check(session: Session, found: Import) -> None:
    """The check is over; the import waits for somebody's yes."""
    _end(session, found, ImportState.CHECKED, deliveries.Standing.WAITING)


def run(session: Session, office: Office, found: Import, rows: Sequence[tuple[Row, lms.Item]]) -> None:
    """Deal with these rows in earnest, and store how far it came; all or nothing of it stays."""
    announcements.gather(session)
    known = _known(session, found, rows)
    counts = Counter(found.results)
    here: set[str] = set()
    for row, item in rows:
        key = item.dedupe_key if isinstance(item, lms.Completion) else None
        outcome = _outcome(session, office, found, (row, item), in_earnest=True)
        is_repeat = key is not None and (key in here or _is_repeat(known.get(key), found, row))
        verdict = Verdict.REPEAT if is_repeat else verdict_of(outcome)
        if key is not None:
            here.add(key)
        counts[verdict] += 1
        _store_outcome(session, found, row, _marked(office, key), verdict=verdict, outcome=outcome)
    _progress(found, rows)
    found.results = {str(name): count for name, count in counts.items()}


def _outcome(
    session: Session, office: Office, found: Import, pair: tuple[Row, lms.Item], *, in_earnest: bool
) -> Mapping[str, Any]:
    """What comes of a row, or would come of it: by the rules of the source, by hand, or as history."""
    row, item = pair
    if found.is_history:
        keep = history.decide if in_earnest else history.foresee
        return keep(session, office, found, item)
    if found.achievement_id is not None:
        decide = by_hand.decide if in_earnest else by_hand.foresee
        return decide(session, office, found, item)
    delivery = session.get_one(deliveries.Delivery, found.delivery_id)
    if in_earnest:
        (outcome,) = inbox.decide(session, office, delivery, items=[item], first_index=row.number)
    else:
        (outcome,) = foresee(session, office, delivery, [item], sign=False, first_index=row.number)
    return outcome


def note_failure(session: Session, found: Import, row: Row, *, error: str) -> None:
    """Note that a row could not be dealt with for a reason of ours; the others go on."""
    outcome = {"outcome": "failed", "reason": error}
    _store_outcome(session, found, row, None, verdict=Verdict.FAILED, outcome=outcome)
    counts = Counter(found.results)
    counts[Verdict.FAILED] += 1
    found.results = {str(name): count for name, count in counts.items()}
    found.done_count, found.last_row = found.done_count + 1, row.number


def end_run(session: Session, found: Import) -> None:
    """Every row was dealt with."""
    sources.count_accepted(session, found.source_id, ignored=found.results.get(Verdict.IGNORED, 0))
    _end(session, found, ImportState.DONE, deliveries.Standing.PROCESSED)
    found.finished_at = clock.now()
    delivery = session.get_one(deliveries.Delivery, found.delivery_id)
    unreadable = found.results.get(Verdict.UNREADABLE, 0)
    if unreadable:
        detail = f"{unreadable} rows of the file cannot be read; the import says which"
        item = {"index": 0, "outcome": "unreadable", "reason": "rows", "detail": detail}
        delivery.answer = {**delivery.answer, "items": [item]}
    inbox.settle(session, delivery)


def verdict_of(outcome: Mapping[str, Any]) -> Verdict:
    """What an outcome of the inbox is for people who look after a file."""
    return _OF_REASON.get(str(outcome.get("reason"))) or _OF_OUTCOME.get(str(outcome["outcome"]), Verdict.IGNORED)


def about(table: Table) -> dict[str, Any]:
    """How a file was read, for people: its form, which column is what and why, what is left aside, what is asked."""
    chosen = {
        name: {"column": place + 1, "heading": table.headings[place], "found_by": table.columns.found_by[name]}
        for name, place in table.columns.places.items()
    }
    questions = [
        {"setting": each.setting, "sentence": each.sentence, "choices": list(each.choices), "row": each.row}
        for each in table.questions
    ]
    return {
        **table.facts,
        "columns": chosen,
        "extra_columns": list(table.columns.extra),
        "notes": list(table.notes),
        "questions": questions,
    }


def _known(session: Session, found: Import, rows: Sequence[tuple[Row, lms.Item]]) -> dict[str, tuple[str, str, int]]:
    """State, delivery and index of the completions that these rows repeat."""
    keys = [item.dedupe_key for _, item in rows if isinstance(item, lms.Completion)]
    query = select(Completion.dedupe_key, Completion.state, Completion.delivery_id, Completion.item_index)
    query = query.where(Completion.source_id == found.source_id, Completion.dedupe_key.in_(keys))
    return {each.dedupe_key: (each.state, each.delivery_id, each.item_index) for each in session.execute(query)}


def _is_repeat(known: tuple[str, str, int] | None, found: Import, row: Row) -> bool:
    """Whether a fact was decided before; one that waits is decided anew, unless another row of this file has it."""
    if known is None:
        return False
    state, delivery_id, index = known
    if delivery_id == found.delivery_id:
        return index != row.number
    return state != CompletionState.PARKED


def _person(item: lms.Item) -> tuple[Any, ...] | None:
    if not isinstance(item, lms.Completion):
        return None
    email = (item.learner.email or "").casefold()
    return (item.learner.source_id or email, item.activity.source_id)


def _marked(office: Office, key: str | None) -> str | None:
    """The key of a row as it is kept: without the service's secret nobody can try whom and what it is made of."""
    return None if key is None else office.sealer.mark("import-row", key)


def _row(
    found: Import, row: Row, key: str | None, *, verdict: Verdict, reason: str, outcome: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "import_id": found.id,
        "row": row.number,
        "row_key": key,
        "verdict": verdict.value,
        "outcome": None,
        "reason": reason[:_LONGEST_REASON],
        "column": _column(outcome or {}),
        "completion_id": None,
        "award_id": None,
    }


def _store_outcome(
    session: Session, found: Import, row: Row, key: str | None, *, verdict: Verdict, outcome: Mapping[str, Any]
) -> None:
    changed = {
        "outcome": verdict.value,
        "reason": "repeat" if verdict is Verdict.REPEAT else str(outcome.get("reason", ""))[:_LONGEST_REASON],
        "column": _column(outcome),
        "completion_id": outcome.get("completion"),
        "award_id": outcome.get("award") or outcome.get("past"),
    }
    at = (ImportRow.import_id == found.id, ImportRow.row == row.number)
    if session.execute(update(ImportRow).where(*at).values(**changed)).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(
            insert(ImportRow), [{**_row(found, row, key, verdict=verdict, reason="", outcome=None), **changed}]
        )


def _column(outcome: Mapping[str, Any]) -> str | None:
    return csv.column_of(str(outcome.get("pointer") or "")) if outcome.get("outcome") == "unreadable" else None


def _progress(found: Import, rows: Sequence[tuple[Row, lms.Item]]) -> None:
    if rows:
        found.done_count += len(rows)
        found.last_row = rows[-1][0].number


def _end(session: Session, found: Import, state: ImportState, standing: deliveries.Standing) -> None:
    found.state, found.leased_until, found.last_error, found.attempts = state, None, None, 0
    delivery = session.get_one(deliveries.Delivery, found.delivery_id)
    delivery.standing = standing
    session.flush()
    if delivery.forget_raw:  # nothing happens while the file is needed
        inbox.forget(session, [delivery.id])


Unreadable = (InvalidInput, TooLarge)
"""What says that the file cannot be read as a whole."""
