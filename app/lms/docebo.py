"""Docebo: a webhook for `course.enrollment.completed`, with one payload or with up to 25 in a group.

Docebo writes its times without a zone, so the zone is a setting; UTC unless it is declared. Source:
`completion-sources` §1.5 and §2.3; Docebo, "Creating and managing webhooks".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import (
    ActivityFacts,
    Authenticated,
    Completion,
    CompletionKind,
    Ignored,
    Item,
    LearnerFacts,
    LearningKind,
    SourceConfig,
)
from app.lms.moments import Calendar
from app.lms.pings import ping_of
from app.lms.reading import Fields, bounded_key, clean, load, unreadable
from app.lms.source_settings import SettingsReader

COMPLETED = "course.enrollment.completed"
_NOT_READ: Mapping[str, str] = {
    "course.enrollment.created": "Somebody was enrolled",
    "course.enrollment.updated": "An enrolment changed; Docebo sends another event when a course is completed",
    "course.enrollment.deleted": "An enrolment was deleted; what was completed stays completed",
}


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the source has declared."""

    calendar: Calendar
    learning_kind: LearningKind
    max_items: int

    @classmethod
    def read(cls, settings: Mapping[str, Any], problems: list[str]) -> _Settings:
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", "auth_options", "time_zone", "learning_kind", "max_items")
        zone = reader.time_zone() or ZoneInfo("UTC")
        return cls(Calendar(zone), reader.learning_kind(), reader.max_items())


@dataclass(frozen=True, slots=True)
class _Message:
    """What all payloads of one message have in common."""

    id: str
    domain: str
    settings: _Settings
    received_at: datetime


class DoceboAdapter:
    """The adapter for Docebo's webhooks."""

    name = "docebo"
    title = "Docebo"
    auth_schemes: tuple[str, ...] = ("basic", "bearer", "header_static", "hmac", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = auth.settings_problems(settings, self.auth_schemes)
        _Settings.read(settings, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body by the source's scheme. The delivery's key is its `message_id`, else the body's hash."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery(_message_id(proof.payload) or "sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per payload of the message, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        settings = _Settings.read(config.settings, [])
        document = load(payload)
        if (ping := ping_of(document)) is not None:
            return (ping,)
        top = Fields.of(document, "")
        event = clean(top.required_identifier("event"), 100)
        if event != COMPLETED:
            detail = _NOT_READ.get(event, "This event says nothing about a completion")
            return (Ignored("unknown-event" if event not in _NOT_READ else "not-a-completion", detail, event),)
        message = _Message(
            top.required_identifier("message_id"),
            top.required_identifier("original_domain").lower(),
            settings,
            received_at,
        )
        payloads = _payloads(top)
        if len(payloads) > settings.max_items:
            raise TooLarge("The message has more payloads than are accepted at once", limit_items=settings.max_items)
        return tuple(_item(message, index, pointer, value) for index, (pointer, value) in enumerate(payloads))


def _payloads(top: Fields) -> list[tuple[str, Any]]:
    if not top.has("payloads"):
        return [(top.at("payload"), top.require("payload"))]
    values = top.members["payloads"]
    if not isinstance(values, list):
        raise InvalidInput("`payloads` must be an array", code="ill-typed", pointer=top.at("payloads"))
    return [(f"{top.at('payloads')}/{index}", value) for index, value in enumerate(values)]


def _item(message: _Message, index: int, pointer: str, value: Any) -> Item:
    """One payload as a completion; whatever it holds, this raises nothing."""
    try:
        return _completion(message, index, Fields.of(value, pointer))
    except InvalidInput as error:
        return unreadable(error, index)


def _completion(message: _Message, index: int, fields: Fields) -> Item:
    status = fields.text("status", 40)
    if status is not None and status.casefold() != "completed":
        return Ignored("not-completed", f"The enrolment's status is “{status}”", COMPLETED, index)
    user_id, course_id = fields.required_identifier("user_id"), fields.required_identifier("course_id")
    occurred = message.settings.calendar.read(
        fields.require("completion_date"), pointer=fields.at("completion_date"), received_at=message.received_at
    )
    return Completion(
        kind=CompletionKind.COMPLETED,
        learning_kind=message.settings.learning_kind,
        dedupe_key=bounded_key(f"{message.id}:{index}:{user_id}:{course_id}"),
        event_id=message.id,
        learner=LearnerFacts(message.domain, user_id, username=fields.identifier("username")),
        activity=ActivityFacts(
            message.domain, course_id, name=fields.text("course_name"), code=fields.identifier("course_code")
        ),
        completed=True,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=_sent_at(message, fields),
        notes=occurred.notes,
        index=index,
    )


def _sent_at(message: _Message, fields: Fields) -> datetime | None:
    try:
        pointer = fields.at("fired_at")
        return message.settings.calendar.read(
            fields.require("fired_at"), pointer=pointer, received_at=message.received_at
        ).at
    except InvalidInput:
        return None


def _message_id(payload: bytes) -> str | None:
    """The message's own id; None where there is none. What else is wrong with it, `parse` will say."""
    try:
        return Fields.of(load(payload), "").identifier("message_id")
    except (InvalidInput, TooLarge):
        return None


ADAPTER = DoceboAdapter()
