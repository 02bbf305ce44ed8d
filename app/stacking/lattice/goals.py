"""Goals with a horizon, and the template of two skills every two years: one strong, one weak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.stacking.conditions import HIGHEST_LEVEL, HasSkill
from app.stacking.gaps import Gap, SkillStanding, priority_of
from app.stacking.holdings import Held, Holding
from app.stacking.plans.model import Plan, Target
from app.stacking.renewal import add_months
from app.stacking.world import Kind, World

MONTHS_OF_TWO_BY_TWO = 24


class Template(StrEnum):
    """How a goal came about."""

    TARGET = "target"  # a role, a pathway or a condition that somebody chose
    TWO_BY_TWO = "two_by_two"


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody wants to reach, and by when; `horizon` None = some day. The day of the horizon is included."""

    target: Target
    horizon: date | None = None
    template: Template = Template.TARGET

    def is_in_time(self, plan: Plan) -> bool | None:
        """Whether a plan for it ends by the horizon; None = there is no horizon, or the plan has no dates."""
        if self.horizon is None:
            return None
        if not plan.steps:
            return plan.as_of <= self.horizon if plan.is_reachable else None
        return None if plan.ends is None else plan.ends <= self.horizon


class Why(StrEnum):
    """What is meant to become of a skill."""

    RAISE = "raise"  # to a level that a badge gives
    KEEP = "keep"  # nothing gives more: prove it again before it fades
    CLOSE = "close"  # to what the role needs


@dataclass(frozen=True, slots=True)
class Aim:
    """A skill, where it is and where it is meant to be."""

    skill: str
    have: int
    level: int
    why: Why

    @property
    def target(self) -> HasSkill:
        """The aim as something to plan for."""
        return HasSkill(self.skill, self.level)


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """One strong and one weak skill for two years. None = there is no such skill."""

    strong: Aim | None
    weak: Aim | None
    until: date

    @property
    def goals(self) -> tuple[Goal, ...]:
        """A goal for each."""
        aims = (each for each in (self.strong, self.weak) if each is not None)
        return tuple(Goal(each.target, self.until, Template.TWO_BY_TWO) for each in aims)


def two_by_two(world: World, gap: Gap, holdings: Iterable[Holding], as_of: date) -> TwoByTwo:
    """Choose the skills for the next two years, always the same ones from the same facts.

    Weak: of the role's gaps the one that weighs most, priority times missing levels; without gaps, the role's lowest
    level that a badge raises. Strong: of what the role needs and is there the highest level that a badge raises, else
    of all skills; if none can be raised, the highest is to be kept.
    """
    held = Held(world, holdings, as_of)
    weak = _weak(world, gap)
    taken = weak.skill if weak else None
    own = {each.skill: each.have for each in gap.skills if each.have and not each.missing and each.skill != taken}
    every = {skill: proof.level for skill, proof in held.skills.items() if skill != taken}
    strong = _raised(world, own, best=True) or _raised(world, every, best=True) or _kept(world, own or every)
    return TwoByTwo(strong, weak, add_months(as_of, MONTHS_OF_TWO_BY_TWO))


def _weak(world: World, gap: Gap) -> Aim | None:
    def weight(each: SkillStanding) -> tuple[int, int, str]:
        return -priority_of(world, each.skill) * each.missing, -each.missing, each.skill

    if gap.gaps:
        worst = min(gap.gaps, key=weight)
        return Aim(worst.skill, worst.have, worst.need, Why.CLOSE)
    return _raised(world, {each.skill: each.have for each in gap.skills}, best=False)


def _raised(world: World, levels: dict[str, int], *, best: bool) -> Aim | None:
    """The highest (or lowest) of these skills that a micro-credential raises, and the next level that one gives."""
    for skill in sorted(levels, key=lambda each: _rank(world, levels, each, best=best)):
        above = [each for each in _taught(world, skill) if levels[skill] < each <= HIGHEST_LEVEL]
        if above:
            return Aim(skill, levels[skill], min(above), Why.RAISE)
    return None


def _kept(world: World, levels: dict[str, int]) -> Aim | None:
    highest = min(levels, key=lambda each: _rank(world, levels, each, best=True), default=None)
    return Aim(highest, levels[highest], levels[highest], Why.KEEP) if highest else None


def _rank(world: World, levels: dict[str, int], skill: str, *, best: bool) -> tuple[int, int, str]:
    return -levels[skill] if best else levels[skill], -priority_of(world, skill), skill


def _taught(world: World, skill: str) -> list[int]:
    """The levels of a skill that micro-credentials give."""
    micro = (each for each in world.credentials.values() if each.kind is Kind.MICRO)
    return [one.level for each in micro for one in each.skills if one.skill == skill]
