"""Moodle, which sends nothing by itself: through the plug-in local_webhooks, tool_trigger, or a copy of its log.

local_webhooks sends whole events with a token inside, tool_trigger the fields of a template that is ours, as a form or
as JSON; `event.py` makes one of both, and `readers.py` reads it. docs/integrations/moodle.md is the page for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig, TestPing
from app.lms.forms import json_or_form
from app.lms.moodle.readers import read_event
from app.lms.moodle.settings import MoodleSettings


class MoodleAdapter:
    """The adapter for events of a Moodle site."""

    name = "moodle"
    title = "Moodle (plug-in)"
    auth_schemes: tuple[str, ...] = (
        "body_token", "bearer", "header_static", "basic", "hmac", "standard_webhooks", "none",
    )  # fmt: skip

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        MoodleSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body. The plug-ins give deliveries no id, so one is known by the hash of what it says."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery(proof.message_id or "sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item an event, in order; a form is one event. Raises MalformedJson, InvalidInput or TooLarge.

        The Content-Type says nothing: in local_webhooks an administrator chooses it, and the body is JSON all the same.
        """
        settings = MoodleSettings.read(config.settings, self.auth_schemes, [])
        document = json_or_form(payload)
        if document == {}:
            return (TestPing("Nothing but the proof was sent"),)
        if isinstance(document, list) and len(document) > settings.max_items:
            raise TooLarge("The batch has more items than are accepted at once", limit_items=settings.max_items)
        if not isinstance(document, dict | list):
            raise InvalidInput("The body must be an event or an array of events", pointer="")
        events = enumerate(document) if isinstance(document, list) else [(0, document)]
        pointer = "/{}" if isinstance(document, list) else ""
        return tuple(
            read_event(value, pointer.format(index), index, settings=settings, received_at=received_at)
            for index, value in events
        )


ADAPTER = MoodleAdapter()
