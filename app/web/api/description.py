"""The API described for programs: OpenAPI 3.1 of the integrator's routes only, with the errors that each may answer."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field

from app.credentials import strict_json
from app.web.api.authentication import RequiresScope
from app.web.deps import TheService

TITLE = "Lanyard API"
ERRORS = {
    400: "The body is not JSON that can be read, or the address holds a key",
    401: "No valid API key",
    403: "The key lacks the scope",
    404: "There is no such thing among those of the key's issuer",
    409: "It cannot be done as things stand; `type` says why",
    413: "The body is too large",
    415: "The body has another type than is expected",
    422: "A field is wrong; `problems` names each, with a pointer",
    503: "Busy; try again after `Retry-After` seconds",
}
INTRODUCTION = (
    "Everything is limited to the issuer that the key belongs to. Errors are `application/problem+json` (RFC 9457). "
    "Lists are pages: follow `next`. Send an `Idempotency-Key` with a POST that must not happen twice."
)


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` is the address of a page that explains it; more facts may follow."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: Annotated[str | None, Field(description="a sentence about this very case")] = None


def describe(router: APIRouter, *, base_url: str) -> dict[str, Any]:
    """The OpenAPI document of a router's routes."""
    routes = [context for context in iter_route_contexts(router.routes) if isinstance(context.original_route, APIRoute)]
    document = get_openapi(
        title=TITLE, version="1", description=INTRODUCTION, routes=routes, servers=[{"url": base_url}]
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema()
    document["components"]["responses"] = {f"Error{status}": _error(words) for status, words in ERRORS.items()}
    for context in routes:
        for method in context.methods or ():
            operation = document["paths"].get(context.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, context)
    return document


def scope_of(context: RouteContext) -> str | None:
    """The scope that a route asks for; None for a route that asks for no key."""
    for dependency in context.dependant.dependencies:
        if isinstance(dependency.call, RequiresScope):
            return str(dependency.call.scope)
    return None


def _complete(operation: dict[str, Any], context: RouteContext) -> None:
    operation["x-required-scope"] = scope_of(context)
    operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope_of(context)}`".strip()
    for status in ERRORS:
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Error{status}"}


def _error(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def description_route(router: APIRouter) -> APIRouter:
    """A router with the one address that answers with the description of another router."""
    own = APIRouter(tags=["integrator"])

    @cache
    def described(base_url: str) -> bytes:
        return strict_json.dumps(describe(router, base_url=base_url))

    @own.get("/api/v1/openapi.json", include_in_schema=False)
    def openapi(service: TheService) -> Response:
        """The API as OpenAPI 3.1, for everybody."""
        return Response(described(service.office.addresses.base_url), media_type="application/json")

    return own
