"""Where private keys live. Everything that signs goes through the `KeyStore` Protocol."""

from __future__ import annotations

from typing import Any, Protocol

from app.credentials.model import Algorithm


class KeyStore(Protocol):
    """Makes, keeps and uses private keys; never gives one away."""

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """Make and keep a key pair; its public JWK with `kid` and `alg`. The kid is derived from the key itself."""

    def sign(self, kid: str, data: bytes) -> bytes:
        """The raw signature of `data`. Raises KeyUnavailable."""

    def problems(self) -> list[str]:
        """What is wrong with the store, a sentence each; empty when keys can be made and used."""

    def demo_kids(self) -> list[str]:
        """The kids of keys that were made for a demonstration and must not sign in production."""
