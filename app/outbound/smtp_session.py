"""smtplib with an end: a server that answers one byte at a time cannot hold the worker for ever (F20)."""

from __future__ import annotations

import smtplib
import socket
import time
from typing import Any


class _PatientReader:
    """Reads lines from a socket until a deadline; stands in for the file object that smtplib would make."""

    def __init__(self, connection: socket.socket, *, deadline: float, answer_seconds: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._answer_seconds = answer_seconds
        self._buffer = b""

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or what came before the connection ended. Raises TimeoutError."""
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the whole delivery took too long")
            self._connection.settimeout(min(left, self._answer_seconds))
            received = self._connection.recv(4096)
            if not received:
                break
            self._buffer += received
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[: min(end, limit)], self._buffer[min(end, limit) :]
        return line

    def close(self) -> None:
        """Nothing to close: the session closes the socket."""


class Session(smtplib.SMTP):
    """One SMTP session that ends with TimeoutError or an SMTPException after `whole_seconds` at the latest."""

    def __init__(self, host: str, port: int, *, timeout: float, whole_seconds: float, **rest: Any) -> None:
        self._deadline = time.monotonic() + whole_seconds
        super().__init__(host, port, timeout=timeout, **rest)

    def getreply(self) -> tuple[int, bytes]:
        """The server's next answer. A connection that timed out counts as dead, whatever came of it before."""
        if self.file is None and self.sock is not None:
            self.file = _PatientReader(self.sock, deadline=self._deadline, answer_seconds=float(self.timeout))
        return super().getreply()


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same, speaking TLS from the first byte."""
