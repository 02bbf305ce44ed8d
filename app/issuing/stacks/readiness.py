"""Units on a day: who is to hold what and does, what ends soon, and which skills rest on one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.definitions.kinds import UnitFacts
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks import careers, held
from app.issuing.stacks.tables import Career
from app.stacking import compliance, gaps
from app.stacking.compliance import Compliance, Expiring
from app.stacking.gaps import GroupGap, Member
from app.stacking.holdings import Held, Holding


@dataclass(frozen=True, slots=True)
class UnitReadiness:
    """A unit, its people, and how many of them hold each mandatory credential."""

    slug: str
    name: str
    headcount_target: int | None
    people: tuple[str, ...]  # learner ids
    mandatory: tuple[Compliance, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a unit and one mandatory credential on a day.

    `standing` is "current", "expired" or "missing"; `holding_id` names the award, or what was recognised, that it rests
    on or rested on; `until` is its last good day, None = it has none. `lost_in` is the first of `AHEAD` in which it
    will not be current any more if nothing is renewed, None = it will be, or is not now.
    """

    learner_id: str
    credential: str
    standing: str
    holding_id: str | None = None
    issued: date | None = None
    until: date | None = None
    lost_in: int | None = None


AHEAD = (30, 60, 90)
"""Days that are looked ahead."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days later, if nothing is renewed: who is not current any more since the step before, and who still is.

    `percent` is the part that is left then, rounded down; a unit without people lacks nothing.
    """

    days: int
    losing: tuple[str, ...]  # learner ids
    percent: int


def ahead(found: Compliance, entries: Iterable[Entry]) -> tuple[Ahead, ...]:
    """What becomes of one mandatory credential in each of `AHEAD`, of the entries of its unit."""
    lost_in = {each.learner_id: each.lost_in for each in entries if each.credential == found.credential}
    told = []
    for days in AHEAD:
        lost = [who for who, when in lost_in.items() if when is not None and when <= days]
        within = tuple(who for who in lost if lost_in[who] == days)
        left = len(found.current) - len(lost)
        told.append(Ahead(days, within, 100 * left // found.people if found.people else 100))
    return tuple(told)


def entries(session: Session, issuer: Issuer, slug: str, as_of: date) -> tuple[UnitReadiness, list[Entry]]:
    """A unit on a day, and every person with every mandatory credential, in the order of both. Raises NotFound."""
    known = worlds.of(session, issuer.id)
    definition = definitions.by_slug(session, issuer, Kind.UNIT, slug)
    members, holdings = _members(session, known, issuer.id)
    unit = _unit(known, definition, members.get(definition.id, ()), holdings, as_of)
    found = []
    for who in unit.people:
        days = [Held(known.world, holdings[who], as_of + timedelta(days=each)) for each in (0, *AHEAD)]
        found += [_entry(who, each.credential, days) for each in unit.mandatory]
    return unit, found


def _entry(who: str, credential: str, days: list[Held]) -> Entry:
    """`days`: what counts on the day, and on each of the days ahead."""
    now, *later = days
    counting = now.now.get(credential) or now.ever.get(credential)
    if counting is None:
        return Entry(who, credential, "missing")
    is_current = credential in now.now
    lost = next((day for day, held in zip(AHEAD, later, strict=True) if credential not in held.now), None)
    return Entry(
        who,
        credential,
        "current" if is_current else "expired",
        counting.holding.id,
        counting.holding.issued,
        counting.holding.valid_until,
        lost if is_current else None,
    )


def of_unit(session: Session, issuer: Issuer, slug: str, as_of: date) -> UnitReadiness:
    """One unit on a day. Raises NotFound."""
    found = [each for each in of_all(session, issuer, as_of) if each.slug == slug]
    if not found:
        raise NotFound("There is no unit of this name")
    return found[0]


def of_all(session: Session, issuer: Issuer, as_of: date) -> list[UnitReadiness]:
    """Every unit on a day, by short name."""
    known = worlds.of(session, issuer.id)
    members, holdings = _members(session, known, issuer.id)
    return [_unit(known, each, members.get(each.id, ()), holdings, as_of) for each in _units(session, issuer.id)]


def expiring(
    session: Session, issuer: Issuer, as_of: date, *, within_days: int, unit: str | None = None
) -> tuple[Expiring, ...]:
    """What people of the units hold that ends soon, soonest first; of one unit if it is named. Raises NotFound."""
    known = worlds.of(session, issuer.id)
    members, holdings = _members(session, known, issuer.id)
    if unit is None:
        among = {each for people in members.values() for each in people}
    else:
        among = set(members.get(definitions.by_slug(session, issuer, Kind.UNIT, unit).id, ()))
    return compliance.expiring({each: holdings[each] for each in among}, as_of, within_days=within_days)


def gap_of_units(session: Session, issuer: Issuer, as_of: date) -> GroupGap:
    """Everybody in a unit against the role that they work as: the heat map, and where one person is all there is."""
    known = worlds.of(session, issuer.id)
    _who, holdings = _members(session, known, issuer.id)
    names = {each.id: each.slug for each in definitions.all_of(session, issuer.id, Kind.UNIT, Kind.ROLE)}
    among = []
    for career in _careers(session, issuer.id):
        role = known.world.roles.get(names.get(career.role_id or "", ""))
        unit = names.get(career.unit_id or "")
        if role is not None and unit is not None:
            among.append(Member(career.learner_id, unit, role, tuple(holdings[career.learner_id])))
    return gaps.group_gap(known.world, among, as_of)


def _units(session: Session, issuer_id: str) -> list[Definition]:
    return definitions.all_of(session, issuer_id, Kind.UNIT)


def _careers(session: Session, issuer_id: str) -> list[Career]:
    """Those who work somewhere and have not been merged or erased."""
    living = set(
        session.scalars(
            select(Learner.id).where(Learner.issuer_id == issuer_id, Learner.state.in_(["known", "pending"]))
        )
    )
    return [each for each in careers.members(session, issuer_id) if each.learner_id in living]


def _members(
    session: Session, known: Known, issuer_id: str
) -> tuple[dict[str, tuple[str, ...]], Mapping[str, list[Holding]]]:
    """Unit id -> learner ids, and what each of those holds."""
    found: dict[str, list[str]] = {}
    for each in _careers(session, issuer_id):
        found.setdefault(str(each.unit_id), []).append(each.learner_id)
    everybody = [one for people in found.values() for one in people]
    return {unit: tuple(people) for unit, people in found.items()}, held.of_many(session, known, everybody)


def _unit(
    known: Known, definition: Definition, people: Iterable[str], holdings: Mapping[str, list[Holding]], as_of: date
) -> UnitReadiness:
    facts = definitions.facts_of(definition)
    assert isinstance(facts, UnitFacts)  # noqa: S101 - for the reader and mypy: the query asked for units
    among = {each: holdings[each] for each in people}
    return UnitReadiness(
        definition.slug,
        facts.name,
        facts.headcount_target,
        tuple(sorted(among)),
        tuple(
            compliance.compliance(known.world, among, each.credential, int(each.target_percent), as_of)
            for each in facts.mandatory
        ),
    )
