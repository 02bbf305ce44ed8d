"""In which language somebody is written to: as they chose, else as the issuer writes, else in English."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.credentials.identity import normalise_email
from app.errors import InvalidInput
from app.issuing import mail
from app.issuing.accounts.tables import Account, AccountAddress
from app.issuing.learners import Learner, LearnerEmail
from app.projections import messages

_CHOSEN = (
    select(Account.language)
    .join(AccountAddress, AccountAddress.account_id == Account.id)
    .join(LearnerEmail, LearnerEmail.normalised == AccountAddress.normalised)
    .where(
        LearnerEmail.learner_id == bindparam("learner_id"),
        AccountAddress.confirmed_at.is_not(None),
        Account.language.is_not(None),
    )
    .order_by(Account.created_at, Account.id)
    .limit(1)
)


def of_learner(session: Session, learner: Learner, *, settings: mail.MailSettings | None = None) -> str:
    """The language that the learner's account chose, through an address that was confirmed; else the issuer's.

    `settings` are the issuer's, where they are at hand.
    """
    chosen = session.scalars(_CHOSEN, {"learner_id": learner.id}).first()
    if chosen is not None:
        return messages.spoken(chosen)
    return messages.spoken((settings or mail.settings_of(session, learner.issuer_id)).locale)


def of_address(session: Session, issuer_id: str, normalised: str, *, asked_in: str | None = None) -> str:
    """The language of whoever reads an address: as the account chose that confirmed it, else as it was asked.

    `asked_in` is the language of the page on which somebody asked for the mail (None = on none); else the issuer's.
    """
    query = (
        select(Account.language)
        .join(AccountAddress, AccountAddress.account_id == Account.id)
        .where(AccountAddress.normalised == normalised, AccountAddress.confirmed_at.is_not(None))
    )
    wanted = session.scalar(query) or asked_in
    return messages.spoken(wanted) if wanted is not None else of_issuer(session, issuer_id)


def of_mailbox(session: Session, issuer_id: str, address: str) -> str:
    """The same for an address as somebody wrote it; the issuer's language when it is none."""
    try:
        return of_address(session, issuer_id, normalise_email(address))
    except InvalidInput:
        return of_issuer(session, issuer_id)


def of_issuer(session: Session, issuer_id: str) -> str:
    """The language in which the issuer writes mails, where our own words are there in it."""
    return messages.spoken(mail.settings_of(session, issuer_id).locale)
