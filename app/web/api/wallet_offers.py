"""Badges for wallets: a link and a page that an integrator hands to the holder, good once and for some minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.issuing import awards
from app.issuing.issuers import Issuer
from app.issuing.wallets import offers
from app.web.api.authentication import AwardsWriter
from app.web.api.fields import Id, In, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheRates, TheService
from app.web.wallets.offer_view import links_of

router = APIRouter(prefix="/awards/{award_id}/wallet-offers", route_class=StrictRoute)


class NewWalletOffer(In):
    """How the badge is offered."""

    tx_code: Annotated[
        bool, Field(description="ask for a code too, which you tell the holder in another way than the link")
    ] = False


class WalletOfferOut(Out):
    """An offer. Its addresses and the code are told here and never again; whoever has them can take the badge."""

    id: str
    award_id: str
    page_url: Annotated[str, Field(description="a page for the holder, and what wallets read as credential_offer_uri")]
    offer_link: Annotated[str, Field(description="opens any wallet of OpenID4VCI; also to be shown as a QR code")]
    learner_wallet_link: Annotated[
        str | None, Field(description="opens the Learner Credential Wallet; null with a transaction code")
    ]
    tx_code: Annotated[str | None, Field(description="what the wallet asks its user for; null = nothing")]
    expires_at: datetime


@router.post("", status_code=201, response_model=WalletOfferOut)
def offer_to_wallet(
    caller: AwardsWriter, award_id: Id, stated: NewWalletOffer, post: Posted, *, service: TheService, rates: TheRates
) -> Response:
    """Offer the badge to one wallet of its holder. An earlier offer of it that waits ends."""

    def work(session: Session, issuer: Issuer) -> Answer:
        award = awards.by_id(session, award_id, issuer=issuer)
        rates.offer(award.id)
        made = offers.make(session, service.office, award, actor=caller.actor, with_tx_code=stated.tx_code)
        link, request = links_of(service.office, issuer.slug, made.offer, made.code)
        page = service.office.addresses.wallet_offer(issuer.slug, made.code)
        told = WalletOfferOut(
            id=made.offer.id,
            award_id=award.id,
            page_url=page,
            offer_link=link,
            learner_wallet_link=request,
            tx_code=made.tx_code,
            expires_at=made.offer.expires_at,
        )
        return Answer(201, told)

    return post.answer(caller, work)
