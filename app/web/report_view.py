"""What the page of a verification shows, from a report; only facts that the proof covers stand as facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from app.credentials.report import Check, Outcome, Report, VerifiedFacts
from app.issuing.office import Office
from app.web import states
from app.web.lookalikes import warning
from app.web.states import State

_NOT_REACHED = "not_checked"
_ABOUT = {
    "format": "whether it can be read",
    "schema": "its parts",
    "context": "its words",
    "proof": "its signature",
    "issuer": "who signed it",
    "dates": "its dates",
    "status": "whether it was withdrawn",
    "superseded": "whether a newer badge replaced it",
    "recipient": "whose it is",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One check as a line: `mark` names icon and colour, `word` says the same in text."""

    mark: str
    word: str
    sentence: str
    code: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole answer. `recipient` is what was typed; `match` the check that compared it, if any."""

    state: State
    facts: VerifiedFacts | None
    warnings: tuple[str, ...]
    recipient: str | None
    match: Line | None
    lines: tuple[Line, ...]
    not_reached: str  # what was not checked, in words; empty when everything was
    image_path: str | None
    badge_path: str | None
    document: str | None


def report_view(office: Office, report: Report, *, recipient: str | None, now: datetime) -> ReportView:
    """The page's answer to a report."""
    reached = {check.name: _line(check) for check in report.checks if check.code != _NOT_REACHED}
    match = reached.pop("recipient", None)
    left_out = [_ABOUT[check.name] for check in report.checks if check.code == _NOT_REACHED]
    return ReportView(
        state=states.of_report(report, now=now),
        facts=report.credential,
        warnings=warnings_of(report),
        recipient=recipient,
        match=match,
        lines=tuple(reached.values()),
        not_reached=", ".join(left_out),
        image_path=_own_path(office, report.credential.image_url, "/images/") if report.credential else None,
        badge_path=_own_path(office, report.credential.credential_id, "/b/") if report.credential else None,
        document=json.dumps(report.document, indent=2, ensure_ascii=False) if report.document else None,
    )


def warnings_of(report: Report) -> tuple[str, ...]:
    """Sentences about names that could be mistaken for others (T20)."""
    if report.credential is None:
        return ()
    found = (warning(report.credential.issuer_name), warning(report.credential.achievement_name))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def _line(check: Check) -> Line:
    match check.outcome:
        case Outcome.PASSED:
            mark, word = "good", "Passed"
        case Outcome.FAILED:
            mark, word = "stopped", "Failed"
        case Outcome.UNKNOWN:
            mark, word = "unknown", "Cannot tell"
    return Line(mark, word, check.sentence, check.code)


def _own_path(office: Office, url: str | None, below: str) -> str | None:
    """The path of one of our own addresses; None for any other, which our pages neither load nor link."""
    base = office.addresses.base_url
    return url.removeprefix(base) if url and url.startswith(base + below) else None
