"""All badges of an account in one order: those that issuers here awarded, and those that were kept from elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, String, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, undefer

from app.credentials.verify.standards import Standard
from app.issuing import kept_badges
from app.issuing.accounts import people
from app.issuing.awards import Award, AwardState, Credential, Visibility
from app.issuing.kept_badges import KeptBadge
from app.issuing.office import Office

# A badge that another took the place of is that other one now; one that waits is not signed yet.
_SHOWN = (AwardState.ISSUED, AwardState.SUSPENDED, AwardState.REVOKED)


@dataclass(frozen=True, slots=True)
class Piece:
    """One signed badge, byte for byte. `award_id` None = it is from elsewhere."""

    document: bytes
    media_type: str
    award_id: str | None


def page_of(
    session: Session, account_id: str, *, limit: int, offset: int, since: datetime | None, older: bool = False
) -> tuple[list[Piece], int]:
    """A part of the collection, the oldest first, so that what is added later moves nothing; and how many there are.

    `since` leaves out what was signed or received before that moment. `older`: those that are published in Open Badges
    2.0, in place of those in 3.0. Declined ones are nobody's.
    """
    every = _entries(session, account_id, since, older=older).subquery()
    total = session.scalar(select(func.count()).select_from(every)) or 0
    rows = session.execute(select(every).order_by(every.c.at, every.c.id).limit(limit).offset(offset)).all()
    own = _own(session, [row.id for row in rows if row.kind == "own"])
    kept = _kept(session, [row.id for row in rows if row.kind == "kept"])
    return [(own if row.kind == "own" else kept)[row.id] for row in rows], total


def is_held(session: Session, office: Office, account_id: str, credential_id: str) -> bool:
    """Whether this is a badge that an issuer here awarded to this account."""
    award_id = office.renamed(credential_id).removeprefix(office.addresses.badge(""))
    award = session.get(Award, award_id) if len(award_id) == 22 else None  # noqa: PLR2004 - the length of an id
    if award is None or award.erased_at is not None:
        return False
    return award.learner_id in {learner.id for learner in people.learners_of(session, account_id)}


def _entries(session: Session, account_id: str, since: datetime | None, *, older: bool) -> CompoundSelect[Any]:
    mine = [learner.id for learner in people.learners_of(session, account_id)]
    newest = and_(Credential.award_id == Award.id, Credential.revision == Award.revision)
    own = (
        select(literal("own", String).label("kind"), Award.id.label("id"), Credential.valid_from.label("at"))
        .join(Credential, newest)
        .where(Award.learner_id.in_(mine), Award.state.in_(_SHOWN))
        .where(Award.erased_at.is_(None), Award.declined_at.is_(None))
    )
    standard = KeptBadge.standard
    is_older = or_(standard.startswith("Open Badges 1"), standard.startswith("Open Badges 2"))
    kept = select(literal("kept", String), KeptBadge.id, KeptBadge.received_at).where(
        KeptBadge.account_id == account_id, is_older if older else standard == Standard.OPEN_BADGES_3
    )
    if older:  # a hosted badge that nobody else sees is none
        own = own.where(Award.open_badges_2.is_(True), Award.visibility != Visibility.PRIVATE)
    if since is not None:
        own, kept = own.where(Credential.valid_from > since), kept.where(KeptBadge.received_at > since)
    return union_all(own, kept)


def _own(session: Session, award_ids: Collection[str]) -> dict[str, Piece]:
    newest = and_(Credential.award_id == Award.id, Credential.revision == Award.revision)
    query = select(Award.id, Credential.json).join(Credential, newest).where(Award.id.in_(award_ids))
    return {award_id: Piece(json, kept_badges.JSON, award_id) for award_id, json in session.execute(query)}


def _kept(session: Session, kept_ids: Collection[str]) -> dict[str, Piece]:
    query = select(KeptBadge).where(KeptBadge.id.in_(kept_ids)).options(undefer(KeptBadge.document))
    found = {}
    for badge in session.scalars(query):
        signed = kept_badges.signed_form(badge)
        found[badge.id] = Piece(signed, kept_badges.JSON if signed.startswith(b"{") else kept_badges.TOKEN, None)
    return found
