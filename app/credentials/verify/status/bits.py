"""Status lists of bits: Bitstring Status List, and its predecessor Status List 2021."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.credentials import bitstring
from app.credentials.model import StatusPurpose
from app.credentials.report import Check, Outcome
from app.credentials.verify import reading, signatures, words
from app.credentials.verify.finding import STATUS, Stop, passed
from app.credentials.verify.resolver import ListFound, Resolver, Unreachable
from app.credentials.verify.shape import is_uri, issuer_id, moment, types_of
from app.credentials.verify.status.messages import message
from app.credentials.verify.status.saying import MESSAGE, doubt, judged
from app.errors import InvalidInput

_CANONICAL_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_NO_BEARING = frozenset({"refresh", MESSAGE})  # purposes that say nothing on whether a badge is good
_MAX_SIZE_BITS = 16
# Two machines' clocks differ; a list that was signed a moment ago must not look like one from the future.
_CLOCK_DIFFERENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Kind:
    """The names that one standard of lists gives its parts."""

    entry: str
    credential: str
    subject: str


BITSTRING = Kind("BitstringStatusListEntry", "BitstringStatusListCredential", "BitstringStatusList")
LIST_2021 = Kind("StatusList2021Entry", "StatusList2021Credential", "StatusList2021")
KINDS = (BITSTRING, LIST_2021)


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists that one badge names; each is asked for once."""

    issuer_id: str
    resolve: Resolver
    now: datetime
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def check(self, entry: dict[str, Any], kind: Kind) -> Check:
        """What one entry says. Raises Stop for any doubt, unless nothing depends on it."""
        purpose = entry.get("statusPurpose")
        if isinstance(purpose, str) and purpose in _NO_BEARING:
            return self._aside(entry, kind, purpose)
        if purpose not in list(StatusPurpose):
            raise doubt("purpose_unknown", "It has a status of a purpose that is not known here")
        return judged(StatusPurpose(purpose), self.issuer_id, is_set=self._value(entry, kind, purpose) != 0)

    def _aside(self, entry: dict[str, Any], kind: Kind, purpose: str) -> Check:
        """A purpose on which nothing depends: whatever is wrong with its list, the badge is no worse for it."""
        silent = passed(STATUS, "no_bearing", "Its status list says nothing on whether it is good.")
        try:
            value = self._value(entry, kind, purpose)
        except Stop:
            return silent
        if purpose == MESSAGE:
            said = message(entry, value)
            return passed(STATUS, MESSAGE, f"Its issuer says of it: “{said}”.") if said else silent
        if value:
            return passed(STATUS, "newer_offered", "Its issuer offers a newer form of it.")
        return silent

    def _value(self, entry: dict[str, Any], kind: Kind, purpose: str) -> int:
        """The number at the entry's place in its list."""
        index, size, url = _index(entry), _size(entry), entry.get("statusListCredential")
        if size is None or not isinstance(url, str) or not is_uri(url):
            raise doubt("entry_malformed", "Its place in the issuer's status list is not written as the standard says")
        subject = self._subject(url, kind)
        if not _says(subject.get("statusPurpose"), purpose):
            raise doubt("list_purpose", "The status list is for another purpose")
        return _number(subject.get("encodedList"), index, size, kind)

    def _subject(self, url: str, kind: Kind) -> dict[str, Any]:
        """The subject of the list at this address, once everything around it holds. Raises Stop."""
        if url not in self.seen:
            self.seen[url] = self._fetched(url, kind)
        if kind.subject not in types_of(self.seen[url]):
            raise doubt("list_malformed", "The status list is not written as the standard says")
        return self.seen[url]

    def _fetched(self, url: str, kind: Kind) -> dict[str, Any]:
        match self.resolve.status_list(url):
            case Unreachable():
                raise doubt("list_unreachable", "We could not reach the issuer's status list")
            case ListFound(content):
                signed = _read(content)
        document = signed.said
        if kind.credential not in types_of(document) or document.get("id") != url:
            raise doubt("list_differs", "What is at the address of the status list is not that list")
        if issuer_id(document) != self.issuer_id:
            raise doubt("list_issuer", "The status list is not from the issuer of this badge")
        self._check_dates(document)
        self._check_proof(signed)
        subject = document.get("credentialSubject")
        if not isinstance(subject, dict):
            raise doubt("list_malformed", "The status list is not written as the standard says")
        return subject

    def _check_dates(self, document: dict[str, Any]) -> None:
        begins, ends = (moment(document.get(name)) for name in ("validFrom", "validUntil"))
        if "validFrom" in document and (begins is None or begins > self.now + _CLOCK_DIFFERENCE):
            raise doubt("list_outdated", "The status list is not for today")
        if "validUntil" in document and (ends is None or ends <= self.now):
            raise doubt("list_outdated", "The status list is not for today")

    def _check_proof(self, signed: reading.SignedDocument) -> None:
        context, canonical = words.check(signed)
        if context.outcome is not Outcome.PASSED:
            raise doubt("list_words", "The status list uses words that are not known here")
        finding = signatures.check(
            signed, issuer_id=self.issuer_id, resolve=self.resolve, now=self.now, canonical=canonical
        )
        if not finding.holds:
            raise doubt("list_proof", "The signature of the status list does not hold")


def _read(content: bytes) -> reading.SignedDocument:
    try:
        return reading.read(content)
    except Stop as stop:
        raise doubt("list_unreadable", "The status list cannot be read") from stop


def _index(entry: dict[str, Any]) -> int:
    """The place in the list: a canonical decimal text, or the plain JSON number that some issuers write."""
    index = entry.get("statusListIndex")
    if isinstance(index, int) and not isinstance(index, bool) and index >= 0:
        return index
    if isinstance(index, str) and _CANONICAL_INDEX.fullmatch(index):
        return int(index)
    raise doubt("index_malformed", "Its place in the issuer's status list is not written as the standard says")


def _size(entry: dict[str, Any]) -> int | None:
    """How many bits an entry has, one unless it says otherwise; None when it says nothing sensible."""
    size = entry.get("statusSize", 1)
    return size if type(size) is int and 1 <= size <= _MAX_SIZE_BITS else None


def _number(encoded: Any, index: int, size: int, kind: Kind) -> int:
    text = encoded if isinstance(encoded, str) else ""
    if kind is LIST_2021:
        text = "u" + text.rstrip("=")  # the older standard had no prefix, and some of its writers padded
    try:
        return bitstring.value_at(bitstring.decode(text), index, size)
    except InvalidInput as error:
        raise doubt(str(error.facts["code"]), "The status list cannot be read") from error


def _says(stated: Any, purpose: str) -> bool:
    return stated == purpose or (isinstance(stated, list) and purpose in stated)
