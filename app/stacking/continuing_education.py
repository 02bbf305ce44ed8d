"""Continuing education: what a ledger counts towards one cycle, what is missing, and which entries a renewal uses up.

Pure. Amounts are converted by contact hours and added up as exact fractions, so that three thirds make one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction

PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class CERequirement:
    """What one cycle asks for, in `unit`.

    `in_domain_min_ratio` (0 to 1) of it must be in one of `domains`. Of one activity type no more counts than
    `max_per_activity_type` says. `shared`: a unit may count for other badges too; then `further` is asked for each
    further badge of the holder that asks for the same unit, up to `cap` in all.
    """

    unit: str
    amount: Decimal
    in_domain_min_ratio: Decimal = Decimal(0)
    carry_over: bool = False
    shared: bool = False
    further: Decimal = Decimal(0)
    cap: Decimal | None = None
    max_per_activity_type: Mapping[str, Decimal] = field(default_factory=dict)
    domains: frozenset[str] = frozenset()

    def required(self, badges: int = 1) -> Decimal:
        """How much is asked of a holder of so many badges that share the unit."""
        asked = self.amount + self.further * max(0, badges - 1)
        return asked if self.cap is None else max(self.amount, min(asked, self.cap))


@dataclass(frozen=True, slots=True)
class CEEntry:
    """One line of a learner's ledger. `is_used`: another cycle has counted it."""

    id: str
    unit: str
    amount: Decimal
    activity_date: date
    domain: str | None = None
    activity_type: str | None = None
    is_used: bool = False


class Reason(StrEnum):
    """What became of an entry in a count."""

    COUNTED = "counted"
    OUTSIDE_CYCLE = "outside-cycle"
    USED = "used"  # by another cycle
    UNKNOWN_UNIT = "unknown-unit"
    OVER_LIMIT = "over-limit"  # of its activity type; a part of it may count


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a count: how much of it counts, in the unit that is asked for."""

    entry: CEEntry
    reason: Reason
    counts: Fraction
    is_in_domain: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is, in the unit that is asked for."""

    unit: str
    required: Fraction
    required_in_domain: Fraction
    lines: tuple[Line, ...]

    @property
    def counted(self) -> Fraction:
        """What counts."""
        return sum((line.counts for line in self.lines), Fraction(0))

    @property
    def in_domain(self) -> Fraction:
        """What counts and is in domain."""
        return sum((line.counts for line in self.lines if line.is_in_domain), Fraction(0))

    @property
    def missing_in_domain(self) -> Fraction:
        """How much must still be done in domain."""
        return max(Fraction(0), self.required_in_domain - self.in_domain)

    @property
    def missing(self) -> Fraction:
        """How much must still be done in all, what must be in domain included."""
        return max(Fraction(0), self.required - self.counted, self.missing_in_domain)

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return self.missing == 0

    @property
    def share(self) -> Fraction:
        """How much of what is required is there, 0 to 1."""
        return Fraction(1) if not self.required else min(Fraction(1), 1 - self.missing / self.required)


def converted(amount: Decimal, unit: str, into: str, contact_hours: Mapping[str, Decimal]) -> Fraction | None:
    """An amount in another unit, by contact hours; None where a unit is not known. A unit is always its own."""
    if unit == into:
        return Fraction(amount)
    one, other = contact_hours.get(unit), contact_hours.get(into)
    return Fraction(amount) * Fraction(one) / Fraction(other) if one is not None and other else None


def count(
    requirement: CERequirement,
    entries: Iterable[CEEntry],
    *,
    first_day: date,
    last_day: date,
    contact_hours: Mapping[str, Decimal],
    badges: int = 1,
) -> Progress:
    """Count what was done from `first_day` to `last_day`, both included. In-domain entries come first, then older ones.

    With `carry_over`, the caller hands in the first day of the cycle before: what that one left counts.
    """
    required = Fraction(requirement.required(badges))
    of_type: dict[str, Fraction] = defaultdict(Fraction)
    lines = []
    for entry in sorted(entries, key=lambda each: _order(requirement, each)):
        reason, counts = _counts(requirement, entry, (first_day, last_day), contact_hours, of_type)
        lines.append(Line(entry, reason, counts, _is_in_domain(requirement, entry)))
    in_domain = required * Fraction(requirement.in_domain_min_ratio)
    return Progress(requirement.unit, required, in_domain, tuple(lines))


def used_up(progress: Progress) -> tuple[str, ...]:
    """The ids of the entries that a renewal uses up: no more than it needs, each as a whole.

    In-domain entries until that part is met, then others, then the rest; within each the oldest first.
    """
    within = [line for line in progress.lines if line.counts and line.is_in_domain]
    outside = [line for line in progress.lines if line.counts and not line.is_in_domain]
    chosen: list[Line] = []
    for line in list(within):
        if sum(each.counts for each in chosen) < progress.required_in_domain:
            chosen.append(line)
            within.remove(line)
    for line in (*outside, *within):
        if sum(each.counts for each in chosen) < progress.required:
            chosen.append(line)
    return tuple(line.entry.id for line in chosen)


def rounded_down(amount: Fraction) -> Decimal:
    """What somebody has, with two decimals: never more than it is."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(PLACES, ROUND_FLOOR)


def rounded_up(amount: Fraction) -> Decimal:
    """What somebody lacks, with two decimals: never less than it is."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(PLACES, ROUND_CEILING)


def _order(requirement: CERequirement, entry: CEEntry) -> tuple[bool, date, str]:
    return not _is_in_domain(requirement, entry), entry.activity_date, entry.id


def _is_in_domain(requirement: CERequirement, entry: CEEntry) -> bool:
    return entry.domain is not None and entry.domain.casefold() in requirement.domains


def _counts(
    requirement: CERequirement,
    entry: CEEntry,
    days: tuple[date, date],
    contact_hours: Mapping[str, Decimal],
    of_type: dict[str, Fraction],
) -> tuple[Reason, Fraction]:
    """What became of an entry, and how much of it counts; `of_type` is what counts of each type so far."""
    if entry.is_used:
        return Reason.USED, Fraction(0)
    if not days[0] <= entry.activity_date <= days[1]:
        return Reason.OUTSIDE_CYCLE, Fraction(0)
    amount = converted(entry.amount, entry.unit, requirement.unit, contact_hours)
    if amount is None:
        return Reason.UNKNOWN_UNIT, Fraction(0)
    most = requirement.max_per_activity_type.get(entry.activity_type or "")
    if most is None:
        return Reason.COUNTED, amount
    counts = min(amount, Fraction(most) - of_type[entry.activity_type or ""])
    of_type[entry.activity_type or ""] += counts
    return Reason.COUNTED if counts == amount else Reason.OVER_LIMIT, counts
