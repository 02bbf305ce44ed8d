"""Those who are told: an endpoint of webhooks and a mail server, as processes that a test may kill.

Each writes down what came as a line of JSON, and only then says that it took it: one that dies between the two has it
and is sent it again. While it is dead its port refuses connections, and nobody else can take the port.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Outsider:
    """A receiver's port, reserved as long as this lives, and what was written down there."""

    def __init__(self, kind: str, file: Path) -> None:
        self.file = file
        file.touch()
        self._reserved = _bound(0)
        self.port: int = self._reserved.getsockname()[1]
        self.order = f"{kind} {self.port} {file}"

    @property
    def received(self) -> list[dict[str, Any]]:
        """What came, in order."""
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def close(self) -> None:
        """Let go of the port."""
        self._reserved.close()


def endpoint(port: int, file: Path) -> None:
    """Take webhooks until killed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            if len(raw := self.rfile.read(length)) < length:
                return  # its sender was killed while it spoke: no server passes on half a request
            body = raw.decode()
            _write_down(file, {"body": body, **{name: self.headers[name] for name in HEADERS}})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: what came is written down."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = _bound(port)
    server.server_activate()
    server.serve_forever()


def mailbox(port: int, file: Path) -> None:
    """Take mails until killed."""

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's hook
            message = message_from_bytes(envelope.content)
            _write_down(file, {"to": message["To"], "message-id": message["Message-ID"]})
            return "250 OK"

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost"), sock=_bound(port))
        await server.serve_forever()

    asyncio.run(serve())


def _bound(port: int) -> socket.socket:
    """A socket that does not listen yet. Several of one user may have the port; the one that listens gets calls."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _write_down(file: Path, what: dict[str, Any]) -> None:
    """One whole line, by one call: a process that is killed leaves no half of one."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(handle, json.dumps(what).encode() + b"\n")
    os.close(handle)
