"""A learning platform before the door, and what is looked at behind it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

from app import service as services
from app.db import Base
from app.issuing import inbox, sources
from app.issuing.sources import Source
from app.main import application
from app.service import Service

ACTOR = "test"


def completion(person: str = "7", **changes: Any) -> dict[str, Any]:
    """One completion of phlebotomy; the same person gives the same completion."""
    return {
        "id": f"enrolment-{person}",
        "event": "completed",
        "learner": {"id": person, "email": f"person-{person}@hospital.test", "name": "Ana Ortiz"},
        "activity": {"id": "PHLB-101", "name": "Phlebotomy"},
        "score": {"value": 92, "unit": "percent"},
        "completed_at": "2026-03-02T10:15:00Z",
        **changes,
    }


@dataclass
class Lms:
    """A learning platform that signs as Standard Webhooks say."""

    client: TestClient
    source_id: str
    secret: str

    def headers(self, raw: bytes, delivery_id: str, *, at: int | None = None) -> dict[str, str]:
        """The headers of a delivery that is sent now, or `at` a moment in seconds since 1970."""
        at = int(time.time()) if at is None else at
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.digest(key, f"{delivery_id}.{at}.".encode() + raw, hashlib.sha256)
        signature = "v1," + base64.b64encode(digest).decode()
        return {"webhook-id": delivery_id, "webhook-timestamp": str(at), "webhook-signature": signature}

    def post(self, body: Any, delivery_id: str = "msg-1", **changes: str) -> Response:
        """Deliver a body (bytes as they are, anything else as JSON); `changes` replace headers."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.headers(raw, delivery_id) | {name.replace("_", "-"): value for name, value in changes.items()}
        return self.client.post(f"/hooks/{self.source_id}", content=raw, headers=headers)


def rows(service: Service) -> dict[str, int]:
    """How many rows each table has."""
    with service.database.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def source_of(service: Service, lms: Lms) -> Source:
    with service.database.read() as session:
        return sources.by_id(session, lms.source_id)


def only_item(response: Response) -> dict[str, Any]:
    assert response.status_code == 200
    (item,) = response.json()["items"]
    return item


def replay_all(service: Service) -> dict[str, Any]:
    """Replay the newest delivery, as a member of staff does after mending what was missing."""
    with service.database.write() as session:
        delivery = inbox.newest(session)[0]
        return inbox.replay(session, service.office, delivery, actor=ACTOR)["items"][0]


@contextmanager
def restarted(service: Service) -> Iterator[TestClient]:
    """The service as a new process would build it, on the same database."""
    again = services.build(service.settings)
    with TestClient(application(again), base_url="http://badges.test") as client:
        yield client
