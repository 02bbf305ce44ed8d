"""`lanyard demo`: real deliveries become badges that a program of others verifies, as often as one likes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.demo import stage


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Run the demo to its verdict, as `make demo ONCE=1` does."""
    program = "from app.cli import main; main()"
    command = [sys.executable, "-c", program, "demo", "--once", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.run(  # noqa: S603 - our own program
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_demo_ends_well_twice_in_its_own_folder_and_names_badges_that_others_verify(tmp_path: Path):
    port = free_port()

    first, second = demo(tmp_path, port), demo(tmp_path, port)

    for run in (first, second):
        assert run.returncode == 0, run.stdout + run.stderr
        badges = re.findall(rf"the badge: (http://localhost:{port}/b/[\w-]{{22}})", run.stdout)
        assert len(set(badges)) == 2
        for form in ("json", "jwt", "png"):
            assert run.stdout.count(f"✓ .{form}: verified by openbadgeslib") == 2
        assert "✗" not in run.stdout
        assert "Traceback" not in run.stderr
    assert "30 achievements made" in first.stdout
    assert "30 achievements unchanged" in second.stdout
    assert "skipped: " in first.stdout
    _is_in_one_folder(tmp_path)


def _is_in_one_folder(tmp_path: Path) -> None:
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["demo"]
    keys = list((tmp_path / "var" / "demo" / "keys").iterdir())
    assert keys
    assert all(file.name.startswith("demo-") for file in keys)
    assert (tmp_path / "var" / "demo" / "secret").stat().st_mode & 0o077 == 0


def test_a_port_that_is_in_use_gets_a_sentence_that_names_another(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = demo(tmp_path, taken.getsockname()[1])

    assert run.returncode == 1
    assert "LANYARD_PORT=" in run.stderr
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_demo_without_its_catalogue_says_where_to_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, academy):
    monkeypatch.setattr(stage, "CATALOG", tmp_path / "nowhere.yaml")

    assert "run the demo from a checkout" in academy.refused("demo", "--once", "--port", str(free_port()))
