"""What somebody has of what a role needs, and what a unit or an organisation lacks, on a day. Pure.

Ratings, by the person or a manager, stand beside what badges verify and never change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.stacking.conditions import HasCredential
from app.stacking.evaluate import Finding, meets
from app.stacking.holdings import Held, Holding, Proof, Standing, applies, is_current
from app.stacking.renewal import add_months
from app.stacking.world import Role, SkillAt, World

DEFAULT_PRIORITY = 3  # of a skill that the catalogue does not know


class Lack(StrEnum):
    """Why a needed level of a skill is not there."""

    MISSING = "missing"  # nothing ever proved it
    TOO_LOW = "too_low"
    FADED = "faded"  # the proof is older than the skill lasts
    LAPSED = "lapsed"  # the award that proved it has expired


class RatedBy(StrEnum):
    """Who rated a skill."""

    SELF = "self"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Rating:
    """A level that somebody thinks right. It verifies nothing."""

    skill: str
    level: int
    by: RatedBy
    on: date


@dataclass(frozen=True, slots=True)
class SkillStanding:
    """One skill of a role: `have` of `need`, from 0 to 5.

    `proof`: what `have` rests on; of a skill that faded or lapsed, its last proof; None = there never was one.
    `until`: the last day on which that proof is current, None = it does not fade. `lack` None = there is no gap.
    """

    skill: str
    have: int
    need: int
    proof: Proof | None = None
    until: date | None = None
    lack: Lack | None = None
    ratings: Mapping[RatedBy, Rating] | None = None  # the newest of each; None = nobody rated it

    @property
    def missing(self) -> int:
        """The levels that are missing."""
        return max(0, self.need - self.have)

    @property
    def is_claimed(self) -> bool:
        """Whether a rating says that the level is there, and no badge does: a case for an assessment."""
        return self.missing > 0 and any(each.level >= self.need for each in (self.ratings or {}).values())


@dataclass(frozen=True, slots=True)
class CredentialStanding:
    """One credential that a role cannot be done without, or its equivalent, and why it counts or does not."""

    credential: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Gap:
    """A person against a role on a day."""

    role: Role
    as_of: date
    skills: tuple[SkillStanding, ...]
    credentials: tuple[CredentialStanding, ...]

    @property
    def gaps(self) -> tuple[SkillStanding, ...]:
        """The skills below what is needed, in the order of the role."""
        return tuple(each for each in self.skills if each.missing)

    @property
    def missing_credentials(self) -> tuple[str, ...]:
        """The credentials that are needed and are not there, in the order of the role."""
        return tuple(each.credential for each in self.credentials if not each.finding.is_met)

    @property
    def coverage(self) -> Fraction:
        """The needed levels that are there, of all that are needed: from 0 to 1. A role without skills is covered."""
        need = sum(each.need for each in self.skills)
        return Fraction(sum(min(each.have, each.need) for each in self.skills), need) if need else Fraction(1)

    @property
    def is_closed(self) -> bool:
        """Whether the person matches the role."""
        return not self.gaps and not self.missing_credentials


def gap(world: World, role: Role, holdings: Iterable[Holding], as_of: date, *, ratings: Iterable[Rating] = ()) -> Gap:
    """Compare what somebody holds with what a role needs.

    `holdings` are with the stacks that are complete (`settle`). Equivalences count where they hold everywhere.
    """
    among = tuple(holdings)
    held, rated = Held(world, among, as_of), _newest(ratings, as_of)
    return Gap(
        role,
        as_of,
        tuple(_standing(held, each, rated.get(each.skill)) for each in role.requires),
        tuple(
            CredentialStanding(each, meets(world, HasCredential(each), among, as_of))
            for each in role.requires_credentials
        ),
    )


def _standing(held: Held, needed: SkillAt, ratings: Mapping[RatedBy, Rating] | None) -> SkillStanding:
    skill, need = needed.skill, needed.level
    proof = held.skill(skill)
    have = proof.level if proof else 0
    lack = None
    if have < need:
        lack = Lack.TOO_LOW if have else Lack.MISSING
        # A faded proof of the level says more than a lower one that is current, and any says more than none.
        past = [each for each in _past(held, skill) if each[0].level >= need or not have]
        if past:
            proof, lack = max(past, key=lambda each: (each[0].level >= need, each[0].on, each[0].level))
    return SkillStanding(skill, have, need, proof, ends_of(held.world, proof), lack, ratings)


def _past(held: Held, skill: str) -> Iterator[tuple[Proof, Lack]]:
    """What proved a skill once and does not any more."""
    for holding in held.holdings:
        if holding.standing is not Standing.ACTIVE or holding.issued > held.as_of:
            continue
        is_good = holding.is_good(held.as_of)
        for proof in proofs_from(held, holding):
            if (
                proof.skill == skill
                and proof.on <= held.as_of
                and not (is_good and is_current(held.world, proof, held.as_of))
            ):
                yield proof, Lack.FADED if is_good else Lack.LAPSED


def proofs_from(held: Held, holding: Holding) -> Iterator[Proof]:
    """What a holding proves, by itself and by what it counts as everywhere."""
    yield from holding.proofs
    for target, through in held.world.counts_as.get(holding.credential, ()):
        known = held.world.credentials.get(target)
        if known is not None and applies(through, holding, held.as_of, None):
            yield from (Proof(each.skill, each.level, holding.issued) for each in known.skills)


def ends_of(world: World, proof: Proof | None) -> date | None:
    """The last day on which a proof is current; None = it does not fade, or there is none."""
    known = world.skills.get(proof.skill) if proof else None
    return add_months(proof.on, known.decay_months) if proof and known and known.decay_months is not None else None


def priority_of(world: World, skill: str) -> int:
    """How much a skill weighs, from 1 (may wait) to 5 (patient safety)."""
    known = world.skills.get(skill)
    return known.priority if known else DEFAULT_PRIORITY


def _newest(ratings: Iterable[Rating], as_of: date) -> dict[str, dict[RatedBy, Rating]]:
    found: dict[str, dict[RatedBy, Rating]] = {}
    for each in sorted(ratings, key=lambda one: (one.on, one.level)):
        if each.on <= as_of:
            found.setdefault(each.skill, {})[each.by] = each
    return found


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a unit, with the role against which to look."""

    id: str
    unit: str
    role: Role
    holdings: tuple[Holding, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A skill in a unit, over the people whose role needs it; `unit` None = the whole organisation.

    `weighted`: the sum of priority (1-5) times missing levels over these people.
    """

    unit: str | None
    skill: str
    needed_by: tuple[str, ...]
    at_level: tuple[str, ...]  # those who have what their own role needs
    weighted: int

    @property
    def share(self) -> Fraction:
        """The part of the people that is at the level that each needs, from 0 to 1."""
        return Fraction(len(self.at_level), len(self.needed_by))

    @property
    def rests_on(self) -> str | None:
        """The only person at the needed level: a single point of failure. None = nobody is, or several are."""
        return self.at_level[0] if len(self.at_level) == 1 else None


@dataclass(frozen=True, slots=True)
class GroupGap:
    """Many people against their roles: each of them, each skill of each unit (the heat map), and of all together."""

    as_of: date
    people: Mapping[str, Gap]
    units: tuple[Cell, ...]  # by unit, then skill
    whole: tuple[Cell, ...]  # by skill

    @property
    def weighted(self) -> int:
        """The weighted gap of all."""
        return sum(each.weighted for each in self.whole)

    def weighted_of(self, unit: str) -> int:
        """The weighted gap of a unit."""
        return sum(each.weighted for each in self.units if each.unit == unit)

    @property
    def worst(self) -> tuple[Cell, ...]:
        """The skills that are lacking most in the whole, largest weighted gap first."""
        lacking = (each for each in self.whole if each.weighted)
        return tuple(sorted(lacking, key=lambda each: (-each.weighted, each.skill)))

    @property
    def single_points(self) -> tuple[Cell, ...]:
        """Where a unit has exactly one person at the needed level."""
        return tuple(each for each in self.units if each.rests_on is not None)


def group_gap(world: World, members: Iterable[Member], as_of: date) -> GroupGap:
    """Compare many people with their roles. The order in which they come does not matter."""
    among = sorted(members, key=lambda each: (each.unit, each.id))
    people = {each.id: gap(world, each.role, each.holdings, as_of) for each in among}
    by_unit: dict[tuple[str | None, str], list[tuple[str, SkillStanding]]] = {}
    for member in among:
        for standing in people[member.id].skills:
            for unit in (member.unit, None):
                by_unit.setdefault((unit, standing.skill), []).append((member.id, standing))
    cells = [_cell(world, unit, skill, found) for (unit, skill), found in by_unit.items()]
    return GroupGap(
        as_of,
        people,
        tuple(
            sorted((each for each in cells if each.unit is not None), key=lambda each: (each.unit or "", each.skill))
        ),
        tuple(sorted((each for each in cells if each.unit is None), key=lambda each: each.skill)),
    )


def _cell(world: World, unit: str | None, skill: str, found: list[tuple[str, SkillStanding]]) -> Cell:
    return Cell(
        unit,
        skill,
        tuple(sorted(who for who, _each in found)),
        tuple(sorted(who for who, each in found if not each.missing)),
        sum(priority_of(world, skill) * each.missing for _who, each in found),
    )
