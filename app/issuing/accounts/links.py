"""Links by mail: to sign in, to confirm one more address, to set a new password. Single use, and short-lived.

What the page says is the same whether or not anybody is known by an address (T35); looking at a link changes nothing,
because mail scanners open every link that they see.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.identity import clean_email
from app.errors import Gone, InvalidInput, NotFound, RateLimited
from app.issuing import issuers, learners, mail_languages, outbox, outbox_queues
from app.issuing.accounts import passwords, people, tokens
from app.issuing.accounts.tables import Account, AccountAddress, LinkPurpose, SignInLink
from app.issuing.announcements import EMAIL
from app.issuing.learners import Learner, LearnerEmail, LearnerState
from app.issuing.mail.records import recipient_key
from app.issuing.office import Office
from app.projections import messages
from app.projections.messages import LinkKind

MINUTES = 30
MOST_IN_AN_HOUR = 5  # mails to one address: nobody can fill a stranger's mailbox
NOTHING_HERE = "There is no such link; ask for a new one"


def ask(session: Session, office: Office, email: str, *, next_path: str, language: str | None = None) -> None:
    """Mail a link to sign in, if somebody is known by this address; otherwise nothing, and nobody is told.

    `language` is that of the page (None = there is none). Raises InvalidInput for what is no address, RateLimited
    after some mails in an hour.
    """
    normalised = _normalised(email)
    mark = _mark(office, normalised)
    _refuse_many(session, mark)
    token = tokens.new()
    stated = session.get(AccountAddress, normalised)
    account = None if stated is None else session.get(Account, stated.account_id)
    is_to_confirm = stated is not None and stated.confirmed_at is None and account is not None
    if is_to_confirm and account is not None and account.password_hash is not None:
        # Whoever reads this address need not be whoever stated it: the link leads on only with the password.
        _keep(session, office, token, LinkPurpose.ADDRESS, email, next_path="/me/settings", account_id=account.id)
    else:
        _keep(session, office, token, LinkPurpose.SIGN_IN, email, next_path=next_path)
    if stated is not None or _is_learner(session, normalised):
        _send(session, office, token, email, kind=LinkKind.SIGN_IN, asked_in=language)


def ask_for_address(
    session: Session, office: Office, account: Account, email: str, *, language: str | None = None
) -> None:
    """Mail a link that confirms one more address of an account. Raises as `ask` does."""
    mark = _mark(office, _normalised(email))
    _refuse_many(session, mark)
    token = tokens.new()
    _keep(session, office, token, LinkPurpose.ADDRESS, email, next_path="/me/settings", account_id=account.id)
    _send(session, office, token, email, kind=LinkKind.ADDRESS, asked_in=account.language or language)


def ask_for_password(session: Session, office: Office, email: str, *, language: str | None = None) -> None:
    """Mail a link that sets a new password, if an account has this address confirmed. Raises as `ask` does."""
    normalised = _normalised(email)
    _refuse_many(session, _mark(office, normalised))
    stated, token = session.get(AccountAddress, normalised), tokens.new()
    account_id = stated.account_id if stated is not None and stated.confirmed_at is not None else None
    _keep(session, office, token, LinkPurpose.PASSWORD, email, next_path="/staff", account_id=account_id)
    if account_id is not None:
        _send(session, office, token, email, kind=LinkKind.PASSWORD, asked_in=language)


def by_token(session: Session, token: str) -> SignInLink:
    """The link of this token. Raises NotFound, and Gone for one that was used or has ended."""
    link = session.get(SignInLink, tokens.digest(token))
    if link is None:
        raise NotFound(NOTHING_HERE)
    _refuse_ended(link)
    return link


def sign_in(session: Session, office: Office, token: str) -> Account:
    """Use a link up that signs in: the account of its address. Raises as `by_token` does."""
    link = _take(session, token, LinkPurpose.SIGN_IN)
    return people.of_confirmed_address(session, _email_of(office, link))


def confirm_address(session: Session, office: Office, token: str, *, account_id: str) -> None:
    """Use a link up that confirms an address of this account. Raises NotFound for another account's link."""
    link = _take(session, token, LinkPurpose.ADDRESS)
    if link.account_id != account_id:
        raise NotFound(NOTHING_HERE)
    people.confirm_address(session, people.by_id(session, account_id), _email_of(office, link))


def set_password(session: Session, office: Office, token: str, password: str) -> Account:
    """Use a link up that sets a new password; every browser is signed out. Raises also InvalidInput."""
    link = _take(session, token, LinkPurpose.PASSWORD)
    if link.account_id is None:
        raise NotFound(NOTHING_HERE)
    account = people.by_id(session, link.account_id)
    passwords.set_password(session, account, password)
    people.confirm_address(session, account, _email_of(office, link))
    return account


def _take(session: Session, token: str, purpose: LinkPurpose) -> SignInLink:
    link = by_token(session, token)
    session.refresh(link, with_for_update=True)
    _refuse_ended(link)
    if link.purpose != purpose:
        raise NotFound(NOTHING_HERE)
    link.used_at = clock.now()
    return link


def _email_of(office: Office, link: SignInLink) -> str:
    email = office.sealer.unseal(link.sealed_email or "", place=f"sign-in:{link.token_sha256}")
    link.sealed_email = None
    return email


def _refuse_ended(link: SignInLink) -> None:
    if link.used_at is not None:
        raise Gone("This link was used already; ask for a new one")
    if link.expires_at <= clock.now():
        raise Gone("This link has ended; ask for a new one")


def _keep(
    session: Session,
    office: Office,
    token: str,
    purpose: LinkPurpose,
    email: str,
    *,
    next_path: str,
    account_id: str | None = None,
) -> None:
    now, kept = clock.now(), tokens.digest(token)
    session.add(
        SignInLink(
            token_sha256=kept,
            purpose=purpose,
            account_id=account_id,
            sealed_email=office.sealer.seal(clean_email(email), place=f"sign-in:{kept}"),
            address_mark=_mark(office, _normalised(email)),
            next_path=next_path,
            created_at=now,
            expires_at=now + timedelta(minutes=MINUTES),
        )
    )
    session.flush()


def _send(session: Session, office: Office, token: str, email: str, *, kind: LinkKind, asked_in: str | None) -> None:
    """Put the mail into the queue of confirmations of an issuer that knows the address, or of any."""
    normalised = _normalised(email)
    issuer_id = _issuer_of(session, normalised)
    language = mail_languages.of_address(session, issuer_id, normalised, asked_in=asked_in)
    content = messages.link_mail(kind, url=office.addresses.sign_in(token), minutes=MINUTES, language=language)
    outbox.put(
        session,
        channel=EMAIL,
        queue=outbox_queues.of_confirmations(issuer_id),
        issuer_id=issuer_id,
        subject_id=clock.new_id(),
        recipient_key=recipient_key(office, issuer_id, email),
        event=f"account.{kind}",
        payload={
            "to": clean_email(email),
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "language": content.language,
        },
    )


def _issuer_of(session: Session, normalised: str) -> str:
    """An issuer in whose name the mail goes out: one that knows the person, else the first there is."""
    known = select(LearnerEmail.issuer_id).where(LearnerEmail.normalised == normalised)
    found = session.scalar(known.order_by(LearnerEmail.id).limit(1))
    every = issuers.every(session)
    if found is None and not every:
        raise InvalidInput("Nobody issues badges here yet")
    return found or every[0].id


def _is_learner(session: Session, normalised: str) -> bool:
    query = select(LearnerEmail.id).join(Learner, Learner.id == LearnerEmail.learner_id)
    query = query.where(LearnerEmail.normalised == normalised, Learner.state == LearnerState.KNOWN)
    return session.scalar(query.limit(1)) is not None


def _refuse_many(session: Session, mark: str) -> None:
    since = clock.now() - timedelta(hours=1)
    query = select(func.count()).where(SignInLink.address_mark == mark, SignInLink.created_at > since)
    if (session.scalar(query) or 0) >= MOST_IN_AN_HOUR:
        raise RateLimited("Enough links were sent to this address; use the last one, or wait an hour")


def _mark(office: Office, normalised: str) -> str:
    return office.sealer.mark("sign-in", normalised)


def _normalised(email: str) -> str:
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an e-mail address that mail can be sent to", pointer="/email")
    return normalised
