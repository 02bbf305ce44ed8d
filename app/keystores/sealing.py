"""What is sealed at rest (webhook secrets, what deliveries held): AES-256-GCM, a key made from the service's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import KeyUnavailable

NONCE_BYTES = 12


class Sealer:
    """Seals secrets. `place` binds what is sealed to its row: moved elsewhere, it does not open (T49)."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"lanyard sealing v1"))
        self._marking_key = _derive(secret, b"lanyard marking v1")

    def seal(self, text: str, *, place: str) -> str:
        """The sealed form as URL-safe text."""
        return base64.urlsafe_b64encode(self.seal_bytes(text.encode(), place=place)).decode()

    def unseal(self, sealed: str, *, place: str) -> str:
        """What was sealed. Raises KeyUnavailable when the service's secret or the place is another one."""
        return self.unseal_bytes(base64.urlsafe_b64decode(sealed), place=place).decode()

    def seal_bytes(self, content: bytes, *, place: str) -> bytes:
        """The sealed form of bytes: 28 bytes longer, and never empty."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def unseal_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """What was sealed. Raises KeyUnavailable as `unseal` does."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise KeyUnavailable("What was sealed cannot be opened; was LANYARD_SECRET changed?") from error

    def mark(self, *parts: str) -> str:
        """A keyed hash (hex HMAC-SHA256) by which the same parts are known again, and nobody can find what they were.

        Parts are told apart by their lengths, so that no two lists of parts read the same.
        """
        told = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._marking_key, told.encode(), hashlib.sha256).hex()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
