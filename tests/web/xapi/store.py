"""A learning record store before the door, and what is looked at behind it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

from app.issuing import inbox
from app.service import Service
from tests.lms.xapi_statements import STATEMENT_ID

ACTOR = "test"
VERSION = "x-experience-api-version"


@dataclass
class Store:
    """A learning record store that forwards to us."""

    client: TestClient
    source_id: str
    secret: str

    def headers(self, **changes: str) -> dict[str, str]:
        pair = base64.b64encode(self.secret.encode()).decode()
        known = {"authorization": f"Basic {pair}", VERSION: "1.0.3", "content-type": "application/json"}
        return known | {name.replace("_", "-"): value for name, value in changes.items()}

    def send(self, method: str, body: Any, query: str = "", **headers: str) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"/xapi/{self.source_id}/statements{query}"
        return self.client.request(method, address, content=raw, headers=self.headers(**headers))

    def post(self, body: Any, **headers: str) -> Response:
        return self.send("POST", body, **headers)

    def put(self, body: Any, statement_id: str = STATEMENT_ID) -> Response:
        return self.send("PUT", body, f"?statementId={statement_id}")


def count(service: Service, table: Any) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def outcomes(service: Service) -> list[dict[str, Any]]:
    """What came of each item of the newest delivery."""
    with service.database.read() as session:
        items: list[dict[str, Any]] = inbox.newest(session)[0].answer["items"]
        return items
