"""One line for each request: what was asked for, what was answered and how long it took. Never who or with what."""

from __future__ import annotations

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import clock

log = structlog.get_logger()

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz"})  # asked every few seconds by machines
_NOTES = "fastapi"  # where the framework notes what it found
UNFINISHED = 499  # the client left before it was answered


class AccessLog:
    """Gives each request an id, which every line that it causes carries and the answer as `X-Request-Id`.

    The route's pattern stands for the path, so that neither a query nor what somebody typed into an address is
    written down. An id that the client sends is not used: it could say anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write its line when it was answered, or when that failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = clock.new_id()
        scope.setdefault(_NOTES, {})  # here already, so that a copy of the scope (HEAD) shares it
        status = UNFINISHED
        started = time.perf_counter()

        async def with_request_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, with_request_id)
            except Exception:
                status = 500
                raise
            finally:
                _write(scope, status=status, seconds=time.perf_counter() - started)


def _write(scope: Scope, *, status: int, seconds: float) -> None:
    route = _route(scope)
    write = log.debug if route in QUIET else log.info
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    write("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    """The pattern of the route that answered, such as `/b/{award_id}`; `(none)` when no route did."""
    # A router within a router knows its own part of the path only; the whole is in FastAPI's notes.
    route: Any = scope[_NOTES].get("effective_route_context") or scope.get("route")
    return str(getattr(route, "path", "(none)"))
