"""The only sources of time and of identifiers. Pure rooms get both as arguments."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, in whole seconds (a VC-JWT's `nbf` must equal `validFrom`)."""
    return datetime.now(UTC).replace(microsecond=0)


def new_id() -> str:
    """A fresh public identifier: 128 random bits, URL-safe, 22 characters; never sequential."""
    made = secrets.token_urlsafe(16)
    while made.startswith("-"):  # `lanyard revoke -x…` would be an option, one time in 64
        made = secrets.token_urlsafe(16)
    return made


def new_urn() -> str:
    """A fresh `urn:uuid:` of version 4. Never version 7: OB 2.0 validators refuse it (OB3-73)."""
    return f"urn:uuid:{uuid.uuid4()}"


def new_salt() -> str:
    """A fresh salt for one hashed identity: 128 random bits in hex (OB3-15)."""
    return secrets.token_hex(16)
