"""One Open edX event into one item. A new event is one function and one line in `_READERS`.

Source: `completion-sources` §1.4 and §2.3; openedx-events, `learning/data.py` and `learning/signals.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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
    Score,
)
from app.lms.moments import Calendar
from app.lms.openedx.envelope import Envelope, opened
from app.lms.openedx.settings import OpenEdxSettings
from app.lms.reading import Fields, bounded_key, email, unreadable, wrong

# The plug-in writes Python's form, of late without a zone; Open edX keeps its times in UTC.
_CALENDAR = Calendar(time_zone=ZoneInfo("UTC"))
_READY = "downloadable"
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?")
_RETIRED = "retired__user"


@dataclass(frozen=True, slots=True)
class _Event:
    """One event, and what the source has declared."""

    envelope: Envelope
    settings: OpenEdxSettings
    received_at: datetime
    index: int

    @property
    def data(self) -> Fields:
        return self.envelope.data

    def ignored(self, code: str, detail: str) -> Item:
        return Ignored(code, detail, self.envelope.type, self.index)

    def course(self) -> ActivityFacts:
        course = self.data.object("course")
        return ActivityFacts(self.settings.host, course.required_identifier("course_key"), name=_name(course))


def read_event(value: Any, pointer: str, index: int, *, settings: OpenEdxSettings, received_at: datetime) -> Item:
    """The event as what it is; whatever it holds, this raises nothing."""
    try:
        event = _Event(opened(value, pointer), settings, received_at, index)
        reader = _READERS.get(event.envelope.type)
        if reader is None:
            return _unknown(event)
        if _is_retired(event.data):
            return event.ignored("retired-user", "The account was retired in Open edX")
        return reader(event)
    except InvalidInput as error:
        return unreadable(error, index)


def _unknown(event: _Event) -> Item:
    if ".badge." in event.envelope.type:
        detail = "A badge of Open edX itself; this source is read for completions, which earn badges here"
        return event.ignored("platform-badge", detail)
    return event.ignored("unknown-event", "This event says nothing about a completion")


def _certificate_created(event: _Event) -> Item:
    """A course's certificate. It says "passed" only once it can be downloaded."""
    status = event.data.required_identifier("current_status")
    return _certificate_of(event) if status == _READY else _not_ready(event, status)


def _certificate_changed(event: _Event) -> Item:
    """Ready now and not before is passed, ready before and not now is taken back; all else changes nothing."""
    now, before = event.data.required_identifier("current_status"), event.data.identifier("previous_status")
    if now == _READY and before != _READY:
        return _certificate_of(event)
    if before == _READY and now != _READY:
        return _certificate_revoked(event)
    if now == _READY:
        return event.ignored("status-unchanged", "The certificate was and is ready")
    return _not_ready(event, now)


def _certificate_of(event: _Event) -> Item:
    mode = (event.data.identifier("mode") or "").lower()
    modes = event.settings.certificate_modes
    if modes and mode not in modes:
        return event.ignored("other-mode", f"The mode “{mode}” is none of `certificate_modes`")
    grade = _grade(event.data)
    return _completion(
        event, kind=CompletionKind.PASSED, activity=event.course(), completed=True, passed=True, score=grade
    )


def _certificate_revoked(event: _Event) -> Item:
    """The certificate was taken back, whatever its mode."""
    return _completion(event, kind=CompletionKind.REVOKED, activity=event.course(), passed=False)


def _passing_status(event: _Event) -> Item:
    """Whether the grade is enough at the moment; it may turn either way, and has no number."""
    return _passing(event, event.course())


def _ccx_passing_status(event: _Event) -> Item:
    """The same for a coach's own run of a course, which is part of its master course."""
    course = event.data.object("course")
    return _passing(
        event,
        ActivityFacts(
            event.settings.host,
            course.required_identifier("ccx_course_key"),
            name=_name(course),
            parent_source_id=course.identifier("master_course_key"),
        ),
    )


def _passing(event: _Event, course: ActivityFacts) -> Item:
    is_passing = _flag(event.data, "is_passing")
    if is_passing is None:
        raise wrong("`is_passing` is missing", code="missing", pointer=event.data.at("is_passing"))
    kind = CompletionKind.PASSED if is_passing else CompletionKind.FAILED
    return _completion(event, kind=kind, activity=course, passed=is_passing)


def _grade_summary(event: _Event) -> Item:
    """The grade of a whole course. `passed_timestamp` stays when a grade falls again, so it decides nothing."""
    percent = event.data.number("percent_grade")
    if percent is None:
        return event.ignored("no-score", "The event has no `percent_grade`")
    grade = scores.fraction(percent, letter=event.data.text("letter_grade", 20))
    return _completion(event, kind=CompletionKind.PROGRESS, activity=event.course(), score=grade)


def _program_awarded(event: _Event) -> Item:
    """All courses of a programme are passed."""
    status = event.data.identifier("status")
    if status != "awarded":
        return _not_ready(event, status or "unknown")
    return _programme(event, CompletionKind.PASSED, completed=True, passed=True)


def _program_revoked(event: _Event) -> Item:
    return _programme(event, CompletionKind.REVOKED, completed=None, passed=False)


def _programme(event: _Event, kind: CompletionKind, *, completed: bool | None, passed: bool) -> Item:
    program = event.data.object("program")
    activity = ActivityFacts(
        event.settings.host, program.required_identifier("uuid").lower(), ActivityType.PROGRAMME, program.text("title")
    )
    certificate = event.data.identifier("uuid")
    return _completion(event, kind=kind, activity=activity, completed=completed, passed=passed, attempt_id=certificate)


_READERS: Mapping[str, Callable[[_Event], Item]] = {
    "certificate.created.v1": _certificate_created,
    "certificate.changed.v1": _certificate_changed,
    "certificate.revoked.v1": _certificate_revoked,
    "course.passing.status.updated.v1": _passing_status,
    "ccx.course.passing.status.updated.v1": _ccx_passing_status,
    "course.persistent_grade_summary.changed.v1": _grade_summary,
    "program.certificate.awarded.v1": _program_awarded,
    "program.certificate.revoked.v1": _program_revoked,
}


def _completion(event: _Event, *, kind: CompletionKind, activity: ActivityFacts, **facts: Any) -> Item:
    envelope = event.envelope
    if envelope.time is None:
        raise wrong("The event has no time", code="missing", pointer=envelope.time_pointer)
    occurred = _CALENDAR.read(envelope.time, pointer=envelope.time_pointer, received_at=event.received_at)
    learner, notes = _learner(event)
    return Completion(
        kind=kind,
        dedupe_key=bounded_key(envelope.id),
        event_id=bounded_key(envelope.id),
        learner=learner,
        activity=activity,
        learning_kind=event.settings.learning_kind,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=occurred.at,
        notes=(*notes, *occurred.notes),
        index=event.index,
        sequence=_fraction_of_a_second(str(envelope.time)),
        **facts,
    )


def _learner(event: _Event) -> tuple[LearnerFacts, tuple[str, ...]]:
    """Who learned. An address that nobody has confirmed is left out: anybody can register with somebody else's."""
    host = event.settings.host
    if not event.data.has("user"):
        return LearnerFacts(host, event.data.required_identifier("user_id")), ()
    user = event.data.object("user")
    user_id = user.required_identifier("id")
    if not user.has("pii"):
        return LearnerFacts(host, user_id), ()
    personal = user.object("pii")
    address, notes = email(personal, "email")
    if address is not None and _flag(user, "is_active") is False:
        address, notes = None, ("The account is not activated, so its address is not confirmed and was left out",)
    name = personal.text("name") or event.data.text("name")
    return LearnerFacts(host, user_id, address, personal.text("username"), display_name=name), notes


def _is_retired(data: Fields) -> bool:
    user = data.members.get("user")
    personal = user.get("pii") if isinstance(user, dict) else None
    username = personal.get("username") if isinstance(personal, dict) else None
    return isinstance(username, str) and username.startswith(_RETIRED)


def _grade(data: Fields) -> Score | None:
    """A certificate's grade: text that is a fraction, a letter, or nothing."""
    text = str(data.members["grade"]).strip() if data.has("grade") else ""
    if _NUMBER.fullmatch(text):
        number = data.number("grade")
        return None if number is None else scores.fraction(number)
    letter = data.text("grade", 20) if text else None
    return scores.letter_only(letter) if letter else None


def _flag(fields: Fields, name: str) -> bool | None:
    """True, false, or either as Python writes it into a form."""
    value = fields.members.get(name)
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    return fields.boolean(name)


def _name(course: Fields) -> str | None:
    return course.text("display_name")


def _not_ready(event: _Event, status: str) -> Item:
    return event.ignored("not-ready", f"The certificate's status is “{status}”")


def _fraction_of_a_second(written: str) -> str:
    """The order of events within one second, as text of nine digits."""
    match = re.search(r":[0-9]{2}\.([0-9]{1,9})", written)
    return f"{(match[1] if match else '0'):0<9}"
