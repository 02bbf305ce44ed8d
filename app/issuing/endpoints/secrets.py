"""The secrets with which messages to an endpoint are signed: sealed at rest, told once, rotated with an overlap."""

from __future__ import annotations

import json
import secrets as random_secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.issuing.endpoints.records import Endpoint
from app.issuing.office import Office

SECRET_BYTES = 32
MOST_SECRETS = 3  # the newest, and those that end soon


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """What signs a message: shared secrets (`whsec_…`), newest first, and the seed of an ed25519 key, if any."""

    shared: tuple[str, ...]
    ed25519_seed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared secret; `ends_at` None = it is the newest and does not end."""

    value: str
    ends_at: datetime | None = None


def new_secret() -> str:
    """A fresh shared secret of 32 random bytes, `whsec_…`."""
    return "whsec_" + b64encode(random_secrets.token_bytes(SECRET_BYTES)).decode()


def new_seed() -> bytes:
    """A fresh seed of an ed25519 key."""
    return random_secrets.token_bytes(SECRET_BYTES)


def public_key(seed: bytes) -> str:
    """The public key that receivers verify `v1a` with, `whpk_…`."""
    return "whpk_" + b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def seal(office: Office, endpoint_id: str, shared: list[Secret], seed: bytes | None) -> str:
    """The secrets as they are stored."""
    stated = {
        "shared": [[one.value, one.ends_at.isoformat() if one.ends_at else None] for one in shared[:MOST_SECRETS]],
        "ed25519": None if seed is None else b64encode(seed).decode(),
    }
    return office.sealer.seal(json.dumps(stated), place=_place(endpoint_id))


def unseal(office: Office, endpoint: Endpoint) -> tuple[list[Secret], bytes | None]:
    """What `seal` stored, newest first."""
    stated = json.loads(office.sealer.unseal(endpoint.sealed_secrets, place=_place(endpoint.id)))
    shared = [Secret(value, datetime.fromisoformat(ends) if ends else None) for value, ends in stated["shared"]]
    return shared, None if stated["ed25519"] is None else b64decode(stated["ed25519"])


def secrets_at(office: Office, endpoint: Endpoint, now: datetime) -> SigningSecrets:
    """The secrets that sign at a moment: the newest, and those that were replaced and have not ended."""
    shared, seed = unseal(office, endpoint)
    return SigningSecrets(tuple(one.value for one in shared if one.ends_at is None or now < one.ends_at), seed)


def _place(endpoint_id: str) -> str:
    return f"endpoint:{endpoint_id}"
