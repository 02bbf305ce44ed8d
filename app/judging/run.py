"""One run over many badges of whatever issuers, for somebody who wants to know of each of them how it stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from app.credentials.report import Outcome, Report, instant
from app.credentials.verify.resolver import DocumentFound
from app.errors import Busy, InvalidInput
from app.issuing import verification
from app.issuing.bulk_checks import NOT_CHECKED, Finding, Match, Reason, Stated
from app.judging.desk import Desk, own_hosts
from app.outbound.documents import host_of
from app.outbound.documents_of_a_run import Bounds, DocumentsOfARun
from app.outbound.network import Network
from app.service import Service

_TRIES_WHILE_BUSY = 5
_MOST_WARNINGS = 20


class Run:
    """Judges the rows of one bulk check. Several threads may ask at once; closing it ends what it started."""

    def __init__(self, service: Service, network: Network | None = None, *, bounds: Bounds | None = None) -> None:
        """`network` None = the internet."""
        self._service = service
        self.bounds = bounds or Bounds(seconds=service.settings.check_run_seconds)
        self._documents = DocumentsOfARun(network, bounds=self.bounds, never_hosts=own_hosts(service.office.every))
        self._desk = Desk(service, documents=self._documents)
        self._own_host = verification.OwnHost(service.database.read, service.office)

    def close(self) -> None:
        """End the processes that were started."""
        self._desk.close()

    def refusal(self, host: str) -> Reason | None:
        """Why a row whose badge is fetched from this host is not begun; None = it may be."""
        if host in self._documents.given_up:
            return Reason.HOST_SILENT
        return Reason.TIME_UP if self._documents.is_over else None

    def judge(self, row: int, stated: Stated) -> Finding:
        """What comes of a row. Never raises for a bad badge, or one that cannot be had."""
        for _try in range(_TRIES_WHILE_BUSY):
            try:
                found = self._judged(stated)
            except Busy:
                continue
            if isinstance(found, Reason):
                return Finding(row, NOT_CHECKED, found)
            said = told(found, stated, is_ours=self._is_ours(found))
            facts = found.credential
            return Finding(row, found.verdict.value, None, facts.credential_id if facts else None, said)
        return Finding(row, NOT_CHECKED, Reason.TIME_UP)

    def _judged(self, stated: Stated) -> Report | Reason:
        if stated.document is not None:
            return self._desk.judge(stated.document, recipient=stated.identifier)
        if stated.link is None:
            return Reason.FILE_MISSING if stated.asked else Reason.NOTHING_STATED
        if verification.is_own_address(self._service.office, stated.link):
            return self._own(stated.link, stated.identifier)
        return self._elsewhere(stated.link, stated.identifier)

    def _elsewhere(self, link: str, recipient: str | None) -> Report | Reason:
        if not self._service.settings.verify_foreign:
            return Reason.NOT_LOOKED_UP
        if (refused := self.refusal(host_of(link))) is not None:
            return refused
        try:
            return self._desk.judge_address(link, recipient=recipient)
        except InvalidInput:
            return self.refusal(host_of(link)) or Reason.NOTHING_FETCHED

    def _own(self, link: str, recipient: str | None) -> Report | Reason:
        if verification.HOSTED.fullmatch(urlsplit(link).path):
            return self._desk.judge_hosted(link, recipient=recipient)
        found = self._own_host.document(link.partition("#")[0])
        if not isinstance(found, DocumentFound):
            return Reason.NO_BADGE_HERE
        return self._desk.judge(found.content, recipient=recipient)

    def _is_ours(self, report: Report) -> bool:
        return report.credential is not None and self._own_host.is_own_issuer(report.credential.issuer_id)


def told(report: Report, stated: Stated, *, is_ours: bool) -> dict[str, Any]:
    """What is kept of a report for people: what it is, whose, since and until when, who issued it, and warnings.

    `issuer_is` is "ours", "listed" (in `lists`) or "unknown". Of what the proof does not cover nothing is kept.
    """
    facts = report.credential
    said: dict[str, Any] = {
        "sentence": report.sentence,
        "holder": _match(report).value,
        "warnings": [{"code": each.code, "sentence": each.sentence} for each in report.warnings[:_MOST_WARNINGS]],
    }
    if facts is None:
        return said
    lists = list(report.known_in or ())
    names = list(facts.holder_names)
    if stated.name and names and not any(_is_same_name(stated.name, each) for each in names):
        sentence = f"The badge names {names[0]}, and the list {stated.name}"
        said["warnings"].append({"code": "other_name", "sentence": sentence})
    if report.superseded_by:
        said["newer"] = report.superseded_by
    return said | {
        "title": facts.title,
        "holder_names": names,
        "issuer_name": facts.issuer_name,
        "signed_by": facts.signed_by,
        "issuer_is": "ours" if is_ours else "listed" if lists else "unknown",
        "lists": lists,
        "valid_from": instant(facts.valid_from),
        "valid_until": None if facts.valid_until is None else instant(facts.valid_until),
        "standard": facts.standard,
    }


def _match(report: Report) -> Match:
    check = next((each for each in report.checks if each.name == "recipient"), None)
    if check is None:
        return Match.NOT_ASKED
    return {Outcome.PASSED: Match.SAME, Outcome.FAILED: Match.OTHER, Outcome.UNKNOWN: Match.UNKNOWN}[check.outcome]


def _is_same_name(one: str, other: str) -> bool:
    """Whether two names have the same words, in whatever order and case: lists write "Ortiz, Ana"."""
    return set(one.replace(",", " ").casefold().split()) == set(other.replace(",", " ").casefold().split())
