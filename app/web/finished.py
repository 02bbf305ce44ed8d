"""Finished bytes of public addresses: a badge's page and files, and status lists, answered with one indexed read.

The read fetches a *stamp*: what of the row decides the answer (state, visibility, revision …). While it is the one that
the bytes were made under, they are sent as they are; a revocation or a change of visibility shows at once, in every
process. What the stamp does not hold (the issuer's profile, endorsements, the date) is at most a second old, as
architecture §6 allows; signed files depend on nothing else, so they need no such limit (decision 0017).

Pure ASGI, inside of everything that counts, limits and logs; whatever is not at hand takes the usual way.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import clock
from app.errors import Busy
from app.issuing import stamps, tongues
from app.service import Service
from app.web import counting, languages
from app.web.access_log import NOTES

MOST_BYTES = 64 * 1024 * 1024  # of all bodies together
LARGEST = 1024 * 1024
LONGEST_ACCEPT = 300
MOST_AHEAD = timedelta(seconds=2)  # a clock that is set back makes nothing good for long
MOST_OFFERS = 10_000  # addresses of which is known between which languages their answers choose
_PATH = re.compile(r"/(?:b|status)/([A-Za-z0-9_-]{16,40})(?:\.(json|jwt))?")
_TAG = re.compile(rb'(?:W/)?("[^"]*")')

Address = tuple[str, bytes, str]  # path, `Accept`, language of the interface
# And what was chosen for the reader of the languages in which the texts exist. However many languages strangers ask
# for, there are no more answers than there are texts.
Key = tuple[Address, tuple[str, ...]]
Offers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as it was sent, and the stamp it was made under. `second` None = good while the stamp is."""

    stamp: tuple[Any, ...]
    headers: list[tuple[bytes, bytes]]
    unchanged: list[tuple[bytes, bytes]]  # headers for who has it already
    body: bytes
    etag: bytes
    route: dict[str, Any]  # what the access log reads of it
    second: datetime | None  # the one in which it was made, and beyond which it is not sent

    def is_good(self, stamp: tuple[Any, ...], now: datetime) -> bool:
        """Whether it answers somebody who asks now, for whom this stamp was read."""
        if self.second is None or self.second == now or self.stamp != stamp:
            return self.stamp == stamp
        return now < self.second <= now + MOST_AHEAD  # made while they waited for it


class Shelf:
    """The answers at hand, those used last first; together they stay below a number of bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Key, Finished] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key) -> Finished | None:
        """What is kept of this, if anything."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, made: Finished) -> None:
        """Keep it in place of what was there, and let go of what nobody asked for the longest."""
        self.drop(key)
        self._kept[key] = made
        self._bytes += len(made.body)
        while self._bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)

    def drop(self, key: Key) -> None:
        """Let go of it."""
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone.body)


class FinishedBytes:
    """Answers from the shelf where it can, and counts the looks that the usual way does not see."""

    def __init__(self, app: ASGIApp, *, service: Service) -> None:
        self._app = app
        self._read = stamps.Reader(service.database)
        self._shelf = Shelf()
        self._offers: OrderedDict[Address, Offers] = OrderedDict()
        self._making: dict[tuple[object, Address], anyio.Event] = {}  # by event loop, of which tests have several

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the shelf, or pass the request on and keep what comes back."""
        match = _PATH.fullmatch(scope["path"]) if _is_candidate(scope) else None
        told: counting.Told = dict(reversed(scope["headers"])) if match is not None else {}
        accept = told.get(b"accept", b"")
        if match is None or len(accept) > LONGEST_ACCEPT:
            await self._app(scope, receive, send)
            return
        stamp = await self._stamp(scope["path"], match[1])
        if stamp is None:
            await self._app(scope, receive, send)
            return
        address, now = (scope["path"], accept, languages.current().tag), clock.now()
        found = self._find(address)
        if found is not None and not found.is_good(stamp, now):
            found = await self._made_by_another(address)
        if found is not None and found.is_good(stamp, now):
            await _send(scope, send, found, told.get(b"if-none-match"))
            if scope["path"].startswith("/b/"):
                counting.note_finished(scope, told, match[1], now, is_page=found.second is not None)
            return
        await self._make(scope, receive, send, address, stamp)

    def _find(self, address: Address) -> Finished | None:
        offers = self._offers.get(address)
        return self._shelf.find((address, _chosen(offers) if offers else ()))

    async def _made_by_another(self, address: Address) -> Finished | None:
        """What another request is making at this moment; None when none is.

        Without it, everybody who asks for a page in the first milliseconds of a second has it made.
        """
        making = self._making.get((asyncio.get_running_loop(), address))
        if making is None:
            return None
        await making.wait()
        return self._find(address)

    async def _stamp(self, path: str, thing_id: str) -> tuple[Any, ...] | None:
        read = self._read.of_award if path.startswith("/b/") else self._read.of_status_list
        try:
            return read(thing_id) if self._read.is_instant else await anyio.to_thread.run_sync(read, thing_id)
        except Busy:
            return None

    async def _make(self, scope: Scope, receive: Receive, send: Send, address: Address, stamp: tuple[Any, ...]) -> None:
        """Have it answered the usual way, as if whoever asks knew nothing; keep it, and say then what they know."""
        known = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
        asked = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"if-none-match"]}
        answer: list[Message] = []
        began = clock.now()

        async def collect(message: Message) -> None:
            answer.append(message)

        with self._said_to_be_making(address):
            await self._app(asked, receive, collect)
            made = _finished(asked, answer, stamp, began)
            if made is not None and len(made.body) <= LARGEST:
                self._shelf.put((address, _chosen(self._remember(address))), made)
        if made is not None:
            await _send(scope, send, made, known)
            return
        for message in answer:
            await send(message)

    @contextmanager
    def _said_to_be_making(self, address: Address) -> Iterator[None]:
        """Let others wait for this one, however it ends."""
        place, event = (asyncio.get_running_loop(), address), anyio.Event()
        self._making[place] = event
        try:
            yield
        finally:
            if self._making.get(place) is event:
                del self._making[place]
            event.set()

    def _remember(self, address: Address) -> Offers:
        """Between which languages the answer that was just made chose."""
        reader = languages.reader()
        offers = tuple(sorted(reader.offers)) if reader else ()
        self._offers.pop(address, None)
        if offers:
            self._offers[address] = offers
            while len(self._offers) > MOST_OFFERS:
                self._offers.popitem(last=False)
        return offers


def _chosen(offers: Offers) -> tuple[str, ...]:
    """What this reader gets of each."""
    if not offers:
        return ()
    reader = languages.reader()
    wanted = reader.wanted() if reader else ()
    return tuple(tongues.best(each, wanted) for each in offers)


def _finished(scope: Scope, answer: list[Message], stamp: tuple[Any, ...], began: datetime) -> Finished | None:
    """A whole answer that may be kept: 200, with a tag, without a cookie."""
    start, body = answer[0], b"".join(each.get("body", b"") for each in answer[1:])
    named = dict(start.get("headers", ()))
    if start.get("status") != 200 or b"etag" not in named or b"set-cookie" in named:  # noqa: PLR2004
        return None
    is_page = named.get(b"content-type", b"").startswith(b"text/html")
    second = began if is_page else None  # what it was made from was read in this second, or later
    headers = list(start["headers"])
    unchanged = [each for each in headers if each[0] not in {b"content-type", b"content-length"}]
    return Finished(stamp, headers, unchanged, body, named[b"etag"], dict(scope.get(NOTES, {})), second)


def _is_candidate(scope: Scope) -> bool:
    """Nothing that could make a difference beside the path, `Accept` and the languages."""
    return scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]


def _has(known: bytes, etag: bytes) -> bool:
    return known == etag or known.strip() == b"*" or etag in _TAG.findall(known)


async def _send(scope: Scope, send: Send, found: Finished, known: bytes | None) -> None:
    scope.get(NOTES, {}).update(found.route)
    if known is not None and _has(known, found.etag):
        await send({"type": "http.response.start", "status": 304, "headers": list(found.unchanged)})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(found.headers)})
    await send({"type": "http.response.body", "body": found.body})
