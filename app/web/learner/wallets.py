"""A badge for one's own wallet: an offer, made for whoever is signed in and told once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import ServiceError
from app.issuing.wallets import offers
from app.web.deps import TheRates, TheService
from app.web.forms import Sent
from app.web.inside import inside
from app.web.learner.badges import mine, show
from app.web.signed_in import Person
from app.web.wallets.offer_view import offer_view

router = APIRouter(prefix="/me/badges/{award_id}", tags=["learner"], include_in_schema=False)


@router.post("/wallet")
def offer_to_wallet(
    award_id: str, request: Request, form: Sent, person: Person, *, service: TheService, rates: TheRates
) -> Response:
    """Offer the badge to a wallet, and show the link and the QR code: here only, and never again."""
    try:
        with service.database.write() as session:
            award = mine(session, person, award_id)
            rates.offer(award.id)
            with_tx_code = form.is_ticked("tx_code")
            made = offers.make(session, service.office, award, actor=person.actor, with_tx_code=with_tx_code)
            view = offer_view(session, service.office, made.offer, made.code, tx_code=made.tx_code)
    except ServiceError as error:
        return show(request, person, service, award_id, refused=error, about="wallet")
    return inside(request, "learner/wallet.html", person, offer=view, award_id=award_id)
