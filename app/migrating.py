"""Bring a database to the schema that this code needs. The revisions themselves live in `migrations/`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.db import Database
from app.errors import SchemaUnknown

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
LOCK = 7_215_336_408  # any number, the same for every process that migrates


def upgrade(database_url: str) -> None:
    """Bring the database to the newest schema, in one transaction: entirely or not at all.

    Safe to run from several processes at once: they wait for each other. Raises SchemaUnknown, Busy.
    """
    database = Database(database_url, pool_size=1)
    try:
        _refuse_a_newer_schema(database)
        with _migrating(database) as connection:
            command.upgrade(_config(connection), "head")
    finally:
        database.dispose()


def current_and_head(database: Database) -> tuple[str | None, str]:
    """The revision that the database has (None: no tables yet) and the one that this code needs."""
    return _current(database), _head()


def knows(revision: str) -> bool:
    """Whether this code has that revision; one that it has not is of a newer version."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def write_revision(database_url: str, message: str) -> None:
    """Write a new revision from the difference between the models and a database at the newest schema."""
    database = Database(database_url, pool_size=1)
    with database.engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)
    database.dispose()


def _current(database: Database) -> str | None:
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def _head() -> str:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if head is None:
        raise SchemaUnknown("There are no migrations beside this installation", folder=str(MIGRATIONS))
    return head


def _refuse_a_newer_schema(database: Database) -> None:
    current = _current(database)
    if current is not None and not knows(current):
        raise SchemaUnknown("The database belongs to a newer version of Lanyard; upgrade the code", revision=current)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """A connection inside the one transaction of an upgrade."""
    engine = database.engine.execution_options(lanyard_write=True)
    with engine.connect() as connection:
        if database.is_sqlite:
            # Altering a table means copying it and dropping the old one, which with foreign keys on would delete the
            # rows that refer to it. The switch has no effect inside a transaction, hence the driver's own connection.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
            if database.is_sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).first()):
                raise RuntimeError(f"The migration would leave a row without what it refers to: {tuple(broken)}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":  # `make revision m="…"`, on a database of its own
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/models.sqlite3"
        upgrade(url)
        write_revision(url, " ".join(sys.argv[1:]))
