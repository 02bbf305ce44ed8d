"""Envelope encryption of private keys: each has a data key of its own, which a key made from the secret wraps (T49).

Both layers are AES-256-GCM, and both are bound to the kid and the owner: a row that was copied over another one, or
given to another issuer, does not open. A new secret needs only the outer layer to be written anew.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import KeyUnavailable

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + 16  # nonce, data key, tag


class Envelope:
    """Seals private keys under the service's secret.

    A sealed key is: version (1 byte), wrapped data key (60 bytes), nonce (12 bytes), encrypted PKCS#8 with its tag.
    """

    def __init__(self, secret: bytes) -> None:
        wrapping = HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=b"lanyard key envelope 1").derive(secret)
        self._outer = AESGCM(wrapping)

    def seal(self, private: bytes, *, kid: str, owner: str) -> bytes:
        """The sealed form of a private key."""
        data_key = os.urandom(_KEY_BYTES)
        wrapped = _encrypt(self._outer, data_key, b"data key", kid, owner)
        return _VERSION + wrapped + _encrypt(AESGCM(data_key), private, b"private key", kid, owner)

    def open(self, sealed: bytes, *, kid: str, owner: str) -> bytes:
        """The private key. Raises KeyUnavailable when the secret, the kid or the owner is another one."""
        if sealed[:1] != _VERSION:
            raise KeyUnavailable("The stored key has a form that this version does not know", kid=kid)
        wrapped, inner = sealed[1 : 1 + _WRAPPED_BYTES], sealed[1 + _WRAPPED_BYTES :]
        try:
            data_key = _decrypt(self._outer, wrapped, b"data key", kid, owner)
            return _decrypt(AESGCM(data_key), inner, b"private key", kid, owner)
        except (InvalidTag, ValueError) as error:
            raise KeyUnavailable("The stored key cannot be opened with the configured secret", kid=kid) from error


def _encrypt(cipher: AESGCM, data: bytes, what: bytes, kid: str, owner: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, _bound_to(what, kid, owner))


def _decrypt(cipher: AESGCM, data: bytes, what: bytes, kid: str, owner: str) -> bytes:
    return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound_to(what, kid, owner))


def _bound_to(what: bytes, kid: str, owner: str) -> bytes:
    return b"\0".join((b"lanyard", what, owner.encode(), kid.encode()))
