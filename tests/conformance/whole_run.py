"""After a run of all tests: every test that docs/conformance.md names must have run, or the run fails."""

from __future__ import annotations

import pytest

from tests.conformance.table import PAGE, function_of, not_shown

NOT_SHOWN = 8  # an exit code that pytest has no other use for: no second look at a test mends this


class WholeRun:
    """Notes what passed, in the process that sees all reports, and compares when everything is over.

    A test that failed speaks for itself: the run fails with it, or it holds when it is looked at twice.
    """

    def __init__(self) -> None:
        self._ran: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that came to its end in whatever way."""
        if report.when == "call" or not report.passed:
            self._ran.add(function_of(report.nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that did not show what the table says."""
        missing = not_shown(PAGE.read_text(encoding="utf-8"), self._ran)
        if missing and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            session.exitstatus = NOT_SHOWN
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
