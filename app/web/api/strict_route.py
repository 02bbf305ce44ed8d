"""A route whose JSON body is read by our one strict parser, before any model sees it (T13, T14).

FastAPI reads a body first and authenticates after. A body that cannot be read is therefore held back until the
callers are known: without a key one gets 401, whatever one sent.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.credentials import strict_json
from app.errors import InvalidInput, ServiceError, UnsupportedMediaType

_UNREADABLE = object()  # no model accepts it


class StrictRequest(Request):
    """A request that parses JSON strictly and remembers why it could not."""

    fault: ServiceError | None = None

    async def json(self) -> Any:
        """The body; a thing that no model accepts when it is not strict JSON."""
        try:
            value = strict_json.loads(await self.body())
            for pointer in _with_nul(value, ""):
                raise InvalidInput("A text holds the character NUL, which cannot be stored", pointer=pointer)
        except ServiceError as fault:
            self.fault = fault
            return _UNREADABLE
        return value


class StrictRoute(APIRoute):
    """Answers what is wrong with a body as a problem of ours: 400, 413, 415 or 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given a strict request."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            body = await strict.body()  # read here, so that a body above the limit is 413 and not "an error"
            try:
                return await handle(strict)
            except RequestValidationError as error:
                if any(item["loc"][0] == "body" for item in error.errors()):
                    if strict.fault is not None:
                        raise strict.fault from error
                    if body and not is_json(request.headers.get("content-type", "")):
                        raise UnsupportedMediaType(
                            "Send the body as JSON, with Content-Type: application/json", expected="application/json"
                        ) from error
                raise

        return strictly


def is_json(content_type: str) -> bool:
    """Whether a Content-Type names JSON: application/json or application/…+json."""
    return (kind := media_type(content_type)) == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case; empty for none."""
    if not content_type:
        return ""
    message = Message()
    message["content-type"] = content_type
    return message.get_content_type()


def _with_nul(value: Any, pointer: str) -> Iterator[str]:
    """Where a text or a member's name holds NUL: PostgreSQL stores none, and nobody means one."""
    if isinstance(value, str) and "\0" in value:
        yield pointer
    elif isinstance(value, dict):
        if any("\0" in name for name in value):
            yield pointer
        for name, member in value.items():
            yield from _with_nul(member, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _with_nul(member, f"{pointer}/{index}")
