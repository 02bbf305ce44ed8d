"""Thinkific: a webhook for `enrollment` / `completed`, signed with the site's API key or the app's client secret.

The signature covers no time and no header, so a repeat is known by the event's id within the body. Source:
`completion-sources` §1.1 and §1.5; Thinkific, "Webhooks", "Validating webhooks".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
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
    SourceConfig,
    TestPing,
)
from app.lms.moments import Calendar
from app.lms.pings import ping_of
from app.lms.reading import Fields, bounded_key, clean, email, hashed_key, load, unreadable
from app.lms.source_settings import SettingsReader

HMAC_OPTIONS: Mapping[str, Any] = {"header": "X-Thinkific-Hmac-Sha256", "algorithm": "sha256", "encoding": "hex"}
_TEST = "[test]"
_CALENDAR = Calendar()  # Thinkific always sends the zone


class ThinkificAdapter:
    """The adapter for Thinkific's webhooks. With `hmac`, how Thinkific signs is known and need not be set."""

    name = "thinkific"
    title = "Thinkific"
    auth_schemes: tuple[str, ...] = ("hmac", "basic", "bearer", "header_static", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = auth.settings_problems(self._with_options(settings), self.auth_schemes)
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", "auth_options", "learning_kind")
        reader.learning_kind()
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body by the source's scheme. The delivery's key is the event's `id`, else the body's hash."""
        config = replace(config, settings=self._with_options(config.settings))
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery(_event_id(proof.payload) or "sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """The one event of a delivery as one item. Raises MalformedJson, InvalidInput or TooLarge."""
        document = load(payload)
        if (ping := ping_of(document)) is not None:
            return (ping,)
        if not isinstance(document, dict):
            raise InvalidInput("A Thinkific event is one JSON object", pointer="")
        try:
            return (_read(Fields(document), config, received_at),)
        except InvalidInput as error:
            return (unreadable(error, 0),)

    def _with_options(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        if auth.scheme_of(settings, self.auth_schemes) != "hmac" or auth.OPTIONS in settings:
            return settings
        return {**settings, auth.OPTIONS: HMAC_OPTIONS}


def _read(event: Fields, config: SourceConfig, received_at: datetime) -> Item:
    resource, action = (event.required_identifier(name) for name in ("resource", "action"))
    name = clean(f"{resource}.{action}", 100)
    if name != "enrollment.completed":
        return Ignored("unknown-event", "This event says nothing about a completed course", name)
    fields = event.object("payload")
    user, course = fields.object("user"), fields.object("course")
    if _is_test(user):
        return TestPing("Thinkific sent its sample of a completed course")
    school, user_id = event.required_identifier("tenant_id"), user.required_identifier("id")
    course_id = course.required_identifier("id")
    stated = "completed_at" if fields.has("completed_at") else "created_at"
    holder = fields if stated == "completed_at" else event
    occurred = _CALENDAR.read(holder.require(stated), pointer=holder.at(stated), received_at=received_at)
    event_id = event.identifier("id")
    address, notes = email(user, "email")
    given_name, family_name = user.text("first_name"), user.text("last_name")
    whole_name = " ".join(part for part in (given_name, family_name) if part)
    return Completion(
        kind=CompletionKind.COMPLETED,
        learning_kind=SettingsReader(config.settings, []).learning_kind(),
        dedupe_key=bounded_key(event_id or hashed_key(school, user_id, course_id, occurred.at.isoformat())),
        event_id=event_id,
        learner=LearnerFacts(
            school,
            user_id,
            address,
            display_name=whole_name or None,
            given_name=given_name,
            family_name=family_name,
        ),
        activity=ActivityFacts(school, course_id, name=course.text("name")),
        completed=True,  # `percentage_completed` is text of an unclear unit: the action is what counts
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        sent_at=_sent_at(event, received_at),
        notes=(*notes, *occurred.notes),
    )


def _is_test(user: Fields) -> bool:
    """Thinkific's sample puts `[TEST] ` before its values. Only the address is asked: a name may be anything."""
    address = user.members.get("email")
    shown = address if isinstance(address, str) else user.members.get("first_name")
    return isinstance(shown, str) and shown.strip().casefold().startswith(_TEST)


def _sent_at(event: Fields, received_at: datetime) -> datetime | None:
    try:
        return _CALENDAR.read(event.require("created_at"), pointer=event.at("created_at"), received_at=received_at).at
    except InvalidInput:
        return None


def _event_id(payload: bytes) -> str | None:
    """The event's own id; None where there is none. What else is wrong with it, `parse` will say."""
    try:
        return Fields.of(load(payload), "").identifier("id")
    except (InvalidInput, TooLarge):
        return None


ADAPTER = ThinkificAdapter()
