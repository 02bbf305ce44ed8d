"""Changes of an issuer's keys, whole: when another pair begins to sign, it signs the status lists anew as well."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import signing_keys, status_lists
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import SigningKey
from app.issuing.status_lists import StatusList


def rotate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """Sign with a new pair (the pending one, if there is one), retire the old one, publish every status list; the pair.

    Badges stay as they are: retired keys stay published. The lists must follow, because verifiers exist that check a
    list with the newest key alone.
    """
    made = signing_keys.rotate(session, office, issuer, actor=actor)
    _publish_lists(session, office, issuer)
    return made


def activate(session: Session, office: Office, issuer: Issuer, *, actor: str) -> list[SigningKey]:
    """As `rotate`, with the pending pair and no other. Raises WrongKeyState without one."""
    made = signing_keys.activate(session, office, issuer, actor=actor)
    _publish_lists(session, office, issuer)
    return made


def revoke(
    session: Session, office: Office, issuer: Issuer, kids: Sequence[str], *, reason: str, actor: str
) -> list[SigningKey]:
    """Say of keys that they were compromised; the fresh pair when one of them signed until now, else nothing.

    What the keys signed is good no longer from the commit on. The badges among it are signed anew by `key_compromise`.
    Raises NotFound, WrongKeyState.
    """
    made = signing_keys.revoke(session, office, issuer, kids, reason=reason, actor=actor)
    if made:
        _publish_lists(session, office, issuer)
    return made


def _publish_lists(session: Session, office: Office, issuer: Issuer) -> None:
    # In the order in which an award takes them: another order, and the two would wait for each other.
    query = (
        select(StatusList.id).where(StatusList.issuer_id == issuer.id).order_by(StatusList.purpose, StatusList.number)
    )
    for list_id in session.scalars(query).all():
        status_lists.publish(session, office, issuer, list_id)
