"""From an uploaded file to a confirmed import: taken in, opened by other options, confirmed or cancelled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound, NotPublished, TooLarge, WrongImportState
from app.issuing import achievements, audit, deliveries, inbox, sources
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.deliveries import OF_IMPORT, DeliveryState, Standing
from app.issuing.imports.tables import FINAL, Import, ImportRow, ImportState, Verdict
from app.issuing.inbox import Received
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import csv, programmes
from app.lms.base import Authenticated


def upload(
    session: Session,
    office: Office,
    source: Source,
    data: bytes,
    *,
    actor: str,
    options: Mapping[str, Any] | None = None,
    achievement: Achievement | None = None,
) -> Import:
    """Take a file in, to be checked by the worker. Each upload is an import of its own; its rows are known again.

    With an achievement every row earns it, whatever course it names; with the option `issued_by` every row is an award
    that was issued elsewhere, and is kept as history; else the rules of the source decide. Raises
    InvalidInput for a source that takes no files or options that cannot be used, NotPublished, and TooLarge.
    """
    if source.type != csv.ADAPTER.name:
        raise InvalidInput("This source takes no files; make one of type csv for them", source_type=source.type)
    if not data:
        raise InvalidInput("The file is empty")
    if len(data) > csv.MAX_BYTES:
        raise TooLarge("The file is larger than is accepted", limit_bytes=csv.MAX_BYTES)
    if achievement is not None and (options or {}).get("issued_by") is not None:
        raise InvalidInput("What was issued elsewhere earns no badge here; leave the achievement or the issuer out")
    if achievement is not None and achievement.state != AchievementState.PUBLISHED:
        raise NotPublished("This achievement is not published", achievement_id=achievement.id)
    chosen = _checked_options(source, {**(options or {}), **_one_course(achievement, options)})
    import_id, now = clock.new_id(), clock.now()
    delivery = _stored(session, office, source, data, import_id=import_id, actor=actor)
    made = Import(
        id=import_id,
        issuer_id=source.issuer_id,
        source_id=source.id,
        delivery_id=delivery.id,
        achievement_id=None if achievement is None else achievement.id,
        file_sha256=hashlib.sha256(data).hexdigest(),
        byte_count=len(data),
        options=chosen,
        state=ImportState.CHECKING,
        about={},
        row_count=0,
        done_count=0,
        last_row=0,
        checked={},
        results={},
        created_by=actor,
        created_at=now,
        attempts=0,
        next_attempt_at=now,
    )
    session.add(made)
    session.flush()
    _record(session, made, actor, "import.uploaded", source_id=source.id)
    return made


def _stored(
    session: Session, office: Office, source: Source, data: bytes, *, import_id: str, actor: str
) -> deliveries.Delivery:
    """The file as the body of a delivery. Its rows are this room's: none of the inbox's workers may take it."""
    proof = Authenticated(f"{OF_IMPORT}:{import_id}", data, OF_IMPORT, actor[:80])
    delivery = inbox.store(session, office, source, Received(proof, {}, data))
    if delivery is None:  # pragma: no cover - nobody else has this key
        raise WrongImportState("This import is here already", import_id=import_id)
    delivery.state, delivery.standing = DeliveryState.PROCESSED, Standing.WAITING
    delivery.answer = {
        "delivery": delivery.id,
        "status": str(DeliveryState.PROCESSED),
        "import": import_id,
        "items": [],
    }
    return delivery


def change_options(session: Session, found: Import, options: Mapping[str, Any], *, actor: str) -> Import:
    """Read the file in another way, and check it anew. Raises InvalidInput, and WrongImportState once confirmed."""
    locked = _locked(session, found)
    if locked.state in {*FINAL, ImportState.RUNNING}:
        raise WrongImportState("This import was confirmed or cancelled; upload the file again", state=locked.state)
    achievement = None if locked.achievement_id is None else achievements.by_id(session, locked.achievement_id)
    source = sources.by_id(session, locked.source_id)
    said = {name: locked.options[name] for name in csv.OF_AWARDS if name in locked.options}  # whose they are stays
    locked.options = _checked_options(source, {**options, **said, **_one_course(achievement, options)})
    locked.state, locked.about, locked.checked = ImportState.CHECKING, {}, {}
    _from_the_start(locked)
    session.execute(delete(ImportRow).where(ImportRow.import_id == locked.id))
    _record(session, locked, actor, "import.changed")
    return locked


def confirm(session: Session, found: Import, *, actor: str) -> Import:
    """Let the worker deal with every row in earnest; again is no error. Raises WrongImportState before the check."""
    locked = _locked(session, found)
    if locked.state in {ImportState.RUNNING, ImportState.DONE}:
        return locked
    if locked.state != ImportState.CHECKED:
        raise WrongImportState("Only an import whose file was checked can be confirmed", state=locked.state)
    locked.state, locked.confirmed_by, locked.confirmed_at = ImportState.RUNNING, actor, clock.now()
    _from_the_start(locked)
    _record(session, locked, actor, "import.confirmed")
    return locked


def cancel(session: Session, found: Import, *, actor: str) -> Import:
    """Deal with no further row; again is no error. What was awarded stays. Raises WrongImportState if it is done."""
    locked = _locked(session, found)
    if locked.state == ImportState.CANCELLED:
        return locked
    if locked.state == ImportState.DONE:
        raise WrongImportState("This import is done; awards are revoked one by one", state=locked.state)
    locked.state, locked.finished_at, locked.leased_until = ImportState.CANCELLED, clock.now(), None
    _record(session, locked, actor, "import.cancelled")
    delivery = session.get_one(deliveries.Delivery, locked.delivery_id)
    if delivery.forget_raw:
        inbox.forget(session, [delivery.id])
    return locked


def by_id(session: Session, import_id: str, *, issuer: Issuer | None = None) -> Import:
    """The import with this id, of this issuer if one is named. Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None or (issuer is not None and found.issuer_id != issuer.id):
        raise NotFound("There is no such import")
    return found


def rows_of(
    session: Session, found: Import, *, after: int = 0, limit: int = 100, verdicts: Sequence[Verdict] = ()
) -> Sequence[ImportRow]:
    """Rows in their order, beginning after a number; only with these verdicts (or outcomes, once there are some)."""
    query = select(ImportRow).where(ImportRow.import_id == found.id, ImportRow.row > after)
    if verdicts:
        settled = ImportRow.outcome.in_(verdicts)
        query = query.where(settled | (ImportRow.outcome.is_(None) & ImportRow.verdict.in_(verdicts)))
    return session.scalars(query.order_by(ImportRow.row).limit(limit)).all()


def settings_of(session: Session, office: Office, found: Import) -> csv.CsvSettings:
    """The source's settings with what this import says otherwise."""
    source = sources.by_id(session, found.source_id)
    read = csv.CsvSettings.read({**sources.config(office, source).settings, **found.options}, [])
    return replace(read, by_hand=found.achievement_id is not None)


def _checked_options(source: Source, options: Mapping[str, Any]) -> dict[str, Any]:
    known = (*csv.OPTIONS, *csv.OF_AWARDS)
    unknown = [name for name in options if name not in known]
    problems = [f"There is no option “{name[:100]}” here; known are {', '.join(known)}." for name in unknown]
    chosen = {name: value for name, value in options.items() if name not in unknown and value is not None}
    if chosen.get("issued_by") is not None:
        chosen["statuses"] = {**programmes.STATUSES, **(chosen.get("statuses") or {})}
        chosen["columns"] = {**programmes.UNASKED, **(chosen.get("columns") or {})}
    csv.CsvSettings.read({**source.settings, **chosen}, problems)
    if problems:
        raise InvalidInput(" ".join(problems), pointer="/options", problems=problems)
    return chosen


def _one_course(achievement: Achievement | None, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options by which every row is of one course, which stands for the achievement."""
    if achievement is None:
        return {}
    columns = (options or {}).get("columns")
    kept = columns if isinstance(columns, Mapping) else {}
    unasked = dict.fromkeys(("course_id", "score", "score_max"))  # a person says that it was earned
    return {"course_id": achievement.slug, "columns": {**kept, **unasked}}


def _from_the_start(found: Import) -> None:
    found.done_count = found.last_row = 0
    found.attempts, found.next_attempt_at, found.leased_until, found.last_error = 0, clock.now(), None, None


def _locked(session: Session, found: Import) -> Import:
    session.refresh(found, with_for_update=True)
    return found


def _record(session: Session, found: Import, actor: str, action: str, **facts: str) -> None:
    audit.record(session, found.issuer_id, actor=actor, action=action, object_id=found.id, **facts)
    session.flush()
