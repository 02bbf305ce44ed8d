"""Invitations: one-time links by which people become members. The first owner's sets an issuer up.

An invitation that was mailed proves its address; one handed over by hand proves nothing but that somebody had it.
Nobody invites to more than they have: only owners invite, and that is the route's to check (TOB-26-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.identity import clean_email
from app.errors import Gone, InvalidInput, NotFound
from app.issuing import audit, issuers, learners, mail_languages, outbox, outbox_queues
from app.issuing.accounts import members, passwords, people, tokens
from app.issuing.accounts.tables import Account, Invitation, Role
from app.issuing.announcements import EMAIL
from app.issuing.issuers import Issuer
from app.issuing.mail.records import recipient_key
from app.issuing.office import Office
from app.projections import messages

DAYS = 7
NOTHING_HERE = "There is no such invitation; ask for a new one"


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation with its address, which is told once."""

    invitation: Invitation
    url: str


def for_set_up(session: Session, office: Office, issuer: Issuer | None) -> NewInvitation:
    """The link for the first owner of an issuer; None = of one that is set up with it. An earlier one stops working."""
    which = Invitation.issuer_id == (issuer.id if issuer else None)
    unused = Invitation.used_at.is_(None), Invitation.sealed_email.is_(None)
    session.execute(delete(Invitation).where(which, *unused))
    return _make(session, office, issuer, Role.OWNER, email=None)


def invite(
    session: Session, office: Office, issuer: Issuer, email: str, role: Role, *, invited_by: str, actor: str
) -> NewInvitation:
    """Invite somebody by mail. Raises InvalidInput for what is no address. `invited_by` is the inviter's name."""
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an e-mail address that mail can be sent to", pointer="/email")
    made = _make(session, office, issuer, role, email=clean_email(email))
    content = messages.invitation_mail(
        issuer_name=issuer.name,
        invited_by=invited_by,
        url=made.url,
        days=DAYS,
        role=role.value,
        language=mail_languages.of_address(session, issuer.id, normalised),
    )
    outbox.put(
        session,
        channel=EMAIL,
        queue=outbox_queues.of_confirmations(issuer.id),
        issuer_id=issuer.id,
        subject_id=made.invitation.id,
        recipient_key=recipient_key(office, issuer.id, email),
        event="member.invited",
        payload={
            "to": clean_email(email),
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "language": content.language,
        },
    )
    facts = {"role": role}
    audit.record(session, issuer.id, actor=actor, action="member.invited", object_id=made.invitation.id, **facts)
    return made


def pending(session: Session, issuer: Issuer) -> list[Invitation]:
    """The issuer's invitations that nobody has taken up yet, the newest first."""
    query = select(Invitation).where(Invitation.issuer_id == issuer.id, Invitation.used_at.is_(None))
    found = session.scalars(query.where(Invitation.expires_at > clock.now()).order_by(Invitation.created_at.desc()))
    return list(found)


def withdraw(session: Session, issuer: Issuer, invitation_id: str, *, actor: str) -> None:
    """Take an invitation back. Raises NotFound."""
    query = select(Invitation).where(Invitation.id == invitation_id, Invitation.issuer_id == issuer.id)
    found = session.scalars(query.where(Invitation.used_at.is_(None))).one_or_none()
    if found is None:
        raise NotFound("There is no such invitation")
    session.delete(found)
    audit.record(session, issuer.id, actor=actor, action="member.uninvited", object_id=invitation_id)


def by_token(session: Session, token: str) -> Invitation:
    """The invitation of this token. Raises NotFound, and Gone for one that was used or has ended."""
    found = session.get(Invitation, tokens.digest(token))
    if found is None:
        raise NotFound(NOTHING_HERE)
    _refuse_ended(found)
    return found


def email_of(office: Office, invitation: Invitation) -> str | None:
    """The address that it was mailed to; None = it was handed over."""
    if invitation.sealed_email is None:
        return None
    return office.sealer.unseal(invitation.sealed_email, place=f"invitation:{invitation.id}")


def accept(session: Session, office: Office, token: str, account: Account, issuer: Issuer) -> None:
    """Use it up: the account is a member of the issuer now. Raises as `by_token`, and AlreadyExists for a member."""
    found = by_token(session, token)
    session.refresh(found, with_for_update=True)
    _refuse_ended(found)
    if found.issuer_id is not None and found.issuer_id != issuer.id:
        raise NotFound(NOTHING_HERE)
    if (email := email_of(office, found)) is not None:
        people.confirm_address(session, account, email)
    members.add(session, issuer, account, Role(found.role), actor=f"account:{account.id}")
    found.used_at, found.sealed_email = clock.now(), None


def new_account(
    session: Session, office: Office, token: str, *, name: str, email: str | None, password: str
) -> Account:
    """The account of somebody who was invited and has none yet, with the password they chose.

    `email` is what they stated, and counts only where the invitation was handed over. Raises InvalidInput, also when
    the address has an account already: that one signs in first.
    """
    found = by_token(session, token)
    mailed = email_of(office, found)
    address = mailed or email or ""
    known = people.by_address(session, address)
    if known is not None and (mailed is None or known.password_hash is not None):
        raise InvalidInput("There is an account with this address; sign in, then open the link again", pointer="/email")
    if not name.strip():
        raise InvalidInput("Say your name, as colleagues know you", pointer="/name")
    if mailed is not None:
        # Whoever only stated this address, and never read mail there, must not become the member.
        account = people.of_confirmed_address(session, mailed)
    else:
        account = people.create(session)
        people.add_address(session, account, address, is_confirmed=False)
    account.display_name = " ".join(name.split())[:200]
    passwords.set_password(session, account, password)
    return account


def _make(session: Session, office: Office, issuer: Issuer | None, role: Role, *, email: str | None) -> NewInvitation:
    token, now, invitation_id = tokens.new(), clock.now(), clock.new_id()
    sealed = None if email is None else office.sealer.seal(email, place=f"invitation:{invitation_id}")
    made = Invitation(
        token_sha256=tokens.digest(token),
        id=invitation_id,
        issuer_id=issuer.id if issuer else None,
        role=role,
        sealed_email=sealed,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    session.add(made)
    session.flush()
    return NewInvitation(made, office.addresses.welcome(token))


def _refuse_ended(invitation: Invitation) -> None:
    if invitation.used_at is not None:
        raise Gone("This invitation was used already; sign in instead")
    if invitation.expires_at <= clock.now():
        raise Gone("This invitation has ended; ask for a new one")


def issuer_of(session: Session, invitation: Invitation) -> Issuer | None:
    """Whom it invites to work for; None = an issuer that is still to be set up."""
    return None if invitation.issuer_id is None else issuers.by_id(session, invitation.issuer_id)
