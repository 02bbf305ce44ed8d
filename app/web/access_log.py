"""One line for each request: what was asked for, what was answered and how long it took. Never who or with what."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import clock

log = structlog.get_logger()

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds by machines
NOTES = "fastapi"  # where the framework notes what it found
UNFINISHED = 499  # the client left before it was answered

Told = Callable[[str, str, int, float], object]
"""Who is told of each answer: method, the route's pattern, status and seconds."""


class AccessLog:
    """Gives each request an id, which every line that it causes carries and the answer as `X-Request-Id`.

    The route's pattern stands for the path, so that neither a query nor what somebody typed into an address is
    written down. An id that the client sends is not used: it could say anything. `told` hears the same of each answer.
    """

    def __init__(self, app: ASGIApp, *, told: Told | None = None) -> None:
        self._app = app
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write its line when it was answered, or when that failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = clock.new_id()
        scope.setdefault(NOTES, {})  # here already, so that a copy of the scope (HEAD) shares it
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
                seconds = time.perf_counter() - started
                method, route = _method(scope), _route(scope)
                _write(method, route, status=status, seconds=seconds)
                if self._told is not None:
                    self._told(method, route, status, seconds)


def _write(method: str, route: str, *, status: int, seconds: float) -> None:
    write = log.debug if route in QUIET else log.info
    write("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def _route(scope: Scope) -> str:
    """The pattern of the route that answered, such as `/b/{award_id}`; `(none)` when no route did."""
    # A router within a router knows its own part of the path only; the whole is in FastAPI's notes.
    route: Any = scope[NOTES].get("effective_route_context") or scope.get("route")
    return str(getattr(route, "path", "(none)"))
