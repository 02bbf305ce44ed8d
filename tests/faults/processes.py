"""Real web processes under a test's control, and a sender that speaks to them as a learning platform does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

from app.settings import Settings

LAUNCH = Path(__file__).with_name("launch.py")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120  # on a machine that others work on
TROUBLE = ('"level": "error"', '"level": "critical"', '"level":"error"', '"level":"critical"', "Traceback")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers in lower case, and the body as it was sent."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The body as JSON."""
        document: dict[str, Any] = json.loads(self.raw)
        return document

    @property
    def award_ids(self) -> list[str]:
        """The awards that the answer names, in order."""
        results = [result for item in self.body["items"] for result in item.get("awards", [])]
        return [result["award"] for result in results if "award" in result]


class Keeper:
    """Starts and kills processes with these settings; what they log goes to `log_file`."""

    def __init__(self, settings: Settings, log_file: Path, *, sockets: list[socket.socket] | None = None) -> None:
        self.log_file = log_file
        self._pids: set[int] = set()
        with log_file.open("ab") as log:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, str(LAUNCH)],
                cwd=log_file.parent,  # where no .env lies
                env={**os.environ, **environment_of(settings), "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[each.fileno() for each in sockets or []],
                text=True,
            )

    def start(self, order: str) -> int:
        """A process for this order; its id."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.write(f"{order}\n")
        self._keeper.stdin.flush()
        answer = self._keeper.stdout.readline()
        assert answer, f"no process could be started: {self.log_file.read_text(errors='replace')[-2_000:]}"
        self._pids.add(int(answer))
        return int(answer)

    def kill(self, pid: int) -> None:
        """`kill -9`, and wait until it is gone."""
        self._pids.discard(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            end = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < end:
                os.kill(pid, 0)
                time.sleep(0.002)

    def trouble(self) -> list[str]:
        """The lines of the log that speak of an error."""
        lines = self.log_file.read_text(errors="replace").splitlines()
        return [line[:2_000] for line in lines if any(word in line for word in TROUBLE)]

    def close(self) -> None:
        """Kill what is left."""
        for pid in list(self._pids):
            self.kill(pid)
        self._keeper.communicate(timeout=PATIENCE_SECONDS)


class WebProcesses:
    """`number` web processes on one database. Each listens on a socket of its own, which this process keeps open.

    A connection made while its process is dead waits in the socket's queue for the next one, as behind a proxy.
    """

    def __init__(self, settings: Settings, number: int, log_file: Path) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(number)]
        self._keeper = Keeper(settings, log_file, sockets=self._sockets)
        self._pids = [self._keeper.start(f"web {each.fileno()}") for each in self._sockets]

    @property
    def ports(self) -> list[int]:
        """Where the processes listen."""
        return [each.getsockname()[1] for each in self._sockets]

    def crash(self, *indexes: int) -> None:
        """Kill these processes at once, and start new ones on their sockets."""
        for index in indexes:
            self._keeper.kill(self._pids[index])
        for index in indexes:
            self._pids[index] = self._keeper.start(f"web {self._sockets[index].fileno()}")

    def trouble(self) -> list[str]:
        """The lines of the processes' log that speak of an error."""
        return self._keeper.trouble()

    def log_text(self) -> str:
        """What the processes logged so far."""
        return self._keeper.log_file.read_text(errors="replace")

    def close(self) -> None:
        """Kill the processes and let go of the sockets."""
        self._keeper.close()
        for each in self._sockets:
            each.close()


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that give another process these settings."""
    chosen = settings.model_dump(exclude={"secret", "smtp_password"}, exclude_none=True, mode="json")
    chosen["secret"] = settings.secret.get_secret_value() if settings.secret else ""
    return {f"LANYARD_{name.upper()}": str(value) for name, value in chosen.items()}


@dataclass
class Sender:
    """A learning platform: signs its deliveries as Standard Webhooks say and posts them."""

    source_id: str
    secret: str
    numbers: count = field(default_factory=count)

    def completion(self, person: str | None = None, *, activity: str = "bls", **other: Any) -> dict[str, Any]:
        """One completion of the course by a person; a new person unless named."""
        person = person or f"person-{next(self.numbers)}"
        return {
            "id": f"{person}-{activity}",
            "event": "completed",
            "learner": {"id": person, "email": f"{person}@hospital.test", "name": "Mira Holm"},
            "activity": {"id": activity},
            "completed_at": "2026-03-02T10:15:00Z",
            **other,
        }

    def headers(self, delivery_id: str, raw: bytes, *, at: int | None = None) -> dict[str, str]:
        """The headers of a signed delivery, sent now or `at` (seconds since 1970)."""
        at = int(time.time()) if at is None else at
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.digest(key, f"{delivery_id}.{at}.".encode() + raw, hashlib.sha256)
        signature = "v1," + base64.b64encode(digest).decode()
        return {
            "content-type": "application/json",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature,
        }

    def deliver(self, port: int, body: Any, delivery_id: str, *, timeout_seconds: float = PATIENCE_SECONDS) -> Answer:
        """Post one delivery. Raises OSError or HTTPException when no whole answer came."""
        raw = json.dumps(body).encode()
        return post(port, f"/hooks/{self.source_id}", raw, self.headers(delivery_id, raw), timeout_seconds)

    def deliver_until_answered(self, port: int, body: Any, delivery_id: str, *, seconds: float = 60) -> Answer:
        """Post it again and again, as senders do, until it is answered 200. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                answer = self.deliver(port, body, delivery_id, timeout_seconds=seconds)
            except (OSError, HTTPException):
                continue
            if answer.status == 200:
                return answer
            time.sleep(0.05)
        raise TimeoutError(f"Delivery {delivery_id} was not answered 200 within {seconds} s")


def post(port: int, path: str, raw: bytes, headers: dict[str, str], timeout_seconds: float) -> Answer:
    """One request on a connection of its own, answered in full, or OSError or HTTPException."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    connection.request("POST", path, body=raw, headers={**headers, "connection": "close"})
    return _answer_on(connection)


def get(port: int, path: str) -> Answer:
    """One GET on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path, headers={"connection": "close"})
    return _answer_on(connection)


def _answer_on(connection: HTTPConnection) -> Answer:
    with closing(connection):
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
