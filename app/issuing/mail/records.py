"""The tables of mail: how an issuer writes to its learners, whom it does not write to, and what came back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.credentials.identity import normalise_email
from app.db import Base
from app.errors import InvalidInput
from app.issuing.office import Office

EMAIL = "email"  # the outbox's channel
KEY_DIGITS = 32  # 128 bits


class Purpose(StrEnum):
    """What a mail is for: one badge (a notice), several at once (a digest)."""

    BADGE_EARNED = "badge_earned"
    DIGEST = "digest"


class Covers(StrEnum):
    """Which mails a suppression keeps back: all, or only those that are no notices of their own (digests)."""

    ALL = "all"
    DIGESTS = "digests"


class Cause(StrEnum):
    """Why nothing is sent to an address."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    BY_HAND = "by-hand"


class ReportKind(StrEnum):
    """What a mail provider reports: no such mailbox, a passing trouble, a reader who calls it spam."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


class MailSettings(Base):
    """How one issuer writes. An issuer without a row has every default.

    `digest_minutes`: mails to one learner are gathered for so long (None = each goes at once). Quiet hours are
    `HH:MM` in `quiet_zone`; digests wait for their end, notices only with `quiet_for_notices`.
    """

    __tablename__ = "mail_settings"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    from_name: Mapped[str | None] = mapped_column(String(200))
    reply_to: Mapped[str | None] = mapped_column(String(320))
    locale: Mapped[str | None] = mapped_column(String(35))
    digest_minutes: Mapped[int | None]
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    quiet_zone: Mapped[str | None] = mapped_column(String(60))
    quiet_for_notices: Mapped[bool] = mapped_column(default=False)
    most_per_hour: Mapped[int | None]


class MailTemplate(Base):
    """An issuer's own words for one purpose in one language (BCP 47): a line of subject, and a body in Markdown."""

    __tablename__ = "mail_templates"
    __table_args__ = (UniqueConstraint("issuer_id", "purpose", "locale"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(35))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class Suppression(Base):
    """An address to which this issuer does not write, as a keyed hash. `code` is the mail server's, if there is one."""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("issuer_id", "recipient_key", "covers"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    recipient_key: Mapped[str] = mapped_column(String(32))
    covers: Mapped[str] = mapped_column(String(10))
    cause: Mapped[str] = mapped_column(String(12))
    code: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]


class MailReport(Base):
    """A bounce or complaint, once per message and kind. `message_id` None = only the address is known."""

    __tablename__ = "mail_reports"
    __table_args__ = (UniqueConstraint("issuer_id", "message_id", "kind"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(String(22))
    recipient_key: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(20))
    at: Mapped[datetime]


def recipient_key(office: Office, issuer_id: str, address: str) -> str:
    """The keyed hash by which an address is known again, different for every issuer. Raises InvalidInput."""
    try:
        normalised = normalise_email(address)
    except InvalidInput as error:
        raise InvalidInput(error.detail, pointer="/address") from error
    return office.sealer.mark("mail", issuer_id, normalised)[:KEY_DIGITS]


def settings_of(session: Session, issuer_id: str) -> MailSettings:
    """How an issuer writes; the defaults, not stored, when it never said anything."""
    found = session.get(MailSettings, issuer_id)
    return found if found is not None else MailSettings(issuer_id=issuer_id, quiet_for_notices=False)
