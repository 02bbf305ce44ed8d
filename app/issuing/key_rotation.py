"""Rotation of an issuer's keys, whole: a new pair signs from now on, and the status lists are signed anew with it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import signing_keys, status_lists
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import SigningKey
from app.issuing.status_lists import StatusList


def rotate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Make a new pair, retire the old one, publish every status list under the new one; the pair.

    Badges stay as they are: retired keys stay published. The lists must follow, because verifiers exist that check a
    list with the newest key alone.
    """
    made = signing_keys.rotate(session, office, issuer, actor=actor)
    # In the order in which an award takes them: another order, and the two would wait for each other.
    query = (
        select(StatusList.id).where(StatusList.issuer_id == issuer.id).order_by(StatusList.purpose, StatusList.number)
    )
    for list_id in session.scalars(query).all():
        status_lists.publish(session, office, issuer, list_id)
    return made
