"""The address of a badge by its id alone, as its documents name it also after a move; for what awards import."""

from __future__ import annotations

from sqlalchemy import bindparam, column, select, table
from sqlalchemy.orm import Session

from app.issuing.office import Office

_awards = table("awards", *(column(name) for name in ("id", "era")))
_ERA = select(_awards.c.era).where(_awards.c.id == bindparam("award_id"))


def badge(session: Session, office: Office, award_id: str) -> str:
    """The address that is signed into the award's documents. Raises StartedBeforeMove."""
    era = session.scalar(_ERA, {"award_id": award_id})
    return (office if era is None else office.at(era)).addresses.badge(award_id)
