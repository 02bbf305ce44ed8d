"""Samples for audits of continuing education, drawn by a seed that is written down: they can be drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing import audit
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.renewals import followers
from app.issuing.renewals.tables import CEEntry
from app.stacking import audit_samples

MOST = 500
LONGEST_SEED = 80
ACTION = "renewals.sampled"
_HIGHEST = 2**31


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn: awards that were renewed by continuing education, in the order of the draw, of `population`.

    `number` is the draw's place in the audit log, by which it is found again.
    """

    number: int
    seed: str
    population: int
    awards: Sequence[Award]


def draw(
    session: Session,
    issuer: Issuer,
    *,
    count: int,
    actor: str,
    seed: str | None = None,
    achievement_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sample:
    """Draw among the awards whose renewal, made from `since` to before `until`, was counted from the ledger.

    `seed` None = a fresh one. Seed, size and what was drawn go to the audit log. Raises InvalidInput.
    """
    if not 1 <= count <= MOST:
        raise InvalidInput(f"Draw 1 to {MOST}", pointer="/count")
    if seed is not None and not 1 <= len(seed) <= LONGEST_SEED:
        raise InvalidInput(f"A seed has 1 to {LONGEST_SEED} characters", pointer="/seed")
    chosen_seed = seed or clock.new_id()
    population = _population(session, issuer, achievement_id, since, until)
    drawn = audit_samples.sample(population, count, seed=chosen_seed)
    written = audit.record(
        session,
        issuer.id,
        actor=actor,
        action=ACTION,
        object_id=achievement_id or issuer.id,
        seed=chosen_seed,
        population=len(population),
        count=count,
        since=None if since is None else since.isoformat(),
        until=None if until is None else until.isoformat(),
        awards=list(drawn),
    )
    found = {each.id: each for each in session.scalars(select(Award).where(Award.id.in_(drawn)))}
    session.flush()
    return Sample(written.id, chosen_seed, len(population), [found[each] for each in drawn])


def by_number(session: Session, issuer_id: str, number: int) -> AuditEntry:
    """What the audit log says of the issuer's draw with this number. Raises NotFound."""
    found = session.get(AuditEntry, number) if 0 < number < _HIGHEST else None
    if found is None or found.issuer_id != issuer_id or found.action != ACTION:
        raise NotFound("There is no such sample")
    return found


def found(session: Session, issuer_id: str, number: int) -> Sample:
    """The issuer's draw with this number. Raises NotFound."""
    written = by_number(session, issuer_id, number)
    rows = {each.id: each for each in session.scalars(select(Award).where(Award.id.in_(written.facts["awards"])))}
    drawn = [rows[each] for each in written.facts["awards"] if each in rows]
    return Sample(written.id, written.facts["seed"], written.facts["population"], drawn)


def entries_of(session: Session, award: Award) -> Sequence[CEEntry]:
    """What was counted for an award's renewal, the oldest first: what an auditor asks documents for."""
    query = select(CEEntry).where(CEEntry.counted_for_id == award.id)
    return session.scalars(query.order_by(CEEntry.activity_date, CEEntry.id)).all()


def _population(
    session: Session, issuer: Issuer, achievement_id: str | None, since: datetime | None, until: datetime | None
) -> list[str]:
    by_education = select(CEEntry.counted_for_id).where(CEEntry.issuer_id == issuer.id)
    query = select(Award.follows_id).where(
        Award.issuer_id == issuer.id, Award.state.in_(followers.LIVING), Award.follows_id.in_(by_education)
    )
    if achievement_id is not None:
        query = query.where(Award.achievement_id == achievement_id)
    if since is not None:
        query = query.where(Award.created_at >= since)
    if until is not None:
        query = query.where(Award.created_at < until)
    return [each for each in session.scalars(query) if each is not None]
