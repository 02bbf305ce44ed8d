"""Limits before anything is parsed: how large a request body may be, counted while it arrives (T44)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.credentials import strict_json
from app.errors import TooLarge
from app.projections import fhir
from app.web import connect_problems, fhir_problems


class BodyLimit:
    """Refuses bodies above a limit without reading them to the end. `larger` names paths with a limit of their own."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: dict[str, int]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a body that cannot grow beyond the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = _declared_length(scope)
        # "²" is a digit but no decimal, and int() raises beyond 4,300 digits; twenty are more than any limit.
        if declared is not None and (not declared.isdecimal() or int(declared[:20]) > limit):
            await _refuse(send, 413 if declared.isdecimal() else 400, scope["path"])
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge("The body is larger than is accepted here", limit_bytes=limit)
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        return next((limit for ending, limit in self._larger.items() if path.endswith(ending)), self._max_bytes)


def _declared_length(scope: Scope) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"content-length"]
    return None if not values else values[0].strip() if len(set(values)) == 1 else "ambiguous"


async def _refuse(send: Send, status: int, path: str) -> None:
    title = "Content Too Large" if status == 413 else "Bad Request"  # noqa: PLR2004 - as above
    body = f'{{"type":"about:blank","title":"{title}","status":{status}}}'.encode()
    media_type = "application/problem+json"
    if fhir_problems.wanted(path):
        body, media_type = strict_json.dumps(fhir.outcomes.outcome(status, title)), fhir_problems.MEDIA_TYPE
    elif (said := connect_problems.body(path, {"status": status, "title": title})) is not None:
        body, media_type = strict_json.dumps(said), connect_problems.MEDIA_TYPE
    headers = [(b"content-type", media_type.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
