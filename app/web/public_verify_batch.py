"""The door for heaps of badges: NDJSON in, NDJSON out, one answer a line in the same order.

The body is put aside on disk first and answered line by line afterwards: a client that writes everything before it
reads would otherwise wait for us while we wait for it. One heap is judged at a time, in a process of its own.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO, cast

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import InvalidInput, RateLimited, ServiceError, UnsupportedMediaType
from app.issuing.office import Office
from app.judging import batch, lines
from app.judging.batch import Judged
from app.web import counting, problems
from app.web.deps import BatchLane, TheDesk, TheService, rates_of
from app.web.lanes import Lane

router = APIRouter(tags=["public"], include_in_schema=False)

MEDIA_TYPE = "application/x-ndjson"
MAX_BYTES = 64 * 1_048_576
MAX_LINES = lines.MAX_LINES
SECONDS_TO_ARRIVE = 120  # one heap keeps the next one waiting, so nobody may send or read it without end
SECONDS_TO_ANSWER = 1_800
_TAKEN = frozenset({MEDIA_TYPE, "application/ndjson", "application/jsonl", "text/plain"})
_IN_MEMORY_BYTES = 1_048_576
_LINES_IN_A_PIECE = 20


@router.post("/verify/batch")
async def verify_batch(request: Request, service: TheService, desk: TheDesk, lane: BatchLane) -> Response:
    """A report for each line, whatever the other lines are; 503 while another heap is judged."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _TAKEN:
        raise UnsupportedMediaType("A heap of badges is sent as NDJSON, one badge a line", expected=MEDIA_TYPE)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lane.place())
        body = stack.enter_context(_File(max_size=_IN_MEMORY_BYTES))
        try:
            with anyio.fail_after(SECONDS_TO_ARRIVE):
                async for piece in request.stream():
                    body.write(piece)
        except TimeoutError:
            raise InvalidInput(f"The badges did not arrive within {SECONDS_TO_ARRIVE} seconds") from None
        if body.tell() == 0:
            raise InvalidInput("There is nothing to check yet: send one badge a line")
        body.seek(0)
        judged = batch.judge_all(desk, lines.read(cast("BinaryIO", body), max_lines=MAX_LINES))
        stack.push_async_callback(_close, judged)
        return _Answers(_pieces(lane, service.office, _unguessed(request, judged)), kept=stack.pop_all())


_File = tempfile.SpooledTemporaryFile


class _Answers(StreamingResponse):
    """Lets go of the place, the file and the process when the last line is sent, or nobody reads any more."""

    def __init__(self, content: AsyncIterator[bytes], *, kept: AsyncExitStack) -> None:
        super().__init__(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._kept:
            with anyio.move_on_after(SECONDS_TO_ANSWER):
                await super().__call__(scope, receive, send)


async def _close(judged: Generator[Judged, None, None]) -> None:
    with anyio.CancelScope(shield=True):  # also when the client went away, and then above all
        await anyio.to_thread.run_sync(judged.close)


def _unguessed(request: Request, judged: Iterator[Judged]) -> Iterator[Judged]:
    """What was judged, without the answers to somebody who asks too often whose a badge is (T25)."""
    for entry, report in judged:
        try:
            if entry.recipient is not None and report is not None and report.credential is not None:
                rates_of(request).guess(request, report.credential.credential_id)
        except RateLimited as problem:
            yield Judged(replace(entry, problem=problem), None)
        else:
            counting.note_check(request, report)
            yield Judged(entry, report)


async def _pieces(lane: Lane, office: Office, judged: Iterator[Judged]) -> AsyncIterator[bytes]:
    def piece() -> bytes:
        return b"".join(_line(office, each) for each in islice(judged, _LINES_IN_A_PIECE))

    while some := await lane.in_thread(piece):
        yield some


def _line(office: Office, judged: Judged) -> bytes:
    entry, report = judged
    said: dict[str, Any] = {"line": entry.line, **({} if entry.id is None else {"id": entry.id})}
    if report is not None:
        said |= report.to_dict()
    elif entry.problem is not None:
        said["problem"] = _problem(office, entry.problem)
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _problem(office: Office, error: ServiceError) -> dict[str, Any]:
    return {
        "type": office.addresses.problem(error.slug),
        "title": error.title,
        "status": problems.STATUS[type(error)],
        "detail": error.detail,
        **error.facts,
    }
