"""The tables of who signs in: accounts, their addresses, sessions, links, and who works for which issuer."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Strength(IntEnum):
    """How surely a session is whose it says: a mailed link, a password, or a second factor beside it."""

    LINK = 1
    PASSWORD = 2
    TWO_FACTORS = 3


class Role(StrEnum):
    """What somebody does for an issuer."""

    OWNER = "owner"
    DESIGNER = "designer"
    AWARDER = "awarder"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"


class LinkPurpose(StrEnum):
    """What a mailed link is good for."""

    SIGN_IN = "sign-in"
    ADDRESS = "address"  # confirms one more address of an account
    PASSWORD = "password"  # noqa: S105 - sets a new one


class Account(Base):
    """A sign-in. Joins the learners of several issuers, only through addresses that the person has confirmed.

    `password_hash` None = signs in by mailed links only. `totp_last_step` keeps a code from working twice.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    sealed_totp: Mapped[str | None] = mapped_column(String(300))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(35))  # BCP 47, of mails; None = it was never said
    created_at: Mapped[datetime]

    @property
    def has_authenticator(self) -> bool:
        """Whether codes of an authenticator are asked for; passkeys are beside it (`second_factors`)."""
        return self.totp_confirmed_at is not None


class AccountAddress(Base):
    """An address of an account; `confirmed_at` None = nobody has shown yet that they read it, so it joins nothing."""

    __tablename__ = "account_addresses"

    normalised: Mapped[str] = mapped_column(String(320), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    written: Mapped[str] = mapped_column(String(320))
    confirmed_at: Mapped[datetime | None]
    added_at: Mapped[datetime]


class SignInLink(Base):
    """A link that was mailed; its token is kept as SHA-256 only. `address_mark` is a keyed hash, to bound the mails."""

    __tablename__ = "sign_in_links"
    __table_args__ = (Index("ix_sign_in_links_address_mark", "address_mark", "created_at"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    sealed_email: Mapped[str | None] = mapped_column(String(1000))
    address_mark: Mapped[str] = mapped_column(String(64))
    next_path: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser that is signed in; the cookie's value is kept as SHA-256 only.

    `confirmed_at` is when the person last proved who they are: dangerous acts ask for it anew. `browser` is what it
    calls itself in two words, for the person alone; None = nobody noted it.
    """

    __tablename__ = "web_sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    strength: Mapped[int]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    browser: Mapped[str | None] = mapped_column(String(60))


class Member(Base):
    """That an account works for an issuer, and as what."""

    __tablename__ = "members"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[datetime]


class Invitation(Base):
    """A one-time link to become a member. `issuer_id` None = the first owner, who sets an issuer up.

    `sealed_email` None = handed over by hand, so it proves no address.
    """

    __tablename__ = "invitations"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), unique=True)
    issuer_id: Mapped[str | None] = mapped_column(ForeignKey("issuers.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    sealed_email: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of an account: signs in with the strength of two factors. `id` is its credential id in base64url."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(1400), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a passkey is to sign, once and soon. `account_id` None = whoever signs in; the token is kept as SHA-256."""

    __tablename__ = "passkey_challenges"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    challenge: Mapped[bytes]
    expires_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code for the day on which the authenticator is lost, as a keyed hash. It goes when it is used."""

    __tablename__ = "recovery_codes"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]


class AccountIdentity(Base):
    """Who an account is at an identity provider (OIDC): by issuer and subject, never by address (T33).

    `is_for_staff`: it was linked by somebody signed in as staff, or with an invitation. One that came to an account
    by a confirmed address signs in to the learner's pages alone.
    """

    __tablename__ = "account_identities"

    iss: Mapped[str] = mapped_column(String(500), primary_key=True)
    sub: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    is_for_staff: Mapped[bool]
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ProviderQuestion(Base):
    """A question to the identity provider that it has to answer once. What is needed for the answer lies sealed."""

    __tablename__ = "provider_questions"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    sealed: Mapped[str] = mapped_column(String(3000))
    expires_at: Mapped[datetime]


class CalendarFeed(Base):
    """A secret address of a calendar. `scope` is `mine`, or the id of the issuer whose member looks.

    One for each account and scope: a new one takes the old one's place.
    """

    __tablename__ = "calendar_feeds"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(22), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
