"""Counting looks at badges, without cookies and without keeping who looked: numbers by badge, day and kind.

A look costs its request no database and some millionths of a second: it is added up in the memory of this process,
and written every half minute in a transaction of its own. A process that is killed loses what it has not written, half
a minute of looks; one that is stopped writes it first.

Left out are robots and previews of links (by what they call themselves), HEAD, pages that a browser fetched just in
case, and looks that the door calls the holder's or the issuer's own. A verifier counts once a day for each badge: it
is known again for that day by a hash that lives in this process alone, under a key that nobody keeps.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache

import structlog
from fastapi import Request
from starlette.types import Scope

from app import clock
from app.credentials.report import Report, Verdict
from app.db import Database
from app.issuing import views
from app.issuing.views import Seen, ViewKind
from app.web.deps import service_of
from app.web.former_addresses import FORMER_ERA
from app.web.headers import WAS_HEAD
from app.web.rates import caller

log = structlog.get_logger()

WRITE_SECONDS = 30.0
MOST_KINDS_OF_LOOKS = 50_000  # badges, days and ways that wait to be written; more than that is nobody's interest
MOST_VERIFIERS = 50_000
_STOP_SECONDS = 10
# Those that follow links for somebody: search engines, previews in chats and mails, archives, watchers, tools.
_ROBOTS = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|"
    r"embedly|cardyb|mastodon|pleroma|misskey|synapse|headless|lighthouse|pagespeed|gtmetrix|monitor|uptime|"
    r"pingdom|statuscake|site24x7|archiv|wayback|validator|linkcheck|safelinks|barracuda|proofpoint|mimecast|"
    r"google(other|-|web|imageproxy|docs)|yahoo!|duckduck|yandex|baidu|sogou|petal|bytespider|claude|perplexity|"
    r"cohere|ccbot|gpt|scrap|scan|zgrab|masscan|nmap|nikto|feed|rss|phantom|puppeteer|playwright|selenium",
    re.IGNORECASE,
)
# Programs that ask without somebody looking. They may check badges; they do not look at pages.
_PROGRAMS = re.compile(
    r"^$|curl|wget|python|httpx|aiohttp|urllib|okhttp|java/|apache-http|go-http|axios|node|undici|got \(|ruby|php|perl|"
    r"libwww|rust|reqwest|dart|postman|insomnia|http\.rb|restsharp|powershell",
    re.IGNORECASE,
)
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"})
_IN_ADVANCE = re.compile(rb"prefetch|preview|prerender", re.IGNORECASE)  # before anybody has asked for the page
_UNDECIDED = frozenset({Verdict.BROKEN, Verdict.UNREADABLE, Verdict.UNKNOWN_ISSUER, Verdict.CANNOT_TELL})
_AWARD_ID = re.compile(r"[A-Za-z0-9_-]{22}")


Told = Mapping[bytes, bytes]
"""What the headers of a request say; of a header that is there twice, the first."""


class _Agent(Enum):
    BROWSER = "browser"
    PROGRAM = "program"
    ROBOT = "robot"


class Looks:
    """The looks of one process that are not written yet. Several threads may count at once."""

    def __init__(self, database: Database, *, every_seconds: float = WRITE_SECONDS) -> None:
        self._database = database
        self._every_seconds = every_seconds
        self._counted: Counter[Seen] = Counter()
        self._verifiers: set[bytes] = set()
        self._day = date.min
        self._key = b""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, request: Request, award_id: str, kind: ViewKind, *, is_own: bool = False) -> None:
        """Count a look, if somebody looked. `is_own`: it was the holder, or a member of the issuer's staff."""
        if is_own or not is_counted(request, kind):
            return
        if kind is not ViewKind.CHECK or self._is_new(request, award_id):
            self.add(award_id, kind, clock.now().date())

    def add(self, award_id: str, kind: ViewKind, day: date) -> None:
        """Count a look of which it is known that somebody looked."""
        seen = (award_id, day, kind)
        with self._lock:
            if seen in self._counted or len(self._counted) < MOST_KINDS_OF_LOOKS:
                self._counted[seen] += 1

    def write(self) -> int:
        """Write what was counted, in one short transaction; how many looks that were. What cannot be written stays."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        if not counted:
            return 0
        try:
            with self._database.write() as session:
                return views.add(session, counted)
        except BaseException:
            with self._lock:
                self._counted.update(counted)
            raise

    def start(self) -> None:
        """Write every so often, in a thread."""
        self._thread = threading.Thread(target=self._repeat, name="lanyard-looks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _repeat(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stop.wait(self._every_seconds)
            try:
                self.write()
            except Exception:
                log.exception("looks not written", is_last=is_last)

    def _is_new(self, request: Request, award_id: str) -> bool:
        """Whether this verifier has not checked this badge today. When too many came, every one is new."""
        who, today = f"{caller(request)}\n{request.headers.get('user-agent', '')}\n{award_id}", clock.now().date()
        with self._lock:
            if today != self._day:
                self._day, self._key, self._verifiers = today, secrets.token_bytes(32), set()
            mark = hashlib.blake2b(who.encode("utf-8", "replace"), key=self._key, digest_size=12).digest()
            if mark in self._verifiers:
                return False
            if len(self._verifiers) < MOST_VERIFIERS:
                self._verifiers.add(mark)
        return True


def looks_of(request: Request) -> Looks:
    """The looks of this application."""
    looks: Looks = request.app.state.looks
    return looks


def note_page(request: Request, award_id: str, *, is_own: bool = False) -> None:
    """Count a look at a badge's page."""
    looks_of(request).note(request, award_id, ViewKind.PAGE, is_own=is_own)


def note_file(request: Request, award_id: str, *, is_own: bool = False) -> None:
    """Count a file that was fetched: a download, or a picture that stands in somebody's page.

    The picture in a badge's own page is a part of that page.
    """
    kind = _kind_of_file(_told(request.scope), service_of(request).office.addresses.base_url)
    if kind is not None:
        looks_of(request).note(request, award_id, kind, is_own=is_own)


def note_finished(scope: Scope, told: Told, award_id: str, now: datetime, *, is_page: bool) -> None:
    """Count what was answered with finished bytes, a page or a file. Costs a few look-ups. `told`: the headers."""
    state = scope["app"].state
    kind = ViewKind.PAGE if is_page else _kind_of_file(told, state.service.office.addresses.base_url)
    if kind is not None and _is_counted(scope, told, kind):
        looks: Looks = state.looks
        looks.add(award_id, kind, now.date())


def note_check(request: Request, report: Report | None, *, is_own: bool = False) -> None:
    """Count that a badge of ours was checked. What only says that it is one of ours is not counted."""
    if report is None or report.credential is None or report.verdict in _UNDECIDED:
        return
    office = service_of(request).office
    credential_id = office.renamed(report.credential.credential_id)
    for prefix in (office.addresses.badge(""), office.addresses.ob2_assertion("")):
        award_id = credential_id.removeprefix(prefix)
        if _AWARD_ID.fullmatch(award_id):
            looks_of(request).note(request, award_id, ViewKind.CHECK, is_own=is_own)
            return


def is_counted(request: Request, kind: ViewKind) -> bool:
    """Whether a person stands behind this request, as far as it says; for a check, a person or a program."""
    return _is_counted(request.scope, _told(request.scope), kind)


def _told(scope: Scope) -> Told:
    return dict(reversed(scope["headers"]))


def _is_counted(scope: Scope, told: Told, kind: ViewKind) -> bool:
    if WAS_HEAD in scope or (kind is ViewKind.PAGE and FORMER_ERA in scope):
        return False  # who asks at a former address is sent on to the page
    if any(_IN_ADVANCE.search(told[name]) for name in _PURPOSES & told.keys()):
        return False
    agent = _agent(told.get(b"user-agent", b""))
    if kind is ViewKind.CHECK:
        return agent is not _Agent.ROBOT
    return agent is _Agent.BROWSER and (kind is not ViewKind.PAGE or b"text/html" in told.get(b"accept", b"").lower())


def _kind_of_file(told: Told, base_url: str) -> ViewKind | None:
    if not _is_part_of_a_page(told):
        return ViewKind.FILE
    return None if _is_from_here(told, base_url) else ViewKind.EMBED


def _is_part_of_a_page(told: Told) -> bool:
    destination = told.get(b"sec-fetch-dest")
    if destination is not None:
        return destination not in {b"document", b"empty"}
    return told.get(b"accept", b"").lower().startswith(b"image/")


def _is_from_here(told: Told, base_url: str) -> bool:
    site = told.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    return told.get(b"referer", b"").startswith(base_url.encode())


@lru_cache(maxsize=4096)
def _agent(stated: bytes) -> _Agent:
    name = stated[:500].decode("latin-1")
    if _ROBOTS.search(name):
        return _Agent.ROBOT
    return _Agent.PROGRAM if _PROGRAMS.search(name) else _Agent.BROWSER
