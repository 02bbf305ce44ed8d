"""Making checks: the names, in the order of the standard, and how a step says that it cannot go on."""

from __future__ import annotations

from app.credentials.report import Check, Outcome

FORMAT, SCHEMA, CONTEXT, PROOF, ISSUER = "format", "schema", "context", "proof", "issuer"
REFRESH, DATES, STATUS, SUPERSEDED, RECIPIENT = "refresh", "dates", "status", "superseded", "recipient"
# Checks without a say in whether a badge is good: one is a service, the other has a verdict of its own.
ASIDE = frozenset({REFRESH, RECIPIENT})


class Stop(Exception):
    """A step ends here with this check; caught by the function that runs the step."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.code)
        self.check = check


def passed(name: str, code: str, sentence: str) -> Check:
    """A check that passed."""
    return Check(name, Outcome.PASSED, code, sentence)


def failed(name: str, code: str, sentence: str) -> Check:
    """A check that failed."""
    return Check(name, Outcome.FAILED, code, sentence)


def unknown(name: str, code: str, sentence: str) -> Check:
    """A check that could not be decided."""
    return Check(name, Outcome.UNKNOWN, code, sentence)


def not_checked(name: str) -> Check:
    """A check that was not reached, because one before it did not pass."""
    return unknown(name, "not_checked", "This was not checked, because something before it did not hold.")
