"""What an adapter is: it proves that a delivery is from its source and reads it into items. No clock, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from app.lms.facts import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    LearnerFacts,
    LearningKind,
    MomentSource,
    Score,
    ScoreUnit,
)

__all__ = [
    "ActivityFacts",
    "ActivityType",
    "Adapter",
    "Authenticated",
    "Completion",
    "CompletionKind",
    "Handshaking",
    "Ignored",
    "Item",
    "LearnerFacts",
    "LearningKind",
    "MomentSource",
    "Reply",
    "Replying",
    "Score",
    "ScoreUnit",
    "Secret",
    "SourceConfig",
    "TestPing",
    "Unreadable",
    "Voiding",
]


@dataclass(frozen=True, slots=True)
class Ignored:
    """An item that is understood to be none of our business; answered with 200 and counted, never an award."""

    code: str
    detail: str
    event_type: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that lacks what a completion needs; `pointer` (JSON Pointer into the delivery) says where."""

    code: str
    detail: str
    pointer: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class TestPing:
    """A sender trying the connection. It proves that the settings are right, and is never a completion."""

    __test__ = False  # or pytest takes it for a class of tests

    detail: str
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    """A source takes back one of its own facts, by the fact's `dedupe_key`. It may arrive before the fact itself.

    `dedupe_key` is the voiding statement's own (at most 255 characters).
    """

    dedupe_key: str
    voids: str
    occurred_at: datetime
    index: int = 0


Item = Completion | Voiding | Ignored | Unreadable | TestPing

PEER = ":peer"
"""The name under which a door adds the caller's network address to the headers. No client can send this name."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One shared secret. `None` bounds are open; `not_after` is exclusive. Two may hold at once, to change them."""

    id: str
    value: str = field(repr=False)
    not_before: datetime | None = None
    not_after: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the secret may be used at that moment."""
        begun = self.not_before is None or self.not_before <= moment
        return begun and (self.not_after is None or moment < self.not_after)


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """What the letterbox knows of one source. `jwks` is the sender's JSON Web Key Set; `source_id` "" = a trial."""

    type: str
    settings: Mapping[str, Any]
    secrets: tuple[Secret, ...] = ()
    jwks: Mapping[str, Any] | None = None
    tolerance_seconds: int = 300
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A delivery that is from its source.

    `delivery_key` (at most 255 characters) is the same when the sender tries again. `payload` is what to parse: the raw
    body, or the claims of a token. `method` and `key_id` say how it was proved and with which secret or key.
    `body_holds_secret`: the secret came within the body and was taken out of `payload`, so that only this is stored.
    """

    delivery_key: str
    payload: bytes = field(repr=False)
    method: str
    key_id: str
    body_holds_secret: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a sender, where it needs to hear something else than our own JSON with 200.

    Names in `headers` are as they are to be sent; a body without `Content-Type` among them has none.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Adapter(Protocol):
    """One kind of source. `auth_schemes` lists how it can prove itself, the default first."""

    name: str
    title: str
    auth_schemes: tuple[str, ...]

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of a source's settings, one sentence each; an empty list when they can be used."""
        ...

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the raw bytes. Names in `headers` are lower case, repeated headers are joined with ", ".

        Raises DeliveryNotAuthentic, always with the same words; for a compressed body TooLarge or UnsupportedMediaType.
        """
        ...

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """Read an authenticated payload; one bad item does not spoil the others.

        Raises MalformedJson, InvalidInput or TooLarge only when the delivery cannot be read at all.
        """
        ...


@runtime_checkable
class Handshaking(Protocol):
    """An adapter whose sender asks before it delivers: a verification with GET, OPTIONS or a POST of its own."""

    def handshake(
        self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, config: SourceConfig
    ) -> Reply | None:
        """The answer to a verification request, which is neither authenticated nor stored; None when it is none.

        `method` is in capitals, `query` has the last value of each name. Nothing of the settings or the secrets may
        show in the answer, except what the sender's own protocol asks for (a challenge that proves the secret is here).
        """
        ...


@runtime_checkable
class Replying(Protocol):
    """An adapter whose sender needs another answer to a delivery than our JSON: a list of ids, an empty body."""

    def reply(self, answer: Mapping[str, Any], items: Sequence[Item]) -> Reply | None:
        """What to send instead of `answer`, which is stored by then; None to send `answer` itself as JSON with 200.

        `answer` has `delivery`, `status` (processed, queued, unreadable) and `items`; a repeated delivery has the first
        one's. `items` are what `parse` read; empty when the delivery cannot be read.
        """
        ...
