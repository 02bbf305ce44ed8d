"""What handlers are handed: the service and the raw body. Handlers open their own transactions.

A transaction that a dependency opens would be held while the handler waits for a thread; with one writer at a time
and a full thread pool, nobody could go on. So a handler says `with service.database.write() as session:` itself,
and what it returns afterwards is committed.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.service import Service


def service_of(request: Request) -> Service:
    """The service that this application was made with."""
    service: Service = request.app.state.service
    return service


async def raw_body(request: Request) -> bytes:
    """The bytes of the body, as sent; their number is bounded by the body limit."""
    return await request.body()


TheService = Annotated[Service, Depends(service_of)]
RawBody = Annotated[bytes, Depends(raw_body)]
