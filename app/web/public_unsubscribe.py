"""The door for readers of digests: a page with one button, and the one click of mail programs (RFC 8058).

Opening the address changes nothing: mail scanners open every link that they see.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.issuing import mail
from app.issuing.mail import unsubscribing
from app.web.deps import TheService
from app.web.pages import page

router = APIRouter(tags=["public"], include_in_schema=False)


@router.get("/unsubscribe/{token}")
def ask(token: str, request: Request, service: TheService) -> Response:
    """Ask whether to send no more mails that gather badges."""
    with service.database.read() as session:
        issuer, _ = unsubscribing.read(session, service.office, token)
    return page(request, "unsubscribe.html", indexed=False, caching="no-store", issuer_name=issuer.name, is_done=False)


@router.post("/unsubscribe/{token}")
def unsubscribe(token: str, request: Request, service: TheService) -> Response:
    """Send no more of them; the answer to a mail program and to a person alike."""
    with service.database.write() as session:
        issuer, _ = unsubscribing.read(session, service.office, token)
        mail.unsubscribe(session, service.office, token)
    return page(request, "unsubscribe.html", indexed=False, caching="no-store", issuer_name=issuer.name, is_done=True)
