"""Ids on the wire: FHIR's have letters, digits, `-` and `.`; ours also `_`. The same 128 bits, written in hex."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_HEX = re.compile(r"[0-9a-f]{32}")


def wire_id(own: str) -> str:
    """The id of a resource: 32 hex digits for the 22 characters of one of our ids."""
    return urlsafe_b64decode(f"{own}==").hex()


def own_id(wire: str) -> str | None:
    """Our id behind the id of a resource; None for what cannot be one."""
    if not _HEX.fullmatch(wire):
        return None
    return urlsafe_b64encode(bytes.fromhex(wire)).decode().rstrip("=")
