"""A health-record system, written from the specification of FHIR R4 and SMART Backend Services, not from our code.

It knows one thing of the server, its base address, and finds the rest as the specifications say. Every answer it gets
is held against the models of `fhir.resources`, and so are the media type and the links.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import httpx
import jwt

JSON = "application/fhir+json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, once it is valid R4B by an independent library; so are those in a Bundle, by their own types."""
    name = str(resource["resourceType"])
    model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    model.model_validate(resource)
    for entry in resource.get("entry", []):
        valid(entry["resource"])
        assert entry["fullUrl"].endswith(f"{entry['resource']['resourceType']}/{entry['resource']['id']}")
    return resource


@dataclass
class Ehr:
    """One system at one base. `token` is what it sends; None = nothing."""

    http: httpx.Client
    base: str
    token: str | None = None
    answers: int = 0
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": JSON})

    def ask(self, address: str, *, method: str = "GET", **more: Any) -> httpx.Response:
        """One request; the answer is checked to be FHIR, whatever its status."""
        url = address if address.startswith("http") else f"{self.base}/{address}".rstrip("/")
        headers = self.headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        response = self.http.request(method, url, headers=headers | more.pop("headers", {}), **more)
        self.answers += 1
        if response.status_code == 304:
            assert response.content == b""
        elif response.headers["content-type"].partition(";")[0] == "application/fhir+ndjson":
            assert response.status_code == 200
        else:
            assert response.headers["content-type"].partition(";")[0] in (JSON, "application/json", "text/json")
            document = valid(response.json())
            if response.status_code >= 400:
                assert document["resourceType"] == "OperationOutcome"
                assert document["issue"][0]["diagnostics"]
        return response

    def read(self, address: str, **more: Any) -> dict[str, Any]:
        """What stands there; fails unless it is there."""
        response = self.ask(address, **more)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def refused(self, address: str, **more: Any) -> int:
        """The status of an answer that is an error."""
        response = self.ask(address, **more)
        assert response.status_code >= 400, response.text
        return response.status_code

    def pages(self, address: str, **more: Any) -> Iterator[dict[str, Any]]:
        """Every page of a search, by its `next` links."""
        page = self.read(address, **more)
        while True:
            assert page["type"] == "searchset"
            links = {link["relation"]: link["url"] for link in page["link"]}
            assert links["self"].startswith(self.base)
            yield page
            if "next" not in links:
                return
            page = self.read(links["next"])

    def every(self, address: str, **more: Any) -> list[dict[str, Any]]:
        """The resources of all pages that the search found; what came along is left out."""
        entries = [entry for page in self.pages(address, **more) for entry in page.get("entry", [])]
        return [entry["resource"] for entry in entries if entry["search"]["mode"] == "match"]

    # -- SMART Backend Services ---------------------------------------------------------------------------

    def configuration(self) -> dict[str, Any]:
        """Where tokens are, as SMART says it."""
        found: dict[str, Any] = self.http.get(f"{self.base}/.well-known/smart-configuration").json()
        assert "client-confidential-asymmetric" in found["capabilities"]
        return found

    def assertion(self, client_id: str, key: Any, algorithm: str, kid: str, **changes: Any) -> str:
        """A proof of who this is, good once and for a few minutes; changes are a tamperer's."""
        now = int(time.time())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": self.configuration()["token_endpoint"],
            "exp": now + 240,
            "jti": uuid.uuid4().hex,
        } | changes
        stated = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(stated, key, algorithm=algorithm, headers={"kid": kid, "typ": "JWT"})

    def ask_for_token(self, assertion: str, scope: str, **changes: str) -> httpx.Response:
        """The token endpoint's answer."""
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": BEARER_ASSERTION,
            "client_assertion": assertion,
        } | changes
        return self.http.post(self.configuration()["token_endpoint"], data=form)
