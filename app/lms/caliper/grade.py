"""A GradeEvent into a completion: who was graded in what, and how well. It is news of a grade, never a pass by itself.

The learner is the attempt's `assignee`; the event's `actor` is whoever graded. Source: Caliper 1.1, 3.1 "Grading
Profile"; `completion-sources` §1.7 and §2.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from app.errors import InvalidInput
from app.lms import scores
from app.lms.base import ActivityFacts, ActivityType, Completion, CompletionKind, Ignored, LearnerFacts, Score
from app.lms.caliper.entities import Entities, extension
from app.lms.caliper.settings import CaliperSettings
from app.lms.moments import Calendar
from app.lms.reading import Fields, bounded_key, email, wrong

LONGEST_ACTIVITY_ID = 500
_CALENDAR = Calendar()  # Caliper's times are in UTC, to the millisecond
_FRACTION = re.compile(r"\.([0-9]{1,9})")
_TYPES = {"Assessment": ActivityType.ASSESSMENT, "AssignableDigitalResource": ActivityType.ASSESSMENT}
_TYPES |= {"CourseOffering": ActivityType.COURSE, "CourseSection": ActivityType.COURSE}
_SIS_IDS = ("sis_id", "user_sis_id", "bb:user.externalId")  # Canvas names the first two, Blackboard the third
_NO_MAXIMUM = "The score has no `maxScore` above 0, so nobody can say how good it is"
_IDENTIFIERS = {"EmailAddress": "email", "AccountUserName": "username", "SisSourcedId": "sis_id"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reading of every event of one envelope has in common. `send_time` is as the envelope says it."""

    namespace: str
    send_time: str
    entities: Entities
    settings: CaliperSettings
    received_at: datetime


def read_grade(event: Fields, index: int, reading: Reading) -> Completion | Ignored:
    """The grade of an event as progress. Raises InvalidInput."""
    event_id = event.required_identifier("id")
    attempt = reading.entities.require(event, "object")
    generated = reading.entities.get(event, "generated")
    if "assignee" not in attempt.members and generated is not None:
        attempt = reading.entities.get(generated, "attempt") or attempt  # the same attempt, held there instead
    given = None if generated is None else generated.number("scoreGiven")
    if generated is None or given is None:
        return Ignored("no-score", "The grade was taken away, or has no score", "GradeEvent", index)
    learner, learner_notes = _learner(reading.entities.require(attempt, "assignee"), reading)
    occurred = _CALENDAR.read(
        event.require("eventTime"), pointer=event.at("eventTime"), received_at=reading.received_at
    )
    score, score_notes = _score(generated)
    return Completion(
        kind=CompletionKind.PROGRESS,
        learning_kind=reading.settings.learning_kind,
        dedupe_key=bounded_key(event_id),
        event_id=event_id,
        learner=learner,
        activity=_activity(reading.entities.require(attempt, "assignable"), event, reading),
        attempt_id=attempt.identifier("id"),
        score=score,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=_sent_at(reading),
        notes=(*learner_notes, *score_notes, *occurred.notes),
        index=index,
        sequence=_sequence(event),
    )


def _learner(assignee: Fields, reading: Reading) -> tuple[LearnerFacts, tuple[str, ...]]:
    stated = {}
    others = assignee.members.get("otherIdentifiers")
    for other in others if isinstance(others, list) else []:
        kind = other.get("identifierType") if isinstance(other, dict) else None
        if isinstance(kind, str) and kind in _IDENTIFIERS:
            stated[_IDENTIFIERS[kind]] = other.get("identifier")
    identifiers = Fields(stated, assignee.at("otherIdentifiers"))
    address, notes = email(identifiers, "email")
    facts = LearnerFacts(
        reading.namespace,
        bounded_key(assignee.required_identifier("id")),
        email=address,
        username=identifiers.identifier("username") or extension(assignee, "user_login"),
        sis_id=identifiers.identifier("sis_id") or _sis_id(assignee),
        display_name=assignee.text("name"),
    )
    return facts, notes


def _sis_id(assignee: Fields) -> str | None:
    found = (extension(assignee, name) for name in _SIS_IDS)
    return next((value for value in found if value is not None), None)


def _activity(assignable: Fields, event: Fields, reading: Reading) -> ActivityFacts:
    group = reading.entities.get(event, "group")
    kind = assignable.members.get("type")
    return ActivityFacts(
        reading.namespace,
        _activity_id(assignable),
        _TYPES.get(kind, ActivityType.OTHER) if isinstance(kind, str) else ActivityType.ASSESSMENT,
        assignable.text("name"),
        parent_source_id=None if group is None else _activity_id(group),
    )


def _activity_id(entity: Fields) -> str:
    value = entity.require("id")
    usable = isinstance(value, str) and value.strip().isprintable()
    if not usable or not 0 < len(value.strip()) <= LONGEST_ACTIVITY_ID:
        detail = f"`id` must be an IRI of at most {LONGEST_ACTIVITY_ID} characters"
        raise wrong(detail, code="ill-typed", pointer=entity.at("id"))
    return str(value).strip()


def _score(generated: Fields) -> tuple[Score, tuple[str, ...]]:
    given, highest = generated.number("scoreGiven"), generated.number("maxScore")
    assert given is not None  # noqa: S101 - the caller has looked
    score = scores.points(given, maximum=highest)
    return score, () if score.scaled is not None else (_NO_MAXIMUM,)


def _sent_at(reading: Reading) -> datetime | None:
    try:
        return _CALENDAR.read(reading.send_time, pointer="/sendTime", received_at=reading.received_at).at
    except InvalidInput:
        return None


def _sequence(event: Fields) -> str:
    """The order within one second, which `occurred_at` does not keep: nine digits, compared as text."""
    match = _FRACTION.search(str(event.members["eventTime"]))
    return (match[1] if match else "").ljust(9, "0")
