"""What the page of a verification shows, from a report; only facts that the proof covers stand as facts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.credentials.report import Check, Outcome, Report, VerifiedFacts, day
from app.credentials.verify.finding import DATES
from app.issuing import issuers
from app.issuing.awards import Award
from app.issuing.office import Office
from app.web import states, words
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.states import State
from app.web.told import left_english, told

_NOT_REACHED = "not_checked"
_ABOUT = {
    "format": marked("whether it can be read"),
    "schema": marked("its parts"),
    "context": marked("its words"),
    "proof": marked("its signature"),
    "issuer": marked("who signed it"),
    "refresh": marked("whether its issuer offers a newer form"),
    "dates": marked("its dates"),
    "status": marked("whether it was withdrawn"),
    "superseded": marked("whether a newer badge replaced it"),
    "recipient": marked("whose it is"),
    "file": marked("whether the file was changed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One check as a line: `mark` names icon and colour, `word` says the same in text."""

    mark: str
    word: str
    sentence: str
    code: str
    language: str = ""  # of the sentence, where it is not that of the page


@dataclass(frozen=True, slots=True)
class Inside:
    """A signed document inside the one that was handed in, with a verdict of its own."""

    kind: str
    state: State
    signed_by: str | None
    title: str | None
    comment: str | None
    inside: tuple[Inside, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole answer. `recipient` is what was typed; `match` the check that compared it, if any.

    `checked_by` is the host that says so: a print must name it.
    """

    state: State
    facts: VerifiedFacts | None
    warnings: tuple[str, ...]
    known_in: tuple[str, ...] | None  # the trust lists with the issuer in them; None = there are no lists
    recipient: str | None
    match: Line | None
    lines: tuple[Line, ...]
    not_reached: str  # what was not checked, in words; empty when everything was
    image_path: str | None
    badge_path: str | None
    document: str | None
    inside: tuple[Inside, ...]
    checked_at: datetime
    checked_by: str
    zone: ZoneInfo  # in which the days of the answer are said


def report_view(office: Office, report: Report, *, recipient: str | None, zone: ZoneInfo, now: datetime) -> ReportView:
    """The page's answer to a report; `zone` is that of the badge's issuer, UTC of a stranger's badge."""
    reached = {check.name: _line(check) for check in report.checks if check.code != _NOT_REACHED}
    if (dates := reached.get(DATES)) is not None:
        reached[DATES] = replace(dates, sentence=_there(dates.sentence, report.credential, zone))
    match = reached.pop("recipient", None)
    state = states.of_report(report, zone, now=now)
    left_out = [_(_ABOUT[check.name]) for check in report.checks if check.code == _NOT_REACHED]
    return ReportView(
        state=replace(state, sentence=_there(state.sentence, report.credential, zone)),
        facts=report.credential,
        warnings=warnings_of(report),
        known_in=report.known_in,
        recipient=recipient,
        match=match,
        lines=tuple(reached.values()),
        not_reached=", ".join(left_out),
        image_path=_own_path(office, report.credential.image_url, "/images/") if report.credential else None,
        badge_path=_own_path(office, report.credential.credential_id, "/b/") if report.credential else None,
        document=json.dumps(report.document, indent=2, ensure_ascii=False) if report.document else None,
        inside=_inside(report, zone, now=now),
        checked_at=now,
        zone=zone,
        checked_by=urlsplit(office.addresses.base_url).netloc,
    )


def _inside(report: Report, zone: ZoneInfo, *, now: datetime) -> tuple[Inside, ...]:
    """The achievements of a learner record, then endorsements; a part that is not good never looks as if it were."""
    parts = [(_("Achievement"), part.report) for part in report.nested]
    parts += [(_("Endorsement"), part.report) for part in report.endorsements]
    return tuple(_part(kind, part, zone, now=now) for kind, part in parts)


def _part(kind: str, report: Report, zone: ZoneInfo, *, now: datetime) -> Inside:
    facts = report.credential
    return Inside(
        kind=kind,
        state=states.of_report(report, zone, now=now),
        signed_by=facts.signed_by if facts else None,
        title=facts.title if facts else None,
        comment=facts.endorsement_comment if facts else None,
        inside=_inside(report, zone, now=now),
    )


def warnings_of(report: Report) -> tuple[str, ...]:
    """What a person should know beside the checks, in sentences, each once."""
    return tuple(dict.fromkeys(caution.sentence for caution in report.warnings))


def _line(check: Check) -> Line:
    match check.outcome:
        case Outcome.PASSED:
            mark, word = "good", _("Passed")
        case Outcome.FAILED:
            mark, word = "stopped", _("Failed")
        case Outcome.UNKNOWN:
            mark, word = "unknown", _("Cannot tell")
    return Line(mark, word, told(check.sentence), check.code, left_english(check.sentence))


def _there(sentence: str, facts: VerifiedFacts | None, zone: ZoneInfo) -> str:
    """A sentence for people with its days in a zone: what a report says, it says of UTC, whoever issued the badge."""
    for moment in () if facts is None else (facts.valid_until, facts.valid_from):
        if moment is not None:
            forms = {words.date_of(moment, words.UTC_ZONE), day(moment)}  # the latter where it stayed English
            written = re.compile(rf"(?<!\d)(?:{'|'.join(map(re.escape, sorted(forms)))})")
            if written.search(sentence):
                there = words.end_of(moment, zone)
                return written.sub(there, sentence)
    return sentence


def zone_of(session: Session, office: Office, report: Report) -> ZoneInfo:
    """In which zone the days of an answer are said: the issuer's of a badge of ours; UTC for any other."""
    facts = report.credential
    address = "" if facts is None else office.renamed(facts.credential_id)
    beginning = office.addresses.badge("")
    award = session.get(Award, address.removeprefix(beginning)) if address.startswith(beginning) else None
    return words.UTC_ZONE if award is None else issuers.zone_of(session, award.issuer_id)


def _own_path(office: Office, url: str | None, below: str) -> str | None:
    """The path of one of our own addresses; None for any other, which our pages neither load nor link."""
    base, url = office.addresses.base_url, office.renamed(url or "")
    return url.removeprefix(base) if url.startswith(base + below) else None
