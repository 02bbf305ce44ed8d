"""A delivery over HTTP until its badge is stored, beside the floor, on one database after the other.

Both servers are processes of their own with the settings of production; one client posts to them in turn, each
delivery of a new person on a connection that is kept open.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import func, select

from app.db import Base
from app.service import Service
from bench.academy import Academy, delivery, furnish, settings_for
from bench.rounds import Measured, side_by_side

ROUNDS, EACH = 12, 15
PATIENCE_SECONDS = 60


def measure(folder: Path, url_of: Callable[[str], str]) -> dict[str, Measured]:
    """Milliseconds a delivery of Lanyard and of the floor; `url_of` gives the address of a fresh database by name."""
    academies = {}
    with ExitStack() as opened:
        subjects = {}
        for name in ("lanyard", "floor"):
            academy = furnish(settings_for(folder / name, url_of(name)))
            opened.callback(academy.service.close)
            port = opened.enter_context(_server(name, folder, academy))
            subjects[name] = _sender(opened, port, academy)
            subjects[name]()  # the first delivery loads keys and contexts, and is the floor's pattern
            academies[name] = academy
        _check_that_rows_are_equal(academies, subjects)
        return side_by_side(subjects, rounds=ROUNDS, each=EACH)


def _sender(opened: ExitStack, port: int, academy: Academy) -> Callable[[], object]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    opened.callback(connection.close)

    def send() -> None:
        raw, headers = delivery(academy.secret)
        connection.request("POST", f"/hooks/{academy.source_id}", body=raw, headers=headers)
        response = connection.getresponse()
        answer = response.read()
        assert response.status == 200, answer

    return send


@contextmanager
def _server(name: str, folder: Path, academy: Academy) -> Iterator[int]:
    if name == "floor":  # whose pattern is one delivery, made by Lanyard itself
        with _server("lanyard", folder, academy) as port, ExitStack() as opened:
            _sender(opened, port, academy)()
    settings = academy.service.settings
    given = {
        "kind": name,
        "folder": str(settings.keys_dir.parent),
        "url": settings.database_url,
        "source_id": academy.source_id,
        "secret": academy.secret,
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "bench.serve", str(listening.fileno())]
        log = (folder / f"{name}.log").open("ab")
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stderr=log, pass_fds=[listening.fileno()], text=True
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        try:
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            log.close()


def _check_that_rows_are_equal(academies: dict[str, Academy], subjects: dict[str, Callable[[], object]]) -> None:
    grown = {}
    for name, academy in academies.items():
        before = rows_of(academy.service)
        subjects[name]()
        grown[name] = {table: number - before[table] for table, number in rows_of(academy.service).items()}
    assert grown["floor"] == grown["lanyard"], f"the floor writes other rows: {grown}"


def rows_of(service: Service) -> dict[str, int]:
    """How many rows each table has."""
    with service.database.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
