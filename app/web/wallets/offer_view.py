"""An offer as people see it: what is offered, until when, and the ways to open it in a wallet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.issuing import awards, issuers, wallets
from app.issuing.awards import Award
from app.issuing.office import Office
from app.issuing.wallets import WalletOffer
from app.projections import qr
from app.projections import wallets as told
from app.web import tongues


@dataclass(frozen=True, slots=True)
class Way:
    """A link that opens a wallet, and the same as a QR code: its dark squares, one path a row."""

    link: str
    rows: list[str]


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer. `learner_wallet` None = it cannot ask for a transaction code. `tx_code` None = not told here."""

    name: str
    language: str
    issuer_name: str
    page_url: str
    ends_at: datetime
    any_wallet: Way
    learner_wallet: Way | None
    asks_tx_code: bool
    tx_code: str | None = None


def links_of(office: Office, slug: str, offer: WalletOffer, code: str) -> tuple[str, str | None]:
    """What opens any wallet of OpenID4VCI; and the Learner Credential Wallet, where it can take the offer."""
    addresses = office.addresses
    link = told.offer_link(addresses.wallet_offer(slug, code))
    if offer.tx_code_sha256 is not None:
        return link, None
    exchange, challenge = addresses.wallet_exchange(slug, code), wallets.offers.challenge_of(code)
    return link, told.request_link(exchange, issuer_url=addresses.base_url, challenge=challenge)


def offer_view(
    session: Session, office: Office, offer: WalletOffer, code: str, *, tx_code: str | None = None
) -> OfferView:
    """The offer with this code."""
    award = session.get_one(Award, offer.award_id)
    issuer = issuers.by_id(session, offer.issuer_id)
    name, language = tongues.name_of(awards.version_of(session, award).facts)
    link, request = links_of(office, issuer.slug, offer, code)
    return OfferView(
        name=name,
        language=language,
        issuer_name=issuer.name,
        page_url=office.addresses.wallet_offer(issuer.slug, code),
        ends_at=offer.expires_at,
        any_wallet=Way(link, qr.squares(link)),
        learner_wallet=None if request is None else Way(request, qr.squares(request)),
        asks_tx_code=offer.tx_code_sha256 is not None,
        tx_code=tx_code,
    )
