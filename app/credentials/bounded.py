"""Work on hostile bytes that cannot be bounded from inside: in a process of its own, ended when it takes too long.

The programs that run so are files beside their callers; each lowers its own memory and processor time first. They get
no environment, so no secret of ours is within their reach.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

# More than this many at once of one program would take memory and processors from the service itself. Whoever does not
# get a turn soon is refused: a queue of hostile documents would hold every thread there is.
MOST_AT_ONCE = 2
TURN_SECONDS = 2.0
MAX_OUTPUT_BYTES = 16 * 1_048_576

_turns: dict[Path, threading.BoundedSemaphore] = {}


class TookTooLong(Exception):
    """The work did not end in time, or its turn did not come."""


def run(program: Path, data: bytes, *arguments: str, seconds: float) -> bytes | None:
    """What the program wrote for these bytes; None when it refused them or died. Raises TookTooLong."""
    turn = _turns.setdefault(program, threading.BoundedSemaphore(MOST_AT_ONCE))
    if not turn.acquire(timeout=TURN_SECONDS):
        raise TookTooLong
    try:
        done = subprocess.run(  # noqa: S603 - argv is this interpreter and a file of ours
            [sys.executable, "-I", str(program), *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise TookTooLong from error
    finally:
        turn.release()
    return done.stdout if done.returncode == 0 and len(done.stdout) <= MAX_OUTPUT_BYTES else None
