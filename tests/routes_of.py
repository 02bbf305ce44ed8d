"""The routes of an application, each with what the routers around it add."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.web.by_path import ByPath


def routes_of(application: FastAPI) -> list[RouteContext]:
    """Those that we wrote, in their order, also where they are found by the beginning of a path."""
    listed = [inner for each in application.routes for inner in (each.routes if isinstance(each, ByPath) else [each])]
    return [each for each in iter_route_contexts(listed) if isinstance(each.original_route, APIRoute)]
