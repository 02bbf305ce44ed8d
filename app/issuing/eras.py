"""Moves to another public address: which eras there were, and what begins the next one.

The table is empty until the first move, as the settings alone say then where the service is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import strict_json
from app.db import Base, claim
from app.errors import AlreadyExists, InvalidInput, UnsafeConfiguration
from app.issuing import audit, issuers
from app.issuing.office import Addresses, Office
from app.issuing.status_lists import StatusList
from app.issuing.verification import Reading

FIRST = 1


class Era(Base):
    """The time in which everything new was signed under one public address. Numbers follow each other from 1."""

    __tablename__ = "eras"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    base_url: Mapped[str] = mapped_column(String(300))
    began_at: Mapped[datetime]


def every(session: Session) -> list[Era]:
    """All eras, the newest first; none before the first move, or before the table is there."""
    return list(session.scalars(select(Era).order_by(Era.number.desc()))) if _has_table(session) else []


def known(reading: Reading, *, base_url: str, strict: bool) -> tuple[Addresses, ...]:
    """The addresses of all eras, as a service that starts asks for them. Raises as `addresses` does.

    Before the first move only what was signed says where the service is. `strict` raises UnsafeConfiguration when that
    is not `base_url`: the next change of a list would sign it anew under a name that no badge points to.
    """
    with reading() as session:
        found = every(session)
        signed = _base_that_was_signed(session, FIRST) if strict and not found and _has_table(session) else None
    if signed is not None and signed != base_url:
        raise UnsafeConfiguration(
            f"What was signed here so far is at {signed}, and LANYARD_PUBLIC_BASE_URL says {base_url}. "
            f"Set it to {signed}; to go to another address, run then: lanyard move",
            problems=[],
        )
    return addresses(found, base_url=base_url)


def addresses(eras: Sequence[Era], *, base_url: str) -> tuple[Addresses, ...]:
    """The addresses of all eras, the newest first, for a service that is set up for `base_url`.

    Raises UnsafeConfiguration when that is not where the service moved to last: what it would sign could be checked
    under neither name.
    """
    if not eras:
        return (Addresses(base_url),)
    newest = eras[0]
    if newest.base_url != base_url:
        raise UnsafeConfiguration(
            f"This service is at {newest.base_url} since {newest.began_at:%d %B %Y}, and LANYARD_PUBLIC_BASE_URL says "
            f"{base_url}. Set it to {newest.base_url}; to move on, run then: lanyard move",
            problems=[],
        )
    return tuple(Addresses(each.base_url, each.number) for each in eras)


def refuse(session: Session, office: Office, base_url: str) -> None:
    """Raise InvalidInput for a move that leads nowhere, or from somewhere else than what was signed says."""
    here = office.addresses.base_url
    if base_url == here:
        raise InvalidInput(
            f"The service is at {base_url} already. Run this while LANYARD_PUBLIC_BASE_URL is the address that you "
            "move from, and change it afterwards"
        )
    signed = _base_that_was_signed(session, office.era)
    if signed is not None and signed != here:
        raise InvalidInput(
            f"What was signed here so far is at {signed}, and LANYARD_PUBLIC_BASE_URL says {here}. "
            f"Set it to {signed} first"
        )


def move(session: Session, office: Office, base_url: str, *, actor: str) -> Era:
    """Begin the next era: from the next start on, what is new is signed under `base_url`.

    Raises as `refuse` does, and AlreadyExists when somebody else moved at the same moment.
    """
    refuse(session, office, base_url)
    if office.era == FIRST and not office.former:
        claim(session, Era, number=FIRST, base_url=office.addresses.base_url, began_at=clock.now())
    era = claim(session, Era, number=office.era + 1, base_url=base_url, began_at=clock.now())
    if era is None:
        raise AlreadyExists("The service has moved since this command began; nothing was changed")
    for issuer in issuers.every(session):
        facts = {"from": office.addresses.base_url, "to": base_url}
        audit.record(session, issuer.id, actor=actor, action="service.moved", object_id=str(era.number), **facts)
    session.flush()
    return era


def _has_table(session: Session) -> bool:
    return inspect(session.connection()).has_table(Era.__tablename__)


def _base_that_was_signed(session: Session, era: int) -> str | None:
    """The base address in the list of this era that was left alone longest; None when nothing was signed in it."""
    query = select(StatusList.id, StatusList.json).where(StatusList.era == era, StatusList.json.is_not(None))
    found = session.execute(query.order_by(StatusList.published_at, StatusList.id).limit(1)).one_or_none()
    if found is None:
        return None
    signed = str(strict_json.loads(found.json or b"")["id"])
    return signed.removesuffix(Addresses("").status_list(found.id))
