"""Bytes that take long to make, kept for a while under a digest of all that they are made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    until: datetime


class KeptBytes:
    """What was made last, at most so many bytes and for so many seconds; safe to use from several threads.

    A name is in some of it, so nothing is kept for long after a person was erased.
    """

    def __init__(self, *, max_bytes: int, seconds: int) -> None:
        self._max_bytes = max_bytes
        self._age = timedelta(seconds=seconds)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """What was made under this key; None when it is not there any more."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.until <= clock.now():
                return None
            self._kept.move_to_end(key)
            return found.body

    def made(self, key: str, make: Callable[[], bytes]) -> bytes:
        """What is kept under this key, else what `make` gives, which is kept. Two at once may both make it."""
        body = self.get(key)
        if body is not None:
            return body
        body = make()
        with self._lock:
            self._drop(key)
            self._kept[key] = _Kept(body, clock.now() + self._age)
            self._size += len(body)
            while self._size > self._max_bytes:
                self._drop(next(iter(self._kept)))
        return body

    def _drop(self, key: str) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._size -= len(gone.body)
