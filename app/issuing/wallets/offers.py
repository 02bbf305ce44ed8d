"""Offers: a code that one wallet may exchange once, within minutes, for the right to take one badge.

The code is told once, in the offer's address. Whoever has it and the transaction code, where one is asked for, is
believed to be the holder's wallet; so both are long or few tries are allowed, and only hashes of them are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random_secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import Gone, NotFound
from app.issuing import audit, issuers
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.wallets import refusing
from app.issuing.wallets.refusing import Refusal
from app.issuing.wallets.tables import WalletOffer

TX_CODE_DIGITS = 6
MOST_TRIES = 5  # of the transaction code: then the offer ends, and a million codes were not tried
TOKEN_PREFIX = "lwt_"  # noqa: S105 - what tokens begin with, no token
TOKEN_SECONDS = 300
NOTHING_HERE = "There is no such offer; ask whoever gave it to you for a new one"
ENDED_EARLY = "This offer was ended before its time; make a new one"


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer with its code and its transaction code, which are told once and never again."""

    offer: WalletOffer
    code: str
    tx_code: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token, told once; good for the badge of the offer and nothing else."""

    token: str
    seconds: int = TOKEN_SECONDS


def make(session: Session, office: Office, award: Award, *, actor: str, with_tx_code: bool = False) -> NewOffer:
    """Offer the badge to a wallet for some minutes; an earlier offer that waits ends. Raises as `refusing.refuse`."""
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    refusing.refuse(award)
    now, code = clock.now(), random_secrets.token_urlsafe(32)
    waiting = WalletOffer.award_id == award.id, WalletOffer.redeemed_at.is_(None), WalletOffer.ended_at.is_(None)
    session.execute(update(WalletOffer).where(*waiting).values(ended_at=now))
    tx_code = f"{random_secrets.randbelow(10**TX_CODE_DIGITS):0{TX_CODE_DIGITS}}" if with_tx_code else None
    offer = WalletOffer(
        id=clock.new_id(),
        issuer_id=award.issuer_id,
        award_id=award.id,
        learner_id=award.learner_id,
        code_sha256=digest(code),
        tx_code_sha256=None if tx_code is None else _digest_of_both(code, tx_code),
        wrong_tries=0,
        created_at=now,
        expires_at=now + timedelta(minutes=office.wallet_offer_minutes),
    )
    session.add(offer)
    facts = {"offer": offer.id, "tx_code": with_tx_code}
    audit.record(session, award.issuer_id, actor=actor, action="award.wallet-offered", object_id=award.id, **facts)
    session.flush()
    return NewOffer(offer, code, tx_code)


def open_with(session: Session, issuer: Issuer, code: str, *, is_locked: bool = False) -> WalletOffer:
    """The offer of this code, which still waits for a wallet. Raises NotFound, and Gone for one that is over."""
    offer = _of_code(session, issuer, code, is_locked=is_locked)
    if offer is None:
        raise NotFound(NOTHING_HERE)
    if offer.redeemed_at is not None:
        raise Gone("This offer was used by a wallet already", used_at=offer.redeemed_at.isoformat())
    refuse_ended(offer, session.get_one(Award, offer.award_id))
    if offer.expires_at <= clock.now():
        raise Gone("This offer has ended; make a new one", ended_at=offer.expires_at.isoformat())
    return offer


def redeem(session: Session, issuer: Issuer, code: str, tx_code: str | None) -> Granted | Refusal:
    """Exchange the code, once. A refusal is returned and not raised: a wrong transaction code is counted."""
    offer = _of_code(session, issuer, code, is_locked=True)
    if offer is None:
        return Refusal.UNKNOWN
    now = clock.now()
    if offer.redeemed_at is not None or offer.ended_at is not None or offer.expires_at <= now:
        return Refusal.ENDED
    wrong = _wrong_code(offer, code, tx_code)
    if wrong is not None:
        return wrong
    award = session.get_one(Award, offer.award_id)
    if offer.learner_id != award.learner_id:
        return Refusal.ENDED
    if refusing.reason(award) is not None:
        return Refusal.NO_BADGE
    token = TOKEN_PREFIX + random_secrets.token_urlsafe(32)
    offer.redeemed_at = now
    offer.token_sha256, offer.token_ends_at = digest(token), now + timedelta(seconds=TOKEN_SECONDS)
    return Granted(token)


def refuse_ended(offer: WalletOffer, award: Award) -> None:
    """Raise Gone for an offer that was ended, or whose badge is another person's by now."""
    if offer.ended_at is not None:
        raise Gone(ENDED_EARLY, ended_at=offer.ended_at.isoformat())
    if offer.learner_id != award.learner_id:
        raise Gone(ENDED_EARLY)


def end_all(session: Session, award_ids: Collection[str]) -> None:
    """End the offers of these badges, those included for which a wallet has a token; for badges whose holder was wrong.

    Whoever calls holds the turn of the issuer, so that no wallet is given one meanwhile.
    """
    open_ones = WalletOffer.award_id.in_(award_ids), WalletOffer.ended_at.is_(None)
    session.execute(update(WalletOffer).where(*open_ones).values(ended_at=clock.now()))


def with_token(session: Session, issuer: Issuer, token: str) -> WalletOffer | None:
    """The offer whose badge this access token is for; None = it is not good, for whatever reason."""
    query = select(WalletOffer).where(WalletOffer.token_sha256 == digest(token), WalletOffer.issuer_id == issuer.id)
    offer = session.scalars(query).one_or_none()
    if offer is None or offer.ended_at is not None or offer.token_ends_at is None:
        return None
    return offer if offer.token_ends_at > clock.now() else None


def challenge_of(code: str) -> str:
    """What a wallet signs that takes the offer without a token: known to whoever has the code, once and as long."""
    return hashlib.sha256(f"challenge of {code}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def digest(secret: str) -> str:
    """How a code or a token is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _of_code(session: Session, issuer: Issuer, code: str, *, is_locked: bool) -> WalletOffer | None:
    query = select(WalletOffer).where(WalletOffer.code_sha256 == digest(code), WalletOffer.issuer_id == issuer.id)
    if is_locked:  # as it stands once everybody before is done
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def _wrong_code(offer: WalletOffer, code: str, tx_code: str | None) -> Refusal | None:
    if offer.tx_code_sha256 is None:
        return None if tx_code is None else Refusal.CODE_UNEXPECTED
    if tx_code is None:
        return Refusal.CODE_MISSING
    if hmac.compare_digest(offer.tx_code_sha256, _digest_of_both(code, tx_code)):
        return None
    offer.wrong_tries += 1
    if offer.wrong_tries >= MOST_TRIES:
        offer.ended_at = clock.now()
    return Refusal.CODE_WRONG


def _digest_of_both(code: str, tx_code: str) -> str:
    """Six digits alone could be guessed from their hash; with the code, which is kept nowhere, they cannot."""
    return digest(f"{code}.{tx_code}")
