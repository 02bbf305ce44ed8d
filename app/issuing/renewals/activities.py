"""Activities that are continuing education: whoever passes one has it in the ledger, once per completion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import audit, issuers
from app.issuing.completion_records import Completion
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerState
from app.issuing.renewals import ledger
from app.issuing.renewals.tables import CEActivity, CEEntry
from app.issuing.sources import Source
from app.lms.facts import CompletionKind

USUAL_DAYS = 365  # until the same activity counts again for the same person
MOST_DAYS = 36_500
MOST_PAST = 1_000
_PASSES = frozenset({CompletionKind.COMPLETED, CompletionKind.PASSED})
_TAKES_BACK = frozenset({CompletionKind.FAILED, CompletionKind.REVOKED})
TAKEN_BACK = "The learning platform took the completion back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What passing an activity is worth, in `unit`."""

    title: str
    unit: str
    amount: Decimal
    domain: str | None = None
    activity_type: str | None = None
    again_after_days: int = USUAL_DAYS


def create(session: Session, source: Source, source_activity_id: str, worth: Worth, *, actor: str) -> CEActivity:
    """Say what an activity is worth. Raises InvalidInput, and AlreadyExists where it is worth something already."""
    _check(worth)
    made = claim(
        session,
        CEActivity,
        id=clock.new_id(),
        issuer_id=source.issuer_id,
        source_id=source.id,
        source_activity_id=source_activity_id,
        created_at=clock.now(),
        **_members(worth),
    )
    if made is None:
        made = session.scalars(_of(source.id, source_activity_id).with_for_update()).one()
        if made.ended_at is None:
            raise AlreadyExists("This activity counts as continuing education already; change that", id=made.id)
        _set(made, worth)
        made.ended_at = None
    _record(session, made, "ce-activity.created", actor)
    session.flush()
    return made


def change(session: Session, activity: CEActivity, worth: Worth, *, actor: str) -> None:
    """Say that it is worth something else from now on; entries that were posted stay. Raises InvalidInput."""
    _check(worth)
    _set(activity, worth)
    _record(session, activity, "ce-activity.changed", actor)
    session.flush()


def end(session: Session, activity: CEActivity, *, actor: str) -> None:
    """Let it count no more; entries that were posted stay. Again changes nothing."""
    if activity.ended_at is None:
        activity.ended_at = clock.now()
        _record(session, activity, "ce-activity.ended", actor)
        session.flush()


def by_id(session: Session, issuer: Issuer, activity_id: str) -> CEActivity:
    """One that counts. Raises NotFound for one that has ended or is another issuer's."""
    found = session.get(CEActivity, activity_id)
    if found is None or found.issuer_id != issuer.id or found.ended_at is not None:
        raise NotFound("There is no such activity of continuing education")
    return found


def of_issuer(issuer_id: str) -> Select[CEActivity]:
    """The query of those that count."""
    return select(CEActivity).where(CEActivity.issuer_id == issuer_id, CEActivity.ended_at.is_(None))


_LIVING = select(CEActivity).where(
    CEActivity.source_id == bindparam("source_id"),
    CEActivity.source_activity_id == bindparam("activity_id"),
    CEActivity.ended_at.is_(None),
)


def of_activity(session: Session, source: Source, source_activity_id: str) -> CEActivity | None:
    """What an activity of a source is worth now; None = nothing."""
    return session.scalars(_LIVING, {"source_id": source.id, "activity_id": source_activity_id}).one_or_none()


def is_counted(session: Session, source: Source, source_activity_id: str) -> bool:
    """Whether an activity of a source is continuing education now."""
    return of_activity(session, source, source_activity_id) is not None


def post(session: Session, source: Source, completion: Completion, learner: Learner, *, actor: str) -> CEEntry | None:
    """Put a passed completion into its learner's ledger; the entry, or None where nothing is posted.

    Nothing is where it was not passed, is nobody's proof, was taken back, was posted before, or comes sooner after an
    earlier pass than the activity counts again. One that fails or is revoked later strikes the entry out.
    """
    activity = of_activity(session, source, completion.activity_id)
    if activity is None:
        return None
    if completion.kind in _TAKES_BACK:
        _retract_before(session, activity, completion, learner, actor=actor)
        return None
    if not _is_pass(completion) or _counts_already(session, activity, completion, learner):
        return None
    entry = claim(
        session,
        CEEntry,
        id=clock.new_id(),
        issuer_id=source.issuer_id,
        learner_id=learner.id,
        unit=activity.unit,
        amount=activity.amount,
        domain=activity.domain,
        activity_date=_day(session, completion),
        activity_type=activity.activity_type,
        title=activity.title,
        completion_id=completion.id,
        activity_id=activity.id,
        created_by=actor,
        created_at=clock.now(),
    )
    if entry is not None:
        facts = {"learner_id": learner.id, "completion_id": completion.id}
        audit.record(session, source.issuer_id, actor=actor, action="ce.posted", object_id=entry.id, **facts)
    return entry


def post_past(session: Session, source: Source, activity: CEActivity, *, actor: str) -> int:
    """Post who passed an activity before it counted, of known people, the newest 1,000; how many were posted."""
    query = (
        select(Completion, Learner)
        .join(Learner, Learner.id == Completion.learner_id)
        .where(
            Completion.source_id == source.id,
            Completion.activity_id == activity.source_activity_id,
            Completion.kind.in_(_PASSES),
            Completion.voided_by.is_(None),
            Learner.state == LearnerState.KNOWN,
        )
        .order_by(Completion.occurred_at.desc(), Completion.id)
        .limit(MOST_PAST)
    )
    found = list(reversed(session.execute(query).all()))  # in their order: of two that are near, the older one counts
    return sum(post(session, source, completion, learner, actor=actor) is not None for completion, learner in found)


def retract(session: Session, completion: Completion, *, actor: str) -> None:
    """Strike out what a completion posted that its source has taken back."""
    query = select(CEEntry).where(CEEntry.completion_id == completion.id)
    for entry in session.scalars(query):
        ledger.void(session, entry, reason=TAKEN_BACK, actor=actor)


def _day(session: Session, completion: Completion) -> date:
    """The day of the activity, as the issuer's zone has it."""
    return day_in(completion.occurred_at, issuers.zone_of(session, completion.issuer_id))


def _retract_before(
    session: Session, activity: CEActivity, completion: Completion, learner: Learner, *, actor: str
) -> None:
    """Strike out the newest entry of the activity up to the day on which it was taken back."""
    query = select(CEEntry).where(
        CEEntry.activity_id == activity.id,
        CEEntry.learner_id == learner.id,
        CEEntry.voided_at.is_(None),
        CEEntry.completion_id.is_not(None),
        CEEntry.activity_date <= _day(session, completion),
    )
    entry = session.scalars(query.order_by(CEEntry.activity_date.desc(), CEEntry.id).limit(1)).first()
    if entry is not None and completion.is_trusted:
        ledger.void(session, entry, reason=TAKEN_BACK, actor=actor)


def _is_pass(completion: Completion) -> bool:
    facts = completion.facts
    is_denied = facts.get("passed") is False or facts.get("completed") is False or facts.get("test_user") is True
    is_past = completion.occurred_at <= clock.now()
    stands = completion.is_trusted and completion.voided_by is None
    return completion.kind in _PASSES and stands and is_past and not is_denied


def _counts_already(session: Session, activity: CEActivity, completion: Completion, learner: Learner) -> bool:
    """Whether the same person passed it so shortly before or after that it is the same piece of education."""
    if activity.again_after_days == 0:
        return False
    day = _day(session, completion)
    near = timedelta(days=activity.again_after_days)
    query = select(CEEntry.id).where(
        CEEntry.activity_id == activity.id,
        CEEntry.learner_id == learner.id,
        CEEntry.voided_at.is_(None),
        CEEntry.activity_date > day - near,
        CEEntry.activity_date < day + near,
    )
    return session.scalars(query.limit(1)).first() is not None


def _of(source_id: str, source_activity_id: str) -> Select[CEActivity]:
    return select(CEActivity).where(
        CEActivity.source_id == source_id, CEActivity.source_activity_id == source_activity_id
    )


def _members(worth: Worth) -> dict[str, object]:
    return {name: getattr(worth, name) for name in Worth.__slots__}


def _set(activity: CEActivity, worth: Worth) -> None:
    for name, value in _members(worth).items():
        setattr(activity, name, value)


def _check(worth: Worth) -> None:
    ledger.check_amount(worth.amount)
    if not 0 <= worth.again_after_days <= MOST_DAYS:
        raise InvalidInput(f"From 0 to {MOST_DAYS} days", pointer="/again_after_days")


def _record(session: Session, activity: CEActivity, action: str, actor: str) -> None:
    facts = {"source_id": activity.source_id, "unit": activity.unit, "amount": str(activity.amount)}
    audit.record(session, activity.issuer_id, actor=actor, action=action, object_id=activity.id, **facts)
