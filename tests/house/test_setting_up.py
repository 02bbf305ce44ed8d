"""Setting up needs nothing but Python and make, does nothing twice, and says in a sentence what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def environment(load_tool: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program that sets up `.venv`, for a project that has only its lock files."""
    tool = load_tool("environment")
    for name in (*tool.LOCKS.values(), "pyproject.toml"):
        (tmp_path / name).write_text("nothing\n")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(tool, "PYTHON", Path(sys.executable))
    (tmp_path / ".venv").mkdir()
    return tool


def test_a_python_that_is_too_old_gets_a_sentence(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(environment, "OLDEST", (99, 0))

    assert environment.main("run") == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().out


def test_what_was_set_up_is_not_set_up_again(environment: ModuleType, capsys: pytest.CaptureFixture[str]):
    environment.stamp("run").write_text(environment.state())

    assert environment.main("run") == 0
    assert capsys.readouterr().out == ""


def test_what_checks_the_service_includes_what_runs_it(environment: ModuleType):
    environment.stamp("dev").write_text(environment.state())

    assert environment.is_up_to_date("run")
    assert environment.is_up_to_date("dev")


def test_what_runs_the_service_is_not_enough_to_check_it(environment: ModuleType):
    environment.stamp("run").write_text(environment.state())

    assert not environment.is_up_to_date("dev")


def test_a_changed_lock_file_means_setting_up_again(environment: ModuleType):
    environment.stamp("run").write_text(environment.state())
    (environment.ROOT / "requirements.lock").write_text("another version\n")

    assert not environment.is_up_to_date("run")


def test_continuous_integration_runs_the_two_commands_of_a_developer(root: Path):
    script = root / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-2:] == ["make check", "make test"]
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0  # noqa: S603, S607 - constant arguments
