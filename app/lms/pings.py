"""Bodies with which senders try an address before they use it. They are recorded as tests, and never earn anything."""

from __future__ import annotations

from typing import Any

from app.lms.base import TestPing


def ping_of(document: Any) -> TestPing | None:
    """What a JSON body says as a test; None when it is none of the well-known ones.

    Sources: GitHub, "Webhook events and payloads", `ping`; Cornerstone and others send an empty object when an address
    is saved.
    """
    if document == {}:
        return TestPing("An empty object was sent")
    if isinstance(document, dict) and isinstance(document.get("zen"), str) and "hook_id" in document:
        return TestPing("GitHub tried the address with a ping")
    return None
