"""Completions: normalised facts that a source stated, each with what came of it. No personal data in here.

A completion is decided once; a repeat answers the first outcome. What cannot be decided is parked where staff see
it and decided once more when what it waited for is there, from what is stored of it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import LearnerErased, LearnerUnclear, NotAPerson, ServiceError
from app.issuing import achievements, issuers, learners, renewals, rulings, sources
from app.issuing.completion_records import (
    Completion,
    CompletionState,
    columns,
    content,
    is_test,
    is_tombstone,
    of_delivery,
    parked,
    tombstone,
)
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.rules import books
from app.issuing.rulings import outcomes, schedule
from app.issuing.sources import Source
from app.lms import base as lms

__all__ = [
    "MAYBE",
    "Completion",
    "CompletionState",
    "decide_again",
    "of_delivery",
    "parked",
    "take",
    "void",
]

# Of these somebody expects that they earn something; anything else is news that a rule asks for, or nobody does.
EXPECTED = frozenset({lms.ActivityType.COURSE, lms.ActivityType.PROGRAMME})
MAYBE = "maybe"  # the name of that fact
UNKNOWN_PERSON = "The source names a person who is not known here and sends no e-mail address; add one and replay"


def take(
    session: Session,
    office: Office,
    source: Source,
    *,
    delivery_id: str,
    index: int,
    stated: lms.Completion,
    method: str | None = None,
) -> tuple[Completion, dict[str, Any]]:
    """Record a completion and decide it; the row, and the outcome as it is answered to the sender.

    A repeat returns the first outcome, and is decided anew only if the first was parked. An error of ours on the
    way (no key, a document that fails its lint) parks the item; nothing of it stays half done. `method` is how the
    delivery was proved. The caller has taken the issuer's turn.
    """
    row = columns(source, stated, delivery_id=delivery_id, index=index, method=method)
    completion = claim(session, Completion, **row)
    if completion is None:
        completion = _locked(session, source, stated.dedupe_key)
        if is_tombstone(completion):
            return completion, _fill(session, office, source, completion, stated=stated, row=row)
        if completion.state != CompletionState.PARKED:
            return completion, completion.outcome
    return completion, _try(session, office, source, completion, stated)


def void(
    session: Session,
    office: Office,
    source: Source,
    *,
    delivery_id: str,
    index: int,
    stated: lms.Voiding,
    method: str | None = None,
) -> dict[str, Any]:
    """Take a fact back. One that has not come yet leaves a tombstone, and earns nothing when it comes.

    Who proves nothing cannot take back what was proved. The caller has taken the issuer's turn.
    """
    row = tombstone(source, stated, delivery_id=delivery_id, index=index, method=method)
    completion = claim(session, Completion, **row)
    if completion is not None:
        detail = "The source took back a fact that has not come; when it comes, it earns nothing"
        outcomes.close(completion, CompletionState.RECORDED, "voided", detail)
        session.flush()
        return completion.outcome
    completion = _locked(session, source, stated.voids)
    if completion.is_trusted and not row["is_trusted"]:
        detail = "Nobody proved who took this fact back, so that it stands"
        return {"outcome": "ignored", "reason": "unauthenticated", "detail": detail}
    if completion.voided_by is None:
        completion.voided_by = stated.dedupe_key
        completion.facts = {**completion.facts, "voided_at": stated.occurred_at.isoformat()}
        outcomes.close(completion, CompletionState.RECORDED, "voided", "The source took this fact back")
        session.flush()
        renewals.retract(session, completion, actor=f"source:{source.id}")
        _decide_without(session, office, source, completion)
    return {
        "completion": completion.id,
        "outcome": "recorded",
        "reason": "voided",
        "detail": "The source took a fact back",
    }


def decide_again(session: Session, office: Office, completion: Completion) -> dict[str, Any]:
    """Decide a parked completion from what is stored of it; its outcome. What was decided stays as it is.

    It stays parked while nobody knows who the learner is. The caller has taken the issuer's turn.
    """
    session.refresh(completion, with_for_update=True)
    if completion.state != CompletionState.PARKED:
        return completion.outcome
    source = sources.by_id(session, completion.source_id)
    return _try(session, office, source, completion, None)


def _try(
    session: Session, office: Office, source: Source, completion: Completion, stated: lms.Completion | None
) -> dict[str, Any]:
    """Decide, and park what cannot be decided. `stated` None: nothing but what is stored is there any more."""
    before = completion.reason
    try:
        with session.begin_nested():
            _decide(session, office, source, completion, stated)
    except LearnerErased as error:
        return _drop(session, completion, error)
    except NotAPerson as error:
        session.refresh(completion)
        _close_for_nobody(completion, error)
    except ServiceError as error:
        session.refresh(completion)
        _note_who_it_may_be(completion, error)
        outcomes.park(session, office, completion, error.slug, error.detail)
    else:
        if completion.reason != before:
            outcomes.tell_if_parked(session, office, completion)
    completion.decided_at = clock.now()
    session.flush()
    return completion.outcome


def _decide(
    session: Session, office: Office, source: Source, completion: Completion, stated: lms.Completion | None
) -> None:
    concerned = books.of_activity(session, source, completion.activity_id)
    is_education = renewals.is_education(session, source, completion.activity_id)
    is_wanted = bool(concerned) or is_education or _is_expected(completion)
    learner = _learner(session, office, source, completion, stated, is_wanted=is_wanted)
    if learner is not None:
        completion.learner_id = learner.id
        session.flush()
    if not is_wanted:
        _close_unmapped(completion)
        return
    if learner is None or learners.is_pending(learner):
        _set_unknown(completion)
        return
    actor = f"source:{source.id}"
    if is_education:
        renewals.post(session, source, completion, learner, actor=actor)
    found = [rulings.of_completion(session, office, learner, book, completion, actor=actor) for book in concerned]
    results = [result.to_dict(session, office) for result in found if result is not None]
    if results:
        outcomes.settle(completion, results)
    elif is_education:
        detail = "It counts as continuing education where it was passed; no rule says that it earns a badge"
        outcomes.close(completion, CompletionState.RECORDED, "continuing-education", detail)
    else:
        _close_unmapped(completion)


def _learner(
    session: Session,
    office: Office,
    source: Source,
    completion: Completion,
    stated: lms.Completion | None,
    *,
    is_wanted: bool,
) -> Learner | None:
    """Whom the completion names. Where nobody waits for an answer, an unclear one is no matter for staff."""
    if stated is None:
        return session.get(Learner, completion.learner_id) if completion.learner_id is not None else None
    facts = stated.learner
    if is_test(facts):
        raise NotAPerson("The platform names one of its own test users; they earn nothing")
    try:
        return learners.resolve(
            session,
            issuers.by_id(session, source.issuer_id),
            namespace=facts.namespace,
            source_id=facts.source_id,
            email=facts.email,
            display_name=facts.display_name,
            mbox_sha1sum=facts.mbox_sha1sum,
            is_test_user=facts.is_test_user,
            sealer=office.sealer,
        )
    except LearnerUnclear as error:
        if is_wanted:
            raise
        _note_who_it_may_be(completion, error)
    return None


def _note_who_it_may_be(completion: Completion, error: ServiceError) -> None:
    """Note the learner who is meant perhaps: when they are erased, what is kept of this goes too."""
    if isinstance(error, LearnerUnclear) and "learner_id" in error.facts:
        completion.facts = {**completion.facts, MAYBE: error.facts["learner_id"]}


def _fill(
    session: Session,
    office: Office,
    source: Source,
    completion: Completion,
    *,
    stated: lms.Completion,
    row: dict[str, Any],
) -> dict[str, Any]:
    """The fact of a tombstone has come: it is recorded, and stays taken back if whoever did that could."""
    taken_back_at = completion.occurred_at
    for name, value in content(stated).items():
        setattr(completion, name, value)
    completion.delivery_id, completion.item_index = row["delivery_id"], row["item_index"]
    if row["is_trusted"] and not completion.is_trusted:
        completion.voided_by, completion.is_trusted, completion.state = None, True, CompletionState.PARKED
        return _try(session, office, source, completion, stated)
    completion.facts = {**completion.facts, "voided_at": taken_back_at.isoformat()}
    completion.is_trusted = row["is_trusted"]
    with suppress(LearnerUnclear, LearnerErased, NotAPerson), session.begin_nested():
        learner = _learner(session, office, source, completion, stated, is_wanted=False)
        completion.learner_id = None if learner is None else learner.id
    outcomes.close(completion, CompletionState.RECORDED, "voided", "The source had taken this fact back")
    session.flush()
    return completion.outcome


def _decide_without(session: Session, office: Office, source: Source, completion: Completion) -> None:
    """Decide the learner once more, now that a fact is taken back. An error of ours leaves it to the worker."""
    learner = session.get(Learner, completion.learner_id) if completion.learner_id is not None else None
    if learner is None or learners.is_pending(learner):
        return
    for book in books.of_activity(session, source, completion.activity_id):
        try:
            with session.begin_nested():
                achievement = achievements.by_id(session, book.achievement_id)
                rulings.rule_on(session, office, learner, achievement, actor=f"source:{source.id}", book=book)
        except ServiceError:
            schedule.put(
                session,
                issuer_id=source.issuer_id,
                learner_id=learner.id,
                achievement_id=book.achievement_id,
                due_at=clock.now(),
                reason="voided",
            )


def _is_expected(completion: Completion) -> bool:
    return completion.facts.get("type", lms.ActivityType.COURSE) in EXPECTED


def _set_unknown(completion: Completion) -> None:
    outcomes.close(completion, CompletionState.PARKED, "unknown-person", UNKNOWN_PERSON)


def _close_unmapped(completion: Completion) -> None:
    if _is_expected(completion):
        detail = f"No rule says what {completion.activity_id} earns; add a rule and replay"
        outcomes.close(completion, CompletionState.PARKED, "unmapped-activity", detail)
    else:
        detail = "No rule asks for this activity; it is kept for the learner's history"
        outcomes.close(completion, CompletionState.IGNORED, "no-rule", detail)


def _close_for_nobody(completion: Completion, error: NotAPerson) -> None:
    completion.evidence = []
    outcomes.close(completion, CompletionState.RECORDED, error.slug, error.detail)


def _drop(session: Session, completion: Completion, error: LearnerErased) -> dict[str, Any]:
    """Keep nothing of a fact about somebody who was erased: even its key may hold the person's id at the source."""
    index = completion.item_index
    session.delete(completion)
    session.flush()
    return {"index": index, "outcome": "erased", "reason": error.slug, "detail": error.detail, "awards": []}


def _locked(session: Session, source: Source, dedupe_key: str) -> Completion:
    query = select(Completion).where(Completion.source_id == source.id, Completion.dedupe_key == dedupe_key)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:  # pragma: no cover - the clash says that it is there
        raise LearnerUnclear("The completion changed while this was handled; send it again")
    return found
