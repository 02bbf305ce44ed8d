"""Pages that a platform shows inside its own: who may frame them, and to where their forms may go."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from app.web.headers import CONTENT_SECURITY_POLICY
from app.web.pages import page


def framed(request: Request, template: str, *, form_to: str | None = None, status: int = 200, **shown: Any) -> Response:
    """A page for a frame. `form_to` is an https address of the platform that its form is sent to.

    Any https page may frame it: a platform's pages are at other hosts than its issuer's, and nothing on these pages
    changes anything by a click alone.
    """
    response = page(request, template, status=status, indexed=False, caching="no-store", **shown)
    policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors https:")
    if form_to is not None:
        policy = policy.replace("form-action 'self'", f"form-action {origin(form_to)}")
    response.headers["Content-Security-Policy"] = policy
    return response


def origin(url: str) -> str:
    """Scheme and host of an https address that was checked before, with its port."""
    return f"https://{urlsplit(url).netloc}"
