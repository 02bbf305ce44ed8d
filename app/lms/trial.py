"""A sample looked at stage by stage: what an adapter makes of pasted headers and a pasted body, without any proof.

Nothing here authenticates: whoever pastes a sample wants to see how it is read, and says who it is elsewhere.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from app.errors import InvalidInput, TooLarge
from app.lms.base import Adapter, Item, SourceConfig
from app.lms.forms import is_form, read_form
from app.lms.reading import load

_TOKEN_PARTS = 3


@dataclass(frozen=True, slots=True)
class FieldTrace:
    """One field of a mapping: the expression, what it found, what that was understood to be, and what is wrong."""

    field: str
    expression: str | None
    value: Any
    understood: Any
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """One item of a sample. `fields` is empty for adapters that need no mapping."""

    item: Item
    pointer: str | None = None
    fields: tuple[FieldTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What was made of a sample. `document` is what it holds as JSON, None where it is none."""

    form: str
    payload: bytes
    document: Any
    items: tuple[Understanding, ...]


@runtime_checkable
class ExplainingAdapter(Protocol):
    """An adapter that can say, field by field, how it came to its items."""

    def explain(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Understanding, ...]:
        """As `parse`, with a trace of every item. Raises the same."""
        ...


@runtime_checkable
class UnwrappingAdapter(Protocol):
    """An adapter whose bodies wrap what is to be read, in a way of its own."""

    def unwrap(self, headers: Mapping[str, str], body: bytes, config: SourceConfig) -> bytes:
        """What `authenticate` would give as its payload, without any proof. Raises InvalidInput."""
        ...


def try_sample(
    adapter: Adapter, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, received_at: datetime
) -> Trial:
    """Read a sample as the adapter would read a delivery, unproved.

    Raises InvalidInput or TooLarge where the adapter would say so of a whole delivery.
    """
    names = {name.strip().casefold(): value for name, value in headers.items()}
    form, payload = unwrapped(adapter, names, body, config)
    if isinstance(adapter, ExplainingAdapter):
        items = adapter.explain(payload, config, received_at=received_at)
    else:
        items = tuple(Understanding(item) for item in adapter.parse(payload, config, received_at=received_at))
    return Trial(form, payload, _document(payload), items)


def unwrapped(adapter: Adapter, headers: Mapping[str, str], body: bytes, config: SourceConfig) -> tuple[str, bytes]:
    """The form of a body (`as sent`, `form` or `token`) and what is inside."""
    if isinstance(adapter, UnwrappingAdapter):
        inside = adapter.unwrap(headers, body, config)
        return ("as sent" if inside == body else "form" if is_form(headers) else "unwrapped"), inside
    claims = _claims(body)
    if claims is not None:
        return "token", claims
    if is_form(headers):
        return "form", read_form(body)
    return "as sent", body


def _claims(body: bytes) -> bytes | None:
    """The claims of a compact JWT, whoever signed it; None for what is none."""
    parts = body.strip().split(b".")
    if len(parts) != _TOKEN_PARTS or not parts[0].startswith(b"ey"):
        return None
    try:
        inside = urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4))
        return inside if isinstance(json.loads(inside), dict) else None
    except (ValueError, binascii.Error, RecursionError):
        return None


def _document(payload: bytes) -> Any:
    try:
        return load(payload)
    except (InvalidInput, TooLarge):
        return None
