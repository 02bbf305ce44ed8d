"""Private keys sealed in the database: for several machines that share nothing else.

The store seals and opens; where the sealed keys lie is handed in. A new key is kept by its caller, in the transaction
that makes it known, so that a key which signs is never one that was rolled back.
"""

from __future__ import annotations

from threading import Lock
from typing import Any, Protocol

from cryptography.hazmat.primitives import serialization

from app.credentials.model import Algorithm
from app.errors import KeyUnavailable
from app.keystores import SealedKey
from app.keystores.envelope import Envelope
from app.keystores.private_keys import PrivateKey, generate, pkcs8, public_jwk, raw_signature, refuse_another


class SealedKeys(Protocol):
    """The sealed keys that were kept and committed."""

    def find(self, kid: str) -> SealedKey | None:
        """The sealed key of this kid. Raises KeyUnavailable when nobody can tell."""

    def every(self) -> list[SealedKey]:
        """All of them. Raises KeyUnavailable when nobody can tell."""


class DatabaseKeyStore:
    """The KeyStore over sealed keys. Opened keys stay in memory, as those of files do."""

    def __init__(self, kept: SealedKeys, secret: bytes, *, demo: bool) -> None:
        self._kept = kept
        self._envelope = Envelope(secret)
        self._demo = demo
        self._opened: dict[str, PrivateKey] = {}
        self._lock = Lock()

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """Make a key pair; its public JWK with `kid` and `alg`. It is lost unless the caller keeps `sealed(kid)`."""
        return self.take_over(generate(algorithm))

    def take_over(self, key: PrivateKey) -> dict[str, Any]:
        """A key of another store, as if it had been made here; its public JWK."""
        jwk = public_jwk(key)
        self._opened[jwk["kid"]] = key
        return jwk

    def sealed(self, kid: str, *, owner: str) -> SealedKey | None:
        """The key of this kid, encrypted and bound to its kid and owner. Raises KeyUnavailable."""
        data = self._envelope.seal(pkcs8(self._key(kid)), kid=kid, owner=owner)
        return SealedKey(kid=kid, owner=owner, data=data, demo=self._demo)

    def sign(self, kid: str, data: bytes) -> bytes:
        """The raw signature of `data`. Raises KeyUnavailable."""
        return raw_signature(self._key(kid), data)

    def problems(self) -> list[str]:
        """What is wrong with a kept key, a sentence each; every one is opened to find out."""
        try:
            kept = self._kept.every()
        except KeyUnavailable as error:
            return [f"{error.detail}."]
        found = []
        for sealed in kept:
            try:
                self._open(sealed)
            except KeyUnavailable as error:
                found.append(f"The stored key {sealed.kid} cannot be used: {error.detail}.")
        return found

    def demo_kids(self) -> list[str]:
        """The kids of keys that were made for a demonstration and must not sign in production."""
        return sorted(sealed.kid for sealed in self._kept.every() if sealed.demo)

    def _key(self, kid: str) -> PrivateKey:
        key = self._opened.get(kid)
        if key is None:
            with self._lock:  # one at a time: each looks for the key on a connection of its own
                key = self._opened.get(kid) or self._find(kid)
                self._opened[kid] = key
        return key

    def _find(self, kid: str) -> PrivateKey:
        sealed = self._kept.find(kid)
        if sealed is None:
            raise KeyUnavailable("There is no private key of this name")
        return self._open(sealed)

    def _open(self, sealed: SealedKey) -> PrivateKey:
        data = self._envelope.open(sealed.data, kid=sealed.kid, owner=sealed.owner)
        try:
            key = serialization.load_der_private_key(data, password=None)
        except (ValueError, TypeError) as error:  # pragma: no cover - what opens was sealed here
            raise KeyUnavailable("The stored key cannot be read", kid=sealed.kid) from error
        return refuse_another(key, sealed.kid, place="row of the stored key")
