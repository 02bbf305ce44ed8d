"""What an adapter is: it proves that a delivery is from its source and reads it into items. No clock, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

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
    "Ignored",
    "Item",
    "LearnerFacts",
    "LearningKind",
    "MomentSource",
    "Score",
    "ScoreUnit",
    "Secret",
    "SourceConfig",
    "TestPing",
    "Unreadable",
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


Item = Completion | Ignored | Unreadable | TestPing


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
    """Everything the letterbox knows about one configured source. `jwks` is a JSON Web Key Set of the sender."""

    type: str
    settings: Mapping[str, Any]
    secrets: tuple[Secret, ...] = ()
    jwks: Mapping[str, Any] | None = None
    tolerance_seconds: int = 300


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A delivery that is from its source.

    `delivery_key` (at most 255 characters) is the same when the sender tries again. `payload` is what to parse: the raw
    body, or the claims of a token. `method` and `key_id` say how it was proved and with which secret or key.
    """

    delivery_key: str
    payload: bytes = field(repr=False)
    method: str
    key_id: str


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

        Raises DeliveryNotAuthentic and nothing else, always with the same words.
        """
        ...

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """Read an authenticated payload; one bad item does not spoil the others.

        Raises MalformedJson, InvalidInput or TooLarge only when the delivery cannot be read at all.
        """
        ...
