"""A source with one scheme, as these tests see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.errors import DeliveryNotAuthentic
from app.lms import auth
from app.lms.base import Secret, SourceConfig

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)


@dataclass
class Gate:
    """One scheme with its options and secrets; the clock stands still."""

    scheme: str
    options: dict[str, Any] | None = None
    secrets: tuple[Secret, ...] = ()
    now: datetime = NOW
    refusals: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        return {"auth": self.scheme} | ({} if self.options is None else {"auth_options": self.options})

    def prove(self, headers: dict[str, str], body: bytes = b"{}") -> auth.Proof:
        config = SourceConfig("generic", self.settings, self.secrets, None, 300)
        return auth.prove(headers, body, config, allowed=tuple(auth.SCHEMES), now=self.now)

    def refuse(self, headers: dict[str, str], body: bytes = b"{}") -> str:
        """Sees that it is refused, in the words that all refusals have; the reason for the log."""
        with pytest.raises(DeliveryNotAuthentic) as caught:
            self.prove(headers, body)
        assert (str(caught.value), caught.value.facts) == ("The delivery could not be authenticated", {})
        return caught.value.__notes__[0]

    def problems(self) -> list[str]:
        return auth.settings_problems(self.settings, tuple(auth.SCHEMES))


@pytest.fixture
def gate() -> Callable[..., Gate]:
    """`gate("hmac", secret, header="x-sig")`: a source with that scheme, its secrets and its options."""

    def make(scheme: str, *values: str, **options: Any) -> Gate:
        secrets = tuple(Secret(f"s{place}", value) for place, value in enumerate(values, 1))
        return Gate(scheme, options or None, secrets)

    return make
