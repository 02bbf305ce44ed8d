"""Asking the public doors without a server: the same handlers, the same bytes, and nobody is counted as a visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from app.errors import ExportFailed
from app.service import Service
from app.web import pages, problems, public, vc_api
from app.web.counting import Looks
from app.web.former_addresses import FORMER_ERA
from app.web.standalone.forms import Wanted

_LEFT_OUT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class Doors:
    """The public doors of a service, asked one after the other; their pages are written as a copy of this day."""

    def __init__(self, service: Service, day: date, *, era: int | None = None) -> None:
        """`era`: ask at the address of a former era; None = at today's."""
        self._day = day
        self._era = {} if era is None else {FORMER_ERA: era}
        self._app = FastAPI(openapi_url=None, redirect_slashes=False)
        self._app.state.service = service
        self._app.state.looks = Looks(service.database)  # never started, so it never writes
        problems.register(self._app)
        self._app.include_router(public.router)
        self._app.include_router(vc_api.router)  # for the lists that what it signed names

    async def get(self, wanted: Wanted) -> bytes | None:
        """The bytes; None when what may be gone is not for everyone (any more).

        Raises ExportFailed for any other answer: a file that stands for a fault would stand for ever.
        """
        answer = _Answer()
        with pages.as_copy(self._day):
            await self._app(_scope(wanted) | self._era, _no_body, answer.take)
        if answer.status in wanted.statuses and not answer.is_problem:
            return bytes(answer.body)
        if wanted.may_be_gone and answer.status in _LEFT_OUT:
            return None
        raise ExportFailed(f"{wanted.path} answered {answer.status}, so nothing was written; look at the log")


@dataclass
class _Answer:
    status: int = 0
    is_problem: bool = False
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            kinds = dict(message["headers"]).get(b"content-type", b"")
            self.is_problem = kinds.startswith(problems.MEDIA_TYPE.encode())
        else:
            self.body += message.get("body", b"")


def _scope(wanted: Wanted) -> dict[str, Any]:
    """A request for what is wanted, as a server would hand it on (ASGI 3)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": wanted.path,
        "raw_path": wanted.path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"accept", wanted.accept.encode())],
        "client": None,
        "server": None,
    }


async def _no_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
