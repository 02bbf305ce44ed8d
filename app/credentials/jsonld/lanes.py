"""Two lanes for judging strangers' documents: the quick one ends as soon as work begins whose length they decide.

The compiled path of `jsonld` is linear in the size of a document. The general processor and graphs of look-alike
nodes are not, and hold Python's lock while they run (T12). Whoever judges in a thread of the service says
`with quick_only():` and gives what raises SlowPathNeeded to a process that can be killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_quick: ContextVar[bool] = ContextVar("quick_only", default=False)


class SlowPathNeeded(Exception):
    """The document asks for work that the quick lane does not do; never raised outside `quick_only`."""


@contextmanager
def quick_only() -> Iterator[None]:
    """Let nothing slow begin inside."""
    token = _is_quick.set(True)
    try:
        yield
    finally:
        _is_quick.reset(token)


def begin_slow_work() -> None:
    """Say that work of unforeseeable length comes next. Raises SlowPathNeeded in the quick lane."""
    if _is_quick.get():
        raise SlowPathNeeded
