"""Anything that can post JSON or a form: our own documented body, or another one by the setting `mapping`.

The body is described in `docs/integrations/generic.md`; `item.py` reads one item of it, `mapped.py` one of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth, encodings
from app.lms.base import Authenticated, Ignored, Item, SourceConfig, TestPing, Unreadable
from app.lms.forms import is_form, read_form
from app.lms.generic.item import TEST_EVENTS, Envelope, read_item
from app.lms.generic.mapped import read_mapped
from app.lms.generic.settings import GenericSettings, event_kind
from app.lms.pings import ping_of
from app.lms.reading import clean, load
from app.lms.trial import Understanding

_SCHEMES_THAT_OPEN_BODIES = ("form_fields", "body_token")


class GenericAdapter:
    """The adapter for senders that follow our format: bridges, plug-ins, scripts, automation services."""

    name = "generic"
    title = "Any system (webhook)"
    auth_schemes: tuple[str, ...] = auth.MENU

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        GenericSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body by the source's scheme.

        The delivery's key is `webhook-id`; without one the `Idempotency-Key`, the `id` of a body in our own shape, or
        the body's hash. A form becomes the JSON that it would have been.
        """
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        proof = replace(proof, payload=_without_form(headers, proof))
        key = proof.message_id or headers.get("idempotency-key", "").strip(' "')
        if not key and config.settings.get("mapping") is None:  # in another system's body `id` may be anything
            key = _own_id(proof.payload)
        return proof.delivery(key or "sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def unwrap(self, headers: Mapping[str, str], body: bytes, config: SourceConfig) -> bytes:
        """What a delivery with this body would be read as, without any proof."""
        del config
        inside = encodings.opened(headers, body)
        return read_form(inside) if is_form(headers) else inside

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per element of the batch, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        return tuple(each.item for each in self.explain(payload, config, received_at=received_at))

    def explain(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Understanding, ...]:
        """As `parse`, with the place of each item and, by a mapping, what came of each field."""
        settings = GenericSettings.read(config.settings, self.auth_schemes, [])
        document = load(payload)
        if (ping := ping_of(document)) is not None:
            return (Understanding(ping, ""),)
        if config.settings.get("mapping") is not None:
            if settings.mapping is None:
                raise InvalidInput("The source's `mapping` cannot be used any more; mend it, and replay", pointer="")
            found = read_mapped(document, settings.mapping, settings, received_at)
            return tuple(Understanding(each.item, each.pointer, each.fields) for each in found)
        return _own_shape(document, settings, received_at)


def _without_form(headers: Mapping[str, str], proof: auth.Proof) -> bytes:
    if not is_form(headers) or proof.method in _SCHEMES_THAT_OPEN_BODIES:
        return proof.payload
    try:
        return read_form(proof.payload)
    except InvalidInput:
        return proof.payload  # it is authentic: stored as it is, and `parse` says what is wrong with it


def _own_shape(document: Any, settings: GenericSettings, received_at: datetime) -> tuple[Understanding, ...]:
    if not isinstance(document, dict | list):
        raise InvalidInput("The body must be a JSON object or an array of objects", pointer="")
    if isinstance(document, list):
        entries, envelope = _batch(document, ""), Envelope()
    elif isinstance(document.get("type"), str) and "event" not in document and "items" not in document:
        opened = _opened(document, settings)
        if not isinstance(opened, tuple):
            return (Understanding(opened, ""),)
        entries, envelope = opened
    else:
        entries, envelope = _entries(document, ""), Envelope()
    if len(entries) > settings.max_items:
        raise TooLarge("The batch has more items than are accepted at once", limit_items=settings.max_items)
    return tuple(
        Understanding(
            read_item(value, pointer, index, envelope=envelope, settings=settings, received_at=received_at), pointer
        )
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
