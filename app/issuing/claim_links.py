"""Claim links: somebody pending says who they are, by a link that staff hand over and an address that they confirm.

A link works once and for some days. It and the confirmation that follows are kept as SHA-256 only; looking at either
changes nothing, because mail scanners open every link that they see.
"""

from __future__ import annotations

import hashlib
import secrets as random_secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.identity import clean_email
from app.errors import Gone, InvalidInput, NotFound, RateLimited
from app.issuing import audit, issuers, learners, mail_languages, outbox, outbox_queues
from app.issuing.announcements import EMAIL
from app.issuing.identification import Via, give_address
from app.issuing.issuers import Issuer
from app.issuing.learners import ClaimLink, Learner
from app.issuing.mail.records import recipient_key
from app.issuing.office import Office
from app.projections import messages

DAYS = 14
MOST_DAYS = 90
MOST_MAILS = 5  # of one link: whoever has it cannot fill a stranger's mailbox
NOTHING_HERE = "There is no such link; ask whoever gave it to you for a new one"


@dataclass(frozen=True, slots=True)
class NewClaimLink:
    """A link with its address, which is told once and never again."""

    link: ClaimLink
    url: str


def create(session: Session, office: Office, learner: Learner, *, actor: str, days: int = DAYS) -> NewClaimLink:
    """Make a link for somebody pending; an earlier one stops working. Raises InvalidInput for who is known."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A link works for 1 to {MOST_DAYS} days", pointer="/days")
    session.refresh(learner, with_for_update=True)
    if not learners.is_pending(learner):
        raise InvalidInput("It is known already who this learner is; a link is for who is pending")
    session.execute(delete(ClaimLink).where(ClaimLink.learner_id == learner.id, ClaimLink.used_at.is_(None)))
    token, now = random_secrets.token_urlsafe(32), clock.now()
    link = ClaimLink(
        id=clock.new_id(),
        learner_id=learner.id,
        token_sha256=_digest(token),
        sent_count=0,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(link)
    audit.record(
        session, learner.issuer_id, actor=actor, action="learner.claim-link-made", object_id=learner.id, link=link.id
    )
    session.flush()
    return NewClaimLink(link, office.addresses.claim(token))


def by_token(session: Session, token: str) -> tuple[ClaimLink, Issuer]:
    """The link of this token, and whose badges wait behind it. Raises NotFound, and Gone for one that is over."""
    link = session.scalars(select(ClaimLink).where(ClaimLink.token_sha256 == _digest(token))).one_or_none()
    return _open(session, link)


def by_confirmation(session: Session, token: str) -> tuple[ClaimLink, Issuer]:
    """The link that a confirmation mail belongs to. Raises as `by_token` does."""
    link = session.scalars(select(ClaimLink).where(ClaimLink.confirm_sha256 == _digest(token))).one_or_none()
    return _open(session, link)


def state_address(session: Session, office: Office, token: str, email: str, *, language: str | None = None) -> None:
    """Send a mail to the address that was stated, to see whether it is the person's own.

    Says nothing of whether the address is known here. `language` is that of the page (None = of none). Raises
    InvalidInput for an address that is nobody's, RateLimited after some mails, and what `by_token` raises.
    """
    link, issuer = by_token(session, token)
    session.refresh(link, with_for_update=True)
    normalised = learners.address_of(email)
    if normalised is None:
        raise InvalidInput("This is not an e-mail address that mail can be sent to", pointer="/email")
    if link.sent_count >= MOST_MAILS:
        raise RateLimited("Enough mails were sent for this link; ask whoever gave it to you for a new one")
    confirmation = random_secrets.token_urlsafe(32)
    link.confirm_sha256, link.sent_count = _digest(confirmation), link.sent_count + 1
    link.sealed_email = office.sealer.seal(clean_email(email), place=f"claim:{link.id}")
    content = messages.confirmation_mail(
        issuer_name=issuer.name,
        url=office.addresses.claim_confirmation(confirmation),
        until=link.expires_at,
        zone=issuer.zone,
        language=mail_languages.of_address(session, issuer.id, normalised, asked_in=language),
    )
    outbox.put(
        session,
        channel=EMAIL,
        queue=outbox_queues.of_confirmations(issuer.id),
        issuer_id=issuer.id,
        subject_id=link.id,
        recipient_key=recipient_key(office, issuer.id, email),
        event=f"claim.confirm:{link.sent_count}",
        payload={
            "to": clean_email(email),
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "language": content.language,
        },
    )


def confirm(session: Session, office: Office, token: str) -> Learner:
    """Use the link up: the address is the person's, and what waited for them is decided. Returns who they are now.

    Raises what `by_confirmation` and `give_address` raise; then the link can still be used.
    """
    link, issuer = by_confirmation(session, token)
    issuers.take_turn(session, issuer.id)
    session.refresh(link, with_for_update=True)
    _refuse_ended(link)
    email = office.sealer.unseal(link.sealed_email or "", place=f"claim:{link.id}")
    link.used_at, link.sealed_email = clock.now(), None
    pending = session.get_one(Learner, link.learner_id)
    return give_address(session, office, pending, email, via=Via.CLAIM, actor=f"claim-link:{link.id}")


def _open(session: Session, link: ClaimLink | None) -> tuple[ClaimLink, Issuer]:
    if link is None:
        raise NotFound(NOTHING_HERE)
    _refuse_ended(link)
    learner = session.get_one(Learner, link.learner_id)
    if not learners.is_pending(learner):
        raise Gone("This link is no longer needed: it is known who you are")
    return link, issuers.by_id(session, learner.issuer_id)


def _refuse_ended(link: ClaimLink) -> None:
    if link.used_at is not None:
        raise Gone("This link was used already")
    if link.expires_at <= clock.now():
        raise Gone("This link has ended; ask whoever gave it to you for a new one")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
