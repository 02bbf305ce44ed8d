"""The doctor names what is wrong with an installation and what to do; production refuses to start with demo keys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import select, text

from app import clock, doctor, migrating
from app import service as services
from app.db import Database
from app.doctor import Finding, Level
from app.errors import UnsafeConfiguration
from app.issuing import eras, heartbeat, issuers, outbox, signing_keys, status_lists
from app.issuing.status_lists import StatusList
from app.main import create_app
from app.service import Service
from app.settings import Mode, Settings

SAFE = {
    "mode": Mode.PRODUCTION,
    "public_base_url": "https://badges.example.org",
    "smtp_host": "smtp.example.org",
    "mail_from": "Badges <badges@example.org>",
    "trusted_proxies": "10.0.0.1",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that was migrated, of each kind."""
    sqlite = request.param == "sqlite"
    found = f"sqlite:///{tmp_path}/lanyard.sqlite3" if sqlite else request.getfixturevalue("bare_postgresql_url")
    migrating.upgrade(found)
    return str(found)


@pytest.fixture
def healthy(settings: Settings, url: str) -> Iterator[Service]:
    """A production service as it should be: an issuer with keys, and a worker that was seen."""
    service = services.build(settings.model_copy(update={**SAFE, "database_url": url}))
    with service.database.write() as session:
        issuer = issuers.create(session, slug="st-anna", name="St. Anna", url="https://anna.example", actor="cli")
        signing_keys.rotate(session, service.office, issuer, actor="cli")
        heartbeat.beat(session, "worker")
    yield service
    service.close()


@pytest.fixture
def on_file(settings: Settings, tmp_path: Path) -> Settings:
    """Safe settings over a SQLite file that is not there."""
    return settings.model_copy(update={**SAFE, "database_url": f"sqlite:///{tmp_path}/none.sqlite3"})


def said(findings: list[Finding], *levels: Level) -> str:
    """Everything that was said at these levels."""
    return "\n".join(f"{each.subject}: {each.sentence}" for each in findings if each.level in levels)


def complaints(service: Service, **changes: Any) -> str:
    """What the doctor does not like about a service with these settings changed."""
    return said(doctor.examine(service.settings.model_copy(update=changes)), Level.WARN, Level.FAIL)


def execute(service: Service, statement: str) -> None:
    with service.database.write() as session:
        session.execute(text(statement))


def test_a_healthy_service_has_no_complaint(healthy):
    findings = doctor.examine(healthy.settings)

    assert said(findings, Level.WARN, Level.FAIL) == ""
    subjects = {each.subject for each in findings}
    assert {"settings", "public address", "mail", "disk", "database", "clock", "keys", "schema", "worker"} <= subjects


def test_a_service_behind_a_proxy_that_it_does_not_know_takes_everybody_for_one(healthy):
    assert "Set LANYARD_TRUSTED_PROXIES" in complaints(healthy, trusted_proxies="")


def test_the_doctor_changes_nothing(healthy, tmp_path):
    def state() -> list[tuple[str, bytes]]:
        files = [each for each in tmp_path.rglob("*") if each.is_file() and not each.name.endswith(("-wal", "-shm"))]
        return sorted((str(each), each.read_bytes()) for each in files)

    before = state()
    doctor.examine(healthy.settings)

    assert state() == before


# -- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"secret": SecretStr("short")}, "Set LANYARD_SECRET"),
        ({"secret": None}, "Set LANYARD_SECRET"),
        ({"public_base_url": "http://badges.example.org"}, "Set LANYARD_PUBLIC_BASE_URL"),
        ({"smtp_security": "none"}, "Set LANYARD_SMTP_SECURITY"),
    ],
)
def test_each_unsafe_setting_fails_in_production_and_warns_elsewhere(on_file, changes, sentence):
    strict = doctor.examine(on_file.model_copy(update=changes))
    lax = doctor.examine(on_file.model_copy(update={**changes, "mode": Mode.DEVELOPMENT}))

    assert sentence in said(strict, Level.FAIL)
    assert sentence in said(lax, Level.WARN)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8321", "http://localhost:8321", "https://intranet", "http://[::1]"]
)
def test_an_address_that_the_world_cannot_reach_is_pointed_out(on_file, address):
    findings = doctor.examine(on_file.model_copy(update={"public_base_url": address, "mode": Mode.DEVELOPMENT}))

    assert "is signed into every badge, and only this machine or network" in said(findings, Level.WARN)


def test_without_a_mail_server_it_says_where_mail_lies(on_file):
    findings = doctor.examine(on_file.model_copy(update={"smtp_host": None}))

    assert "without LANYARD_SMTP_HOST it is written to" in said(findings, Level.WARN)


def test_a_sender_that_nobody_could_answer_is_pointed_out(on_file):
    findings = doctor.examine(on_file.model_copy(update={"mail_from": "Lanyard <badges@localhost>"}))

    assert "LANYARD_MAIL_FROM" in said(findings, Level.WARN)


@pytest.mark.parametrize(("free", "level"), [(50_000_000, Level.FAIL), (500_000_000, Level.WARN), (5e9, Level.OK)])
def test_a_disk_that_is_nearly_full_is_pointed_out(on_file, monkeypatch, free, level):
    usage = shutil.disk_usage("/")._replace(free=int(free))
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage)

    assert {each.level for each in doctor.examine(on_file) if each.subject == "disk"} == {level}


# -- the database -------------------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_not_made_by_looking(on_file, tmp_path):
    findings = doctor.examine(on_file)

    assert "There is no database yet. Run: lanyard migrate" in said(findings, Level.FAIL)
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_file_that_is_no_database_is_told(on_file, tmp_path):
    (tmp_path / "none.sqlite3").write_text("a shopping list, which is long enough to be looked at as a database file")

    assert "The database cannot be used" in said(doctor.examine(on_file), Level.FAIL)


def test_a_server_that_does_not_answer_is_told_without_its_password(on_file):
    away = {"database_url": "postgresql+psycopg://lanyard:hunter2@127.0.0.1:1/x", "database_timeout_seconds": 2}
    findings = doctor.examine(on_file.model_copy(update=away))

    assert "The database cannot be used" in said(findings, Level.FAIL)
    assert "hunter2" not in said(findings, *Level)


def test_tables_that_are_missing_or_old_are_told(healthy):
    execute(healthy, "UPDATE alembic_version SET version_num = '0001'")
    assert "schema: The schema is 0001 and must be" in complaints(healthy)

    execute(healthy, "DELETE FROM alembic_version")
    assert "schema: The schema is missing and must be" in complaints(healthy)


def test_clocks_that_differ_are_told(healthy, monkeypatch):
    if healthy.database.is_sqlite:
        pytest.skip("SQLite has no clock of its own")
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert "The clocks of this machine and of the database differ" in complaints(healthy)


def test_a_damaged_file_is_told(healthy, tmp_path):
    if not healthy.database.is_sqlite:
        pytest.skip("PostgreSQL looks after its own files")
    healthy.close()
    damage(tmp_path / "lanyard.sqlite3")

    assert "database" in said(doctor.examine(healthy.settings), Level.FAIL)


def damage(file: Path) -> None:
    """Write nonsense over some pages, but not over the first ones, which say that it is a database."""
    content = bytearray(file.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)


# -- keys ---------------------------------------------------------------------------------------------------


def test_an_issuer_without_keys_is_told(healthy):
    with healthy.database.write() as session:
        issuers.create(session, slug="st-bruno", name="St. Bruno", url="https://bruno.example", actor="cli")

    assert "st-bruno cannot sign: St. Bruno has no active key; run: lanyard keys new st-bruno" in complaints(healthy)


def test_a_key_that_is_gone_from_the_key_store_is_told(healthy):
    for file in healthy.settings.keys_dir.iterdir():
        file.unlink()

    assert "st-anna cannot sign" in complaints(healthy)


def test_a_secret_that_does_not_open_the_keys_is_told(healthy):
    found = complaints(healthy, secret=SecretStr("another secret of more than 32 characters"))

    assert "cannot be opened with the configured secret" in found
    assert "st-anna cannot sign" in found


def test_a_key_directory_that_others_can_open_is_told(healthy):
    healthy.settings.keys_dir.chmod(0o755)

    assert "set its mode to 700" in complaints(healthy)


def test_a_service_without_an_issuer_is_told(healthy, tmp_path):
    fresh = f"sqlite:///{tmp_path}/fresh.sqlite3"
    migrating.upgrade(fresh)

    assert "There is no issuer yet" in complaints(healthy, database_url=fresh)


# -- work ---------------------------------------------------------------------------------------------------


def test_a_worker_that_was_not_seen_lately_is_told(healthy):
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        assert "The last worker was seen 60" in complaints(healthy)

    execute(healthy, "DELETE FROM heartbeats")
    assert "No worker was ever seen" in complaints(healthy)


def test_work_that_waits_for_a_person_is_counted(healthy):
    with healthy.database.write() as session:
        for number in range(3):
            outbox.put(session, channel="email", subject_id=f"award-{number}", event="x", payload={})
        for message in outbox.lease(session, limit=2, lease_seconds=60):
            outbox.mark_failed(session, message.id, error="550", permanent=True)

    assert "work: 2 messages could not be sent" in complaints(healthy)


# -- the address that was signed ----------------------------------------------------------------------------

ELSEWHERE = "https://typo.example.org"


def sign_lists(service: Service) -> None:
    with service.database.write() as session:
        status_lists.open_lists(session, service.office, issuers.by_slug(session, "st-anna"))


def test_a_production_service_does_not_start_under_another_address_than_it_signed_under(healthy):
    sign_lists(healthy)

    with pytest.raises(UnsafeConfiguration, match=f"Set it to {SAFE['public_base_url']}"):
        services.build(healthy.settings.model_copy(update={"public_base_url": ELSEWHERE}))
    services.build(healthy.settings).close()


def test_before_anything_was_signed_the_address_may_change(healthy):
    services.build(healthy.settings.model_copy(update={"public_base_url": ELSEWHERE})).close()


def test_one_list_signed_anew_under_a_wrong_address_does_not_make_it_the_right_one(healthy):
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        sign_lists(healthy)
    wrong = healthy.settings.model_copy(update={"public_base_url": ELSEWHERE, "mode": Mode.DEVELOPMENT})
    mistaken = services.build(wrong)
    with mistaken.database.write() as session:
        lists = session.scalars(select(StatusList).order_by(StatusList.id)).all()
        issuer = issuers.by_slug(session, "st-anna")
        status_lists.publish(session, mistaken.office, issuer, lists[0].id)
    mistaken.close()

    services.build(healthy.settings).close()
    with pytest.raises(UnsafeConfiguration):
        services.build(wrong.model_copy(update={"mode": Mode.PRODUCTION}))


@pytest.mark.parametrize("mode", list(Mode))
def test_the_doctor_fails_on_an_address_that_was_not_signed_in_every_mode(healthy, mode):
    sign_lists(healthy)
    changes = {"public_base_url": ELSEWHERE, "mode": mode}

    found = doctor.examine(healthy.settings.model_copy(update=changes))

    assert f"so far is at {SAFE['public_base_url']}" in said(found, Level.FAIL)


def test_a_developers_service_changes_its_port_and_moves_from_there_to_a_name(settings, url):
    at = {"database_url": url, "mode": Mode.DEMO}
    first = services.build(settings.model_copy(update={**at, "public_base_url": "http://localhost:8321"}))
    with first.database.write() as session:
        issuer = issuers.create(session, slug="st-anna", name="St. Anna", url="https://anna.example", actor="cli")
        signing_keys.rotate(session, first.office, issuer, actor="cli")
    sign_lists(first)
    services.build(settings.model_copy(update={**at, "public_base_url": "http://localhost:9000"})).close()
    with first.database.write() as session:
        eras.move(session, first.office, str(SAFE["public_base_url"]), actor="cli")
    first.close()

    services.build(settings.model_copy(update={**SAFE, "database_url": url})).close()


# -- demo keys ----------------------------------------------------------------------------------------------


@pytest.fixture
def with_demo_keys(settings: Settings, url: str) -> Settings:
    """Production settings over what `lanyard demo` left behind."""
    demo = services.build(settings.model_copy(update={"mode": Mode.DEMO, "database_url": url}))
    with demo.database.write() as session:
        for slug in ("st-anna", "st-bruno"):
            issuer = issuers.create(session, slug=slug, name=slug, url="https://x.example", actor="cli")
            signing_keys.rotate(session, demo.office, issuer, actor="cli")
    demo.close()
    return settings.model_copy(update={**SAFE, "database_url": url})


def test_a_production_service_refuses_to_start_with_demo_keys_and_says_what_to_run(with_demo_keys):
    with pytest.raises(UnsafeConfiguration) as refusal:
        create_app(with_demo_keys)

    assert refusal.value.detail == (
        "Keys of the demonstration would sign for st-anna, st-bruno. "
        "Run: lanyard keys rotate st-anna and lanyard keys rotate st-bruno"
    )


def test_the_doctor_fails_on_demo_keys_in_production_and_warns_elsewhere(with_demo_keys):
    strict = doctor.examine(with_demo_keys)
    lax = doctor.examine(with_demo_keys.model_copy(update={"mode": Mode.DEVELOPMENT}))

    assert "Run: lanyard keys rotate st-bruno" in said(strict, Level.FAIL)
    assert "Run: lanyard keys rotate st-bruno" in said(lax, Level.WARN)


def test_a_demo_key_is_refused_also_when_its_row_denies_it(with_demo_keys):
    database = Database(with_demo_keys.database_url)
    with database.write() as session:
        session.execute(text("UPDATE signing_keys SET demo = false"))
    database.dispose()

    with pytest.raises(UnsafeConfiguration):
        create_app(with_demo_keys)


def test_after_a_rotation_production_starts(with_demo_keys, start: Callable[[Settings], None]):
    service = services.build(with_demo_keys)
    with service.database.write() as session:
        for issuer in issuers.every(session):
            signing_keys.rotate(session, service.office, issuer, actor="cli")
    service.close()

    start(with_demo_keys)


def test_demo_keys_are_no_hindrance_to_a_demonstration(with_demo_keys, start: Callable[[Settings], None]):
    start(with_demo_keys.model_copy(update={"mode": Mode.DEMO}))


def test_a_database_without_tables_is_no_hindrance(on_file, start: Callable[[Settings], None]):
    start(on_file)


@pytest.fixture
def start() -> Callable[[Settings], None]:
    """Start a service, and let go of it."""

    def start(settings: Settings) -> None:
        app = create_app(settings)
        app.state.service.close()

    return start
