"""The tables of wallets: what was offered, what wallets took, and the nonces that are used up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base

OFFERS_KEPT = timedelta(days=30)  # so that whoever comes late is told that it ended, and not that there is none


class Format(StrEnum):
    """The forms that a wallet may take, under the names of OpenID4VCI: with an embedded proof, or as a token."""

    LDP_VC = "ldp_vc"
    JWT_VC_JSON = "jwt_vc_json"


class Event(StrEnum):
    """What a wallet tells of what it took, in the words of OpenID4VCI."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


class WalletOffer(Base):
    """One badge, offered to one wallet. Of the code, the transaction code and the access token only hashes are kept.

    `redeemed_at` = a wallet came with the code; from then on it has a token, until `token_ends_at`. `ended_at` = before
    its time: by a newer offer of the badge, too many wrong transaction codes, or another address of the holder.
    `learner_id` is whose badge it was then; None = of an older version of this service. It is good for them alone.
    """

    __tablename__ = "wallet_offers"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), index=True)
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learners.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    tx_code_sha256: Mapped[str | None] = mapped_column(String(64))  # with the code hashed in; None = none is asked for
    wrong_tries: Mapped[int] = mapped_column(default=0)
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    redeemed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class WalletCredential(Base):
    """The signed document that a wallet was given, byte for byte; its subject is `holder`, the wallet's DID.

    `told` is the last word of the wallet on what became of it; None = it said nothing.
    """

    __tablename__ = "wallet_credentials"
    __table_args__ = (UniqueConstraint("offer_id", "format"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)  # also the notification_id
    offer_id: Mapped[str] = mapped_column(ForeignKey("wallet_offers.id"))
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), index=True)
    format: Mapped[str] = mapped_column(String(12))
    holder: Mapped[str] = mapped_column(Text)
    document: Mapped[bytes]
    kid: Mapped[str] = mapped_column(String(80))  # of the issuer's key that signed it
    valid_from: Mapped[datetime]
    told: Mapped[str | None] = mapped_column(String(20))


class WalletNonce(Base):
    """A nonce that a key proof was made for, and that is good for no other. Only its hash is kept, until it ends."""

    __tablename__ = "wallet_nonces"

    nonce_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def of_award(session: Session, award_id: str) -> list[WalletCredential]:
    """What wallets hold of an award, the newest first."""
    mine = WalletCredential.award_id == award_id
    query = select(WalletCredential).where(mine).order_by(WalletCredential.valid_from.desc(), WalletCredential.id)
    return list(session.scalars(query))


def holds_any(session: Session, award_ids: Sequence[str]) -> bool:
    """Whether some wallet was given one of these awards: its holder has it then, whatever they answered here."""
    return (
        session.scalar(select(WalletCredential.id).where(WalletCredential.award_id.in_(award_ids)).limit(1)) is not None
    )


def forget_awards(session: Session, award_ids: Sequence[str]) -> None:
    """Empty what was signed for wallets, and whose keys they had; for awards of somebody who is erased."""
    theirs = WalletCredential.award_id.in_(award_ids)
    session.execute(update(WalletCredential).where(theirs).values(document=b"", holder=""))


def forget_old(session: Session) -> int:
    """Delete nonces that ended, and offers that nobody took and that ended long ago; how many there were."""
    now = clock.now()
    # A nonce is kept a little longer than it is good, since machines' clocks differ.
    nonces = delete(WalletNonce).where(WalletNonce.expires_at < now - timedelta(minutes=5))
    taken = exists().where(WalletCredential.offer_id == WalletOffer.id)
    offers = delete(WalletOffer).where(WalletOffer.expires_at < now - OFFERS_KEPT, ~taken)
    count = len(session.scalars(nonces.returning(WalletNonce.nonce_sha256)).all())
    return count + len(session.scalars(offers.returning(WalletOffer.id)).all())
