"""Write the two lock files from pyproject.toml: names, versions and hashes only. Called by `make lock`."""

# ruff: noqa: INP001, T201 - a program, not a package; its words are for a terminal
from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".venv" / "bin" / "uv"
GROUPS = {"requirements.lock": ["build"], "requirements-dev.lock": ["build", "dev"]}


def command(target: str) -> list[str]:
    """The `uv` command that writes one lock file, for every platform and Python from 3.11 on."""
    groups = [word for group in GROUPS[target] for word in ("--group", group)]
    return [
        str(UV), "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade",
        "--no-emit-index-url", "--no-header", "--constraint", "constraints.txt", "pyproject.toml",
        *groups, "--output-file", target,
    ]  # fmt: skip


if __name__ == "__main__":
    for name in GROUPS:
        print(f"Locking {name} ...", flush=True)
        subprocess.run(command(name), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - constant arguments
