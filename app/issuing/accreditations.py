"""Accreditations: by whom an issuer says that it is accredited, for what, and until when.

Those that hold are signed into new badges; one that has ended is shown as ended and signed no more.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model
from app.db import Base
from app.errors import InvalidInput, NotFound
from app.issuing import audit, issuers, trial
from app.issuing.issuers import Issuer
from app.issuing.office import Office

MOST = 20
SOON_DAYS = 90


class Accreditation(Base):
    """One accreditation of an issuer. `removed_at`: it was entered wrongly, or is not to be shown any more."""

    __tablename__ = "accreditations"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    accreditor: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    contact_instructions: Mapped[str] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    area_served: Mapped[str | None] = mapped_column(String(500))
    sector: Mapped[str | None] = mapped_column(String(200))
    accredited_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """An accreditation on a day: whether it has ended, and whether it ends within SOON_DAYS."""

    accreditation: Accreditation
    has_ended: bool
    ends_soon: bool


def add(session: Session, office: Office, issuer: Issuer, stated: model.Accreditation, *, actor: str) -> Accreditation:
    """Keep one more; its `ends_on` is the last day on which it holds.

    Raises InvalidInput, and LintFailed when no badge could be signed with it.
    """
    issuers.take_turn(session, issuer.id)
    if len(of_issuer(session, issuer.id)) >= MOST:
        raise InvalidInput(f"An issuer keeps at most {MOST} accreditations; remove one first")
    _check(office, issuer, stated)
    made = Accreditation(id=clock.new_id(), issuer_id=issuer.id, created_at=clock.now(), **_columns(stated))
    session.add(made)
    audit.record(session, issuer.id, actor=actor, action="accreditation.added", object_id=made.id)
    session.flush()
    return made


def change(
    session: Session, office: Office, issuer: Issuer, kept: Accreditation, stated: model.Accreditation, *, actor: str
) -> bool:
    """Say something else of it; False when that is what it says. Raises as `add` does. Signed badges keep theirs."""
    _check(office, issuer, stated)
    session.refresh(kept, with_for_update=True)
    changed = sorted(name for name, value in _columns(stated).items() if getattr(kept, name) != value)
    for name in changed:
        setattr(kept, name, getattr(stated, name))
    if changed:
        audit.record(session, issuer.id, actor=actor, action="accreditation.changed", object_id=kept.id, fields=changed)
    session.flush()
    return bool(changed)


def remove(session: Session, kept: Accreditation, *, actor: str) -> None:
    """Show it nowhere any more, and sign it no more."""
    session.refresh(kept, with_for_update=True)
    if kept.removed_at is None:
        kept.removed_at = clock.now()
        audit.record(session, kept.issuer_id, actor=actor, action="accreditation.removed", object_id=kept.id)
        session.flush()


def by_id(session: Session, issuer_id: str, accreditation_id: str) -> Accreditation:
    """The issuer's accreditation with this id. Raises NotFound, also for one that was removed."""
    found = session.get(Accreditation, accreditation_id)
    if found is None or found.issuer_id != issuer_id or found.removed_at is not None:
        raise NotFound("There is no such accreditation")
    return found


_OF_ISSUER = (
    select(Accreditation)
    .where(Accreditation.issuer_id == bindparam("issuer_id"), Accreditation.removed_at.is_(None))
    .order_by(Accreditation.accreditor, Accreditation.id)
)


def of_issuer(session: Session, issuer_id: str) -> list[Accreditation]:
    """All that were not removed, by the accreditor's name."""
    return list(session.scalars(_OF_ISSUER, {"issuer_id": issuer_id}))


def standing(session: Session, issuer: Issuer, *, now: datetime) -> list[Standing]:
    """All of an issuer, as they are on this day in its zone; those that have ended come last."""
    today = now.astimezone(ZoneInfo(issuer.timezone)).date()
    found = [_on(each, today) for each in of_issuer(session, issuer.id)]
    return sorted(found, key=lambda each: each.has_ended)


def worrying(session: Session, issuer: Issuer, *, now: datetime) -> list[Standing]:
    """Those that have ended or end soon, the earliest first: somebody should renew them, or remove them."""
    found = [each for each in standing(session, issuer, now=now) if each.has_ended or each.ends_soon]
    return sorted(found, key=lambda each: (each.accreditation.ends_on or date.max, each.accreditation.id))


def signed_profile(session: Session, office: Office, issuer: Issuer) -> model.Issuer:
    """The profile as it is signed into a badge now: with the accreditations that hold today."""
    hold = [each.accreditation for each in standing(session, issuer, now=clock.now()) if not each.has_ended]
    return replace(issuers.facts(office, issuer), accreditations=tuple(_facts(each) for each in hold))


def _on(accreditation: Accreditation, today: date) -> Standing:
    end = accreditation.ends_on
    has_ended = end is not None and end < today
    ends_soon = end is not None and not has_ended and end <= today + timedelta(days=SOON_DAYS)
    return Standing(accreditation, has_ended, ends_soon)


def _check(office: Office, issuer: Issuer, stated: model.Accreditation) -> None:
    if stated.accredited_on and stated.ends_on and stated.ends_on < stated.accredited_on:
        raise InvalidInput("The accreditation would end before it begins", pointer="/ends_on")
    profile = replace(issuers.facts(office, issuer), accreditations=(stated,))
    trial.check_issuer(office, profile)


def _columns(stated: model.Accreditation) -> dict[str, str | date | None]:
    return {each.name: getattr(stated, each.name) for each in fields(stated)}


def _facts(kept: Accreditation) -> model.Accreditation:
    return model.Accreditation(**{each.name: getattr(kept, each.name) for each in fields(model.Accreditation)})
