"""How far a plan has come: read off the badges that are held on a day, and never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.stacking.holdings import Held, Holding
from app.stacking.plans import Step
from app.stacking.world import World


class Pace(StrEnum):
    """Whether a plan is where its dates say that it is by now."""

    DONE = "done"
    ON_TIME = "on_time"
    LATE = "late"  # a step that is over by its date is not done, or the horizon cannot be kept
    NO_DATES = "no_dates"


@dataclass(frozen=True, slots=True)
class StepState:
    """A step, and whether its badge is held. `since`: the day of the award that counts."""

    step: Step
    is_done: bool
    since: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps of a plan on a day."""

    steps: tuple[StepState, ...]
    pace: Pace

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(each.is_done for each in self.steps)

    @property
    def next(self) -> StepState | None:
        """The first step that is not done; None = all are."""
        return next((each for each in self.steps if not each.is_done), None)

    @property
    def hours_left(self) -> Decimal:
        """The hours of what is not done."""
        return sum((each.step.hours for each in self.steps if not each.is_done), Decimal(0))


def of(
    world: World, steps: Sequence[Step], holdings: Sequence[Holding], as_of: date, *, horizon: date | None = None
) -> Progress:
    """Look at each step: it is done when its badge is held, or what counts as it everywhere."""
    now = Held(world, holdings, as_of).now
    found = []
    for step in steps:
        counting = now.get(step.credential)
        is_late = counting is None and step.ends is not None and step.ends < as_of
        found.append(StepState(step, counting is not None, counting.holding.issued if counting else None, is_late))
    return Progress(tuple(found), _pace(found, as_of, horizon))


def _pace(steps: Sequence[StepState], as_of: date, horizon: date | None) -> Pace:
    left = [each for each in steps if not each.is_done]
    if not left:
        return Pace.DONE
    ends = [each.step.ends for each in left if each.step.ends is not None]
    if any(each.is_late for each in left):
        return Pace.LATE
    if horizon is not None and (as_of > horizon or any(each > horizon for each in ends)):
        return Pace.LATE
    return Pace.ON_TIME if ends or horizon is not None else Pace.NO_DATES
