"""A process of the measurement: Lanyard's own application, which also answers chosen bytes from memory.

`python -m bench.pages.serve`, what to be as JSON on standard input. `/floor/{n}` answers what the n-th path answered
when the process began, with its headers, and looks at nothing: the most that this server can do. It passes through the
same middleware as everything else, and is answered innermost, where finished bytes are.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs, main
from app import service as services
from app.web.headers import PROTECTION
from bench.academy import settings_for


def run() -> None:
    """Serve on the inherited socket until terminated; configured as `lanyard serve` configures it."""
    given: dict[str, Any] = json.loads(sys.stdin.read())
    settings = settings_for(Path(given["folder"]), given["url"])
    logs.configure(settings)
    service = services.build(settings)
    app = main.application(service)
    _add_floor(app, given["asked"])
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=120
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=given["descriptor"])])


class Floor:
    """Answers `/floor/{n}` from memory, at the very place where finished bytes are answered: the least one can do."""

    def __init__(self, app: ASGIApp, kept: list[tuple[Message, Message]]) -> None:
        self._app, self._kept = app, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is kept, or pass the request on."""
        if scope["type"] != "http" or not scope["path"].startswith("/floor/"):
            await self._app(scope, receive, send)
            return
        start, body = self._kept[int(scope["path"][7:])]
        await send({**start, "headers": list(start["headers"])})
        await send(body)


def _add_floor(app: FastAPI, asked: list[dict[str, Any]]) -> None:
    """Remember what each request is answered now, and answer that at an address of its own."""
    client = TestClient(app, base_url="http://localhost")  # not entered: the service is to live on
    kept: list[tuple[Message, Message]] = []
    for each in asked:
        answer = client.get(each["path"], headers=each["headers"])
        assert answer.status_code == each["status"], f"{each['path']}: {answer.status_code}"
        added = {b"x-request-id", *(name.lower().encode() for name in PROTECTION)}
        headers = [pair for pair in answer.headers.raw if pair[0].lower() not in added]
        start = {"type": "http.response.start", "status": answer.status_code, "headers": headers}
        kept.append((start, {"type": "http.response.body", "body": answer.content}))
    app.user_middleware.append(Middleware(Floor, kept=kept))  # innermost
    app.middleware_stack = None  # made anew at the first request


if __name__ == "__main__":
    run()
