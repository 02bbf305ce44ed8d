"""What a learner holds, and what of it counts on a day: awards, what was recognised, equivalents, skills. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.stacking.renewal import add_months
from app.stacking.world import Equivalence, World


class Standing(StrEnum):
    """What was decided of a holding. Whether it has expired is a matter of dates."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Proof:
    """A skill at a level, and the day of the award that proved it."""

    skill: str
    level: int
    on: date


@dataclass(frozen=True, slots=True)
class Holding:
    """One award, or one credential of somebody else's that was recognised. The last day counts."""

    id: str
    credential: str
    issued: date
    valid_until: date | None = None
    standing: Standing = Standing.ACTIVE
    proofs: tuple[Proof, ...] = ()

    def is_good(self, day: date) -> bool:
        """Whether it counts on a day."""
        return (
            self.standing is Standing.ACTIVE
            and self.issued <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts as a credential: a holding, and the equivalence through which it does; None = it is one itself."""

    holding: Holding
    through: Equivalence | None = None


class Held:
    """What counts on a day, seen from one pathway (`pathway`), or from everywhere (None).

    `kept`: ids of holdings whose end does not matter, because something was built on them while they were good.
    """

    def __init__(
        self,
        world: World,
        holdings: Iterable[Holding],
        as_of: date,
        *,
        pathway: str | None = None,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        self.world, self.as_of = world, as_of
        self.holdings = tuple(sorted(holdings, key=_newest_last))
        self._itself_now: dict[str, Counting] = {}
        self._itself_ever: dict[str, Counting] = {}
        for each in self.holdings:
            if each.standing is Standing.ACTIVE and each.issued <= as_of:
                counting = self._itself_ever[each.credential] = Counting(each)
                if each.id in kept or each.is_good(as_of):
                    self._itself_now[each.credential] = counting
        self.itself = frozenset(self._itself_now)  # without equivalents, which add nothing to a sum
        self.pathway = pathway
        self.now = self._with_equivalents(self._itself_now, pathway)
        self.ever = self._with_equivalents(self._itself_ever, pathway)
        self._skills: Mapping[str, Proof] | None = None

    def seen_from(self, pathway: str | None) -> Held:
        """The same, seen from another pathway; what is the same for all of them is not worked out again."""
        other = copy(self)
        other.pathway = pathway
        other.now = self._with_equivalents(self._itself_now, pathway)
        other.ever = self._with_equivalents(self._itself_ever, pathway)
        return other

    def _with_equivalents(self, itself: dict[str, Counting], pathway: str | None) -> dict[str, Counting]:
        leading = itself.keys() & self.world.counts_as.keys()
        if not leading:
            return itself
        counted = dict(itself)
        for credential, found in itself.items():  # in the order of the holdings: the choice is always the same
            if credential in leading:
                for target, through in self.world.counts_as[credential]:
                    if target not in counted and applies(through, found.holding, self.as_of, pathway):
                        counted[target] = Counting(found.holding, through)
        return counted

    def skill(self, skill: str) -> Proof | None:
        """The highest level of a skill that is current, and of those the newest proof."""
        if self._skills is None:
            self._skills = current_skills(self)
        return self._skills.get(skill)

    @property
    def skills(self) -> Mapping[str, Proof]:
        """Every current skill."""
        if self._skills is None:
            self._skills = current_skills(self)
        return self._skills


def applies(equivalence: Equivalence, holding: Holding, as_of: date, pathway: str | None) -> bool:
    """Whether an equivalence holds for this holding on a day, in a pathway; None = outside of any."""
    if equivalence.pathways is not None and pathway not in equivalence.pathways:
        return False
    if equivalence.valid_from is not None and as_of < equivalence.valid_from:
        return False
    if equivalence.valid_until is not None and as_of > equivalence.valid_until:
        return False
    return not is_too_old(equivalence, holding, as_of)


def is_too_old(equivalence: Equivalence, holding: Holding, as_of: date) -> bool:
    """Whether the award is older than the equivalence allows. The last day still counts."""
    months = equivalence.max_age_months
    return months is not None and as_of > add_months(holding.issued, months)


def is_current(world: World, proof: Proof, as_of: date) -> bool:
    """Whether a skill has not faded: its months after the proof, clamped to the month's length; the last day counts."""
    known = world.skills.get(proof.skill)
    months = known.decay_months if known else None
    return proof.on <= as_of and (months is None or as_of <= add_months(proof.on, months))


def current_skills(held: Held) -> dict[str, Proof]:
    """Skill -> its best current proof, over what counts on the day and what it counts as everywhere."""
    found: dict[str, Proof] = {}
    for _holding, proofs in _everywhere(held):
        for proof in proofs:
            best = found.get(proof.skill)
            if is_current(held.world, proof, held.as_of) and (
                best is None or (proof.level, proof.on) > (best.level, best.on)
            ):
                found[proof.skill] = proof
    return found


def shown_by(held: Held, proof: Proof) -> Holding | None:
    """The holding that a current proof comes from, by itself or through an equivalence."""
    return next((holding for holding, proofs in _everywhere(held) if proof in proofs), None)


def _everywhere(held: Held) -> Iterable[tuple[Holding, tuple[Proof, ...]]]:
    """The proofs of each good holding, and those of what it counts as where an equivalence has no narrower scope."""
    for holding in held.holdings:
        if not holding.is_good(held.as_of):
            continue
        yield holding, holding.proofs
        for target, through in held.world.counts_as.get(holding.credential, ()):
            known = held.world.credentials.get(target)
            if known is not None and applies(through, holding, held.as_of, None):
                yield holding, tuple(Proof(each.skill, each.level, holding.issued) for each in known.skills)


def proofs_of(world: World, credential: str, issued: date) -> tuple[Proof, ...]:
    """What an award of a credential proves, by what the catalogue says of it now."""
    known = world.credentials.get(credential)
    return tuple(Proof(each.skill, each.level, issued) for each in known.skills) if known else ()


def _newest_last(holding: Holding) -> tuple[date, str]:
    return holding.issued, holding.id
