"""One statement into one item: what its verb and its result say together. Source: xAPI 1.0.3, Data; cmi5, 9."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.errors import InvalidInput
from app.lms.base import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    Ignored,
    Item,
    MomentSource,
    Voiding,
)
from app.lms.moments import Moment
from app.lms.reading import Fields, clean, unreadable, wrong
from app.lms.xapi import identifiers, scope, vocabulary
from app.lms.xapi.actors import learner_of
from app.lms.xapi.outcome import read_outcome, waiver_notes
from app.lms.xapi.score import score_of
from app.lms.xapi.settings import XapiSettings
from app.lms.xapi.shapes import fraction_of_second, list_of, uuid, with_minutes
from app.lms.xapi.validation import check_statement

NAMESPACE = "xapi"  # of activities: an IRI is the same activity wherever it is named
LONGEST_ACTIVITY_ID = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reading of every statement of one delivery has in common."""

    settings: XapiSettings
    received_at: datetime


def read_statement(value: Any, pointer: str, index: int, reading: Reading) -> Item:
    """The statement at `pointer` as what it is; whatever it holds, this raises nothing."""
    try:
        record = Fields.of(value, pointer)
        within = identifiers.opened(value)
        statement = record if within is value else Fields(within, record.at("statement"))
        check_statement(statement)
        if within is not value and record.members.get("voided") is True:
            detail = "The store says that this statement was voided"
            return Ignored("voided", detail, scope.verb_of(statement), index)
        return _item(statement, index, reading)
    except InvalidInput as error:
        return unreadable(error, index)


def _item(statement: Fields, index: int, reading: Reading) -> Item:
    verb = statement.members["verb"]["id"]
    target = statement.object("object")
    if verb == vocabulary.VOIDED:
        return Voiding(
            dedupe_key=identifiers.id_of(statement.members),
            voids=uuid(target, "id"),
            occurred_at=_occurred(statement, reading).at,
            index=index,
        )
    kind = reading.settings.verbs.get(verb)
    if kind is None:
        return Ignored(*scope.of_unknown_verb(statement), scope.verb_of(statement), index)
    reason = scope.why_not(statement, reading.settings)
    if reason is not None:
        return Ignored(*reason, scope.verb_of(statement), index)
    return _completion(statement, kind, index, reading)


def _completion(statement: Fields, kind: CompletionKind, index: int, reading: Reading) -> Completion:
    learner, learner_notes = learner_of(statement.object("actor"))
    result = Fields(statement.members.get("result") or {}, statement.at("result"))
    kind, completed, passed, outcome_notes = read_outcome(kind, result)
    score, score_notes = score_of(result)
    occurred = _occurred(statement, reading)
    statement_id = identifiers.id_of(statement.members)
    context = Fields(statement.members.get("context") or {}, statement.at("context"))
    stored = _moment(statement, "stored", reading)
    return Completion(
        kind=kind,
        learning_kind=reading.settings.learning_kind,
        dedupe_key=statement_id,
        event_id=statement_id if statement.has("id") else None,
        learner=learner,
        activity=_activity(statement.object("object"), context, reading.settings),
        attempt_id=uuid(context, "registration") if context.has("registration") else None,
        completed=completed,
        passed=passed,
        score=score,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=None if stored is None else stored.at,
        notes=(*learner_notes, *outcome_notes, *waiver_notes(statement), *score_notes, *occurred.notes),
        index=index,
        sequence=_sequence(statement, occurred),
    )


def _activity(target: Fields, context: Fields, settings: XapiSettings) -> ActivityFacts:
    activity_id = target.members["id"]
    if len(activity_id) > LONGEST_ACTIVITY_ID:
        detail = f"An activity's id has at most {LONGEST_ACTIVITY_ID} characters here"
        raise wrong(detail, code="too-long", pointer=target.at("id"))
    definition = target.members.get("definition") or {}
    relations = context.members.get("contextActivities")
    parents = list_of(Fields(relations, context.at("contextActivities")), "parent", or_one=True) if relations else []
    parent = parents[0].members["id"] if len(parents) == 1 else None
    return ActivityFacts(
        NAMESPACE,
        activity_id,
        settings.activity_types.get(definition.get("type") or "", ActivityType.OTHER),
        _in_one_language(definition.get("name") or {}, context.members.get("language")),
        parent_source_id=None if parent is None or len(parent) > LONGEST_ACTIVITY_ID else parent,
    )


def _in_one_language(texts: dict[str, str], preferred: str | None) -> str | None:
    """The text in the statement's language, in any English, or else in the first that is there."""
    english = next((tag for tag in texts if tag.lower().split("-")[0] == "en"), None)
    tag = next((tag for tag in (preferred, "en", english, *texts) if tag in texts), None)
    return None if tag is None else clean(texts[tag]) or None


def _moment(statement: Fields, name: str, reading: Reading) -> Moment | None:
    if not statement.has(name):
        return None
    stated = with_minutes(statement.members[name])
    return reading.settings.calendar.read(stated, pointer=statement.at(name), received_at=reading.received_at)


def _occurred(statement: Fields, reading: Reading) -> Moment:
    moment = _moment(statement, "timestamp", reading)
    if moment is not None:
        return moment
    moment = _moment(statement, "stored", reading)
    if moment is not None:
        return replace(moment, notes=(*moment.notes, "No `timestamp` was sent; the time of storing was taken"))
    note = "No `timestamp` was sent; the time of receipt was taken"
    return Moment(reading.received_at.replace(microsecond=0), MomentSource.RECEIVED, (note,))


def _sequence(statement: Fields, occurred: Moment) -> str | None:
    """The order within one second, which `occurred_at` does not keep."""
    stated = statement.members.get("timestamp") or statement.members.get("stored")
    return None if stated is None or occurred.source is MomentSource.RECEIVED else fraction_of_second(stated)
