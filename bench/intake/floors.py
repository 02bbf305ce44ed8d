"""What Lanyard is measured beside: the bare floor, and Lanyard itself with bytes that were made beforehand.

The bare floor is `bench/floor.py`'s for one Canvas event: it opens the source, checks the token with the adapter's own
code, and writes the same rows in as many transactions. *Ready bytes* is Lanyard whole, except that the document of the
first badge is stored again and again: nothing is built, linted, canonicalised, signed or checked.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from app import main
from app.credentials import sign
from app.issuing.awards import Credential
from app.issuing.sources import Source
from app.service import Service
from app.web import taking_in
from app.web.deps import RawBody, TheService
from bench.floor import Pattern, pattern_of, write_rows


def bare(service: Service) -> FastAPI:
    """The floor's application, whose pattern is the only delivery in the database."""
    app, pattern = FastAPI(openapi_url=None), pattern_of(service)
    app.state.service = service

    @app.post("/hooks/{source_id}")
    def deliver(source_id: str, request: Request, body: RawBody, service: TheService) -> JSONResponse:
        headers = taking_in.headers_of(request)
        opened = taking_in.open_source(service, source_id)
        authenticated = taking_in.authenticate(service, opened, headers, body)
        _write(service, source_id, pattern, json.loads(authenticated.payload), authenticated.delivery_key)
        return JSONResponse(pattern.answer)

    return app


def with_ready_bytes(service: Service) -> FastAPI:
    """Lanyard's application in a process that signs nothing."""
    with service.database.read() as session:
        first = session.scalars(select(Credential)).one()
        ready = sign.Signed(first.json, first.jwt)

    def prepared(award: Any) -> Any:
        return award

    def signed(prepared: Any, **keys: Any) -> sign.Signed:  # noqa: ARG001 - as Lanyard calls it
        return ready

    sign.prepare, sign.sign = prepared, signed
    return main.application(service)


def _write(service: Service, source_id: str, pattern: Pattern, event: dict[str, Any], delivery_key: str) -> None:
    user = event["body"]["user"]
    with service.database.write() as session:
        source = session.get_one(Source, source_id)
        write_rows(session, source, pattern, {"id": delivery_key, "learner": user}, delivery_key)
