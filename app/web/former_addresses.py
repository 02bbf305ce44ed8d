"""Requests at an address that the service had before a move.

Programs find there what always stood there: verifiers do not follow redirects for keys, lists and documents, and those
name the issuer as that address does. People are sent on: whatever would be a page is a redirect to the same path today.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.issuing.office import Addresses, Office

FORMER_ERA = "lanyard.former_era"  # in the scope of a request at a former address; its value is that era
_OWN_PORTS = {"http": ":80", "https": ":443"}
_READING = frozenset({"GET", "HEAD"})


def by_host(office: Office) -> dict[str, Addresses]:
    """The former addresses by host and port, without today's; of two eras at one host, the later answers there."""
    today = _host(office.addresses)
    return {_host(each): each for each in reversed(office.former) if _host(each) != today}


class FormerAddresses:
    """Knows former addresses by the `Host` of a request; any other host is served as today's address is (T40)."""

    def __init__(self, app: ASGIApp, *, office: Office) -> None:
        self._app = app
        self._today = office.addresses.base_url
        self._former = by_host(office)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the era of the address that was asked, and turn pages into redirects."""
        former = self._former.get(_asked(scope)) if scope["type"] == "http" else None
        if former is None:
            await self._app(scope, receive, send)
            return
        is_redirected = False

        async def send_on(message: Message) -> None:
            nonlocal is_redirected
            if message["type"] == "http.response.start" and scope["method"] in _READING and _is_page(message):
                is_redirected = True
                message = self._redirect(scope)
            elif is_redirected:
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, FORMER_ERA: former.era, "headers": _as_if_new(scope)}, receive, send_on)

    def _redirect(self, scope: Scope) -> Message:
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        headers = {
            "Location": f"{self._today}{path}{query}",
            # A browser that kept it for ever would run in circles after a move back.
            "Cache-Control": "no-cache",
            "Vary": "Accept",
            "Content-Length": "0",
        }
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        return {"type": "http.response.start", "status": HTTPStatus.PERMANENT_REDIRECT, "headers": raw}


def _as_if_new(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers, but for what a browser keeps from before the move: it shall not hear that its page is the same."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return list(scope["headers"])
    return [each for each in scope["headers"] if each[0] != b"if-none-match"]


def _is_page(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _host(addresses: Addresses) -> str:
    return urlsplit(addresses.base_url).netloc


def _asked(scope: Scope) -> str:
    """The host that was asked, as it stands in a base address: in small letters, without its scheme's own port."""
    host = Headers(scope=scope).get("host", "").lower()
    for port in _OWN_PORTS.values():
        host = host.removesuffix(port)
    return host
