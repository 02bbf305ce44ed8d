"""Who may import whom is a program (`.importlinter`), and each contract is seen to fail when broken."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.lms import ADAPTERS
from app.reports import REPORTS

ROOMS = ["main", "migrating", "worker", "service", "doctor", "logs", "db", "clock", "settings", "errors", "days"]
FOLDERS = [
    "cli", "web", "judging", "reports", "outbound", "issuing", "projections", "lms", "stacking", "keystores",
    "credentials", "credentials/proofs",
]  # fmt: skip
# contract -> a file of a house and a line in it that breaks just that
VIOLATIONS = {
    "Each room imports only rooms below it": ("app/issuing/awards.py", "import app.web"),
    "Pure rooms know no database, framework, network or clock": ("app/stacking/gaps.py", "import app.clock"),
    "Only the doors know the web framework": ("app/issuing/awards.py", "import fastapi"),
    "Only the outbound room calls the network": ("app/issuing/awards.py", "import httpx"),
    "The office never calls the network": ("app/issuing/awards.py", "import app.outbound.fetch"),
    "Adapters of learning systems are independent": ("app/lms/canvas.py", "import app.lms.generic"),
    "Proof formats are independent": ("app/credentials/proofs/jwt.py", "import app.credentials.proofs.rdfc"),
    "Projections are independent": ("app/projections/card.py", "import app.projections.resume"),
    "Reports are independent": ("app/reports/funnel.py", "import app.reports.expiring"),
}
BYSTANDERS = [
    "outbound/fetch.py",
    *(f"lms/{name}.py" for name in ADAPTERS),
    *(f"reports/{slug.replace('-', '_')}.py" for slug in REPORTS),
    "credentials/proofs/rdfc.py",
    "projections/resume.py",
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import linter over the house in a folder."""
    program = str(Path(sys.executable).with_name("lint-imports"))
    return subprocess.run(  # noqa: S603 - constant arguments
        [program, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip


@pytest.fixture
def empty_house(tmp_path: Path, root: Path) -> Path:
    """A house with the rooms of ours and our contracts, and nothing in the rooms."""
    files = [f"{room}.py" for room in ROOMS] + [f"{room}/__init__.py" for room in FOLDERS]
    for name in ["__init__.py", *files, *BYSTANDERS]:
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / name).touch()
    (tmp_path / ".importlinter").write_text((root / ".importlinter").read_text())
    return tmp_path


def test_our_house_keeps_every_contract(root: Path):
    result = lint_imports(root)

    assert result.returncode == 0, result.stdout + result.stderr


def test_an_empty_house_keeps_every_contract(empty_house: Path):
    result = lint_imports(empty_house)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_forbidden_import_breaks_its_contract(empty_house: Path, contract: str):
    file, line = VIOLATIONS[contract]
    (empty_house / file).write_text(line + "\n")

    result = lint_imports(empty_house)

    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout


def test_every_contract_has_an_import_that_breaks_it(root: Path):
    written = (root / ".importlinter").read_text()

    assert {line.removeprefix("name = ") for line in written.splitlines() if line.startswith("name = ")} == set(
        VIOLATIONS
    )


def test_every_adapter_is_under_the_contract_of_adapters(root: Path):
    contracts = configparser.ConfigParser()
    contracts.read(root / ".importlinter")
    named = set(contracts["importlinter:contract:adapters"]["modules"].split())

    assert named == {adapter_module(adapter) for adapter in ADAPTERS.values()}


def test_every_report_is_under_the_contract_of_reports(root: Path):
    contracts = configparser.ConfigParser()
    contracts.read(root / ".importlinter")
    named = set(contracts["importlinter:contract:reports"]["modules"].split())

    assert named == {report.find.__module__ for report in REPORTS.values()}


def adapter_module(adapter: object) -> str:
    """The module of an adapter, which may be a folder: `app.lms.canvas`."""
    return ".".join(type(adapter).__module__.split(".")[:3])


def test_a_room_that_no_contract_names_is_refused(empty_house: Path):
    (empty_house / "app" / "cellar.py").touch()

    result = lint_imports(empty_house)

    assert result.returncode == 1
    assert "cellar" in result.stdout
