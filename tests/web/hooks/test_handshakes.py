"""An adapter may answer a sender that asks before it delivers, and may say something else than our JSON afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import sources
from app.issuing.issuers import Issuer
from app.lms import ADAPTERS, auth
from app.lms.base import Authenticated, Ignored, Item, Reply, SourceConfig
from app.service import Service

from .sending import ACTOR, rows

SECRET = "tk_4f9b2c7d8e1a6053b7a9"


class Polite:
    """A platform that sends a challenge first, and wants an empty 202 for what was taken."""

    name = "polite"
    title = "A polite platform"
    auth_schemes: tuple[str, ...] = ("bearer",)

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        return auth.settings_problems(settings, self.auth_schemes)

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        return auth.prove(headers, body, config, allowed=self.auth_schemes, now=now).delivery("one")

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        del config, received_at
        return tuple(Ignored("greeting", "Somebody said hello", name) for name in json.loads(payload))

    def handshake(
        self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, config: SourceConfig
    ) -> Reply | None:
        del headers, config
        challenge = query.get("challenge") or (body.decode() if body.startswith(b"challenge") else None)
        return (
            None if challenge is None else Reply(200, {"Content-Type": "text/plain"}, f"{method} {challenge}".encode())
        )

    def reply(self, answer: Mapping[str, Any], items: Sequence[Item]) -> Reply | None:
        return Reply(202, {"X-Taken": f"{len(items)} {answer['status']}"}) if items else None


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, service: Service, issuer: Issuer) -> str:
    monkeypatch.setitem(ADAPTERS, "polite", Polite())
    with service.database.write() as session:
        made = sources.create(
            session,
            service.office,
            issuer,
            name="Polite",
            source_type="polite",
            settings={},
            secret=SECRET,
            actor=ACTOR,
        )
    return f"/hooks/{made.source.id}"


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_a_challenge_is_answered_by_the_adapter_and_stored_nowhere(
    client: TestClient, address: str, service: Service, method: str
):
    before = rows(service)

    answer = client.request(method, address, params={"challenge": "1158201444"})

    assert (answer.status_code, answer.text) == (200, f"{method} 1158201444")
    assert rows(service) == before


def test_a_challenge_in_a_body_is_answered_before_anything_is_proved(client: TestClient, address: str):
    assert client.post(address, content=b"challenge accepted").text == "POST challenge accepted"


def test_what_is_no_challenge_is_answered_as_everywhere(client: TestClient, address: str):
    assert client.get(address).status_code == 200
    assert client.options(address).status_code == 204
    assert client.post(address, content=b'["ana"]').status_code == 401


def test_the_adapter_says_what_its_sender_hears_after_the_delivery_was_stored(
    client: TestClient, address: str, service: Service
):
    headers = {"Authorization": f"Bearer {SECRET}"}

    first, again = (client.post(address, content=b'["ana", "ben"]', headers=headers) for _ in range(2))

    for answer in (first, again):
        assert (answer.status_code, answer.headers["x-taken"], answer.content) == (202, "2 processed", b"")
    assert rows(service)["deliveries"] == 1


def test_an_adapter_that_has_nothing_to_say_leaves_our_own_answer(client: TestClient, address: str):
    answer = client.post(address, content=b"[]", headers={"Authorization": f"Bearer {SECRET}"})

    assert (answer.status_code, answer.json()["status"]) == (200, "processed")
