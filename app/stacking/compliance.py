"""Who of a unit holds what is mandatory, and what of it ends soon. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.stacking.holdings import Held, Holding
from app.stacking.world import World


@dataclass(frozen=True, slots=True)
class Compliance:
    """How many of a unit's people hold a mandatory credential, or an equivalent that holds everywhere."""

    credential: str
    target_percent: int
    current: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def people(self) -> int:
        """Everybody who is to hold it."""
        return len(self.current) + len(self.missing)

    @property
    def percent(self) -> Fraction:
        """The part that holds it, from 0 to 100. A unit without people lacks nothing."""
        return Fraction(100 * len(self.current), self.people) if self.people else Fraction(100)

    @property
    def is_target_met(self) -> bool:
        """Whether enough hold it."""
        return self.percent >= self.target_percent


@dataclass(frozen=True, slots=True)
class Expiring:
    """A credential that somebody holds and that ends soon. `valid_until` is its last good day."""

    person: str
    credential: str
    valid_until: date


def compliance(
    world: World, people: Mapping[str, Iterable[Holding]], credential: str, target_percent: int, as_of: date
) -> Compliance:
    """Count who of these people holds a credential on a day."""
    current = {who for who, holdings in people.items() if credential in Held(world, holdings, as_of).now}
    return Compliance(
        credential, target_percent, tuple(sorted(current)), tuple(sorted(who for who in people if who not in current))
    )


def expiring(people: Mapping[str, Iterable[Holding]], as_of: date, *, within_days: int = 90) -> tuple[Expiring, ...]:
    """What is good on a day and not any more so many days later, soonest first.

    Of several awards of the same credential the one that is good longest counts.
    """
    last = as_of + timedelta(days=within_days)
    found = []
    for who, holdings in people.items():
        ends: dict[str, date | None] = {}
        for each in holdings:
            if each.is_good(as_of):
                ends[each.credential] = _later(ends.get(each.credential, as_of), each.valid_until)
        found += [Expiring(who, name, end) for name, end in ends.items() if end is not None and end <= last]
    return tuple(sorted(found, key=lambda each: (each.valid_until, each.person, each.credential)))


def _later(one: date | None, other: date | None) -> date | None:
    """The later of two ends; None = never."""
    return None if one is None or other is None else max(one, other)
