"""What handlers are handed: the service and the raw body. Handlers open their own transactions.

A transaction that a dependency opens would be held while the handler waits for a thread; with one writer at a time
and a full thread pool, nobody could go on. So a handler says `with service.database.write() as session:` itself,
and what it returns afterwards is committed.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.judging.desk import Desk
from app.service import Service
from app.web.lanes import Lane


def service_of(request: Request) -> Service:
    """The service that this application was made with."""
    service: Service = request.app.state.service
    return service


def desk_of(request: Request) -> Desk:
    """Where badges are judged."""
    desk: Desk = request.app.state.desk
    return desk


def judging_lane(request: Request) -> Lane:
    """Where badges are judged that may be a stranger's."""
    lane: Lane = request.app.state.judging_lane
    return lane


def batch_lane(request: Request) -> Lane:
    """Where heaps of badges are judged, one heap at a time."""
    lane: Lane = request.app.state.batch_lane
    return lane


async def raw_body(request: Request) -> bytes:
    """The bytes of the body, as sent; their number is bounded by the body limit."""
    return await request.body()


TheService = Annotated[Service, Depends(service_of)]
TheDesk = Annotated[Desk, Depends(desk_of)]
JudgingLane = Annotated[Lane, Depends(judging_lane)]
BatchLane = Annotated[Lane, Depends(batch_lane)]
RawBody = Annotated[bytes, Depends(raw_body)]
