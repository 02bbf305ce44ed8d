"""After a run of all tests: every test that docs/conformance.md names must have passed, or the run fails."""

from __future__ import annotations

import pytest

from tests.conformance.table import PAGE, function_of, not_shown


class WholeRun:
    """Notes what passed, in the process that sees all reports, and compares when everything is over."""

    def __init__(self) -> None:
        self._passed: set[str] = set()
        self._skipped: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sort a finished phase of a test."""
        name = function_of(report.nodeid)
        if report.failed:
            self._failed.add(name)
        elif report.skipped:
            self._skipped.add(name)
        elif report.when == "call":
            self._passed.add(name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that was green without showing what the table says."""
        missing = not_shown(PAGE.read_text(encoding="utf-8"), self._passed - self._failed, self._skipped - self._failed)
        if missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line("")
                for sentence in missing:
                    reporter.write_line(f"docs/conformance.md: {sentence}", red=True)


def watch(config: pytest.Config) -> None:
    """Compare at the end, if this is the whole run and not one of its workers or a choice of tests."""
    chosen = config.args_source is not config.ArgsSource.TESTPATHS or config.option.keyword or config.option.markexpr
    if not chosen and not hasattr(config, "workerinput"):
        config.pluginmanager.register(WholeRun(), "whole-run")
