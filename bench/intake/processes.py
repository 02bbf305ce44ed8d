"""The processes of a run, started and ended."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import Any

from app.settings import Settings

PATIENCE_SECONDS = 60


@contextmanager
def web(kind: str, settings: Settings, number: int) -> Iterator[tuple[int, ...]]:
    """So many web processes on one database, each on a port of its own; all of them answer by now."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512)) for _ in range(number)]
        for each in sockets:
            opened.enter_context(process(kind, settings, descriptor=each.fileno()))
        ports = tuple(each.getsockname()[1] for each in sockets)
        for port in ports:
            _wait_for(port)
        yield ports


@contextmanager
def process(kind: str, settings: Settings, *, descriptor: int | None = None) -> Iterator[None]:
    """One process of `bench.intake.serve` with these settings' folder and database."""
    folder = settings.keys_dir.parent
    given: dict[str, Any] = {"kind": kind, "folder": str(folder), "url": settings.database_url}
    given["descriptor"] = descriptor
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "bench.intake.serve"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=[] if descriptor is None else [descriptor],
            text=True,
        )
    assert started.stdin is not None
    started.stdin.write(json.dumps(given))
    started.stdin.close()
    try:
        yield
    finally:
        started.terminate()
        started.wait(PATIENCE_SECONDS)


def _wait_for(port: int) -> None:
    """Any answer will do; connections wait in the socket's queue until the process serves."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    connection.close()
