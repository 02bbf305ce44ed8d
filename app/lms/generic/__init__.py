"""Anything that can post JSON: our own documented body, one item or many, signed as Standard Webhooks say.

The body is described in `docs/integrations/generic.md`; `item.py` reads one item of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Ignored, Item, SourceConfig, TestPing, Unreadable
from app.lms.generic.item import TEST_EVENTS, Envelope, read_item
from app.lms.generic.settings import GenericSettings, event_kind
from app.lms.reading import bounded_key, clean, load


class GenericAdapter:
    """The adapter for senders that follow our format: bridges, plug-ins, scripts, automation services."""

    name = "generic"
    title = "Any system (JSON webhook)"
    auth_schemes: tuple[str, ...] = ("standard_webhooks", "bearer")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        GenericSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body by the source's scheme.

        The delivery's key is `webhook-id`; without one the `Idempotency-Key`, the body's own `id`, or the body's hash.
        """
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        key = proof.message_id or headers.get("idempotency-key", "").strip(' "') or _own_id(body)
        key = key or "sha256:" + hashlib.sha256(body).hexdigest()
        return Authenticated(bounded_key(key), proof.payload, proof.method, proof.key_id)

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per element of the batch, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        settings = GenericSettings.read(config.settings, self.auth_schemes, [])
        document = load(payload)
        if not isinstance(document, dict | list):
            raise InvalidInput("The body must be a JSON object or an array of objects", pointer="")
        if document == {}:
            return (TestPing("An empty object was sent"),)
        if isinstance(document, list):
            entries, envelope = _batch(document, ""), Envelope()
        elif isinstance(document.get("type"), str) and "event" not in document and "items" not in document:
            opened = _opened(document, settings)
            if not isinstance(opened, tuple):
                return (opened,)
            entries, envelope = opened
        else:
            entries, envelope = _entries(document, ""), Envelope()
        if len(entries) > settings.max_items:
            raise TooLarge("The batch has more items than are accepted at once", limit_items=settings.max_items)
        return tuple(
            read_item(value, pointer, index, envelope=envelope, settings=settings, received_at=received_at)
            for index, (pointer, value) in enumerate(entries)
        )


def _opened(
    document: Mapping[str, Any], settings: GenericSettings
) -> tuple[list[tuple[str, Any]], Envelope] | TestPing | Ignored | Unreadable:
    """What is inside `{type, timestamp, data}`. The type decides: an unknown one is never a completion (T28)."""
    name = document["type"].strip().casefold()
    if name in TEST_EVENTS:
        return TestPing(f"An event of type {name} was sent")
    batch_type = name == "completion"
    if not batch_type and event_kind(name, settings) is None:
        shown = clean(document["type"], 100)
        return Ignored("unknown-event", f"“{shown}” is no event that this source is read for", shown)
    if not isinstance(document.get("data"), dict | list):
        return Unreadable("missing", "`data` must be an object or an array", "/data")
    envelope = Envelope(None if batch_type else name, document.get("timestamp"))
    return _entries(document["data"], "/data"), envelope


def _entries(value: Any, pointer: str) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return _batch(value, pointer)
    if "items" not in value:
        return [(pointer, value)]
    if not isinstance(value["items"], list):
        raise InvalidInput("`items` must be an array", pointer=f"{pointer}/items")
    return _batch(value["items"], f"{pointer}/items")


def _batch(values: list[Any], pointer: str) -> list[tuple[str, Any]]:
    return [(f"{pointer}/{index}", value) for index, value in enumerate(values)]


def _own_id(body: bytes) -> str:
    """The `id` of a body that is one object; "" where there is none. What else is wrong with it, `parse` will say."""
    try:
        document = load(body)
    except (InvalidInput, TooLarge):
        return ""
    value = document.get("id") if isinstance(document, dict) else None
    return value.strip() if isinstance(value, str) else ""


ADAPTER = GenericAdapter()
