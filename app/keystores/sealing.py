"""Secrets at rest (webhook secrets): sealed with AES-256-GCM under a key made from the service's secret."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import KeyUnavailable

NONCE_BYTES = 12


class Sealer:
    """Seals small secrets. `place` binds a sealed text to its row: moved elsewhere, it does not open (T49)."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lanyard sealing v1").derive(secret)
        self._cipher = AESGCM(key)

    def seal(self, text: str, *, place: str) -> str:
        """The sealed form as URL-safe text."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())).decode()

    def unseal(self, sealed: str, *, place: str) -> str:
        """What was sealed. Raises KeyUnavailable when the service's secret or the place is another one."""
        raw = base64.urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except InvalidTag as error:
            raise KeyUnavailable("A stored secret cannot be opened; was LANYARD_SECRET changed?") from error
