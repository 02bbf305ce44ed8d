"""What pages show of endorsements that were accepted: who says it, what, since when, and the signed words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.issuing import endorsements
from app.issuing.endorsements import Endorsement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.web.issuer_view import IssuerView, issuer_view

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class EndorsementView:
    """One endorsement that stands. `comment` is Markdown, `until` None: until it is withdrawn."""

    by: IssuerView
    comment: str
    since: datetime
    until: datetime | None
    url: str


def endorsements_of(session: Session, office: Office, about: str) -> tuple[EndorsementView, ...]:
    """What others say of the thing with this id, as far as whose it is accepted it; the newest first."""
    found = endorsements.accepted(session, [about], at_most=MOST_SHOWN)
    return tuple(_view(office, said, by) for said, by in found)


def _view(office: Office, said: Endorsement, by: Issuer) -> EndorsementView:
    return EndorsementView(
        by=issuer_view(office, by),
        comment=said.comment,
        since=said.created_at,
        until=said.valid_until,
        url=office.addresses.endorsement(said.id),
    )
