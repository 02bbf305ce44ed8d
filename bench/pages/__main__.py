"""`python -m bench.pages`: public addresses beside the same bytes from memory, in the same server, turn by turn.

`make bench-pages` takes about two minutes. Nothing here passes or fails by a time: ratios are printed and kept.
docs/measuring.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from bench import machine
from bench.pages.holders import Hospital, build

RESULTS = Path(__file__).parents[1] / "results"
GOALS = {"page": 0.6, "json": 0.7, "status list": 0.7, "page, unchanged": 0.85, "json, unchanged": 0.85}
PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Subject:
    """One address: what is asked there, and the status that is the answer."""

    name: str
    path: str
    headers: dict[str, str]
    status: int


def main() -> None:
    """Measure with few holders and with many, and print both."""
    asked = _asked()
    report: dict[str, Any] = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "results": {}}
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        report["machine"] = machine.describe(folder)
        for holders in (asked.few, asked.many):
            hospital = build(folder / str(holders), holders)
            report["results"][f"{holders} holders"] = _measure(hospital, asked)
    report["machine"]["load_at_end"] = os.getloadavg()[0]
    asked.results.mkdir(exist_ok=True)
    file = asked.results / f"pages-{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {file.name}. How to read it: docs/measuring.md")


def _measure(hospital: Hospital, asked: argparse.Namespace) -> dict[str, Any]:
    print(f"{hospital.holders} holders of one badge, {asked.connections} connections")
    with _serving(hospital, _first(hospital)) as (port, subjects):
        found = {}
        for number, subject in enumerate(subjects):
            mine, floor = [], []
            for turn in range(asked.rounds + 1):
                one = _rate(port, subject.path, subject, asked)
                other = _rate(port, f"/floor/{number}", subject, asked)
                if turn:  # the first is for warming up
                    mine.append(one)
                    floor.append(other)
            share = statistics.median(a / b for a, b in zip(mine, floor, strict=True))
            goal = GOALS.get(subject.name)
            words = "" if goal is None else f" (goal {goal:.0%}{'' if share >= goal else ', NOT REACHED'})"
            print(
                f"  {subject.name:18} {statistics.median(mine):8.0f}/s of {statistics.median(floor):8.0f}/s: "
                f"{share:5.1%}{words}"
            )
            found[subject.name] = {
                "per_second": round(statistics.median(mine), 1),
                "memory_per_second": round(statistics.median(floor), 1),
                "share": round(share, 4),
            }
    print(flush=True)
    return found


def _first(hospital: Hospital) -> list[Subject]:
    page = {"Accept": "text/html,application/xhtml+xml"}
    return [
        Subject("page", f"/b/{hospital.award_id}", page, 200),
        Subject("json", f"/b/{hospital.award_id}.json", {}, 200),
        Subject("status list", hospital.status_path, {}, 200),
        Subject("achievement", f"/achievements/{hospital.achievement_id}", page, 200),
        Subject("issuer", hospital.issuer_path, page, 200),
    ]


@contextmanager
def _serving(hospital: Hospital, subjects: list[Subject]) -> Iterator[tuple[int, list[Subject]]]:
    """The server, and the subjects with those that ask whether something changed."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as opened:
        subjects = subjects + [
            Subject(
                f"{each.name}, unchanged",
                each.path,
                each.headers | {"If-None-Match": hospital.tag_of(each.path, each.headers)},
                304,
            )
            for each in subjects[:2]
        ]
        given = {
            "folder": str(hospital.folder),
            "url": hospital.url,
            "descriptor": opened.fileno(),
            "asked": [{"path": each.path, "headers": each.headers, "status": each.status} for each in subjects],
        }
        with (hospital.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "bench.pages.serve"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=[opened.fileno()], text=True,
            )  # fmt: skip
        assert started.stdin is not None
        started.stdin.write(json.dumps(given))
        started.stdin.close()
        try:
            yield opened.getsockname()[1], subjects
        finally:
            started.terminate()
            started.wait(PATIENCE_SECONDS)


def _rate(port: int, path: str, subject: Subject, asked: argparse.Namespace) -> float:
    """Answers a second over so many connections, each of which asks as soon as it was answered."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in subject.headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()
    expected, counts = f"HTTP/1.1 {subject.status}".encode(), [0] * asked.connections
    started = time.perf_counter()
    end = started + asked.seconds

    def lane(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            while time.perf_counter() < end:
                connection.sendall(request)
                assert _answer(connection).startswith(expected), path
                counts[number] += 1

    threads = [Thread(target=lane, args=(number,)) for number in range(asked.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _answer(connection: socket.socket) -> bytes:
    """The head of one answer, once all of it was read."""
    received = b""
    while (at := received.find(b"\r\n\r\n")) < 0:
        received += connection.recv(262_144)
    head = received[:at]
    lower = head.lower()
    where = lower.find(b"content-length:")
    length = int(lower[where + 15 :].split(b"\r\n", 1)[0]) if where >= 0 and b" 304 " not in head[:20] else 0
    missing = length - (len(received) - at - 4)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 262_144)))
    return head


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each address")
    parser.add_argument("--seconds", type=float, default=1.5, help="of a round")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--few", type=int, default=10, help="holders of the badge")
    parser.add_argument("--many", type=int, default=10_000, help="holders of the badge, the second time")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder for the file of results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
