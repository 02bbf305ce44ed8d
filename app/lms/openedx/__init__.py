"""Open edX: events of the webhooks plug-in, or of the event bus as CloudEvents.

The plug-in signs nothing and cannot send a header, but takes user and password within the address, which makes
`basic` its way to prove itself. `envelope.py` opens the wrappings, `readers.py` reads what is inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig
from app.lms.forms import json_or_form
from app.lms.openedx.envelope import binary_event, id_of
from app.lms.openedx.readers import read_event
from app.lms.openedx.settings import OpenEdxSettings
from app.lms.pings import ping_of


class OpenEdxAdapter:
    """The adapter for events of an Open edX site."""

    name = "openedx"
    title = "Open edX (webhooks or event bus)"
    auth_schemes: tuple[str, ...] = ("basic", "bearer", "header_static", "standard_webhooks", "hmac", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        OpenEdxSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body. The delivery's key is `webhook-id`, else the event's id, else the hash of the body."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        proof = replace(proof, payload=binary_event(headers, proof.payload))
        return proof.delivery(
            proof.message_id or _own_id(proof.payload) or "sha256:" + hashlib.sha256(proof.payload).hexdigest()
        )

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item an event, in order. Raises MalformedJson, InvalidInput or TooLarge.

        The Content-Type says nothing: in its form mode the plug-in announces a form and sends JSON.
        """
        settings = OpenEdxSettings.read(config.settings, self.auth_schemes, [])
        document = json_or_form(payload)
        ping = ping_of(document)
        if ping is not None:
            return (ping,)
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


def _own_id(payload: bytes) -> str | None:
    try:
        return id_of(json_or_form(payload))
    except (InvalidInput, TooLarge):
        return None  # what is wrong with it, `parse` will say


ADAPTER = OpenEdxAdapter()
