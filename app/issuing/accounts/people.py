"""Accounts and their addresses, and which learners they join: those who have an address that the person confirmed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.identity import clean_email
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import learners
from app.issuing.accounts.tables import (
    Account,
    AccountAddress,
    AccountIdentity,
    CalendarFeed,
    Invitation,
    Member,
    Passkey,
    PasskeyChallenge,
    ProviderQuestion,
    RecoveryCode,
    SignInLink,
    WebSession,
)
from app.issuing.learners import Learner, LearnerEmail, LearnerState

MOST_ADDRESSES = 10
_A_DAY = timedelta(days=1)


def create(session: Session, *, display_name: str | None = None) -> Account:
    """A new account, without addresses and password."""
    account = Account(id=clock.new_id(), display_name=display_name, failures=0, created_at=clock.now())
    session.add(account)
    session.flush()
    return account


def by_id(session: Session, account_id: str) -> Account:
    """The account. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account")
    return account


def by_address(session: Session, email: str) -> Account | None:
    """The account that has this address, confirmed or not."""
    normalised = learners.address_of(email)
    if normalised is None:
        return None
    query = select(Account).join(AccountAddress, AccountAddress.account_id == Account.id)
    return session.scalars(query.where(AccountAddress.normalised == normalised)).one_or_none()


def of_confirmed_address(session: Session, email: str) -> Account:
    """The account of an address that somebody has just shown to read; a new one where there was none.

    An account that only stated the address, and never confirmed it, loses it: whoever states a stranger's address must
    not come to share the stranger's badges. Raises InvalidInput for no address.
    """
    normalised = _normalised(email)
    now = clock.now()
    found = session.get(AccountAddress, normalised, with_for_update=True)
    if found is not None and found.confirmed_at is None:
        session.delete(found)
        session.flush()
        found = None
    if found is None:
        account = create(session)
        stated = {"written": clean_email(email), "confirmed_at": now, "added_at": now}
        if claim(session, AccountAddress, normalised=normalised, account_id=account.id, **stated) is not None:
            return account
        session.delete(account)  # somebody was quicker, with the same address
        session.flush()
        found = session.get_one(AccountAddress, normalised)
    found.confirmed_at = found.confirmed_at or now
    return by_id(session, found.account_id)


def confirm_address(session: Session, account: Account, email: str) -> None:
    """The person has shown that they read this address, which the account stated before, or states now.

    Raises what `add_address` raises; an account that only stated it, and never confirmed it, loses it.
    """
    normalised = _normalised(email)
    found = session.get(AccountAddress, normalised, with_for_update=True)
    if found is not None and found.account_id != account.id and found.confirmed_at is None:
        session.delete(found)
        session.flush()
    add_address(session, account, email, is_confirmed=True)


def add_address(session: Session, account: Account, email: str, *, is_confirmed: bool) -> AccountAddress:
    """Give an account one more address. Raises InvalidInput, and AlreadyExists for one of another account."""
    normalised = _normalised(email)
    number = session.scalar(select(func.count()).where(AccountAddress.account_id == account.id)) or 0
    if number >= MOST_ADDRESSES:
        raise InvalidInput(f"An account has at most {MOST_ADDRESSES} addresses", pointer="/email")
    now = clock.now()
    facts = {"written": clean_email(email), "confirmed_at": now if is_confirmed else None, "added_at": now}
    made = claim(session, AccountAddress, normalised=normalised, account_id=account.id, **facts)
    if made is not None:
        return made
    found = session.get_one(AccountAddress, normalised)
    if found.account_id != account.id:
        raise AlreadyExists("This address belongs to another account; sign in with it to see its badges")
    if is_confirmed:
        found.confirmed_at = found.confirmed_at or now
    return found


def remove_address(session: Session, account: Account, normalised: str) -> None:
    """Take an address away; the last one that is confirmed stays. Raises NotFound and InvalidInput."""
    session.refresh(account, with_for_update=True)
    mine = addresses_of(session, account.id)
    found = next((each for each in mine if each.normalised == normalised), None)
    if found is None:
        raise NotFound("There is no such address")
    if len(mine) == 1:
        raise InvalidInput("This is your only address; add another one first", pointer="/email")
    if found.confirmed_at is not None and all(each is found or each.confirmed_at is None for each in mine):
        raise InvalidInput("This is the only address that you confirmed; confirm another one first", pointer="/email")
    session.delete(found)
    session.flush()


def addresses_of(session: Session, account_id: str) -> list[AccountAddress]:
    """The addresses of an account, the first one first."""
    query = select(AccountAddress).where(AccountAddress.account_id == account_id)
    return list(session.scalars(query.order_by(AccountAddress.added_at, AccountAddress.normalised)))


def learners_of(session: Session, account_id: str) -> list[Learner]:
    """The learners of every issuer that the account is: by confirmed addresses and by nothing else."""
    query = (
        select(Learner)
        .join(LearnerEmail, LearnerEmail.learner_id == Learner.id)
        .join(AccountAddress, AccountAddress.normalised == LearnerEmail.normalised)
        .where(AccountAddress.account_id == account_id, AccountAddress.confirmed_at.is_not(None))
        .where(Learner.state == LearnerState.KNOWN)
        .distinct()
        .order_by(Learner.id)
    )
    return list(session.scalars(query))


def speak(session: Session, account: Account, language: str, *, is_chosen: bool = True) -> None:
    """Write to the account in this language (BCP 47); one that was not chosen takes the place of none."""
    if is_chosen or account.language is None:
        account.language = language
        session.flush()


def delete_account(session: Session, account: Account) -> None:
    """Delete an account with everything of it. Raises InvalidInput for a member: members are let go by an owner."""
    if session.scalar(select(func.count()).where(Member.account_id == account.id)):
        raise InvalidInput("You work for an issuer here; an owner has to let you go before the account can be deleted")
    links = (AccountAddress, AccountIdentity, SignInLink, ProviderQuestion)
    for model in (*links, WebSession, Passkey, PasskeyChallenge, RecoveryCode, CalendarFeed):
        session.execute(delete(model).where(model.account_id == account.id))
    session.delete(account)
    session.flush()


def forget_old_links(session: Session) -> int:
    """Delete links, invitations and open questions that ended a day ago or earlier; how many there were."""
    before = clock.now() - _A_DAY
    for model in (PasskeyChallenge, ProviderQuestion):
        session.execute(delete(model).where(model.expires_at < before))
    links = session.scalars(
        delete(SignInLink).where(SignInLink.expires_at < before).returning(SignInLink.token_sha256)
    ).all()
    invitations = session.scalars(
        delete(Invitation).where(Invitation.expires_at < before).returning(Invitation.id)
    ).all()
    return len(links) + len(invitations)


def _normalised(email: str) -> str:
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an e-mail address that mail can be sent to", pointer="/email")
    return normalised
