"""An integrator: API keys, a client that sends one, and a neighbour who must never see or change anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app.issuing import access, issuers
from app.issuing.access import Scope
from app.issuing.issuers import Issuer
from app.main import application
from app.service import Service

FACTS: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely.",
    "criteria_narrative": "Pass the knowledge test and ten observed draws.",
    "skills": [{"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}],
    "assessment_method": "observed",
}
ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}


class Integrator:
    """Talks to the API with one key; paths are below `/api/v1`."""

    def __init__(self, app: Any, key: str | None) -> None:
        self.client = TestClient(app, base_url="http://badges.test/api/v1", raise_server_exceptions=False)
        if key is not None:
            self.client.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a successful answer."""
        return self._success("GET", path, params=params or None)

    def post(self, path: str, **body: Any) -> Any:
        return self._success("POST", path, json=body)

    def put(self, path: str, **body: Any) -> Any:
        return self._success("PUT", path, json=body)

    def patch(self, path: str, **body: Any) -> Any:
        return self._success("PATCH", path, json=body)

    def send(self, method: str, path: str, **request: Any) -> Response:
        """Whatever the answer is."""
        return self.client.request(method, path, **request)

    def refused(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Status and problem of an answer that is none of success; a problem says what and where."""
        answer = self.send(method, path, json=body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()

    def publish(self, slug: str = "phlb", **facts: Any) -> dict[str, Any]:
        """A published achievement."""
        made = self.post("/achievements", slug=slug, facts=FACTS | facts)
        self.post(f"/achievements/{made['id']}/publish")
        return dict(self.get(f"/achievements/{made['id']}"))

    def credential(self, award_id: str) -> dict[str, Any]:
        """What was signed."""
        return dict(json.loads(self.send("GET", f"/awards/{award_id}/credential").content))

    def _success(self, method: str, path: str, **request: Any) -> Any:
        answer = self.send(method, path, **request)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def app(service: Service) -> Any:
    """The application, as it is served."""
    return application(service)


@pytest.fixture
def make_key(service: Service, issuer: Issuer) -> Callable[..., str]:
    """The text of a key: `make_key(Scope.READ, …, by=issuer, days=30)`; all scopes if none is named."""

    def make(*scopes: Scope, by: Issuer | None = None, days: int = 30) -> str:
        with service.database.write() as session:
            owner = issuers.by_id(session, (by or issuer).id)
            facts = {"name": "tests", "scopes": scopes or list(Scope), "days": days, "actor": "test"}
            return access.create(session, owner, **facts).text

    return make


@pytest.fixture
def integrator(app: Any) -> Callable[[str | None], Integrator]:
    """Somebody who calls with this key: `integrator(key)`."""
    return lambda key: Integrator(app, key)


@pytest.fixture
def api(app: Any, make_key: Callable[..., str]) -> Integrator:
    """Northfield's own program, which may do everything."""
    return Integrator(app, make_key())


@pytest.fixture
def neighbour(app: Any, make_issuer: Callable[..., Issuer], make_key: Callable[..., str]) -> Integrator:
    """The program of another issuer."""
    return Integrator(app, make_key(by=make_issuer("southfield", "Southfield College")))


@pytest.fixture
def phlebotomy() -> dict[str, Any]:
    """The facts of an achievement that can be published."""
    return dict(FACTS)
