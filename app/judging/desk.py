"""The desk at which doors have badges judged: ours and everybody's, from a document or an address, into one report.

Quick where that is safe, in a child where a stranger decides how much work it is (T12): see `jsonld.lanes`.
"""

from __future__ import annotations

import queue
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from app import clock
from app.credentials import covering, png
from app.credentials.jsonld.lanes import SlowPathNeeded, quick_only
from app.credentials.report import Report
from app.credentials.verify import ob2, verify
from app.credentials.verify.judging import Registries
from app.credentials.verify.recipient import Names
from app.credentials.verify.resolver import Resolver
from app.errors import Busy, FetchFailed, InvalidInput
from app.issuing import verification
from app.issuing.office import Addresses
from app.issuing.watched_keys import Remembering
from app.judging.children import Child
from app.outbound import badge_pages
from app.outbound.documents import Allowance, Documents
from app.outbound.elsewhere import Elsewhere, Nowhere
from app.outbound.network import Network
from app.service import Service

CHILDREN = 4  # as many as the doors have places; each is started when it is first needed
_TURN_SECONDS = 5.0
_RETRY_AFTER_SECONDS = 5
MAX_QUICK_BYTES = 262_144  # every honest badge as JSON or token; larger and stranger forms are read by a child

NOTHING_FETCHED = (
    "No badge could be fetched from this address. Only https addresses that anybody can open are looked up. "
    "Download the badge there and hand in the file"
)
NOT_LOOKED_UP = (
    "This address belongs to another service, and this one does not look up addresses of others. "
    "Download the badge there and hand in the file"
)


class Desk:
    """Judges for the doors of one service. Several threads may ask at once."""

    def __init__(self, service: Service, network: Network | None = None, *, documents: Documents | None = None) -> None:
        """`network` None = the internet. `documents` are those of a run that has bounds of its own."""
        self._service = service
        self._documents = documents or Documents(network, never_hosts=own_hosts(service.office.every))
        self._children = tuple(Child() for _ in range(CHILDREN))
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()  # the last one used is the one that runs
        for child in self._children:
            self._idle.put(child)

    def judge(self, document: bytes, *, recipient: Names | None = None, allowance: Allowance | None = None) -> Report:
        """Judge a badge in any form. Never raises for a bad badge; raises Busy when others' take all the time."""
        resolve, now = self.resolver(allowance), clock.now()
        try:
            if not _is_small(document):
                raise SlowPathNeeded  # noqa: TRY301 - one way into the child
            with quick_only():
                found = verify(document, now=now, resolve=resolve, recipient=recipient, known_in=self.known_in)
        except SlowPathNeeded:
            with self._a_child() as child:
                found = child.judge(document, now=now, resolve=resolve, recipient=recipient, known_in=self.known_in)
        return covering.checked(found, document)

    def judge_address(self, address: str, *, recipient: Names | None = None) -> Report:
        """Judge the badge at another host's address: a file, or a page that links to it.

        Raises InvalidInput when nothing can be fetched, in the same words for whatever cause (T8), and Busy.
        """
        allowance = Allowance()
        try:
            document = self._fetched(address, allowance)
        except FetchFailed as error:
            if error.status == HTTPStatus.GONE:
                return self.judge_hosted(address, recipient=recipient, allowance=allowance)
            raise InvalidInput(NOTHING_FETCHED, pointer="/address") from error
        return self.judge(document, recipient=recipient, allowance=allowance)

    def fetch(self, address: str, allowance: Allowance) -> bytes:
        """The bytes of the badge at another host's address, for whoever keeps them and has them judged.

        Raises InvalidInput as above.
        """
        try:
            return self._fetched(address, allowance)
        except FetchFailed as error:
            raise InvalidInput(NOTHING_FETCHED, pointer="/address") from error

    def _fetched(self, address: str, allowance: Allowance) -> bytes:
        if not self._service.settings.verify_foreign:
            raise InvalidInput(NOT_LOOKED_UP, pointer="/address")
        return badge_pages.badge_at(address, self._documents, allowance)

    def judge_hosted(
        self, address: str, *, recipient: Names | None = None, allowance: Allowance | None = None
    ) -> Report:
        """Judge the Open Badges 2 badge that is kept at an address, or was: 410 says that it was withdrawn."""
        resolve = self.resolver(allowance)
        return ob2.judge(address, now=clock.now(), resolve=resolve, recipient=recipient, known_in=self.known_in)

    def resolver(self, allowance: Allowance | None = None) -> Resolver:
        """What one verification asks: this service's own tables, then the network within the allowance."""
        foreign = self._service.settings.verify_foreign
        elsewhere: Resolver = Nowhere()
        database = self._service.database
        if foreign:
            elsewhere = Remembering(Elsewhere(self._documents, allowance), database.read, database.write)
        return verification.resolver(database.read, self._service.office, elsewhere)

    @property
    def known_in(self) -> Registries | None:
        """Names the operator's trust lists in which an issuer stands; None when there are no lists."""
        lists = self._service.trust_lists
        return lists.naming if lists else None

    def close(self) -> None:
        """End what was started, whatever it does; who waits for it gets `cannot tell`."""
        for child in self._children:
            child.close()

    @contextmanager
    def _a_child(self) -> Iterator[Child]:
        try:
            child = self._idle.get(timeout=_TURN_SECONDS)
        except queue.Empty:
            raise Busy("Too many badges are being checked at once", retry_after_seconds=_RETRY_AFTER_SECONDS) from None
        try:
            yield child
        finally:
            self._idle.put(child)


def own_hosts(every: Iterable[Addresses]) -> frozenset[str]:
    """Our hosts, where strangers' addresses could lead to us: asking ourselves holds a place that the answer needs.

    None of an address at another port than the one that is ever asked; what is at that one is somebody else then.
    """
    stated = [urlsplit(each.base_url) for each in every]
    return frozenset(parts.hostname or "" for parts in stated if parts.scheme == "https" and parts.port in (None, 443))


def _is_small(document: bytes) -> bool:
    """Whether reading the document is bounded work: JSON, a token, or a picture of the one kind we read ourselves."""
    if document.startswith(png.SIGNATURE):
        return True  # every step of unbaking has its limit (T21), and what is inside is checked like any other
    return len(document) <= MAX_QUICK_BYTES and document.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"e")
