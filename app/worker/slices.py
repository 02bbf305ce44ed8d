"""How a long piece of work is done in slices, each a transaction of its own, so that others come to their turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.db import Database, is_retryable

SLICE_ITEMS = 25  # decided in one transaction
TRIES = 4  # PostgreSQL may choose a transaction as a deadlock's victim; the same one once more succeeds
PAUSE_SHARE = 0.25  # of the time that a slice took

T = TypeVar("T")


class LeaseLost(Exception):
    """The work was finished or stopped meanwhile, or another worker has it."""


def transaction(database: Database, work: Callable[[Session], T]) -> T:
    """Do a piece of work in a transaction, again when PostgreSQL asks for that."""
    for attempt in range(1, TRIES + 1):
        try:
            with database.write() as session:
                return work(session)
        except Exception as error:
            if attempt == TRIES or not is_retryable(error):
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def give_way(database: Database, seconds_taken: float, between: Callable[[], object]) -> None:
    """Let others write after a slice that took so long, then do what is due."""
    # One writer at a time is SQLite's rule, and a lock that is taken again at once leaves nobody else a chance.
    if database.is_sqlite:
        time.sleep(seconds_taken * PAUSE_SHARE)
    between()
