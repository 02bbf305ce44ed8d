"""A child that judges, from its parent's side: started when it is first needed, asked, and killed when it overruns."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import structlog

import app
from app.credentials.report import Report
from app.credentials.verify.finding import FORMAT, unknown
from app.credentials.verify.judging import Registries, unread
from app.credentials.verify.recipient import Names
from app.credentials.verify.resolver import Resolver
from app.errors import Busy
from app.judging.messages import Job, Question

CPU_SECONDS = 4
# Time that passes while the child works, not while it waits for an answer: on a busy machine more than its CPU time.
WALL_SECONDS = 20.0
_MOST_QUESTIONS = 200
_RETRY_AFTER_SECONDS = 5

log = structlog.get_logger()


class _Overrun(Exception):
    """The child died, or works longer than it may."""


class Child:
    """One process that judges one document at a time. Callers may come from several threads; they take turns."""

    def __init__(
        self, *, cpu_seconds: int = CPU_SECONDS, wall_seconds: float = WALL_SECONDS, turn_seconds: float = 5.0
    ) -> None:
        """`turn_seconds` is how long a caller waits for those before it."""
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._turn_seconds = turn_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def judge(
        self,
        document: bytes,
        *,
        now: datetime,
        resolve: Resolver,
        recipient: Names | None = None,
        known_in: Registries | None = None,
    ) -> Report:
        """The report on a document, `cannot tell` when it takes too much work. Raises Busy when others go first.

        The arguments are those of `verify`.
        """
        if not self._turn.acquire(timeout=self._turn_seconds):
            raise Busy("Too many badges are being checked at once", retry_after_seconds=_RETRY_AFTER_SECONDS)
        try:
            job = Job(document, now, recipient, self._cpu_seconds, looks_in_registries=known_in is not None)
            report = self._ask(job, _Answers(resolve, known_in))
        except (_Overrun, OSError, EOFError) as error:
            log.warning("judging was given up", reason=type(error).__name__)
            self._kill()
            return _gave_up(recipient)
        except BaseException:
            self._kill()  # whatever it sends next belongs to nobody
            raise
        finally:
            self._turn.release()
        return _gave_up(recipient) if report is None else report

    def close(self) -> None:
        """End the process, whatever it does; whoever waits for it gets `cannot tell`."""
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._kill()

    def _ask(self, job: Job, answers: _Answers) -> Report | None:
        connection = self._started()
        connection.send(job)
        seconds_left = self._wall_seconds
        for _ in range(_MOST_QUESTIONS):
            began = time.monotonic()
            if not connection.poll(max(0.0, seconds_left)):
                raise _Overrun
            said: Report | Question | None = connection.recv()
            seconds_left -= time.monotonic() - began
            if not isinstance(said, Question):
                return said
            connection.send(answers.to(said))
        raise _Overrun

    def _started(self) -> Connection:
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self._kill()
        ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and a number
                [sys.executable, "-m", "app.judging.child", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )
        self._connection = ours
        return ours

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


class _Answers:
    """What the parent knows or can find out, for the child's questions."""

    def __init__(self, resolve: Resolver, known_in: Registries | None) -> None:
        self._methods: dict[str, Callable[..., Any]] = {
            "key": resolve.key,
            "status_list": resolve.status_list,
            "document": resolve.document,
            "superseded_by": resolve.superseded_by,
            "further_entries": resolve.further_entries,
        }
        if known_in is not None:
            self._methods["known_in"] = known_in

    def to(self, question: Question) -> Any:
        method = self._methods.get(question.method)
        if method is None:
            raise _Overrun
        return method(*question.arguments, **question.named)


def _gave_up(recipient: Names | None) -> Report:
    """`cannot tell`, with the code `too_complex`; never a word for or against the document."""
    sentence = "It is built so that checking it takes longer than we allow, so we cannot say whether it is good."
    return unread(unknown(FORMAT, "too_complex", sentence), recipient=recipient)


def _environment() -> dict[str, str]:
    """What a Python needs to start, and none of our settings: the secret is not for whoever reads strangers' papers."""
    root = str(Path(app.__file__).resolve().parents[1])
    return {name: value for name, value in os.environ.items() if not name.startswith("LANYARD_")} | {"PYTHONPATH": root}
