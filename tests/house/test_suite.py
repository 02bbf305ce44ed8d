"""`make test` looks twice at the few tests that fail, and lets nothing through that fails both times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

FAILS_ONCE = """
    from pathlib import Path
    import pytest

    @pytest.mark.parametrize("which", range({number}))
    def test_fails_the_first_time(which):
        seen = Path(__file__).with_suffix(f".{{which}}")
        was_there, _ = seen.exists(), seen.touch()
        assert was_there
"""
FAILS = "def test_fails(): assert False"
HOLDS = "def test_holds(): pass"


@pytest.fixture
def suite(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The program behind `make test`."""
    return load_tool("suite")


def project(folder: Path, *tests: str) -> Path:
    """A project that has only these tests."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    for number, text in enumerate(tests):
        (folder / f"test_{number}.py").write_text(dedent(text))
    return folder


def test_what_holds_runs_once(suite: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert suite.main(project(tmp_path, HOLDS)) == 0
    assert "once more" not in capfd.readouterr().out


def test_what_fails_once_is_named_and_stops_nothing(
    suite: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    assert suite.main(project(tmp_path, HOLDS, FAILS_ONCE.format(number=2))) == 0

    said = capfd.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("UNSTABLE test")] == [
        f"UNSTABLE test_1.py::test_fails_the_first_time[{which}]" for which in range(2)
    ]


def test_what_fails_twice_fails(suite: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert suite.main(project(tmp_path, FAILS, FAILS_ONCE.format(number=1))) == 1
    assert "UNSTABLE" not in capfd.readouterr().out


def test_many_failures_are_not_looked_at_twice(suite: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert suite.main(project(tmp_path, FAILS_ONCE.format(number=suite.MOST_LOOKED_AT_TWICE + 1))) == 1
    assert "once more" not in capfd.readouterr().out


@pytest.mark.parametrize("broken", ["def test_: (", "import nothing_of_this_name"])
def test_a_suite_that_cannot_be_read_fails(
    suite: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str], broken: str
):
    assert suite.main(project(tmp_path, HOLDS, broken)) != 0
    assert "UNSTABLE" not in capfd.readouterr().out
