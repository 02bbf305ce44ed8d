"""There is one head of migrations, and it makes what the models say, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, text
from sqlalchemy.exc import IntegrityError

import app.issuing  # noqa: F401 - fills Base.metadata with every table
from app import migrating
from app.db import Base, Database
from app.errors import SchemaUnknown


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/empty.sqlite3" if sqlite else request.getfixturevalue("bare_postgresql_url")
    opened = Database(url)
    yield opened
    opened.dispose()


def differences(database: Database, models: MetaData) -> list[object]:
    """What the database lacks or has more than the models say."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, models))


def test_there_is_one_head():
    assert len(ScriptDirectory(str(migrating.MIGRATIONS)).get_heads()) == 1


def test_an_upgrade_from_nothing_makes_what_the_models_say(empty: Database):
    migrating.upgrade(empty.url)

    assert differences(empty, Base.metadata) == []


def test_a_migrated_database_stands_where_the_code_is(empty: Database):
    before, head = migrating.current_and_head(empty)
    migrating.upgrade(empty.url)

    assert before is None
    assert migrating.current_and_head(empty) == (head, head)


def test_an_upgrade_keeps_what_is_there_and_may_be_repeated(empty: Database):
    migrating.upgrade(empty.url)
    tables = inspect(empty.engine).get_table_names()
    migrating.upgrade(empty.url)

    assert inspect(empty.engine).get_table_names() == tables


def test_upgrades_that_start_at_once_wait_for_each_other(empty: Database):
    failures: list[BaseException] = []

    def upgrade() -> None:
        try:
            migrating.upgrade(empty.url)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            failures.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert differences(empty, Base.metadata) == []


def test_a_database_of_a_newer_version_is_refused(empty: Database):
    migrating.upgrade(empty.url)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))

    with pytest.raises(SchemaUnknown, match="newer version"):
        migrating.upgrade(empty.url)


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Database, use_migrations: Callable[..., None]):
    use_migrations("op.execute('CREATE TABLE half (id INTEGER)'); raise RuntimeError('in the middle')")

    with pytest.raises(RuntimeError, match="in the middle"):
        migrating.upgrade(empty.url)

    assert inspect(empty.engine).get_table_names() == []


def test_a_table_that_is_altered_keeps_the_rows_that_refer_to_it(empty: Database, use_migrations: Callable[..., None]):
    use_migrations(
        "op.execute('CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(9))'); "
        "op.execute('CREATE TABLE child (id INTEGER, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE)'); "
        "op.execute('INSERT INTO parent VALUES (1, NULL)'); op.execute('INSERT INTO child VALUES (1, 1)')",
        "with op.batch_alter_table('parent') as t: t.alter_column('name', type_=sa.String(99))",
    )

    migrating.upgrade(empty.url)

    with empty.read() as session:
        assert session.execute(text("SELECT count(*) FROM child")).scalar() == 1


def test_an_upgrade_that_would_leave_a_row_without_its_parent_is_refused(
    empty: Database, use_migrations: Callable[..., None]
):
    use_migrations(
        "op.execute('CREATE TABLE parent (id INTEGER PRIMARY KEY)'); "
        "op.execute('CREATE TABLE child (parent INTEGER REFERENCES parent (id))'); "
        "op.execute('INSERT INTO child VALUES (7)')",
    )

    with pytest.raises((RuntimeError, IntegrityError)):
        migrating.upgrade(empty.url)


@pytest.fixture
def use_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put other revisions in the place of ours, each given as the body of its `upgrade`."""

    def use(*bodies: str) -> None:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text((migrating.MIGRATIONS / "env.py").read_text())
        for number, body in enumerate(bodies, 1):
            before = repr(str(number - 1)) if number > 1 else None
            (folder / "versions" / f"{number}.py").write_text(
                f"import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '{number}', {before}\n"
                f"def upgrade():\n    {body}\n"
            )
        monkeypatch.setattr(migrating, "MIGRATIONS", folder)

    return use


def test_a_model_without_a_migration_is_found(empty: Database):
    models = MetaData()
    Table("forgotten", models, Column("id", Integer, primary_key=True), Column("name", String(20)))

    assert [difference[0] for difference in differences(empty, models)] == ["add_table"]  # type: ignore[index]
