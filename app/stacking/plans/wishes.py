"""What somebody wishes of a plan, and what a plan costs them by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.errors import InvalidInput
from app.stacking.world import Credential, World


class Objective(StrEnum):
    """What is to be least."""

    HOURS = "hours"
    MONEY = "money"
    MIX = "mix"  # money, with every hour counted at `worth_of_hour`


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to get there.

    `formats` are a preference: of plans that are equal in hours and money, the one with the fewest steps in other
    formats wins. With `only_these_formats` nothing else is planned at all. A credential that states no format suits
    every wish. `issuers` None = any.
    """

    objective: Objective = Objective.HOURS
    worth_of_hour: Decimal = Decimal(0)
    budget: Decimal | None = None
    hours_per_week: Decimal | None = None
    start: date | None = None  # None = the day of the plan
    issuers: frozenset[str] | None = None
    formats: frozenset[str] = frozenset()
    only_these_formats: bool = False
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.hours_per_week is not None and self.hours_per_week <= 0:
            raise InvalidInput("The hours a week are more than none.")
        if self.worth_of_hour < 0 or (self.budget is not None and self.budget < 0):
            raise InvalidInput("Money is counted from 0 on.")

    def allow(self, credential: Credential) -> bool:
        """Whether it may stand in a plan."""
        return (
            credential.id not in self.excluded
            and (self.issuers is None or credential.issuer in self.issuers)
            and (not self.only_these_formats or self.suits(credential))
        )

    def suits(self, credential: Credential) -> bool:
        """Whether it comes in a preferred format."""
        return not self.formats or not credential.formats or bool(self.formats & credential.formats)


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What some credentials cost, in the order in which it matters; the ids make every comparison certain."""

    main: Decimal
    hours: Decimal
    price: Decimal
    other_formats: int
    count: int
    ids: tuple[str, ...]


def cost(world: World, wishes: Wishes, ids: Iterable[str]) -> Cost:
    """What these credentials cost. Another one never makes it less."""
    chosen = tuple(sorted(ids))
    known = [world.credentials[each] for each in chosen]
    hours = sum((each.hours for each in known), Decimal(0))
    price = sum((each.price for each in known), Decimal(0))
    match wishes.objective:
        case Objective.HOURS:
            main = hours
        case Objective.MONEY:
            main = price
        case Objective.MIX:
            main = price + hours * wishes.worth_of_hour
    return Cost(main, hours, price, sum(not wishes.suits(each) for each in known), len(chosen), chosen)
