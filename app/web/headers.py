"""Headers of every response of the application, whatever answers: protection, cross-origin reading, HEAD.

Pure ASGI, so that also what the framework or a limit answers on its own carries them (T37, T41, T47).
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing inline, nothing from elsewhere; no text becomes markup in a script (T37).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# For an SVG opened as a page of its own (T22, B42): it runs nothing, loads nothing, and has no origin.
DRAWING_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'; sandbox"
# For the small page that others show inside of theirs: anybody may frame it, and there is nothing in it to be misled
# into but links that open tabs of their own.
EMBED_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
)
PROTECTION = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An unlisted badge's address is its only secret; no other site may learn it from a link on the page.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ONE_YEAR = "max-age=31536000"
# What other people's verifiers and pages may read from any origin (OB3-88); nothing here knows who asks.
_OPEN = re.compile(
    r"/(b|ob2|endorsements|issuers|achievements|images|status|credentials/status|problems|wallets|\.well-known)/|"
    r"/verify(/batch)?$|/oembed$"
)
_EXPOSED = "ETag, Link, Content-Disposition"
WAS_HEAD = "lanyard.was_head"  # in the scope of a request that is answered as GET


class PublicHeaders:
    """Adds what is missing; a door that sets one of these headers itself keeps its own."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._always = PROTECTION | ({"Strict-Transport-Security": _ONE_YEAR} if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_open = _OPEN.match(scope["path"]) is not None

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                if headers["Content-Security-Policy"] == EMBED_POLICY:
                    del headers["X-Frame-Options"]
                if is_open:
                    headers.setdefault("Access-Control-Allow-Origin", "*")
                    headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)
            await send(message)

        if is_open and _is_preflight(scope):
            await _allow(scope, with_headers)
            return
        await self._app(scope, receive, with_headers)


class HeadAsGet:
    """Answers HEAD at every address as GET is answered, without the body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET; the length stays, the bytes do not."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", WAS_HEAD: True}, receive, without_body)


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope)


async def _allow(scope: Scope, send: Send) -> None:
    is_for_wallets = scope["path"].startswith("/wallets/")  # which send a token, and never a cookie
    methods = "GET, HEAD, POST" if is_for_wallets or scope["path"] == "/verify" else "GET, HEAD"
    headers = MutableHeaders()
    headers["Access-Control-Allow-Methods"] = methods
    allowed = "Accept, Content-Type, If-None-Match"
    headers["Access-Control-Allow-Headers"] = f"Authorization, {allowed}" if is_for_wallets else allowed
    headers["Access-Control-Max-Age"] = "86400"
    await send({"type": "http.response.start", "status": 204, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})
