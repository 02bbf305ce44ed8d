"""A passkey in software (WebAuthn, ES256, attestation "none"), honest unless it is told to lie."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one key. `origin`, `party` and `flags` are what it says; `counter` grows with each use."""

    origin: str
    party: str
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))
    flags: int = USER_PRESENT | USER_VERIFIED
    counter: int = 0
    user: bytes | None = None

    def create(self, options: dict[str, Any]) -> str:
        """A new passkey for these options, as our script sends it."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._data(self.flags | ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        stated = self._client_data("webauthn.create", options)
        return self._sent(clientDataJSON=text(stated), attestationObject=text(attested), transports=["internal"])

    def get(self, options: dict[str, Any]) -> str:
        """The signature over these options, as our script sends it."""
        self.counter += 1
        stated, data = self._client_data("webauthn.get", options), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(stated).digest(), ec.ECDSA(SHA256()))
        handle = text(self.user) if self.user is not None else None
        return self._sent(
            clientDataJSON=text(stated), authenticatorData=text(data), signature=text(signature), userHandle=handle
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _sent(self, **response: Any) -> str:
        said = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
        return json.dumps(said | {"clientExtensionResults": {}})


def text(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
