"""Run every test, and look twice at the few that fail. Called by `make test`.

The suite has thousands of tests with real servers, browsers, crashes and races, on machines that other work shares. One
that fails once and then holds, alone and in a fresh process, has found a fault of the test or of the product that is
worth a morning; it is not evidence about the change at hand. So it is named at the end, loudly, and does not stop the
change. One that fails twice does, and so do more than a handful of failures (decision 0021).
"""

# ruff: noqa: INP001, T201 - a program, not a package; its words are for a terminal
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LOOKED_AT_TWICE = 5
PROCESSES = "3"  # on two cores: a third of the time a test waits for a browser, or for processes that it started
SOME_FAILED = 1


def main(root: Path = ROOT) -> int:
    """Returns pytest's exit code, or 0 where all that had failed held the second time."""
    code = pytest(root, "-n", PROCESSES, "--dist", "worksteal", "--cache-clear")
    failed = sorted(last_failed(root)) if code == SOME_FAILED else []
    if not failed or len(failed) > MOST_LOOKED_AT_TWICE:
        return code
    print(f"\nLooking once more, alone and in a fresh process, at what failed: {len(failed)}\n", flush=True)
    if again := pytest(root, "-n", "0", *failed):
        return again
    print("\nUNSTABLE: failed in the whole suite and held alone. Find out why; the first failure is printed above.")
    print(*(f"UNSTABLE {test}" for test in failed), sep="\n", flush=True)
    return 0


def pytest(root: Path, *arguments: str) -> int:
    """Run pytest on a project and return its exit code."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=root, check=False).returncode  # noqa: S603


def last_failed(root: Path) -> list[str]:
    """The tests that failed in the run before, by pytest's own record."""
    record = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return list(json.loads(record.read_bytes())) if record.exists() else []


if __name__ == "__main__":
    raise SystemExit(main())
