"""A wallet takes a badge: the document is signed once more, for the wallet's key, and kept as bytes (decision 0026).

The badge's own document, at its address, stays as it is. Both are of one award and name the same place in the status
list, so that whatever becomes of the award becomes of both.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import sign
from app.db import claim as claim_row
from app.errors import WrongState
from app.issuing import attached_endorsements, audit, awards, issuers, signing_keys, status_lists
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.wallets import offers, refusing
from app.issuing.wallets.tables import Event, Format, WalletCredential, WalletOffer

TAKEN = "This offer gave the badge to another key already"


def take(
    session: Session, office: Office, issuer: Issuer, offer: WalletOffer, *, form: Format, holder: str
) -> WalletCredential:
    """Give the wallet that is `holder` (a DID) the badge in this form; the same once more gives the same bytes.

    Raises what `refusing.refuse` and `offers.refuse_ended` raise, and WrongState when the offer gave this form to
    another key before.
    """
    issuers.take_turn(session, issuer.id)
    session.flush()
    award = session.get_one(Award, offer.award_id, with_for_update=True, populate_existing=True)
    session.refresh(offer)  # as it stands now that it is our turn: the badge may have become another person's
    offers.refuse_ended(offer, award)
    refusing.refuse(award)
    taken = _taken(session, offer, form)
    if taken is None:
        return _sign(session, office, issuer, award, offer, form=form, holder=holder)
    if taken.holder != holder:
        raise WrongState(TAKEN, state="taken")
    return taken


def take_at_once(session: Session, office: Office, issuer: Issuer, code: str, *, holder: str) -> WalletCredential:
    """As `take`, for a wallet that answered the challenge of the offer with this code, and so uses it up.

    Raises what `offers.open_with` and `take` raise, and WrongState for an offer that asks for a transaction code.
    """
    issuers.take_turn(session, issuer.id)
    offer = offers.open_with(session, issuer, code, is_locked=True)
    refuse_tx_code(offer)
    offer.redeemed_at = clock.now()
    return take(session, office, issuer, offer, form=Format.LDP_VC, holder=holder)


def refuse_tx_code(offer: WalletOffer) -> None:
    """Raise WrongState for an offer with a transaction code: there is no place for it in an exchange."""
    if offer.tx_code_sha256 is not None:
        raise WrongState("This offer asks for a code; take it with a wallet that can ask for one", state="tx_code")


def tell(session: Session, offer: WalletOffer, credential_id: str, event: Event) -> bool:
    """Note what the wallet says became of it; False = it was given no such document."""
    found = session.get(WalletCredential, credential_id, with_for_update=True)
    if found is None or found.offer_id != offer.id:
        return False
    if found.told != event:
        found.told = event
        _record(session, offer, "award.wallet-told", credential=found.id, event=event)
    return True


def _sign(
    session: Session, office: Office, issuer: Issuer, award: Award, offer: WalletOffer, *, form: Format, holder: str
) -> WalletCredential:
    office, now = office.at(award.era), clock.now()
    entries = status_lists.entries_of(session, office, award.id)
    stated = awards.signed_facts(session, office, issuer, award, entries=entries, valid_from=now)
    # What a refresh service answers with is the badge's own document, which is nobody's who holds a key.
    bound = replace(stated, recipient=replace(stated.recipient, subject_id=holder), refresh_url=None)
    prepared = attached_endorsements.prepare(session, office, bound)
    pair = signing_keys.active(session, office, issuer)
    match form:
        case Format.LDP_VC:
            document, kid = sign.sign_embedded(prepared, key=pair.embedded, created=now), pair.embedded.kid
        case Format.JWT_VC_JSON:
            document, kid = sign.sign_token(prepared, key=pair.token), pair.token.kid
    facts = {"offer_id": offer.id, "award_id": award.id, "format": form, "holder": holder, "valid_from": now}
    made = claim_row(session, WalletCredential, id=clock.new_id(), document=document, kid=kid, **facts)
    if made is None:  # the same wallet asked twice at once
        raise WrongState(TAKEN, state="taken")
    _record(session, offer, "award.wallet-claimed", credential=made.id, format=form)
    return made


def _taken(session: Session, offer: WalletOffer, form: Format) -> WalletCredential | None:
    query = select(WalletCredential).where(WalletCredential.offer_id == offer.id, WalletCredential.format == form)
    return session.scalars(query).one_or_none()


def _record(session: Session, offer: WalletOffer, action: str, **facts: str) -> None:
    actor = f"wallet-offer:{offer.id}"
    audit.record(session, offer.issuer_id, actor=actor, action=action, object_id=offer.award_id, **facts)
