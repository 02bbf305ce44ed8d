"""Which program read which badges: one entry of each issuer's audit log for each answer, with ids alone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import audit
from app.issuing.awards import Award


def note(session: Session, *, client_id: str, grant_id: str, interaction: str, award_ids: Collection[str]) -> None:
    """Write the entries, for the issuers of these awards; none where none of them is from here.

    The object is the program and no badge: when a badge was changed last is read from this log, too.
    """
    query = select(Award.issuer_id, Award.id).where(Award.id.in_(award_ids)).order_by(Award.issuer_id, Award.id)
    read: dict[str, list[str]] = {}
    for issuer_id, award_id in session.execute(query):
        read.setdefault(issuer_id, []).append(award_id)
    for issuer_id, ids in read.items():
        audit.record(
            session,
            issuer_id,
            actor=f"app:{client_id}",
            action="app.read",
            object_id=client_id,
            interaction=interaction,
            grant_id=grant_id,
            ids=ids,
        )
