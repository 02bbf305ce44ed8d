"""What the house rules look at: the files of the project, and the application as it is served."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def app_sources() -> dict[str, str]:
    """Every Python file of the service: path from the root of the project -> text."""
    return {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in sorted((ROOT / "app").rglob("*.py"))}


@pytest.fixture(scope="session")
def load_tool() -> Callable[[str], ModuleType]:
    """Load a program of the folder `tools` as a module of its own."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def project_files() -> dict[str, bytes]:
    """Every file that Git has or would take: path -> bytes."""
    # The checkout may belong to somebody else than who runs the tests, as it does in CI.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - constant arguments
    assert listed.returncode == 0 or os.environ.get("CI") != "true", listed.stderr
    if listed.returncode:
        pytest.skip("This is no Git checkout, so there is no list of the project's files")
    names = sorted({name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()})
    return {name: (ROOT / name).read_bytes() for name in names}


@pytest.fixture(scope="session")
def project_texts(project_files: dict[str, bytes]) -> dict[str, str]:
    """The files among them that hold text."""
    texts = {}
    for name, content in project_files.items():
        if b"\0" not in content:
            texts[name] = content.decode("utf-8")
    return texts
