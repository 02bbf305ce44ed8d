"""The process that judges: no network, no database, no secrets, little memory, and an end to its time.

Started by `children` as `python -m app.judging.child FD`. Over that one connection come documents, and go questions
(keys, lists: the workshop's Resolver, answered by the parent) and reports. It ends when the parent does.
"""

from __future__ import annotations

import os
import resource
import sys
from multiprocessing.connection import Connection
from typing import Any

from app.credentials.report import Report
from app.credentials.verify import verify
from app.judging.messages import Job, Question

MAX_MEMORY_BYTES = 768 * 1_048_576
_NICENESS = 10  # whoever issues a badge goes first


class _Asking:
    """The workshop's Resolver and registries, by post."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def key(self, verification_method: str, *, issuer_id: str) -> Any:
        return self._ask("key", verification_method, issuer_id=issuer_id)

    def status_list(self, url: str) -> Any:
        return self._ask("status_list", url)

    def document(self, url: str) -> Any:
        return self._ask("document", url)

    def superseded_by(self, credential_id: str) -> Any:
        return self._ask("superseded_by", credential_id)

    def further_entries(self, credential_id: str) -> Any:
        return self._ask("further_entries", credential_id)

    def known_in(self, issuer_id: str) -> Any:
        return self._ask("known_in", issuer_id)

    def _ask(self, method: str, *arguments: str, **named: str) -> Any:
        self._connection.send(Question(method, arguments, named))
        return self._connection.recv()


def serve(connection: Connection) -> None:
    """Judge one document after another until the connection closes."""
    resolve = _Asking(connection)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        _limit_cpu(job.cpu_seconds)
        connection.send(_judged(job, resolve))


def _judged(job: Job, resolve: _Asking) -> Report | None:
    """The report; None when the memory was too small for it."""
    try:
        known_in = resolve.known_in if job.looks_in_registries else None
        return verify(job.document, now=job.now, resolve=resolve, recipient=job.recipient, known_in=known_in)
    except MemoryError:
        return None


def _limit_cpu(seconds: int) -> None:
    """Let the system end this process when it has worked so many seconds more than until now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, most))


def main() -> None:
    """Take the connection of that file descriptor and serve it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    os.nice(_NICENESS)
    serve(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
