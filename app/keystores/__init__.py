"""Where private keys live. Everything that signs goes through the `KeyStore` Protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from app.credentials.model import Algorithm


@dataclass(frozen=True, slots=True)
class SealedKey:
    """An encrypted private half that its store does not keep itself; bound to its kid and to `owner` (an issuer id)."""

    kid: str
    owner: str
    data: bytes
    demo: bool = False


class KeyStore(Protocol):
    """Makes, keeps and uses private keys; never gives one away."""

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """Make and keep a key pair; its public JWK with `kid` and `alg`. The kid is derived from the key itself."""

    def sign(self, kid: str, data: bytes) -> bytes:
        """The raw signature of `data`. Raises KeyUnavailable."""

    def sealed(self, kid: str, *, owner: str) -> SealedKey | None:
        """A key that was made or taken over just now, encrypted, for the caller to keep in its own transaction.

        None from a store that keeps its keys itself. Raises KeyUnavailable for a key that the store does not have.
        """

    def problems(self) -> list[str]:
        """What is wrong with the store, a sentence each; empty when keys can be made and used."""

    def demo_kids(self) -> list[str]:
        """The kids of keys that were made for a demonstration and must not sign in production."""
