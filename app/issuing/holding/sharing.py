"""Links that show one badge for a while, also a private one; whoever has the link sees it, until it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import Gone, InvalidInput, NotFound
from app.issuing import audit
from app.issuing.accounts import tokens
from app.issuing.awards import Award, AwardState
from app.issuing.holding.tables import ShareLink
from app.issuing.office import Office

MOST_DAYS = 365
MOST_AT_ONCE = 20  # that live, of one badge
NOTHING_HERE = "There is nothing at this address"
OVER = "This link has ended. Ask whoever sent it to you for a new one"


@dataclass(frozen=True, slots=True)
class NewShareLink:
    """A link with its address, which is told once."""

    link: ShareLink
    url: str


def create(session: Session, office: Office, award: Award, *, days: int, label: str | None, actor: str) -> NewShareLink:
    """Make a link to a badge. Raises InvalidInput for a declined one, for too many links, and for too many days."""
    session.refresh(award, with_for_update=True)
    if award.state == AwardState.PENDING or award.declined_at is not None:
        raise InvalidInput("Accept this badge before you show it to others")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A link lives for 1 to {MOST_DAYS} days", pointer="/days")
    now = clock.now()
    living = select(func.count()).where(*_living(award))
    if (session.scalar(living) or 0) >= MOST_AT_ONCE:
        raise InvalidInput(f"A badge has at most {MOST_AT_ONCE} links at once; end one first")
    token = tokens.new()
    link = ShareLink(
        id=clock.new_id(),
        token_sha256=tokens.digest(token),
        award_id=award.id,
        label=label,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(link)
    audit.record(session, award.issuer_id, actor=actor, action="award.shared", object_id=award.id, link_id=link.id)
    session.flush()
    return NewShareLink(link, office.addresses.shared(token))


def of_award(session: Session, award: Award) -> list[ShareLink]:
    """The links of a badge that live, the newest first."""
    query = select(ShareLink).where(*_living(award))
    return list(session.scalars(query.order_by(ShareLink.created_at.desc(), ShareLink.id)))


def end(session: Session, award: Award, link_id: str, *, actor: str) -> None:
    """End a link now. Raises NotFound for another badge's."""
    query = select(ShareLink).where(ShareLink.id == link_id, ShareLink.award_id == award.id)
    link = session.scalars(query.with_for_update()).one_or_none()
    if link is None:
        raise NotFound("There is no such link")
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        audit.record(
            session, award.issuer_id, actor=actor, action="award.unshared", object_id=award.id, link_id=link.id
        )


def end_all(session: Session, award: Award) -> None:
    """End every link of a badge; the caller writes down why."""
    session.execute(update(ShareLink).where(*_living(award)).values(revoked_at=clock.now()))


def by_token(session: Session, token: str) -> tuple[ShareLink, Award]:
    """The link of this token, and its badge. Raises NotFound, and Gone for a link that is over."""
    query = select(ShareLink).where(ShareLink.token_sha256 == tokens.digest(token))
    link = session.scalars(query).one_or_none()
    if link is None:
        raise NotFound(NOTHING_HERE)
    award = session.get_one(Award, link.award_id)
    if link.revoked_at is not None or link.expires_at <= clock.now() or award.erased_at is not None:
        raise Gone(OVER)
    return link, award


def _living(award: Award) -> tuple[ColumnElement[bool], ...]:
    return (
        ShareLink.award_id == award.id,
        ShareLink.revoked_at.is_(None),
        ShareLink.expires_at > clock.now(),
    )
