"""One item of the generic body into a completion. Members that we do not know are allowed and left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import InvalidInput
from app.lms import scores
from app.lms.base import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    Ignored,
    Item,
    LearnerFacts,
    LearningKind,
    MomentSource,
    Score,
    TestPing,
)
from app.lms.evidence import MAX_NARRATIVE_CHARACTERS, read_evidence
from app.lms.generic.score import read_score
from app.lms.generic.settings import GenericSettings, event_kind
from app.lms.moments import Moment
from app.lms.reading import Fields, bounded_key, email, hashed_key, unreadable, wrong

TEST_EVENTS = {"ping", "test", "endpoint.test", "webhook.test"}
_TEST_MARK = "[test]"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds the items: the event that its type names (None = each item says its own), and when it was sent."""

    event: str | None = None
    timestamp: Any = None


def read_item(
    value: Any,
    pointer: str,
    index: int,
    *,
    envelope: Envelope,
    settings: GenericSettings,
    received_at: datetime,
) -> Item:
    """The item at `pointer` as what it is; whatever it holds, this raises nothing."""
    try:
        fields = Fields.of(value, pointer)
        if _is_test(fields):
            return TestPing("The item is marked as a test", index)
        stated = _stated_event(fields, envelope, settings)
        if not isinstance(stated, CompletionKind):  # which is a str as well
            return Ignored("unknown-event", f"“{stated}” is no event that this source is read for", stated, index)
        return _completion(fields, stated, index, _Reading(envelope, settings, received_at))
    except InvalidInput as error:
        return unreadable(error, index)


def _is_test(fields: Fields) -> bool:
    event, learner = fields.members.get("event"), fields.members.get("learner")
    marks = [learner.get("email"), learner.get("name")] if isinstance(learner, dict) else []
    named = isinstance(event, str) and event.strip().casefold() in TEST_EVENTS
    return named or any(isinstance(mark, str) and mark.lstrip().casefold().startswith(_TEST_MARK) for mark in marks)


def _stated_event(fields: Fields, envelope: Envelope, settings: GenericSettings) -> CompletionKind | str:
    """The kind, or the name of an event that means nothing here."""
    name = fields.text("event", 100)
    around = None if envelope.event is None else event_kind(envelope.event, settings)
    if name is None:
        if around is None:
            raise wrong("`event` is missing", code="missing", pointer=fields.at("event"))
        return around
    kind = event_kind(name, settings)
    if kind is not None and around not in {None, kind}:
        raise wrong(
            "The item's `event` contradicts its envelope's `type`", code="contradiction", pointer=fields.at("event")
        )
    return name if kind is None else kind


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the reading of every item of one delivery has in common."""

    envelope: Envelope
    settings: GenericSettings
    received_at: datetime

    def moment(self, value: Any, pointer: str) -> Moment:
        return self.settings.calendar.read(value, pointer=pointer, received_at=self.received_at)

    def namespace(self, fields: Fields) -> str:
        name = fields.identifier("namespace") or self.settings.namespace
        if name is None:
            raise wrong(
                "Neither the item nor the source's settings name a `namespace` for this id",
                code="no-namespace",
                pointer=fields.at("namespace"),
            )
        return name


def _completion(fields: Fields, kind: CompletionKind, index: int, reading: _Reading) -> Completion:
    learner, learner_notes = _learner(fields.object("learner"), reading)
    activity = _activity(fields.object("activity"), reading)
    kind, completed, passed, outcome_notes = _outcome(fields, kind)
    score = read_score(fields, reading.settings)
    sent_at = _sent_at(fields, reading)
    occurred = _occurred(fields, sent_at, reading)
    evidence, evidence_notes = read_evidence(fields)
    event_id, attempt_id = fields.identifier("id"), fields.identifier("attempt")
    return Completion(
        kind=kind,
        learning_kind=fields.choice("learning_kind", LearningKind) or reading.settings.learning_kind,
        dedupe_key=bounded_key(
            event_id or _fact_key(kind, learner, activity, attempt_id=attempt_id, occurred=occurred, score=score)
        ),
        event_id=event_id,
        learner=learner,
        activity=activity,
        attempt_id=attempt_id,
        completed=completed,
        passed=passed,
        score=score,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=sent_at,
        evidence=evidence,
        comment=fields.text("comment", MAX_NARRATIVE_CHARACTERS),
        notes=(*learner_notes, *outcome_notes, *occurred.notes, *evidence_notes),
        index=index,
    )


def _fact_key(
    kind: CompletionKind,
    learner: LearnerFacts,
    activity: ActivityFacts,
    *,
    attempt_id: str | None,
    occurred: Moment,
    score: Score | None,
) -> str:
    """The key of a fact without an id of its own: everything that makes it a different fact, and nothing else."""
    stated = None if occurred.stated_at is None else occurred.stated_at.isoformat()
    who = (learner.namespace, learner.source_id, None if learner.source_id else (learner.email or "").casefold())
    what = (activity.namespace, activity.source_id, attempt_id)
    return hashed_key(kind.value, *who, *what, stated, scores.key_of(score))


def _learner(fields: Fields, reading: _Reading) -> tuple[LearnerFacts, tuple[str, ...]]:
    address, notes = email(fields, "email")
    source_id = fields.identifier("id")
    if source_id is None and address is None:
        raise wrong(
            "The learner has neither an id nor an e-mail address that can be used",
            code="no-learner",
            pointer=fields.pointer,
        )
    facts = LearnerFacts(
        namespace=reading.namespace(fields),
        source_id=source_id,
        email=address,
        username=fields.identifier("username"),
        sis_id=fields.identifier("sis_id"),
        display_name=fields.text("name"),
        given_name=fields.text("given_name"),
        family_name=fields.text("family_name"),
    )
    return facts, notes


def _activity(fields: Fields, reading: _Reading) -> ActivityFacts:
    return ActivityFacts(
        namespace=reading.namespace(fields),
        source_id=fields.required_identifier("id"),
        type=fields.choice("type", ActivityType) or ActivityType.COURSE,
        name=fields.text("name"),
        code=fields.identifier("code"),
    )


def _outcome(fields: Fields, kind: CompletionKind) -> tuple[CompletionKind, bool | None, bool | None, tuple[str, ...]]:
    """Kind, completed and passed that agree with each other; "not passed" is stronger than the event's name."""
    completed, passed = fields.boolean("completed"), fields.boolean("passed")
    notes: tuple[str, ...] = ()
    if kind in {CompletionKind.COMPLETED, CompletionKind.PASSED} and passed is False:
        notes = (f"The event says {kind.value}, but `passed` is false: read as failed",)
        completed = True if kind is CompletionKind.COMPLETED and completed is None else completed
        return CompletionKind.FAILED, completed, False, notes
    if kind in {CompletionKind.COMPLETED, CompletionKind.PASSED} and completed is False:
        notes = (f"The event says {kind.value}, but `completed` is false: read as progress",)
        return CompletionKind.PROGRESS, False, passed, notes
    if kind is CompletionKind.FAILED and passed is True:
        raise wrong("The event says failed, and `passed` says true", code="contradiction", pointer=fields.at("passed"))
    if kind is CompletionKind.COMPLETED:
        completed = True
    elif kind is CompletionKind.PASSED:
        passed = True
    elif kind is CompletionKind.FAILED:
        passed = False
    return kind, completed, passed, notes


def _sent_at(fields: Fields, reading: _Reading) -> datetime | None:
    """When it was sent, if that can be read; a courtesy of the sender, so that nothing depends on it."""
    stated = fields.members.get("sent_at")
    try:
        moment = reading.moment(reading.envelope.timestamp if stated is None else stated, fields.at("sent_at"))
    except InvalidInput:
        return None
    return moment.at


def _occurred(fields: Fields, sent_at: datetime | None, reading: _Reading) -> Moment:
    if fields.has("completed_at"):
        return reading.moment(fields.members["completed_at"], fields.at("completed_at"))
    if sent_at is not None:
        return Moment(sent_at, MomentSource.PAYLOAD, ("No `completed_at` was sent; the time of sending was taken",))
    note = "No `completed_at` was sent; the time of receipt was taken"
    return Moment(reading.received_at.replace(microsecond=0), MomentSource.RECEIVED, (note,))
