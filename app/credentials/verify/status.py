"""Whether the issuer withdrew or paused a badge. Any doubt about a list is `unknown`, never "still good" (T23).

Source: Bitstring Status List v1.0, "Validate Algorithm".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.credentials import bitstring
from app.credentials.model import StatusEntry, StatusPurpose
from app.credentials.report import Check, Outcome, domain_of
from app.credentials.verify import reading, signatures, words
from app.credentials.verify.finding import STATUS, Stop, failed, passed, unknown
from app.credentials.verify.resolver import ListFound, Resolver, Unreachable
from app.credentials.verify.shape import is_uri, issuer_id, moment, types_of
from app.errors import InvalidInput

MAX_ENTRIES = 4
_CANONICAL_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_NO_BEARING = frozenset({"refresh", "message"})  # purposes that say nothing on whether a badge is good
# Two machines' clocks differ; a list that was signed a moment ago must not look like one from the future.
_CLOCK_DIFFERENCE = timedelta(minutes=5)


def check(document: dict[str, Any], *, resolve: Resolver, now: datetime) -> Check:
    """The `status` check of a document that its issuer signed; code `revoked` or `suspended` when it fails."""
    signed = document.get("credentialStatus", [])
    entries = signed if isinstance(signed, list) else [signed]
    if len(entries) > MAX_ENTRIES or ("credentialStatus" in document and not entries):
        return unknown(STATUS, "entries", "It names its status lists in a way that cannot be checked here.")
    entries = [*entries, *(_written(entry) for entry in resolve.further_entries(document["id"]))]
    if not entries:
        return passed(STATUS, "no_status", "It names no status list, so its issuer has no way to withdraw it.")
    lists = _Lists(issuer_id=issuer_id(document) or "", resolve=resolve, now=now)
    return min((lists.check(entry) for entry in entries), key=_rank)


def _written(entry: StatusEntry) -> dict[str, Any]:
    """An entry that the issuer keeps beside the badge, as it would stand inside it."""
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": entry.purpose.value,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_url,
    }


def _rank(check: Check) -> int:
    """The order in which several entries count: revoked, suspended, unknown, good."""
    if check.outcome is Outcome.FAILED:
        return 0 if check.code == "revoked" else 1
    return 2 if check.outcome is Outcome.UNKNOWN else 3


@dataclass(frozen=True, slots=True)
class _Lists:
    issuer_id: str
    resolve: Resolver
    now: datetime
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def check(self, entry: Any) -> Check:
        """What one entry says."""
        try:
            return self._check(entry)
        except Stop as stop:
            return stop.check

    def _check(self, entry: Any) -> Check:
        if "BitstringStatusListEntry" not in types_of(entry):
            raise _doubt("entry_unknown", "It has a status of a kind that cannot be checked here")
        purpose, url, index = entry.get("statusPurpose"), entry.get("statusListCredential"), _index(entry)
        if isinstance(purpose, str) and purpose in _NO_BEARING:
            return passed(STATUS, "no_bearing", "Its status list says nothing on whether it is good.")
        if purpose not in list(StatusPurpose):
            raise _doubt("purpose_unknown", "It has a status of a purpose that is not known here")
        if entry.get("statusSize", 1) != 1 or not is_uri(url):
            raise _doubt("entry_malformed", "Its place in the issuer's status list is not written as the standard says")
        subject = self._subject(url)
        if not _says(subject.get("statusPurpose"), purpose):
            raise _doubt("list_purpose", "The status list is for another purpose")
        return self._judged(StatusPurpose(purpose), is_set=_bit(subject, index))

    def _judged(self, purpose: StatusPurpose, *, is_set: bool) -> Check:
        domain = domain_of(self.issuer_id)
        match purpose, is_set:
            case StatusPurpose.REVOCATION, True:
                return failed(STATUS, "revoked", f"It was withdrawn by its issuer, {domain}.")
            case StatusPurpose.SUSPENSION, True:
                return failed(STATUS, "suspended", f"It is paused by its issuer, {domain}.")
            case _:
                return passed(STATUS, "in_force", "Its issuer has neither withdrawn nor paused it.")

    def _subject(self, url: str) -> dict[str, Any]:
        """The subject of the list at this address, once everything around it holds. Raises Stop."""
        if url not in self.seen:
            self.seen[url] = self._fetched(url)
        return self.seen[url]

    def _fetched(self, url: str) -> dict[str, Any]:
        match self.resolve.status_list(url):
            case Unreachable():
                raise _doubt("list_unreachable", "We could not reach the issuer's status list")
            case ListFound(content):
                signed = _read(content)
        document = signed.document
        if "BitstringStatusListCredential" not in types_of(document) or document.get("id") != url:
            raise _doubt("list_differs", "What is at the address of the status list is not that list")
        if issuer_id(document) != self.issuer_id:
            raise _doubt("list_issuer", "The status list is not from the issuer of this badge")
        self._check_dates(document)
        self._check_proof(signed)
        subject = document.get("credentialSubject")
        if not isinstance(subject, dict) or "BitstringStatusList" not in types_of(subject):
            raise _doubt("list_malformed", "The status list is not written as the standard says")
        return subject

    def _check_dates(self, document: dict[str, Any]) -> None:
        begins, ends = (moment(document.get(name)) for name in ("validFrom", "validUntil"))
        if "validFrom" in document and (begins is None or begins > self.now + _CLOCK_DIFFERENCE):
            raise _doubt("list_outdated", "The status list is not for today")
        if "validUntil" in document and (ends is None or ends <= self.now):
            raise _doubt("list_outdated", "The status list is not for today")

    def _check_proof(self, signed: reading.SignedDocument) -> None:
        context, canonical = words.check(signed)
        if context.outcome is not Outcome.PASSED:
            raise _doubt("list_words", "The status list uses words that are not known here")
        finding = signatures.check(
            signed, issuer_id=self.issuer_id, resolve=self.resolve, now=self.now, canonical=canonical
        )
        if not finding.holds:
            raise _doubt("list_proof", "The signature of the status list does not hold")


def _read(content: bytes) -> reading.SignedDocument:
    try:
        return reading.read(content)
    except Stop as stop:
        raise _doubt("list_unreadable", "The status list cannot be read") from stop


def _index(entry: dict[str, Any]) -> int:
    """The place in the list: a canonical decimal text, or the plain JSON number that some issuers write."""
    index = entry.get("statusListIndex")
    if isinstance(index, int) and not isinstance(index, bool) and index >= 0:
        return index
    if isinstance(index, str) and _CANONICAL_INDEX.fullmatch(index):
        return int(index)
    raise _doubt("index_malformed", "Its place in the issuer's status list is not written as the standard says")


def _bit(subject: dict[str, Any], index: int) -> bool:
    encoded = subject.get("encodedList")
    try:
        return bitstring.is_set(bitstring.decode(encoded if isinstance(encoded, str) else ""), index)
    except InvalidInput as error:
        raise _doubt(str(error.facts["code"]), "The status list cannot be read") from error


def _says(stated: Any, purpose: str) -> bool:
    return stated == purpose or (isinstance(stated, list) and purpose in stated)


def _doubt(code: str, sentence: str) -> Stop:
    return Stop(unknown(STATUS, code, f"{sentence}, so we cannot say whether it is still good."))
