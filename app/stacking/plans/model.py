"""What a plan is: steps with their reasons, what is to be done elsewhere, and what ends too soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.stacking.conditions import Condition
from app.stacking.world import Pathway, Role


@dataclass(frozen=True, slots=True)
class AtNode:
    """A node of a pathway as a target."""

    pathway: Pathway
    node: str


Target = Role | Pathway | AtNode | Condition  # of a pathway its completion; a condition is seen from everywhere


class Outcome(StrEnum):
    """What came of planning."""

    MET = "met"  # the target is met already
    PLANNED = "planned"
    PARTLY = "partly"  # with the steps and what is needed from elsewhere
    OVER_BUDGET = "over_budget"
    NOT_WITHIN_WISHES = "not_within_wishes"  # other issuers, formats or badges would reach it
    IMPOSSIBLE = "impossible"


class Purpose(StrEnum):
    """What a step is needed for."""

    STEP = "step"
    NODE = "node"
    CREDENTIAL = "credential"
    SKILL = "skill"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class NeededFor:
    """What would not hold without a step, all others taken. `name` = the credential, node, skill or measure."""

    purpose: Purpose
    name: str


@dataclass(frozen=True, slots=True)
class Closes:
    """A skill that a step brings to the level that is needed."""

    skill: str
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Swap:
    """The cheapest plan without a step: its steps, and how much more (or less) of each it takes."""

    ids: tuple[str, ...]
    more_hours: Decimal
    more_price: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One micro-credential to take. The dates are there if a pace is given and ends within a hundred years.

    The day on which it ends is a day of work, and that of its award.
    """

    credential: str
    hours: Decimal
    price: Decimal
    closes: tuple[Closes, ...]
    needed_for: tuple[NeededFor, ...]
    swap: Swap | None  # None = there is no way around this step
    starts: date | None = None
    ends: date | None = None


class WhyOutside(StrEnum):
    """Why something cannot stand in a plan."""

    ELSEWHERE = "elsewhere"  # somebody else awards it: a licence, a degree, a partner's badge
    OTHER_PATHWAY = "other_pathway"  # a pathway makes it in which the learner is not
    SUSPENDED = "suspended"
    UNTAUGHT = "untaught"  # a skill that nothing in the catalogue gives
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outside:
    """Something to be done outside of the plan. `level` is that of a skill, None = it is a credential."""

    name: str
    why: WhyOutside
    is_needed: bool  # False = it would be a way too, but the plan does without
    level: int | None = None


class When(StrEnum):
    """When something ends that a plan rests on."""

    TOO_EARLY = "too_early"  # before it is needed for the last time
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential or a skill that a plan rests on, and its last good day."""

    name: str
    last_day: date
    when: When


@dataclass(frozen=True, slots=True)
class Plan:
    """How to get to a target. All steps are judged as if taken on `as_of`.

    `bound`: the cost is at most so many times the least, in what the wishes count; 1 = it is the least, None = nobody
    can say. `least_price`: with OVER_BUDGET, the price of the plan that costs the least money that was found.
    `joins`: pathways to join, because stacks of theirs are used.
    """

    target: Target
    as_of: date
    outcome: Outcome
    steps: tuple[Step, ...] = ()
    hours: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    is_exact: bool = True
    bound: Fraction | None = Fraction(1)
    outside: tuple[Outside, ...] = ()
    warnings: tuple[Ending, ...] = ()
    joins: tuple[str, ...] = ()
    least_price: Decimal | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The credentials, in the order of the steps."""
        return tuple(each.credential for each in self.steps)

    @property
    def ends(self) -> date | None:
        """The last day of the last step; None = no pace was given, or nothing is to be done."""
        return max((each.ends for each in self.steps if each.ends is not None), default=None)

    @property
    def is_reachable(self) -> bool:
        """Whether there is a way without anything from outside."""
        return self.outcome in {Outcome.MET, Outcome.PLANNED}
