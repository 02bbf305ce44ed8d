"""What a reconciler is: it asks one kind of platform, page by page, and says what stands there in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.issuing.identification import FoundPerson
from app.issuing.reconciling import PullConfig
from app.lms.base import Item
from app.outbound.reconcile.asking import Asker


@dataclass(frozen=True, slots=True)
class Page:
    """What one step brought. `place` is where to go on after it (plain JSON); `subject` says what it was about."""

    items: tuple[Item, ...]
    place: dict[str, Any]
    subject: str


class Reconciler(Protocol):
    """One kind of platform. A new one is a file, a line in RECONCILERS and a test."""

    source_type: str
    tells_keys: bool  # whether a fact is told with what its push is known by

    def namespace(self, config: PullConfig) -> str | None:
        """Whose ids the platform's are; None where they are of many (an LRS)."""
        ...

    def headers(self, token: str) -> dict[str, str]:
        """How the token is shown to the platform."""
        ...

    def pages(
        self, config: PullConfig, asker: Asker, *, place: dict[str, Any] | None, kept: dict[str, Any], now: datetime
    ) -> Iterator[Page]:
        """The steps from `place` on (None = from the beginning). `kept` is what the last run left.

        Raises FetchFailed (Throttled among them); what was yielded before stands.
        """
        ...

    def kept(self, config: PullConfig, place: dict[str, Any] | None, *, started_at: datetime) -> dict[str, Any]:
        """What the next run should know when this one ended at `place`."""
        ...

    def find(self, asker: Asker, config: PullConfig, source_id: str) -> FoundPerson | None:
        """Who somebody is at the platform; None when it knows nobody of this id. Raises FetchFailed."""
        ...
