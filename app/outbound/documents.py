"""Strangers' documents, asked for with manners: what came is kept for a while, and no verification asks without end.

One `Documents` serves a whole process. Every request goes through `fetch`; here is what one request cannot know: what
was answered a moment ago, how many ask the same host now (T8), and what one verification may use up (`Allowance`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from app.errors import FetchFailed
from app.outbound.fetch import MOST_SECONDS, Fetched, fetch
from app.outbound.network import Network

KEPT_SECONDS_OF_FAILURES = 60.0
MOST_KEPT = 1_000
MOST_KEPT_BYTES = 32 * 1_048_576
MOST_AT_ONE_HOST = 4
SECONDS_FOR_A_TURN = 2.0  # a quick host serves the others by then; nobody waits long for a slow one

log = structlog.get_logger()


@dataclass(slots=True)
class Allowance:
    """What one verification may still ask of the network; all of it is used up step by step."""

    fetches: int = 12
    bytes: int = 8 * 1_048_576
    seconds: float = 15.0
    clock: Callable[[], float] = time.monotonic
    _ends_at: float | None = field(default=None, init=False)

    @property
    def is_used_up(self) -> bool:
        """Whether nothing more may be asked."""
        return self.fetches <= 0 or self.bytes <= 0 or self.left() <= 0

    def left(self) -> float:
        """Seconds left; the time runs from the first question on."""
        if self._ends_at is None:
            self._ends_at = self.clock() + self.seconds
        return self._ends_at - self.clock()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of document: which types to ask for, how large it may be, how long an answer of it is good for."""

    accept: str
    max_bytes: int
    kept_seconds: float
    max_redirects: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """There is nothing usable. `status` None = there was no answer to read at all."""

    status: int | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Fetched | Failed
    until: float

    @property
    def size(self) -> int:
        return 500 + (len(self.answer.content) if isinstance(self.answer, Fetched) else 0)


class Documents:
    """The foreign documents of this process, a bounded number of them kept in memory."""

    def __init__(
        self,
        network: Network | None = None,
        *,
        never_hosts: Collection[str] = (),
        turn_seconds: float = SECONDS_FOR_A_TURN,
        max_kept_bytes: int = MOST_KEPT_BYTES,
        most_kept: int = MOST_KEPT,
        kept_at_least_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`network` None = the internet. `never_hosts` are this service's own: what stands there is in its tables.

        `kept_at_least_seconds`: how long documents are kept that are usually kept more briefly.
        """
        self._never_hosts = never_hosts
        self._turn_seconds = turn_seconds
        self._network = network or Network()
        self._clock = clock
        self._max_kept_bytes = max_kept_bytes
        self._most_kept = most_kept
        self._kept_at_least_seconds = kept_at_least_seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Wanted], _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._turns = threading.Condition(self._lock)
        self._hosts: defaultdict[str, int] = defaultdict(int)

    def get(self, url: str, wanted: Wanted, allowance: Allowance) -> Fetched | Failed:
        """The document at this address, kept or fetched. Never raises: a failure is an answer like any other."""
        kept = self.known(url, wanted)
        if kept is not None:
            return kept
        if allowance.is_used_up:
            return self._fetched(url, wanted, allowance)
        host = host_of(url)
        if not self._take_turn(host, min(self._turn_seconds, allowance.left())):
            # No news of the host, so it is not kept: whoever comes next asks.
            log.info("fetch refused", reason="too many ask this host at once")
            return Failed()
        try:
            return self.known(url, wanted) or self._fetched(url, wanted, allowance)
        finally:
            self._end_turn(host)

    def _fetched(self, url: str, wanted: Wanted, allowance: Allowance) -> Fetched | Failed:
        seconds = min(MOST_SECONDS, allowance.left())
        if allowance.is_used_up:
            log.info("fetch refused", reason="the verification has asked enough")
            return Failed()
        allowance.fetches -= 1
        max_bytes = min(wanted.max_bytes, allowance.bytes)
        answer = self._asked(url, wanted, max_bytes=max_bytes, seconds=seconds)
        allowance.bytes -= len(answer.content) if isinstance(answer, Fetched) else 0
        # Whoever hands in a badge decides how much time is left. A failure for want of time or bytes is no news of
        # the host, and kept would let a stranger keep an issuer unreachable for everybody.
        if isinstance(answer, Fetched) or (seconds == MOST_SECONDS and max_bytes == wanted.max_bytes):
            self._keep(url, wanted, answer)
        return answer

    def _asked(self, url: str, wanted: Wanted, *, max_bytes: int, seconds: float) -> Fetched | Failed:
        try:
            return fetch(
                url,
                accept=wanted.accept,
                max_bytes=max_bytes,
                timeout_seconds=seconds,
                max_redirects=wanted.max_redirects,
                never_hosts=self._never_hosts,
                network=self._network,
            )
        except FetchFailed as failure:
            log.info("fetch failed", reason=failure.reason)
            return Failed(failure.status)

    def _take_turn(self, host: str, seconds: float) -> bool:
        """Wait until fewer than the most ask this host; False when that takes longer."""
        with self._turns:
            if not self._turns.wait_for(lambda: self._hosts[host] < MOST_AT_ONE_HOST, max(0.0, seconds)):
                return False
            self._hosts[host] += 1
            return True

    def _end_turn(self, host: str) -> None:
        with self._turns:
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]
            self._turns.notify_all()

    def known(self, url: str, wanted: Wanted) -> Fetched | Failed | None:
        """What was answered before and is kept; None = it has to be asked for."""
        with self._lock:
            kept = self._kept.get((url, wanted))
            if kept is None:
                return None
            if kept.until <= self._clock():
                self._forget((url, wanted))
                return None
            self._kept.move_to_end((url, wanted))
            return kept.answer

    def _keep(self, url: str, wanted: Wanted, answer: Fetched | Failed) -> None:
        usual = max(wanted.kept_seconds, self._kept_at_least_seconds)
        seconds = usual if isinstance(answer, Fetched) else KEPT_SECONDS_OF_FAILURES
        kept = _Kept(answer, until=self._clock() + seconds)
        if kept.size > self._max_kept_bytes // 4:
            return
        with self._lock:
            self._forget((url, wanted))
            self._kept[(url, wanted)] = kept
            self._kept_bytes += kept.size
            while len(self._kept) > self._most_kept or self._kept_bytes > self._max_kept_bytes:
                self._forget(next(iter(self._kept)))

    def _forget(self, name: tuple[str, Wanted]) -> None:
        kept = self._kept.pop(name, None)
        self._kept_bytes -= kept.size if kept else 0


def host_of(url: str) -> str:
    """The host of an address; "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
