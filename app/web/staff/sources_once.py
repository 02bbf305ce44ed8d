"""Something secret that one page shows once: sealed in a cookie of that page and this session, gone when it was shown.

So the form that made it leads on to a page as every form does: to send it again by accident makes nothing twice.
"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from app.errors import ServiceError
from app.service import Service
from app.web.signed_in import Staff

COOKIE = "shown-once"
SECONDS = 120


def hand_over(response: Response, service: Service, staff: Staff, path: str, text: str) -> None:
    """Give the page at this path something to show."""
    response.set_cookie(
        COOKIE,
        service.office.sealer.seal(text, place=_place(staff, path)),
        max_age=SECONDS,
        path=path,
        httponly=True,
        samesite="strict",
        secure=service.settings.public_base_url.startswith("https://"),
    )


def handed_over(request: Request, service: Service, staff: Staff, path: str) -> str | None:
    """What the page at this path is to show; None when there is nothing, or it was shown."""
    sealed = request.cookies.get(COOKIE)
    if not sealed:
        return None
    try:
        return service.office.sealer.unseal(sealed, place=_place(staff, path))
    except (ServiceError, ValueError):  # another page's, another session's, or nothing that was ever sealed
        return None


def forget(response: Response, path: str) -> None:
    """Take it away, now that it is shown."""
    response.delete_cookie(COOKIE, path=path, httponly=True, samesite="strict")


def _place(staff: Staff, path: str) -> str:
    return f"shown-once:{staff.visitor.session.session_id}:{path}"
