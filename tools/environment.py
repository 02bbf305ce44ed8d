"""Make `.venv` hold exactly what a lock file names. Called by the Makefile; needs nothing but the standard library.

Usage: `python tools/environment.py run` for what the service needs, or `… dev` for that and what checks it.
Does nothing when the environment is up to date; safe to run twice and at the same time.
"""

# ruff: noqa: INP001, T201 - a program, not a package; its words are for a terminal
from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
OLDEST = (3, 11)


def main(kind: str) -> int:
    """Bring `.venv` up to date for `kind` (run or dev). Returns the exit code."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Lanyard needs Python 3.11 or newer, and this is {found}. Name another: make PYTHON=/path/to/python3.11")
        return 1
    with one_at_a_time():
        if is_up_to_date(kind):
            return 0
        print(f"Setting up .venv from {LOCKS[kind]} (once; a minute or two) ...", flush=True)
        make_environment()
        pip("--require-hashes", "--requirement", str(ROOT / LOCKS[kind]))
        pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        stamp(kind).write_text(state())
    return 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for another set-up of the same checkout: two at once would write the same files."""
    handle = os.open(ROOT / LOCKS["run"], os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def state() -> str:
    """A digest of all that decides what `.venv` holds."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in (*LOCKS.values(), "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamp(kind: str) -> Path:
    """The file that remembers the state of the last complete set-up."""
    return VENV / f".{kind}-stamp"


def is_up_to_date(kind: str) -> bool:
    """Whether a complete set-up of this kind, or of the larger one, is still in step."""
    kinds = {kind, "dev"}  # what checks the service includes what runs it
    return PYTHON.exists() and any(stamp(k).exists() and stamp(k).read_text() == state() for k in kinds)


def make_environment() -> None:
    """Create `.venv` with a pip that works; one left half made by an interrupted run is mended."""
    for kind in LOCKS:
        stamp(kind).unlink(missing_ok=True)
    if PYTHON.exists():
        probe = [str(PYTHON), "-m", "pip", "--version"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:  # noqa: S603 - constant arguments
            return
    try:
        venv.create(VENV, with_pip=True, symlinks=True, clear=True)
    except subprocess.CalledProcessError as error:
        print("This Python cannot make an environment with pip. On Debian and Ubuntu: apt install python3-venv")
        raise SystemExit(1) from error


def pip(*arguments: str) -> None:
    """Run `pip install` of the environment; its own words are the progress. Exits when it fails."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    code = subprocess.run(command, check=False, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}).returncode  # noqa: S603 - constant arguments
    if code:
        print("The packages could not be installed; pip says why above. Running the same command again continues.")
        raise SystemExit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
