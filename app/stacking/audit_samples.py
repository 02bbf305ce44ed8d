"""Samples for audits: some of many, by a seed that anybody can check later. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def sample(ids: Iterable[str], count: int, *, seed: str) -> tuple[str, ...]:
    """`count` of these ids, in the order of a keyed digest: the same for the same seed, on every machine and for ever.

    The order in which they come in says nothing. Fewer where there are not so many.
    """
    return tuple(sorted(set(ids), key=lambda each: (_place(each, seed), each))[: max(0, count)])


def _place(one: str, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{one}".encode()).digest()
