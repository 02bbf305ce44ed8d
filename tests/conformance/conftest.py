"""Where the vectors of others lie, and the builders of the workshop's own tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import foreign_verifiers, running_lanyard, verdicts
from .foreign_verifiers import Judge, Opinion, Panel
from .running_lanyard import RunningLanyard

VERDICT = "verdict of an independent verifier"
_BUILDERS = Path(__file__).resolve().parents[1] / "credentials" / "conftest.py"
_spec = importlib.util.spec_from_file_location("workshop_builders", _BUILDERS)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)

make_issuer = _module.make_issuer
make_achievement = _module.make_achievement
make_recipient = _module.make_recipient
make_award = _module.make_award
make_status_list = _module.make_status_list
make_signing_keys = _module.make_signing_keys
make_key = _module.make_key
signing_keys = _module.signing_keys
make_endorsement = _module.make_endorsement
make_record = _module.make_record
signed_badge = _module.signed_badge


@pytest.fixture(scope="session")
def conformance(shared: Path) -> Path:
    """The folder of vectors that nobody here wrote."""
    return shared / "conformance"


# -- a running Lanyard, and who judges it -----------------------------------------------------------------


@pytest.fixture(scope="session")
def panel(shared: Path, node: str) -> Panel:
    """Programs that others wrote, ready to be asked."""
    return foreign_verifiers.set_up(shared, node)


@pytest.fixture(scope="session")
def panel_of_2_0(shared: Path) -> Panel:
    """Programs that others wrote for Open Badges 2.0, ready to be asked."""
    return foreign_verifiers.set_up_for_2_0(shared)


@pytest.fixture(scope="session")
def lanyard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLanyard]:
    """A server with badges in every state."""
    with running_lanyard.running(tmp_path_factory.mktemp("lanyard")) as started:
        yield started


@pytest.fixture
def ask(panel: Panel, record_property: Callable[[str, object], None]) -> Callable[..., dict[str, Opinion]]:
    """`ask(judge, {"good.json": content})`: an opinion of each file, noted for the table at the end."""

    def ask(judge: Judge, files: dict[str, bytes]) -> dict[str, Opinion]:
        opinions = panel.ask(judge, files)
        for file, opinion in opinions.items():
            name, _, form = file.rpartition(".")
            record_property(VERDICT, (judge.label, panel.version_of(judge), name, form, opinion.accepted))
        return opinions

    return ask


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After the tests: who accepted and who refused what."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, []))
    noted = [value for report in reports for name, value in report.user_properties if name == VERDICT]
    if noted:
        terminalreporter.section("what independent verifiers said: + accepted, - refused")
        for line in verdicts.table(noted):
            terminalreporter.write_line(line)
