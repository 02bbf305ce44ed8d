"""Lock files hold names, versions and hashes only, are in step with pyproject.toml, and nothing else is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ["requirements.lock", "requirements-dev.lock"]
# Parts of a listed dependency that have a distribution of their own and are made to be imported.
WITH_ANOTHER = {
    "starlette": "fastapi",
    "anyio": "fastapi",
    "httpcore": "httpx",
    "click": "typer",
    "pydantic-core": "pydantic",
    "markupsafe": "jinja2",
}


def pins(lock: str) -> dict[str, str]:
    """Name -> version of a lock file."""
    return {
        canonicalize_name(match[1]): match[2]
        for match in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\\n]+)", lock, re.MULTILINE)
    }


def without_hash(lock: str) -> list[str]:
    """Entries that carry no SHA-256."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE))
    return [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]


def addresses(lock: str) -> list[str]:
    """Lines that name a place to download from, or a folder of somebody's machine."""
    return [line for line in lock.splitlines() if re.search(r"://|--(?:extra-)?index|--find-links| /", line)]


def out_of_step(requirements: list[str], lock: str) -> list[str]:
    """Requirements that the lock does not fulfil."""
    pinned = pins(lock)
    wanted = [Requirement(text) for text in requirements]
    return [str(w) for w in wanted if not fulfils(pinned.get(canonicalize_name(w.name)), w)]


def fulfils(version: str | None, wanted: Requirement) -> bool:
    """Whether the pinned version (None: not pinned) is one that is asked for."""
    return version is not None and wanted.specifier.contains(version, prereleases=True)


def unlisted(sources: dict[str, str], requirements: list[str]) -> set[str]:
    """Distributions that the code imports and pyproject.toml does not name."""
    listed = {canonicalize_name(Requirement(text).name) for text in requirements}
    owners = packages_distributions()
    imported = {name for text in sources.values() for name in top_level_imports(text)}
    foreign = imported - set(sys.stdlib_module_names) - {"app"}
    found = {canonicalize_name(owners.get(name, [name])[0]) for name in foreign}
    return {name for name in found if WITH_ANOTHER.get(name, name) not in listed}


def top_level_imports(text: str) -> set[str]:
    """The first word of each import."""
    nodes = list(ast.walk(ast.parse(text)))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(n.module).split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.level == 0}


@pytest.fixture(scope="module")
def requirements(root: Path) -> dict[str, list[str]]:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    run = project["project"]["dependencies"] + groups["build"]
    extras = [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    return {"requirements.lock": run, "requirements-dev.lock": run + groups["dev"], "extras": extras}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_address_and_has_a_hash_for_everything(root: Path, name: str):
    lock = (root / name).read_text()

    assert len(pins(lock)) > 20
    assert without_hash(lock) == []
    assert addresses(lock) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_is_in_step_with_pyproject(root: Path, requirements: dict[str, list[str]], name: str):
    assert out_of_step(requirements[name], (root / name).read_text()) == [], "run `make lock`"


def test_what_runs_in_production_is_what_was_tested(root: Path):
    production, tested = (pins((root / name).read_text()) for name in LOCKS)

    assert production.items() <= tested.items()


def test_the_service_imports_only_what_it_lists(app_sources: dict[str, str], requirements: dict[str, list[str]]):
    assert unlisted(app_sources, requirements["requirements.lock"] + requirements["extras"]) == set()


def test_an_extra_is_tested_with_what_a_user_of_it_has(requirements: dict[str, list[str]]):
    assert set(requirements["extras"]) <= set(requirements["requirements-dev.lock"])


def test_each_fault_of_a_lock_file_is_found():
    lock = (
        "a==1.0 \\\n    --hash=sha256:00\nb==2\n# --index-"
        "url x\nc @ https://registry.example/c.whl\n    #   -c /tmp/c.txt\n"
    )

    assert without_hash(lock) == ["b==2", "c"]
    assert len(addresses(lock)) == 3
    assert out_of_step(["a>=2", "missing", "b<3"], lock) == ["a>=2", "missing"]


def test_an_import_that_is_not_listed_is_found():
    assert unlisted({"app/a.py": "import os\nimport yaml\nfrom fastapi import FastAPI"}, ["fastapi"]) == {"pyyaml"}
