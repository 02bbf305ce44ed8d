"""SCORM Cloud: registration postbacks, each the whole state of one learner in one course.

A registration begins anew with a higher `instance`; within one, `updated` gives the order. Scores are of 100.
Sources: Rustici, "Registration Postback Guide" (API version 2); `completion-sources` §1.5 and §2.3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.errors import InvalidInput
from app.lms import auth, scores
from app.lms.base import (
    ActivityFacts,
    Authenticated,
    Completion,
    CompletionKind,
    Ignored,
    Item,
    LearnerFacts,
    LearningKind,
    Score,
    SourceConfig,
    TestPing,
)
from app.lms.moments import Calendar
from app.lms.pings import ping_of
from app.lms.reading import Fields, bounded_key, clean, email, load, unreadable
from app.lms.source_settings import SettingsReader

MAX_TEST_IDS = 100
_CALENDAR = Calendar()  # SCORM Cloud always sends the zone
_TESTS = ("testregistration", "testpostback")
_FRACTION = re.compile(r"\.([0-9]{1,9})")


class _Completion(StrEnum):
    COMPLETED = "COMPLETED"
    INCOMPLETE = "INCOMPLETE"
    UNKNOWN = "UNKNOWN"


class _Success(StrEnum):
    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class _Settings:
    """`app_id` names the application in which the ids of learners and courses were given out."""

    app_id: str
    learning_kind: LearningKind
    test_ids: frozenset[str]

    @classmethod
    def read(cls, settings: Mapping[str, Any], problems: list[str]) -> _Settings:
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", auth.OPTIONS, "app_id", "learning_kind", "test_ids")
        app_id = reader.text("app_id")
        if settings.get("app_id") is None:
            problems.append("`app_id` must name your SCORM Cloud application: its learners and courses have its ids.")
        return cls(app_id or "", reader.learning_kind(), _test_ids(settings.get("test_ids", []), problems))


def _test_ids(value: Any, problems: list[str]) -> frozenset[str]:
    if not isinstance(value, list) or len(value) > MAX_TEST_IDS or not all(isinstance(one, str) for one in value):
        problems.append(
            f"`test_ids` must be a list of at most {MAX_TEST_IDS} ids of registrations, courses or learners."
        )
        return frozenset()
    return frozenset(one.strip() for one in value)


class ScormCloudAdapter:
    """The adapter for registration postbacks."""

    name = "scormcloud"
    title = "SCORM Cloud (postbacks)"
    auth_schemes: tuple[str, ...] = ("basic", "form_fields", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = auth.settings_problems(settings, self.auth_schemes)
        _Settings.read(settings, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body. Postbacks have no id: each says a whole state, and is known by its hash."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery("sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """The one registration of a postback as one item. Raises MalformedJson, InvalidInput or TooLarge."""
        if payload.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            raise InvalidInput(
                "This is XML, of version 1 of the API; use version 2, whose postbacks are JSON", pointer=""
            )
        document = load(payload)
        ping = ping_of(document)
        if ping is not None:
            return (ping,)
        settings = _Settings.read(config.settings, [])
        try:
            return (_registration(Fields.of(document, ""), settings, received_at),)
        except InvalidInput as error:
            return (unreadable(error, 0),)


def _registration(top: Fields, settings: _Settings, received_at: datetime) -> Item:
    """One state of one registration: failed, passed, completed, or not there yet."""
    if _is_test(top, settings):
        return TestPing("SCORM Cloud tried the address with an example (TestRegistrationPostback)")
    registration = top.required_identifier("id")
    instance = top.number("instance") or Decimal(0)
    finished = top.choice("registrationCompletion", _Completion) or _Completion.UNKNOWN
    success = top.choice("registrationSuccess", _Success) or _Success.UNKNOWN
    score = _score(top)
    kind = _kind(finished, success)
    if kind is CompletionKind.PROGRESS and score is None:
        return Ignored("not-finished", f"The state is {finished} and {success}, without a score", "registration")
    course = top.object("course")
    stated = "completedDate" if top.has("completedDate") else "updated"
    occurred = _CALENDAR.read(top.require(stated), pointer=top.at(stated), received_at=received_at)
    updated = _CALENDAR.read(top.require("updated"), pointer=top.at("updated"), received_at=received_at)
    learner, notes = _learner(top.object("learner"), settings)
    return Completion(
        kind=kind,
        learning_kind=settings.learning_kind,
        dedupe_key=bounded_key(f"{registration}:{instance}:{finished}:{success}:{scores.key_of(score) or ''}"),
        learner=learner,
        activity=ActivityFacts(settings.app_id, course.required_identifier("id"), name=course.text("title")),
        attempt_id=bounded_key(f"{registration}:{instance}"),
        completed=None if finished is _Completion.UNKNOWN else finished is _Completion.COMPLETED,
        passed=None if success is _Success.UNKNOWN else success is _Success.PASSED,
        score=score,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=updated.at,
        notes=(*notes, *occurred.notes),
        sequence=_sequence(instance, updated.stated_at or updated.at, str(top.members["updated"])),
    )


def _kind(finished: _Completion, success: _Success) -> CompletionKind:
    """Passed without a word about completion is passed; passed before the end is only on the way."""
    if success is _Success.FAILED:
        return CompletionKind.FAILED
    if finished is _Completion.INCOMPLETE:
        return CompletionKind.PROGRESS
    if success is _Success.PASSED:
        return CompletionKind.PASSED
    return CompletionKind.COMPLETED if finished is _Completion.COMPLETED else CompletionKind.PROGRESS


def _score(top: Fields) -> Score | None:
    if not top.has("score"):
        return None
    raw = top.object("score").number("scaled")
    return None if raw is None else scores.percent(raw)


def _learner(fields: Fields, settings: _Settings) -> tuple[LearnerFacts, tuple[str, ...]]:
    address, notes = email(fields, "email")
    given, family = fields.text("firstName"), fields.text("lastName")
    learner = LearnerFacts(
        settings.app_id,
        fields.identifier("id") if address is not None else fields.required_identifier("id"),
        address,
        display_name=" ".join(part for part in (given, family) if part) or None,
        given_name=given,
        family_name=family,
    )
    return learner, notes


def _is_test(top: Fields, settings: _Settings) -> bool:
    """Whether one of the ids is an example's: by its name, or because the settings list it."""
    for name in ("", "course", "learner"):
        owner = top.members.get(name) if name else top.members
        stated = owner.get("id") if isinstance(owner, dict) else None
        if isinstance(stated, str):
            letters = re.sub("[^a-z]", "", clean(stated).casefold())
            if stated.strip() in settings.test_ids or any(word in letters for word in _TESTS):
                return True
    return False


def _sequence(instance: Decimal, updated: datetime, written: str) -> str:
    """A text that sorts as the states were: by instance, then by time with its fraction of a second."""
    match = _FRACTION.search(written)
    return f"{int(instance):08d}:{updated:%Y%m%d%H%M%S}.{(match[1] if match else '0'):0<9}"


ADAPTER = ScormCloudAdapter()
