"""What a figure means nothing without: processor, cores, disk, versions."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import time
from importlib import metadata
from pathlib import Path
from typing import Any

FSYNCS = 200
BLOCK = b"x" * 4_096
PACKAGES = ("sqlalchemy", "fastapi", "uvicorn", "cryptography", "pyoxigraph", "psycopg", "openbadgeslib")


def describe(folder: Path) -> dict[str, Any]:
    """The machine, with the time of an fsync in the folder where the databases of this run lie."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_at_start": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fsync_ms": _fsync_milliseconds(folder / "fsync"),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _fsync_milliseconds(file: Path) -> dict[str, float]:
    times = []
    with file.open("wb", buffering=0) as handle:
        for _ in range(FSYNCS):
            started = time.perf_counter()
            handle.write(BLOCK)
            os.fsync(handle.fileno())
            times.append((time.perf_counter() - started) * 1_000)
    file.unlink()
    ordered = sorted(times)
    return {"median": round(statistics.median(ordered), 3), "p99": round(ordered[int(FSYNCS * 0.99)], 3)}
