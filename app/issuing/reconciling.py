"""Asking platforms for what their pushes may have lost: which sources can be asked, how far a run came, what it found.

Nothing here knows the network. A run goes page by page; what a page brought and where to go on are written down in one
transaction, so that a run that is broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import InvalidInput, NotFound
from app.issuing import audit, issuers, learners
from app.issuing.completions import Completion
from app.issuing.office import Office
from app.issuing.rules import Rule
from app.issuing.sources import Source
from app.lms import base as lms

# The types of sources that have a reconciler, each with the setting that names the site or account.
ASKED = {"canvas": "root_account_uuid", "moodle": "host", "xapi": None}
EVERY_HOURS = 24
AGAIN_MINUTES = 30  # after a run that failed
LEASE_MINUTES = 30
SAME_FACT = timedelta(hours=24)  # a push names the moment of its sending, a platform that is asked that of the fact
KEPT_RUNS = 60
MAX_TOKEN_CHARACTERS = 1_000
MAX_COURSES = 1_000


class Overtaken(Exception):
    """The run is not the caller's any more: it was ended, set up anew, or another worker has it."""


class Reconciliation(Base):
    """How a source is asked. `cursor`: where a run stands, {} = none is under way; `courses` [] = those with rules."""

    __tablename__ = "reconciliations"

    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    base_url: Mapped[str] = mapped_column(String(500))
    sealed_token: Mapped[str] = mapped_column(Text)
    courses: Mapped[list[Any]]
    next_at: Mapped[datetime] = mapped_column(index=True)
    leased_until: Mapped[datetime | None]
    cursor: Mapped[dict[str, Any]]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class ReconciliationRun(Base):
    """One run and its report: counts only."""

    __tablename__ = "reconciliation_runs"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PullConfig:
    """Everything that asking one source needs. `courses` are the ids to ask about, as the platform calls them."""

    source_id: str
    source_type: str
    base_url: str
    token: str = field(repr=False)
    courses: tuple[str, ...]
    lms: lms.SourceConfig
    run_id: str = ""
    run_started_at: datetime | None = None


def configure(
    session: Session,
    office: Office,
    source: Source,
    *,
    base_url: str,
    token: str,
    courses: Sequence[str] = (),
    actor: str,
) -> Reconciliation:
    """Have a source asked from now on, once a day; the first time at once. Raises InvalidInput."""
    _check(base_url, token, courses)
    _check_source(source)
    now = clock.now()
    facts = {
        "base_url": base_url.rstrip("/"),
        "sealed_token": office.sealer.seal(token, place=f"reconciliation:{source.id}"),
        "courses": list(courses),
        "next_at": now,
    }
    new = facts | {"source_id": source.id, "cursor": {}, "created_at": now}
    kept = session.get(Reconciliation, source.id, with_for_update=True)
    if kept is None:
        kept = claim(session, Reconciliation, **new) or session.get_one(Reconciliation, source.id, with_for_update=True)
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.cursor, kept.last_error = {}, None
    audit.record(session, source.issuer_id, actor=actor, action="source.asked-from-now-on", object_id=source.id)
    session.flush()
    return kept


def remove(session: Session, source: Source, *, actor: str) -> None:
    """Ask a source no more; its token is gone, the reports stay. Raises NotFound."""
    session.delete(of_source(session, source))
    audit.record(session, source.issuer_id, actor=actor, action="source.asked-no-more", object_id=source.id)


def of_source(session: Session, source: Source) -> Reconciliation:
    """How a source is asked. Raises NotFound when it is not."""
    kept = session.get(Reconciliation, source.id)
    if kept is None:
        raise NotFound("This source is not asked for what its pushes may have lost")
    return kept


def hurry(session: Session, source: Source) -> None:
    """Have a source asked now and not only tonight. Raises NotFound."""
    of_source(session, source).next_at = clock.now()


def runs(session: Session, source: Source, *, limit: int = KEPT_RUNS) -> Sequence[ReconciliationRun]:
    """The source's runs, newest first."""
    query = select(ReconciliationRun).where(ReconciliationRun.source_id == source.id)
    return session.scalars(query.order_by(ReconciliationRun.started_at.desc()).limit(limit)).all()


def lease(session: Session, *, source_id: str | None = None) -> str | None:
    """Take a source that is due (or the named one, due or not), and begin its run or go on with it; its id.

    No other worker gets it for half an hour. None = there is none, or somebody else has it.
    """
    now = clock.now()
    free = or_(Reconciliation.leased_until.is_(None), Reconciliation.leased_until <= now)
    query = select(Reconciliation).where(free).order_by(Reconciliation.next_at, Reconciliation.source_id)
    is_due = Reconciliation.next_at <= now if source_id is None else Reconciliation.source_id == source_id
    kept = session.scalars(query.where(is_due).limit(1).with_for_update(skip_locked=True)).one_or_none()
    if kept is None:
        return None
    kept.leased_until = now + timedelta(minutes=LEASE_MINUTES)
    if not kept.cursor:
        run = ReconciliationRun(id=clock.new_id(), source_id=kept.source_id, started_at=now, report={})
        session.add(run)
        kept.cursor = {"run": run.id}
    return kept.source_id


def config_of(session: Session, office: Office, source: Source) -> PullConfig:
    """Everything that asking this source needs. Raises NotFound, and KeyUnavailable when its token cannot be opened."""
    kept = of_source(session, source)
    run = session.get(ReconciliationRun, kept.cursor.get("run", ""))
    return PullConfig(
        source_id=source.id,
        source_type=source.type,
        base_url=kept.base_url,
        token=office.sealer.unseal(kept.sealed_token, place=f"reconciliation:{source.id}"),
        courses=tuple(kept.courses) or _with_rules(session, source),
        lms=lms.SourceConfig(source.type, source.settings, source_id=source.id),
        run_id=run.id if run is not None else "",
        run_started_at=run.started_at if run is not None else None,
    )


def position(session: Session, source_id: str) -> dict[str, Any] | None:
    """Where the run stands, as the reconciler wrote it; None at its beginning."""
    place: dict[str, Any] | None = session.get_one(Reconciliation, source_id).cursor.get("place")
    return place


def missing(
    session: Session, source: Source, items: Sequence[lms.Item], *, by_day: bool
) -> list[lms.Completion | lms.Voiding]:
    """Those of the facts that no push has brought.

    The same fact has the same key where the platform tells one. Where it tells none (`by_day`), a fact is known when
    this learner, this activity and this kind are on record within a day of it.
    """
    found: list[lms.Completion | lms.Voiding] = []
    for item in items:
        if isinstance(item, lms.Voiding):
            if not _is_known_key(session, source, item.dedupe_key):
                found.append(item)
        elif isinstance(item, lms.Completion) and not _is_known(session, source, item, by_day=by_day):
            found.append(item)
    return found


def note_page(
    session: Session,
    config: PullConfig,
    *,
    place: dict[str, Any] | None,
    counts: dict[str, int],
    failures: Sequence[str],
) -> None:
    """Write down what a page brought and where to go on. Raises Overtaken."""
    kept, run = _held(session, config)
    report = dict(run.report)
    for name, count in counts.items():
        report[name] = report.get(name, 0) + count
    if failures:
        report["failures"] = [*report.get("failures", []), *failures][:20]
    run.report = report
    kept.cursor = {"run": run.id, "place": place}
    kept.leased_until = clock.now() + timedelta(minutes=LEASE_MINUTES)


def finish(session: Session, config: PullConfig, *, keep: dict[str, Any] | None = None) -> ReconciliationRun:
    """End the run; the next is due tomorrow. `keep` is told to the next run by the reconciler (since when to ask).

    Raises Overtaken.
    """
    kept, run = _held(session, config)
    run.finished_at = clock.now()
    if keep:
        run.report = {**run.report, "kept": keep}
    kept.cursor, kept.leased_until, kept.last_error = {}, None, None
    kept.next_at = clock.now() + timedelta(hours=EVERY_HOURS)
    _forget_old(session, config.source_id)
    session.flush()
    return run


def break_off(session: Session, source_id: str, *, reason: str, after: timedelta | None = None) -> None:
    """Stop for now: the run goes on from where it stands, in half an hour or when the platform said."""
    kept = session.get(Reconciliation, source_id, with_for_update=True)
    if kept is None:  # somebody switched it off meanwhile
        return
    kept.leased_until, kept.last_error = None, reason[:1000]
    kept.next_at = clock.now() + (timedelta(minutes=AGAIN_MINUTES) if after is None else after)


def kept_from_last(session: Session, source_id: str) -> dict[str, Any]:
    """What the last run that ended left for the next."""
    query = (
        select(ReconciliationRun)
        .where(ReconciliationRun.source_id == source_id, ReconciliationRun.finished_at.is_not(None))
        .order_by(ReconciliationRun.finished_at.desc())
        .limit(1)
    )
    last = session.scalars(query).one_or_none()
    return {} if last is None else dict(last.report.get("kept", {}))


def _held(session: Session, config: PullConfig) -> tuple[Reconciliation, ReconciliationRun]:
    kept = session.get(Reconciliation, config.source_id, with_for_update=True, populate_existing=True)
    if kept is None or kept.cursor.get("run") != config.run_id:
        raise Overtaken
    return kept, session.get_one(ReconciliationRun, config.run_id)


def _check_source(source: Source) -> None:
    """Only a source that names its site or account: what is asked must be of the same people as what is pushed."""
    if source.type not in ASKED:
        raise InvalidInput(f"Sources of type {source.type} cannot be asked; those of {', '.join(ASKED)} can")
    needed = ASKED[source.type]
    if needed is not None and not source.settings.get(needed):
        raise InvalidInput(f"Set `{needed}` in the source first: it says whose ids the platform's are")


def _with_rules(session: Session, source: Source) -> tuple[str, ...]:
    query = select(Rule.activity_id).where(Rule.source_id == source.id).distinct().order_by(Rule.activity_id)
    return tuple(session.scalars(query.limit(MAX_COURSES)))


def _is_known(session: Session, source: Source, item: lms.Completion, *, by_day: bool) -> bool:
    if _is_known_key(session, source, item.dedupe_key):
        return True
    return by_day and _is_known_of_that_day(session, source, item)


def _is_known_of_that_day(session: Session, source: Source, item: lms.Completion) -> bool:
    issuer = issuers.by_id(session, source.issuer_id)
    learner = learners.find_by_identity(session, issuer, item.learner.namespace, item.learner.source_id)
    if learner is None:
        return False
    query = select(Completion.id).where(
        Completion.source_id == source.id,
        Completion.learner_id == learner.id,
        Completion.activity_id == item.activity.source_id,
        Completion.kind == item.kind,
        Completion.voided_by.is_(None),
        Completion.occurred_at.between(item.occurred_at - SAME_FACT, item.occurred_at + SAME_FACT),
    )
    return session.scalar(query.limit(1)) is not None


def _is_known_key(session: Session, source: Source, dedupe_key: str) -> bool:
    query = select(Completion.id).where(Completion.source_id == source.id, Completion.dedupe_key == dedupe_key)
    return session.scalar(query) is not None


def _forget_old(session: Session, source_id: str) -> None:
    query = select(ReconciliationRun).where(ReconciliationRun.source_id == source_id)
    old = session.scalars(query.order_by(ReconciliationRun.started_at.desc()).offset(KEPT_RUNS)).all()
    for run in old:
        session.delete(run)


def _check(base_url: str, token: str, courses: Sequence[str]) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or "@" in base_url:
        raise InvalidInput(
            "The base address is the platform's own, such as https://lms.example.org", pointer="/base_url"
        )
    if not 0 < len(token) <= MAX_TOKEN_CHARACTERS or not token.isascii() or not token.isprintable():
        raise InvalidInput(f"A token has 1 to {MAX_TOKEN_CHARACTERS} printable ASCII characters", pointer="/token")
    if len(courses) > MAX_COURSES or not all(each and len(each) <= 255 and each.isprintable() for each in courses):  # noqa: PLR2004 - as ids are
        raise InvalidInput(f"At most {MAX_COURSES} courses, by their ids", pointer="/courses")
