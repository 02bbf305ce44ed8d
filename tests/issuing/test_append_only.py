"""The audit log can be added to and not changed: the database itself refuses, on both databases (T51)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import migrating
from app.db import Database
from app.issuing import append_only, audit, audit_chain

TABLES = ("audit_entries", "audit_checkpoints")


@pytest.fixture(autouse=True)
def chain(desk) -> None:
    """A sealed chain with a checkpoint, and one entry that waits for its seal."""
    with desk.write() as session:
        assert audit_chain.seal(session, desk.issuer, limit=500) >= 3
        assert audit_chain.checkpoint(session, desk.office, desk.issuer) is not None
        audit.record(session, desk.issuer.id, actor="cli", action="award.issued", object_id="award-1")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 3",
        "UPDATE audit_entries SET sequence = NULL WHERE sequence = 3",
        "UPDATE audit_entries SET facts = '{\"n\": 9}' WHERE sequence IS NULL",
        "UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE sequence IS NULL",
        "DELETE FROM audit_entries WHERE sequence = 3",
        "DELETE FROM audit_entries WHERE sequence IS NULL",
        "UPDATE audit_checkpoints SET hash = 'f'",
        "DELETE FROM audit_checkpoints",
    ],
)
def test_the_database_refuses_to_change_the_audit_log(desk, change):
    with pytest.raises(DBAPIError, match="can be added to, not changed"), desk.write() as session:
        session.execute(text(change))


@pytest.mark.parametrize("table", TABLES)
def test_the_audit_log_cannot_be_emptied_at_a_stroke(desk, table):
    if desk.database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")

    with pytest.raises(DBAPIError, match="can be added to, not changed"), desk.write() as session:
        session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_refused_change_leaves_the_chain_whole(desk):
    with pytest.raises(DBAPIError), desk.write() as session:
        session.execute(text("UPDATE audit_entries SET actor = 'nobody'"))

    with desk.read() as session:
        assert audit_chain.verify(session, desk.office, desk.issuer).is_sound


def test_a_migrated_database_has_the_same_guard(database: Database, request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/new.sqlite3" if database.is_sqlite else request.getfixturevalue("bare_postgresql_url")
    migrating.upgrade(url)
    migrated = Database(url)

    guards = guards_of(migrated)

    migrated.dispose()
    assert len(guards) == len(append_only.STATEMENTS[database.engine.dialect.name]) - (not database.is_sqlite)
    assert guards == guards_of(database)


def guards_of(database: Database) -> list[str]:
    """The triggers of a database, as it understood them."""
    sqlite = "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    postgresql = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    with database.read() as session:
        texts = session.scalars(text(sqlite if database.is_sqlite else postgresql)).all()
    return [" ".join(each.split()) for each in texts]
