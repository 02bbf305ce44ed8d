"""A platform before the door, and what tests of staff pages look at behind it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from app.issuing import rules, sources
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.sources import Source
from app.service import Service

ACTOR = "test"


def fact(person: str = "7", **changes: Any) -> dict[str, Any]:
    """One completion of PHLB-101 by a person with an address of their own."""
    return {
        "id": f"enrolment-{person}",
        "event": "completed",
        "learner": {"id": person, "email": f"person-{person}@hospital.example.org", "name": f"Person {person}"},
        "activity": {"id": "PHLB-101", "name": "Phlebotomy day"},
        "score": {"value": 92, "unit": "percent"},
        "completed_at": "2026-03-02T10:15:00Z",
        **changes,
    }


def connect(
    service: Service, issuer: Issuer, *, earns: Achievement | None = None, source_type: str = "generic", **settings: Any
) -> tuple[Source, str]:
    """A source with its secret, whose activity PHLB-101 earns an achievement, if one is named."""
    chosen = settings or {"namespace": "lms.hospital.test", "auth": "bearer"}
    with service.database.write() as session:
        facts = {"name": "Our LMS", "source_type": source_type, "settings": chosen, "actor": ACTOR}
        made = sources.create(session, service.office, issuer, **facts)
        if earns is not None:
            rules.create(session, made.source, activity_id="PHLB-101", achievement=earns, actor=ACTOR)
            sources.allow(session, made.source, earns, actor=ACTOR)
    return made.source, made.secret or ""


def send(client: TestClient, source_id: str, secret: str, *items: Any, raw: bytes | None = None) -> Response:
    """Deliver items with a bearer secret."""
    body = raw if raw is not None else json.dumps(items[0] if len(items) == 1 else list(items)).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Accept": "application/json"}
    return client.post(f"/hooks/{source_id}", content=body, headers=headers)


def signed(secret: str, body: bytes, delivery_id: str) -> dict[str, str]:
    """The headers of a delivery that is signed now, as Standard Webhooks say."""
    now = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{delivery_id}.{now}.".encode() + body, hashlib.sha256)
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": delivery_id, "webhook-timestamp": now, "webhook-signature": signature}
