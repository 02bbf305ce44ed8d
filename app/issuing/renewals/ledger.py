"""A learner's ledger of continuing education: what was done, added by hand or by a completion, counted once."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.errors import InvalidInput, NotFound
from app.issuing import audit, issuers, learners
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.renewals.tables import CEEntry
from app.stacking import continuing_education as counting

EARLIEST_YEAR = 1950
MOST_AMOUNT = 10_000
MOST_DECIMALS = 4
MOST_ENTRIES = 5_000  # of one learner: a ledger of a working life, and an end to filling it by mistake
_ADDRESS = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f]+")
_LONGEST = {
    "title": 200, "unit": 80, "domain": 80, "activity_type": 80, "evidence_url": 2_000, "evidence_text": 20_000,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What somebody did, as they or a member of staff say. Amounts stand in `unit`, by its short name."""

    title: str
    unit: str
    amount: Decimal
    activity_date: date
    domain: str | None = None
    activity_type: str | None = None
    evidence_url: str | None = None
    evidence_text: str | None = None


def add(session: Session, learner: Learner, stated: Stated, *, actor: str) -> CEEntry:
    """Write an entry by hand. Raises InvalidInput for a day that has not come and for an amount that is none."""
    learners.refuse_ended(learner)
    _check(stated, issuers.zone_of(session, learner.issuer_id))
    count = len(session.scalars(select(CEEntry.id).where(CEEntry.learner_id == learner.id)).all())
    if count >= MOST_ENTRIES:
        raise InvalidInput(f"A ledger has at most {MOST_ENTRIES} entries")
    entry = CEEntry(
        id=clock.new_id(),
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        created_by=actor,
        created_at=clock.now(),
        **{name: getattr(stated, name) for name in Stated.__slots__},
    )
    session.add(entry)
    audit.record(session, learner.issuer_id, actor=actor, action="ce.added", object_id=entry.id, learner_id=learner.id)
    session.flush()
    return entry


def void(session: Session, entry: CEEntry, *, reason: str, actor: str) -> None:
    """Strike an entry out: it counts no more. A badge that it was counted for stays. Again changes nothing."""
    issuers.take_turn(session, entry.issuer_id)
    session.refresh(entry, with_for_update=True)
    if entry.voided_at is not None:
        return
    entry.voided_at, entry.void_reason = clock.now(), reason
    facts = {"learner_id": entry.learner_id, "counted_for": entry.counted_for_id}
    audit.record(session, entry.issuer_id, actor=actor, action="ce.voided", object_id=entry.id, **facts)
    session.flush()


def by_id(session: Session, learner: Learner, entry_id: str) -> CEEntry:
    """An entry of this learner. Raises NotFound, for another's as for none."""
    entry = session.get(CEEntry, entry_id)
    if entry is None or entry.learner_id != learner.id:
        raise NotFound("There is no such entry")
    return entry


def of_learner(learner_id: str) -> Select[CEEntry]:
    """The query of a learner's entries, struck out ones included."""
    return select(CEEntry).where(CEEntry.learner_id == learner_id)


def of_learners(session: Session, learner_ids: Collection[str]) -> Sequence[CEEntry]:
    """The entries of these learners, by the day of the activity, the newest first."""
    query = select(CEEntry).where(CEEntry.learner_id.in_(learner_ids))
    return session.scalars(query.order_by(CEEntry.activity_date.desc(), CEEntry.created_at.desc(), CEEntry.id)).all()


def countable(session: Session, award: Award, *, is_shared: bool) -> list[counting.CEEntry]:
    """The holder's entries as they are counted for an award: what closed another cycle is used.

    Where the policy shares units, only what closed another cycle of the same achievement is.
    """
    query = select(CEEntry).where(CEEntry.learner_id == award.learner_id, CEEntry.voided_at.is_(None))
    same = select(Award.id).where(
        Award.learner_id == award.learner_id, Award.achievement_id == award.achievement_id, Award.id != award.id
    )
    used_by = set(session.scalars(same)) if is_shared else None
    return [
        counting.CEEntry(
            id=each.id,
            unit=each.unit,
            amount=each.amount,
            activity_date=each.activity_date,
            domain=each.domain,
            activity_type=each.activity_type,
            is_used=_is_used(each, award, used_by),
        )
        for each in session.scalars(query)
    ]


def use_up(session: Session, award: Award, entry_ids: Sequence[str]) -> None:
    """Write down that these entries closed the award's cycle. The caller holds the issuer's turn.

    What another badge counted before, where units are shared, stays counted for that one.
    """
    free = update(CEEntry).where(CEEntry.id.in_(entry_ids), CEEntry.counted_for_id.is_(None))
    session.execute(free.values(counted_for_id=award.id))


def _is_used(entry: CEEntry, award: Award, used_by: set[str] | None) -> bool:
    counted_for = entry.counted_for_id
    if counted_for is None or counted_for == award.id:
        return False
    return used_by is None or counted_for in used_by


def _check(stated: Stated, zone: tzinfo) -> None:
    if not stated.title.strip():
        raise InvalidInput("Say what was done", pointer="/title")
    if not stated.unit.strip():
        raise InvalidInput("An amount never stands without its unit", pointer="/unit")
    for name, most in _LONGEST.items():
        if len(getattr(stated, name) or "") > most:
            raise InvalidInput(f"This may have at most {most} characters", pointer=f"/{name}")
    if stated.evidence_url is not None and not _ADDRESS.fullmatch(stated.evidence_url):
        raise InvalidInput("An address begins with https:// and has no blanks", pointer="/evidence_url")
    check_amount(stated.amount)
    if stated.activity_date > day_in(clock.now(), zone):
        raise InvalidInput("Nothing was done in the future; enter it once it is done", pointer="/activity_date")
    if stated.activity_date.year < EARLIEST_YEAR:
        raise InvalidInput(f"A day from {EARLIEST_YEAR} on", pointer="/activity_date")


def check_amount(amount: Decimal) -> None:
    """Raise InvalidInput for what is no amount of a unit."""
    if not amount.is_finite() or not 0 < amount <= MOST_AMOUNT:
        raise InvalidInput(f"An amount is above 0, and at most {MOST_AMOUNT}", pointer="/amount")
    if amount != round(amount, MOST_DECIMALS):
        raise InvalidInput(f"An amount has at most {MOST_DECIMALS} decimals", pointer="/amount")
