"""Which routes a path can belong to at all, by how it begins.

The framework tries one route after the other, and those of a router that is included in another one twice: two
milliseconds among 800 routes. Most of them begin otherwise than the path does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_DEEPEST = 3  # parts of a path: `/api/v1/awards`
_CHOSEN = "lanyard.route"


class ByPath(BaseRoute):
    """Routes in their order, of which those are tried that begin as the path does. Answers as all of them would."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.routes = routes
        self._routers = list(_innermost(routes))
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, router in enumerate(self._routers):
            for beginning in {_beginning(str(each.path)) for each in iter_route_contexts([router])}:
                self._places[beginning].append(place)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes path and method; else the first one that takes the path."""
        partial: tuple[Match, Scope] | None = None
        for place in self._candidates(scope.get("path", "")):
            router = self._routers[place]
            match, found = router.matches(scope)
            if match == Match.FULL:
                return match, {**found, _CHOSEN: router}
            if match == Match.PARTIAL and partial is None:
                partial = match, {**found, _CHOSEN: router}
        return partial or (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that was found."""
        await scope[_CHOSEN].handle(scope, receive, send)

    def _candidates(self, path: str) -> list[int]:
        parts = path.split("/", _DEEPEST + 1)[1 : _DEEPEST + 1]
        beginnings = (tuple(parts[:length]) for length in range(len(parts) + 1))
        return sorted({place for each in beginnings for place in self._places.get(each, ())})


def _innermost(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """The routers that hold routes, in the place of those that hold routers only; where the framework tells."""
    for route in routes:
        tell = getattr(route, "effective_candidates", None)
        inside = tell() if tell is not None else []
        if inside and all(isinstance(each, BaseRoute) for each in inside):
            yield from _innermost(inside)
        else:
            yield route


def _beginning(path: str) -> tuple[str, ...]:
    """The parts of a path before its first parameter, as many as count."""
    found = []
    for part in path.split("/")[1 : _DEEPEST + 1]:
        if "{" in part:
            break
        found.append(part)
    return tuple(found)
