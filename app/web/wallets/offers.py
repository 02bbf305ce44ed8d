"""An offer at its address: what a wallet reads, and a page for a person who opens it. Looking changes nothing."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.errors import Gone, NotFound
from app.issuing import wallets
from app.issuing.wallets import offers
from app.projections import wallets as told
from app.web import negotiation
from app.web.deps import TheRates, TheService
from app.web.languages import gettext as _
from app.web.pages import page
from app.web.representations import is_id
from app.web.token_requests import NO_STORE
from app.web.wallets.metadata import issuer_of
from app.web.wallets.offer_view import offer_view

router = APIRouter(prefix="/wallets/{slug}/offers", tags=["public"], include_in_schema=False)


@router.get("/{code}")
def offer(slug: str, code: str, request: Request, service: TheService, rates: TheRates) -> Response:
    """The Credential Offer, or the page with its link and QR code. 404 for no offer, 410 for one that is over."""
    rates.ask_as_wallet(request)
    if not is_id(code):
        raise NotFound(wallets.offers.NOTHING_HERE)
    is_person = negotiation.wants_page(request.headers.get("accept"))
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
        try:
            found = offers.open_with(session, issuer, code)
        except Gone as error:
            if not is_person:
                raise
            when = datetime.fromisoformat(error.facts.get("used_at") or error.facts["ended_at"])
            return page(
                request, "offer_over.html", status=410, indexed=False, negotiated=True, caching="no-store",
                was_used="used_at" in error.facts, when=when, issuer_name=issuer.name,
            )  # fmt: skip
        if is_person:
            view = offer_view(session, service.office, found, code)
            return page(request, "offer.html", indexed=False, negotiated=True, caching="no-store", offer=view)
        digits = None if found.tx_code_sha256 is None else offers.TX_CODE_DIGITS
    hint = _("The code that you were told apart from this offer")
    identifier = service.office.addresses.wallets(issuer.slug)
    document = told.offer(identifier, code, tx_code_digits=digits, description=hint)
    return JSONResponse(document, headers={**NO_STORE, "Vary": "Accept"})
