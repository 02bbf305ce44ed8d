"""A learner and several secrets go through every flow of the service, and are seen in no log (T48)."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text
from standardwebhooks import Webhook

from app import logs
from app import service as services
from app.db import Database
from app.errors import MailRefused
from app.issuing import access, achievement_facts, achievements, issuers, rules, signing_keys, sources, status_lists
from app.main import application
from app.settings import Settings
from app.worker import Worker

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtaXJhIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


NAME = "Zephyrine Quackenbush"
EMAIL = "zephyrine.quackenbush@hospital.test"
PASSWORD = "opensesame-of-the-quokka"
SECRET_OF_SERVICE = "the canary's secret of the whole service, long enough"
CANARIES = ("zephyrine", "quackenbush", PASSWORD, "quokka")


class Canary:
    """A service that knows one learner and several secrets, none of which may be seen in its log."""

    def __init__(self, settings: Settings, database: Database) -> None:
        changes = {
            "database_url": database.url,
            "secret": SecretStr(SECRET_OF_SERVICE),
            "smtp_password": SecretStr(PASSWORD),
        }
        self.service = services.build(settings.model_copy(update=changes))
        self.client = TestClient(
            application(self.service), base_url="http://badges.test", raise_server_exceptions=False
        )
        self.fault: Exception | None = None
        office = self.service.office
        with database.write() as session:
            issuer = issuers.create(session, slug="st-anna", name="St. Anna", url="https://anna.example", actor="cli")
            signing_keys.rotate(session, office, issuer, actor="cli")
            status_lists.open_lists(session, office, issuer)
            facts = achievement_facts.parse(
                {
                    "name": "Basic Life Support",
                    "abbreviation": "BLS",
                    "description": "Keeps somebody alive.",
                    "criteria_narrative": "Pass.",
                    "achievement_type": "Achievement",
                }
            )
            achievement = achievements.create(session, issuer, slug="bls", facts=facts, actor="cli")
            achievements.publish(session, office, achievement, actor="cli")
            made = sources.create(
                session,
                office,
                issuer,
                name="LMS",
                source_type="generic",
                settings={"namespace": "lms.example.org"},
                actor="cli",
            )
            sources.allow(session, made.source, achievement, actor="cli")
            rules.create(session, made.source, activity_id="bls", achievement=achievement, actor="cli")
            key = access.create(session, issuer, name="k", scopes=list(access.Scope), days=30, actor="cli")
        self.source_id, self.secret, self.api_key = made.source.id, made.secret, key.text

    def hook(self, body: Any, *, message_id: str = "msg_1", secret: str | None = None) -> int:
        """Post a delivery; the status."""
        content = body if isinstance(body, str) else json.dumps(body)
        now = datetime.now(UTC)
        signature = Webhook(secret or self.secret).sign(message_id, now, content)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
            "X-Learner": NAME,
        }
        path = f"/hooks/{self.source_id}?email={EMAIL}"
        return self.client.post(path, content=content, headers=headers).status_code

    def api(self, body: Any, *, key: str | None = None, path: str = "/api/v1/awards") -> int:
        """Call the API; the status."""
        headers = {"Authorization": f"Bearer {key or self.api_key}", "Idempotency-Key": NAME}
        return self.client.post(path, json=body, headers=headers).status_code

    def deliver(self, _message: Any) -> None:
        """A way for mail to go out, and to fail."""
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def canary(settings: Settings, database: Database, written: io.StringIO) -> Iterator[Canary]:
    made = Canary(settings, database)
    logs.configure(made.service.settings.model_copy(update={"log_level": "debug"}), stream=written)
    yield made
    made.service.close()


def completion(**changes: Any) -> dict[str, Any]:
    return {
        "id": "evt-1",
        "event": "completed",
        "learner": {"id": "quokka-57", "email": EMAIL, "name": NAME},
        "activity": {"id": "bls"},
        **changes,
    }


def test_the_canary_is_seen_in_no_log(canary: Canary, written: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    other_secret = "whsec_" + base64.b64encode(b"another canary, of 32 bytes too.").decode()
    award = {"achievement": "bls", "recipient": {"email": EMAIL, "name": NAME}}

    statuses = [
        canary.hook(completion()),
        canary.hook(completion(), secret=other_secret),
        canary.hook(completion(comment="conflict"), message_id="msg_1"),
        canary.hook(f"{NAME} is no JSON", message_id="msg_2"),
        canary.hook(completion(activity={"id": NAME}, id="evt-3"), message_id="msg_3"),
        canary.hook(completion(learner={"id": NAME}, id=NAME), message_id=NAME.replace(" ", "_")),
        canary.api(award),
        canary.api({**award, "learner_name": NAME}),
        canary.api(award, key=canary.api_key[:-1] + "x"),
        canary.api({"recipient": NAME, "achievement": EMAIL}),
        canary.client.get(f"/b/{NAME}?email={EMAIL}").status_code,
        canary.client.post("/verify", content=f'{{"name": "{NAME}", "token": "{JWT}"}}').status_code,
    ]
    canary.fault = MailRefused(f"550 <{EMAIL}> unknown", permanent=False, code=550)
    Worker(canary.service, canary).run_once()
    canary.fault = ValueError(f"cannot write to {NAME} <{EMAIL}>")
    with canary.service.database.write() as session:
        session.execute(text("UPDATE outbox SET state = 'pending', next_attempt_at = created_at"))
    Worker(canary.service, canary).run_once()
    monkeypatch.setattr(sources, "by_id", raiser(RuntimeError(f"lost {NAME} with {canary.secret}")))
    statuses.append(canary.hook(completion(), message_id="msg_9"))

    seen = written.getvalue()
    assert {200, 401, 409, 404, 500} <= set(statuses), statuses
    assert len(seen.splitlines()) > len(statuses)
    assert [word for word in (*CANARIES, canary.secret, canary.api_key, JWT) if word.lower() in seen.lower()] == []
    assert canary.secret.removeprefix("whsec_") not in seen
    assert canary.api_key.rsplit("_", 1)[1] not in seen
    assert SECRET_OF_SERVICE not in seen


def test_the_canary_would_be_seen_without_the_mask(canary: Canary, written: io.StringIO, monkeypatch):
    monkeypatch.setattr(logs.Mask, "__call__", lambda _self, _logger, _method, event: event)
    canary.hook(completion())
    canary.fault = MailRefused(f"550 <{EMAIL}> unknown", permanent=False, code=550)
    Worker(canary.service, canary).run_once()

    assert EMAIL in written.getvalue()


def raiser(error: Exception) -> Callable[..., Any]:
    def fail(*_arguments: Any, **_facts: Any) -> Any:
        raise error

    return fail
