"""The documents of one long run over many badges: each asked for once, and nobody asked without end.

A run goes over thousands of badges that share keys and status lists. An address is asked by one thread at a time and
its answer kept for the run; a host that does not answer is given up, so that the others need not wait for it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

from app.outbound.documents import Allowance, Documents, Failed, Wanted, host_of
from app.outbound.fetch import MOST_SECONDS, Fetched
from app.outbound.network import Network


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may ask of the world. Seconds are those of the wall clock.

    A host is given up after `silent_after` failures in a row, or once failures took `lost_seconds` in all.
    """

    jobs: int = 8
    at_one_host: int = 2
    silent_after: int = 5
    lost_seconds: float = 60.0
    fetches: int = 20_000
    bytes: int = 1_073_741_824
    seconds: float = 1_800.0
    fetch_seconds: float = MOST_SECONDS
    turn_seconds: float = 15.0
    kept_bytes: int = 134_217_728


class DocumentsOfARun(Documents):
    """The foreign documents of one run."""

    def __init__(
        self,
        network: Network | None = None,
        *,
        bounds: Bounds,
        never_hosts: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`network` None = the internet. The run's time begins now."""
        super().__init__(
            network,
            never_hosts=never_hosts,
            turn_seconds=bounds.turn_seconds,
            max_kept_bytes=bounds.kept_bytes,
            most_kept=bounds.fetches,
            kept_at_least_seconds=bounds.seconds,
            clock=clock,
        )
        self._bounds = bounds
        self._now = clock
        self._ends_at = clock() + bounds.seconds
        self._fetches, self._bytes = bounds.fetches, bounds.bytes
        self._counting = threading.Lock()
        self._addresses: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._in_a_row: Counter[str] = Counter()
        self._lost: defaultdict[str, float] = defaultdict(float)
        self.given_up: set[str] = set()

    @property
    def is_over(self) -> bool:
        """Whether the run has asked as much or as long as it may."""
        return self._fetches <= 0 or self._bytes <= 0 or self._now() >= self._ends_at

    def get(self, url: str, wanted: Wanted, allowance: Allowance) -> Fetched | Failed:
        """The document at this address; a failure at once where the host was given up or the run is over."""
        with self._counting:
            alone = self._addresses[url]
        with alone:
            if host_of(url) in self.given_up or self.is_over:
                return self.known(url, wanted) or Failed()
            return super().get(url, wanted, allowance)

    def _asked(self, url: str, wanted: Wanted, *, max_bytes: int, seconds: float) -> Fetched | Failed:
        began = self._now()
        within = min(seconds, self._bounds.fetch_seconds)
        answer = super()._asked(url, wanted, max_bytes=max_bytes, seconds=within)
        with self._counting:
            self._fetches -= 1
            self._bytes -= len(answer.content) if isinstance(answer, Fetched) else 0
            self._note(host_of(url), answer, self._now() - began)
        return answer

    def _note(self, host: str, answer: Fetched | Failed, took: float) -> None:
        if not (isinstance(answer, Failed) and _is_silence(answer.status)):
            self._in_a_row[host] = 0
            return
        self._in_a_row[host] += 1
        self._lost[host] += took
        if self._in_a_row[host] >= self._bounds.silent_after or self._lost[host] >= self._bounds.lost_seconds:
            self.given_up.add(host)


def _is_silence(status: int | None) -> bool:
    """Whether a host cannot answer at present: nothing came, it asks for less, or has an error of its own."""
    return status is None or status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
