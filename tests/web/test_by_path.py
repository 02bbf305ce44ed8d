"""A path finds the route that it would find if every route were tried in turn."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from app.main import routes
from app.web.by_path import ByPath

WORDS = ("northfield", "v1", "a.b", "", "{x}", "%2e%2e")
ODD = ("/", "", "//", "/nothing", "/api", "/api/v1", "/staff", "/me", "/fhir/", "*")
EVERY = 10  # route, for what is no path of it


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What routes were handed, in the place of their answers."""
    handed: list[Any] = []

    async def note(route: APIRoute, scope: Any, _receive: Any, _send: Any) -> None:
        handed.append((route.endpoint, route.path, scope["path_params"], scope["method"] in (route.methods or ())))

    monkeypatch.setattr(APIRoute, "handle", note)
    return handed


def application(*below: BaseRoute) -> FastAPI:
    made = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    made.router.routes.extend(below)
    return made


def ask(app: FastAPI, method: str, path: str) -> str | None:
    """Ask; how the framework refused where no route was found."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}
    try:
        asyncio.run(app.router({**scope, "app": app}, None, None))  # type: ignore[arg-type]  # nobody reads or answers
    except Exception as error:  # noqa: BLE001 - compared with what the other application says
        return repr(error)
    return None


def asked_for() -> Iterator[tuple[str, str]]:
    """Every route with words in the place of its parameters, and ways around it."""
    for number, context in enumerate(iter_route_contexts(routes().routes)):
        path = re.sub(r"\{[^}]*\}", WORDS[number % len(WORDS)], str(context.path))
        for method in sorted(context.methods or ()):
            yield method, path
        if number % EVERY == 0:
            yield from (("TRACE", path), ("GET", f"{path}/"), ("GET", f"{path}/more/and/more"), ("GET", f"/x{path}"))
    yield from (
        ("GET", path) for path in ("/", "", "//", "/nothing", "/api", "/api/v1", "/staff", "/me", "/fhir/", "*")
    )


def test_every_path_finds_what_it_would_find_among_all(seen: list[Any]):
    by_path, in_turn = application(routes()), application(*routes().routes)
    differing, count = [], 0
    for method, path in asked_for():
        refusals = [ask(app, method, path) for app in (by_path, in_turn)]
        if refusals[0] != refusals[1] or seen[:1] != seen[1:]:
            differing.append((method, path, refusals, seen.copy()))
        count += len(seen)
        seen.clear()

    assert differing == []
    assert count > 2 * 700


def test_routes_keep_their_order_and_the_first_that_takes_the_path_names_the_methods(seen: list[Any]):
    first, second, outer = APIRouter(), APIRouter(prefix="/tea"), APIRouter()

    async def pour() -> None:
        """Nothing."""

    first.add_api_route("/tea/{kind}", pour, methods=["GET"])
    second.add_api_route("/green", pour, methods=["GET", "POST"])
    outer.include_router(first)
    outer.include_router(second)
    app = application(ByPath(outer.routes))

    assert [ask(app, method, "/tea/green") for method in ("GET", "POST", "PUT")] == [None, None, None]
    assert [(path, is_taken) for _, path, _, is_taken in seen] == [
        ("/tea/{kind}", True),
        ("/tea/green", True),
        ("/tea/{kind}", False),
    ]
    assert "404" in str(ask(app, "GET", "/coffee"))
