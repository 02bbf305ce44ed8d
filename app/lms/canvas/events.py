"""One Canvas event into one item. A new event is one function and one line in `_READERS`.

Events carry local ids in some bodies and global ones (shard x 10^13 + local) in others; both become the local id, so
that one person is one identity. Source: `completion-sources` §1.2 and §2.3; canvas-lms, "Live Events", event types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
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
    Score,
)
from app.lms.moments import Calendar, Moment
from app.lms.reading import Fields, bounded_key, clean, email, unreadable, wrong

SHARD = 10**13
_MAX_ID_DIGITS = 20
_TEST_STUDENT = "test student"
_TEST_ROLE = "StudentViewEnrollment"
_CALENDAR = Calendar()  # Canvas always sends the zone


@dataclass(frozen=True, slots=True)
class _Event:
    """One event with what all of them have."""

    name: str
    metadata: Fields
    body: Fields
    account: str
    learning_kind: LearningKind
    received_at: datetime

    def local_id(self, fields: Fields, name: str) -> str:
        """The id within the account. Who is of another shard keeps the global id: the short one is somebody else."""
        shard, local = divmod(_number(fields, name), SHARD)
        home = _shard_of(self.metadata.members.get("root_account_id"))
        return str(shard * SHARD + local) if home and shard not in {0, home} else str(local)

    def moment(self, fields: Fields, name: str) -> Moment:
        return _CALENDAR.read(fields.require(name), pointer=fields.at(name), received_at=self.received_at)

    def sent_at(self) -> datetime | None:
        try:
            return self.moment(self.metadata, "event_time").at
        except InvalidInput:
            return None

    def ignored(self, code: str, detail: str) -> Ignored:
        return Ignored(code, detail, self.name)


def read_event(document: Mapping[str, Any], *, learning_kind: LearningKind, received_at: datetime) -> Item:
    """The event as what it is; whatever it holds, this raises nothing."""
    try:
        top = Fields(document)
        metadata = top.object("metadata")
        name = clean(metadata.required_identifier("event_name"), 100)
        reader = _READERS.get(name)
        if reader is None:
            code, detail = _NOT_READ.get(name, ("unknown-event", "This event says nothing about a completion"))
            return Ignored(code, detail, name)
        if metadata.members.get("context_role") == _TEST_ROLE:
            return Ignored("test-student", "A teacher looked at the course as a student", name)
        account = metadata.required_identifier("root_account_uuid")
        return reader(_Event(name, metadata, top.object("body"), account, learning_kind, received_at))
    except InvalidInput as error:
        return unreadable(error, 0)


def _course_completed(event: _Event) -> Item:
    """All module requirements of a course are met. Has no score, and is sent again when its time is corrected."""
    user, course, progress = (event.body.object(name) for name in ("user", "course", "progress"))
    name = user.text("name")
    if name is not None and name.casefold() == _TEST_STUDENT:
        return event.ignored("test-student", "A teacher looked at the course as a student")
    user_id, course_id = event.local_id(user, "id"), event.local_id(course, "id")
    occurred = event.moment(progress, "completed_at")
    address, notes = email(user, "email")
    username, sis_id = _login_of(event, user_id)
    stated = str(progress.members["completed_at"]).strip()
    return Completion(
        kind=CompletionKind.COMPLETED,
        learning_kind=event.learning_kind,
        dedupe_key=bounded_key(f"cc:{event.account}:{user_id}:{course_id}:{stated}"),
        learner=LearnerFacts(event.account, user_id, address, username, sis_id, name),
        activity=ActivityFacts(
            event.account, course_id, ActivityType.COURSE, course.text("name"), course.identifier("sis_source_id")
        ),
        completed=True,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=event.sent_at(),
        notes=(*notes, *occurred.notes),
    )


def _course_grade_change(event: _Event) -> Item:
    """The grade of a whole course changed. `final_score` counts missing work as 0; `current_score` passes too early.

    A grade that went down is progress like one that went up: the rule's minimum decides. What takes the grade away
    (it has none any more, or the enrolment was deleted) is `revoked`, and the rule says what that means for a badge.
    """
    body = event.body
    is_deleted = body.members.get("workflow_state") == "deleted"
    user_id, course_id = event.local_id(body, "user_id"), event.local_id(body, "course_id")
    final = body.number("final_score")
    was_taken_away = final is None and body.number("old_final_score") is not None
    occurred = event.moment(body, "updated_at")
    stated = f"{str(body.members['updated_at']).strip()}:{'' if final is None else final}"
    return Completion(
        kind=CompletionKind.REVOKED if is_deleted or was_taken_away else CompletionKind.PROGRESS,
        learning_kind=event.learning_kind,
        dedupe_key=bounded_key(f"cgc:{event.account}:{user_id}:{course_id}:{stated}{':deleted' if is_deleted else ''}"),
        learner=LearnerFacts(event.account, user_id),
        activity=ActivityFacts(event.account, course_id),
        score=None if final is None else scores.percent(final),
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=event.sent_at(),
        notes=(*_deleted_notes(is_deleted=is_deleted), *occurred.notes),
    )


def _grade_change(event: _Event) -> Item:
    """One piece of work was graded. Counts only when grading is complete and the grade is shown to the learner.

    A grade that was taken away counts always: what was never shown has earned nothing that it could take back.
    """
    body = event.body
    raw = body.number("score")
    was_taken_away = raw is None and body.number("old_score") is not None
    if not was_taken_away and (body.boolean("grading_complete") is not True or body.boolean("muted") is True):
        return event.ignored("grade-not-final", "The grade is not complete, or not shown to the learner yet")
    if raw is None and not was_taken_away:
        return event.ignored("no-score", "The grade has no score")
    student_id, assignment_id = event.local_id(body, "student_id"), event.local_id(body, "assignment_id")
    occurred = event.moment(event.metadata, "event_time")
    stated = str(event.metadata.members["event_time"]).strip()
    return Completion(
        kind=CompletionKind.REVOKED if was_taken_away else CompletionKind.PROGRESS,
        learning_kind=event.learning_kind,
        dedupe_key=bounded_key(f"gc:{_number(body, 'submission_id')}:{stated}:{'' if raw is None else raw}"),
        learner=LearnerFacts(event.account, student_id, sis_id=body.identifier("student_sis_id")),
        activity=ActivityFacts(
            # Assignments and courses count from one each: a rule for course 12 must not be met by assignment 12.
            event.account,
            f"assignment:{assignment_id}",
            ActivityType.ASSESSMENT,
            parent_source_id=_course_of(event),
        ),
        score=None if raw is None else _points(body, raw),
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=occurred.at,
        notes=occurred.notes,
    )


_READERS: Mapping[str, Callable[[_Event], Item]] = {
    "course_completed": _course_completed,
    "course_grade_change": _course_grade_change,
    "grade_change": _grade_change,
}
_NOT_READ: Mapping[str, tuple[str, str]] = {
    "course_progress": ("progress-only", "A step within a course; Canvas sends course_completed for the last one"),
}


def _points(body: Fields, raw: Decimal) -> Score:
    possible = body.number("points_possible")
    grade = body.members.get("grade")
    letter = clean(grade, 20) if isinstance(grade, str) and not grade[:1].isdigit() else None
    return scores.points(raw, maximum=possible, letter=letter or None)


def _deleted_notes(*, is_deleted: bool) -> tuple[str, ...]:
    return ("The learner's enrolment was deleted",) if is_deleted else ()


def _course_of(event: _Event) -> str | None:
    """The course of an assignment, by the metadata; an event of a background job does not say."""
    if event.metadata.members.get("context_type") != "Course":
        return None
    try:
        return event.local_id(event.metadata, "context_id")
    except InvalidInput:
        return None


def _login_of(event: _Event, user_id: str) -> tuple[str | None, str | None]:
    """Login and SIS id of the metadata, if they are the learner's own: the actor may be a teacher or nobody."""
    try:
        acting = event.local_id(event.metadata, "user_id")
    except InvalidInput:
        return None, None
    if acting != user_id:
        return None, None
    return event.metadata.identifier("user_login"), event.metadata.identifier("user_sis_id")


def _number(fields: Fields, name: str) -> int:
    text = fields.required_identifier(name)
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS):
        raise wrong(f"`{name}` must be a Canvas id, which has only digits", code="ill-typed", pointer=fields.at(name))
    return int(text)


def _shard_of(root_account_id: Any) -> int:
    """The shard of the account by its global id; 0 where it is not known."""
    text = root_account_id if isinstance(root_account_id, str) else ""
    return int(text) // SHARD if text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS else 0
