"""What machines of operators ask: does the process live, and can it do its work? Anybody may ask, so no details."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import text

from app import clock, migrating
from app import service as services
from app.db import Database
from app.issuing import heartbeat
from app.main import application
from app.service import Service
from app.settings import Settings
from app.web import health


@pytest.fixture
def migrated(service: Service) -> Service:
    """The service with everything as it should be: tables by migration, keys, a worker that was seen."""
    head = migrating.current_and_head(service.database)[1]
    with service.database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        heartbeat.beat(session, "worker")
    service.settings.keys_dir.mkdir(mode=0o700)
    return service


@pytest.fixture
def ready_client(migrated: Service) -> TestClient:
    return TestClient(application(migrated))


def checks(answer: Any) -> dict[str, Any]:
    return {check["name"]: check for check in answer.json()["checks"]}


def test_a_process_that_lives_says_so(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


def test_a_process_lives_also_while_every_thread_waits(client, service, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(Database, "read", lambda _self: release.wait(30))
    count = service.settings.thread_limit + 2
    threads = [threading.Thread(target=client.get, args=("/readyz",)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        threading.Event().wait(0.3)
        assert client.get("/healthz").status_code == 200
    finally:
        release.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_service_that_can_do_its_work_is_ready(ready_client):
    answer = ready_client.get("/readyz")

    assert answer.status_code == 200, answer.json()
    assert answer.json()["status"] == "ready"
    assert list(checks(answer)) == ["database", "schema", "keys", "worker"]
    assert all(check["ok"] for check in checks(answer).values())
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_database_without_the_schema_is_not_ready(migrated, ready_client):
    with migrated.database.write() as session:
        session.execute(text("DELETE FROM alembic_version"))

    answer = ready_client.get("/readyz")

    assert answer.status_code == 503
    assert checks(answer)["schema"]["sentence"].endswith("run lanyard migrate.")


def test_an_older_schema_is_not_ready(migrated, ready_client):
    with migrated.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert ready_client.get("/readyz").status_code == 503


def test_a_newer_schema_is_ready_as_long_as_the_code_before_runs(migrated, ready_client):
    with migrated.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    answer = ready_client.get("/readyz")

    assert answer.status_code == 200
    assert checks(answer)["schema"]["sentence"] == "The schema is of a newer version."


def test_a_key_directory_that_others_can_open_is_not_ready_and_its_place_is_not_told(migrated, ready_client):
    migrated.settings.keys_dir.chmod(0o755)

    answer = ready_client.get("/readyz")

    assert answer.status_code == 503
    assert not checks(answer)["keys"]["ok"]
    assert str(migrated.settings.keys_dir) not in answer.text


def test_a_database_that_cannot_be_reached_is_not_ready_and_its_password_is_not_told(settings: Settings):
    away = settings.model_copy(
        update={"database_url": "postgresql+psycopg://lanyard:hunter2@127.0.0.1:1/x", "database_timeout_seconds": 2}
    )
    service = services.assemble(away)  # as it is when the database goes away later

    answer = TestClient(application(service)).get("/readyz")

    service.close()
    assert answer.status_code == 503
    assert not checks(answer)["database"]["ok"]
    assert "hunter2" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.usefixtures("migrated")
def test_a_database_that_comes_back_makes_the_service_ready_again(ready_client, monkeypatch):
    monkeypatch.setattr(health, "REMEMBERED_SECONDS", -1)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "read", lambda _self: 1 / 0)
        assert ready_client.get("/readyz").status_code == 503

    assert ready_client.get("/readyz").status_code == 200


def test_what_is_slow_to_find_out_is_remembered_for_some_seconds(ready_client, monkeypatch):
    looks: list[int] = []
    look = migrating.current_and_head
    monkeypatch.setattr(migrating, "current_and_head", lambda database: looks.append(1) or look(database))

    for _ in range(5):
        ready_client.get("/readyz")

    assert len(looks) == 1


# -- the worker ---------------------------------------------------------------------------------------------


def inside(service: Service, *, run_worker: bool) -> TestClient:
    """A client of the same service, whose worker runs inside it or elsewhere."""
    settings = service.settings.model_copy(update={"run_worker": run_worker})
    return TestClient(application(Service(settings, service.database, service.office)))


def test_a_service_whose_own_worker_has_died_is_not_ready(migrated):
    with time_machine.travel(clock.now() + timedelta(seconds=heartbeat.STALE_SECONDS + 5), tick=False):
        answer = inside(migrated, run_worker=True).get("/readyz")

    assert answer.status_code == 503
    assert "No worker was seen for 6" in checks(answer)["worker"]["sentence"]


def test_a_worker_elsewhere_that_has_died_is_told_and_leaves_the_pages_up(migrated):
    with time_machine.travel(clock.now() + timedelta(seconds=heartbeat.STALE_SECONDS + 5), tick=False):
        answer = inside(migrated, run_worker=False).get("/readyz")

    assert answer.status_code == 200
    assert (checks(answer)["worker"]["ok"], checks(answer)["worker"]["required"]) == (False, False)


def test_a_worker_that_was_never_seen_is_told(migrated):
    with migrated.database.write() as session:
        session.execute(text("DELETE FROM heartbeats"))

    answer = inside(migrated, run_worker=False).get("/readyz")

    assert checks(answer)["worker"]["sentence"] == "No worker was ever seen; mail and large deliveries wait."


def test_a_service_with_its_worker_inside_becomes_ready_by_itself(migrated):
    with migrated.database.write() as session:
        session.execute(text("DELETE FROM heartbeats"))

    with inside(migrated, run_worker=True) as client:
        for _ in range(100):
            if client.get("/readyz").status_code == 200:
                break
            threading.Event().wait(0.05)
        assert client.get("/readyz").status_code == 200
