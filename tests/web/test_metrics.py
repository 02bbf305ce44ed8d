"""Numbers for Prometheus: closed unless a token is set, true, and about nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import clock
from app import service as services
from app.db import Database
from app.issuing import heartbeat, outbox
from app.issuing.awards import Award
from app.main import application
from app.service import Service
from app.settings import Settings

TOKEN = "a token of the tests, and of nobody else"
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def service(settings: Settings, database: Database):
    """The service, with a token for its numbers."""
    changes = {"database_url": database.url, "metrics_token": SecretStr(TOKEN)}
    built = services.build(settings.model_copy(update=changes))
    yield built
    built.close()


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(application(service), base_url="http://badges.test", raise_server_exceptions=False)


def ask(client: TestClient, authorization: str | None = f"Bearer {TOKEN}") -> Any:
    return client.get("/metrics", headers={} if authorization is None else {"Authorization": authorization})


def told(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every number, by its name and labels."""
    answer = ask(client)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_address(settings: Settings, database: Database):
    built = services.build(settings.model_copy(update={"database_url": database.url}))
    client = TestClient(application(built))

    assert ask(client).status_code == 404
    assert ask(client, None).json()["title"] == client.get("/nothing/here").json()["title"]
    built.close()


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
def test_without_the_token_it_stays_closed(client: TestClient, authorization: str | None):
    answer = ask(client, authorization)

    assert answer.status_code == 401
    assert "lanyard_" not in answer.text


def test_a_token_that_can_be_guessed_is_refused():
    with pytest.raises(ValidationError, match="LANYARD_METRICS_TOKEN"):
        Settings(_env_file=None, metrics_token="short")


def test_requests_are_counted_and_timed_by_the_pattern_of_their_route(client: TestClient, award: Award):
    client.get(f"/b/{award.id}")
    client.get("/b/nobody-s-badge")
    client.get("/no/such/page")
    found = told(client)

    def requests(route: str, status: str) -> float:
        return found["lanyard_requests_total", (("method", "GET"), ("route", route), ("status", status))]

    assert requests("/b/{name}", "200") == 1
    assert requests("/b/{name}", "404") == 1
    assert requests("(none)", "404") == 1
    assert found["lanyard_request_seconds_count", (("method", "GET"), ("route", "/b/{name}"))] == 2


def test_no_label_holds_an_id_a_name_or_an_address(client: TestClient, award: Award):
    client.get(f"/b/{award.id}?to=ana.ortiz@example.org")
    client.get("/issuers/northfield")
    client.request("BREW", "/coffee/ana.ortiz@example.org")

    text_of_it = ask(client).text

    for secret in (award.id, award.learner_id, "northfield", "ana", "BREW", "coffee"):
        assert secret.lower() not in text_of_it.lower(), secret


@BOTH_DATABASES
def test_how_the_service_stands_is_read_from_the_database(client: TestClient, service: Service, make_award: Any):
    make_award()
    with time_machine.travel(clock.now() - timedelta(seconds=90), tick=False), service.database.write() as session:
        outbox.put(session, channel="webhook", subject_id="x", event="e", payload={})
        heartbeat.beat(session, "worker")

    found = told(client)

    assert found["lanyard_awards", (("state", "issued"),)] == 1
    assert found["lanyard_outbox_pending", (("channel", "email"),)] == 1
    assert 90 <= found["lanyard_outbox_oldest_seconds", (("channel", "webhook"),)] < 120
    assert 90 <= found["lanyard_worker_seen_seconds", ()] < 120
    assert found["lanyard_database_up", ()] == 1


def test_no_worker_is_no_number(client: TestClient):
    assert ("lanyard_worker_seen_seconds", ()) not in told(client)


def test_numbers_are_read_again_after_some_seconds_and_not_before(client: TestClient, make_award: Any, monkeypatch):
    told(client)
    make_award()
    assert ("lanyard_awards", (("state", "issued"),)) not in told(client)
    monkeypatch.setattr("app.web.metrics.REMEMBERED_SECONDS", -1.0)

    assert told(client)["lanyard_awards", (("state", "issued"),)] == 1


def test_errors_of_the_database_are_counted_by_kind(client: TestClient, service: Service):
    with pytest.raises(OperationalError), service.database.read() as session:
        session.execute(text("SELECT * FROM nowhere"))

    assert told(client)["lanyard_database_errors_total", (("kind", "OperationalError"),)] == 1


def test_a_database_that_does_not_answer_is_told_and_nothing_breaks(client: TestClient, monkeypatch):
    monkeypatch.setattr(Database, "read", lambda _self: (_ for _ in ()).throw(OSError("gone")))

    found = told(client)

    assert found["lanyard_database_up", ()] == 0
    assert not [name for name, _ in found if name == "lanyard_awards"]


def test_two_applications_in_one_process_count_for_themselves(service: Service):
    one, two = (TestClient(application(service), base_url="http://badges.test") for _ in range(2))
    one.get("/healthz")

    label = (("method", "GET"), ("route", "/healthz"), ("status", "200"))
    assert told(one)["lanyard_requests_total", label] == 1
    assert ("lanyard_requests_total", label) not in told(two)


def test_who_asks_for_it_gets_open_metrics(client: TestClient):
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/openmetrics-text; version=1.0.0"}

    answer = client.get("/metrics", headers=headers)

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
    assert answer.headers["cache-control"] == "no-store"
