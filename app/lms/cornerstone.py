"""Cornerstone (CSOD): a webhook for "Training Completed", in batches of records, often compressed.

Cornerstone signs nothing; up to four headers of the customer's own carry the secret. Source: `completion-sources`
§1.1, §1.5 and §2.3; Cornerstone, "Webhooks", "Event payload samples".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    TestPing,
)
from app.lms.moments import Calendar
from app.lms.pings import ping_of
from app.lms.reading import Fields, bounded_key, clean, load, unreadable
from app.lms.source_settings import SettingsReader

COMPLETED = "TrainingCompleted"
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CALENDAR = Calendar()  # Cornerstone always sends the zone


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the source has declared."""

    learning_kind: LearningKind
    max_items: int

    @classmethod
    def read(cls, settings: Mapping[str, Any], problems: list[str]) -> _Settings:
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", "auth_options", "learning_kind", "max_items")
        return cls(reader.learning_kind(), reader.max_items())


class CornerstoneAdapter:
    """The adapter for Cornerstone's webhooks."""

    name = "cornerstone"
    title = "Cornerstone (CSOD)"
    auth_schemes: tuple[str, ...] = ("header_static", "bearer", "basic", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = auth.settings_problems(settings, self.auth_schemes)
        _Settings.read(settings, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body by the source's scheme. A delivery is known by its hash.

        Another attempt has another `attemptNumber` and so another hash: its records are known by their `eventId`.
        """
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery("sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per record, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        settings = _Settings.read(config.settings, [])
        if not payload.strip():
            return (TestPing("An empty body was sent, as when the address is verified"),)
        document = load(payload)
        if (ping := ping_of(document)) is not None:
            return (ping,)
        records = Fields.of(document, "").require("records")
        if not isinstance(records, list):
            raise InvalidInput("`records` must be an array", code="ill-typed", pointer="/records")
        if len(records) > settings.max_items:
            raise TooLarge("The delivery has more records than are accepted at once", limit_items=settings.max_items)
        return tuple(_item(record, index, settings, received_at) for index, record in enumerate(records))


def _item(value: Any, index: int, settings: _Settings, received_at: datetime) -> Item:
    """One record as what it is; whatever it holds, this raises nothing."""
    try:
        record = Fields.of(value, f"/records/{index}")
        event = record.object("value")
        case = clean(event.required_identifier("lmsEventsCase"), 100)
        if case != COMPLETED:
            return Ignored("unknown-event", "This event says nothing about a completed training", case, index)
        return _completion(event, settings, received_at, index=index, sequence=_sequence(record))
    except InvalidInput as error:
        return unreadable(error, index)


def _completion(
    event: Fields, settings: _Settings, received_at: datetime, *, index: int, sequence: str | None
) -> Completion:
    corporation = event.object("headers").required_identifier("corpName").lower()
    data = event.object("trainingCompleted").object("data")
    event_id = _uuid(data.required_identifier("eventId"))
    training_id = _uuid(data.identifier("trainingId") or data.required_identifier("trainingRef"))
    when = "trainingActionDateTimestamp"
    occurred = _CALENDAR.read(data.require(when), pointer=data.at(when), received_at=received_at)
    return Completion(
        kind=CompletionKind.COMPLETED,
        learning_kind=settings.learning_kind,
        dedupe_key=bounded_key(event_id),
        event_id=event_id,
        learner=_learner(data, corporation),
        activity=ActivityFacts(corporation, training_id, name=data.text("trainingTitle")),
        attempt_id=data.identifier("trainingRegistrationNumber"),
        completed=True,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        notes=occurred.notes,
        index=index,
        sequence=sequence,
    )


def _learner(data: Fields, corporation: str) -> LearnerFacts:
    given_name, family_name = data.text("targetUserFirstName"), data.text("targetUserLastName")
    return LearnerFacts(
        corporation,
        _uuid(data.required_identifier("targetUserGuid")),
        username=data.identifier("targetUserUsername"),
        sis_id=data.identifier("targetUserRef"),
        display_name=" ".join(part for part in (given_name, family_name) if part) or None,
        given_name=given_name,
        family_name=family_name,
    )


def _uuid(text: str) -> str:
    """A UUID in lower case: Cornerstone writes the same one in both cases. Anything else is left as it is."""
    return text.lower() if _UUID.fullmatch(text) else text


def _sequence(record: Fields) -> str | None:
    """The record's offset in Cornerstone's stream, with leading zeros so that it can be compared as text."""
    offset = record.members.get("offset")
    is_count = isinstance(offset, int) and not isinstance(offset, bool) and offset >= 0
    return f"{offset:020d}" if is_count else None


ADAPTER = CornerstoneAdapter()
