"""The measurement of what comes in, with tiny numbers: it runs whole, and its checks hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bench.intake import load
from bench.intake.deliveries import Measured
from bench.intake.load import AWARDED, Run, Subject

ROOT = Path(__file__).resolve().parents[2]
TINY = "--only sqlite --backlog-on sqlite --rounds 1 --round-seconds 1 --open-seconds 0.5 --deliveries 60 --items 30"


def test_a_tiny_run_measures_lanyard_beside_both_floors_and_drains_its_backlog(tmp_path: Path):
    command = [sys.executable, "-m", "bench.intake", *TINY.split(), "--results", str(tmp_path)]
    ran = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300, check=False
    )

    assert ran.returncode == 0, ran.stderr
    (file,) = tmp_path.glob("intake-*.json")
    measured, backlog = json.loads(file.read_text())["results"].values()
    assert measured.keys() == {"lanyard", "ready bytes", "floor"}
    assert all(each["errors"] == {} and each["deliveries"] > 0 for each in measured.values())
    assert backlog["decided"] == backlog["items"] == 30


def test_a_round_in_which_a_floor_took_nothing_has_no_share_and_breaks_nothing():
    stood_still, took_two = Run(seconds=1.0), Run(seconds=1.0, milliseconds=[1.0, 1.0])
    lanyard = Measured(closed=[took_two, took_two])

    assert lanyard.share_of(Measured(closed=[stood_still, took_two])) == 1.0
    assert lanyard.share_of(Measured(closed=[stood_still, stood_still])) is None
    assert Measured(closed=[stood_still], due_seconds=1.0).as_values(Measured(closed=[took_two]))["per_second"] == 0.0


class Stalling(BaseHTTPRequestHandler):
    """A server that stops for half a second at its first request."""

    protocol_version = "HTTP/1.1"
    has_stalled = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if not Stalling.has_stalled:
            Stalling.has_stalled = True
            time.sleep(0.5)
        self.send_response(200)
        self.send_header("content-length", str(len(AWARDED)))
        self.end_headers()
        self.wfile.write(AWARDED)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def stalling() -> Iterator[Subject]:
    server = HTTPServer(("127.0.0.1", 0), Stalling)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Subject((server.server_port,), "/")
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_was_due_while_the_server_stood_still_is_late_too(stalling: Subject, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(load, "OPEN_CONNECTIONS", 1)

    run = stalling.open_loop(deque([b"{}"] * 10), rate=20, seconds=0.5)  # due every 50 ms; nothing is answered for 500

    assert sum(each > 200 for each in run.milliseconds) >= 6
    assert not run.errors
