"""Credit for what somebody holds in formal programmes: promised or realised, and the time that it saves. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.stacking.evaluate import meets, settle
from app.stacking.holdings import Holding
from app.stacking.renewal import add_months
from app.stacking.world import CreditTransfer, Pathway, Programme, World


class State(StrEnum):
    """What a credit transfer comes to for somebody on a day."""

    REALISED = "realised"
    POTENTIAL = "potential"  # a promise, until they are enrolled in the programme
    TOO_OLD = "too_old"  # what they hold is older than the agreement allows
    NO_AGREEMENT = "no_agreement"  # the agreement has not begun, or is over
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Transferred:
    """One credit transfer, and what it comes to."""

    transfer: CreditTransfer
    state: State
    used: tuple[str, ...] = ()  # ids of the holdings that it rests on

    @property
    def counts(self) -> bool:
        """Whether there is credit, promised or realised."""
        return self.state in {State.REALISED, State.POTENTIAL}


@dataclass(frozen=True, slots=True)
class TimeSaved:
    """What somebody need not study again in one programme. Never more than the whole programme.

    `hours` None = nobody said how many hours of study a credit of the programme stands for.
    """

    programme: Programme
    realised: Decimal
    potential: Decimal
    hours: Decimal | None = None

    @property
    def credits(self) -> Decimal:
        """All credits, promised ones too."""
        return self.realised + self.potential

    @property
    def share(self) -> Fraction:
        """The part of the programme that it is, from 0 to 1."""
        return _share(self.credits, self.programme)

    @property
    def realised_share(self) -> Fraction:
        """The part of the programme that is certain, from 0 to 1."""
        return _share(self.realised, self.programme)


@dataclass(frozen=True, slots=True)
class Credits:
    """Every credit transfer of an issuer as one learner stands to it on a day."""

    as_of: date
    transfers: tuple[Transferred, ...]  # by id
    saved: tuple[TimeSaved, ...]  # by programme; only where there is credit

    @property
    def counting(self) -> tuple[Transferred, ...]:
        """Those that give credit, promised or realised."""
        return tuple(each for each in self.transfers if each.counts)


def transfers(
    world: World,
    holdings: Iterable[Holding],
    programmes_enrolled: Collection[str],
    as_of: date,
    pathways: Iterable[Pathway] = (),
    *,
    hours_per_credit: Decimal | None = None,
) -> Credits:
    """What credit somebody has. `pathways`: those that they are in, whose complete stacks count as awarded.

    Only equivalences that hold everywhere count. The last day of an agreement, and of an age, counts.
    """
    _earned, held = settle(world, pathways, holdings, as_of)
    found = tuple(_judged(world, each, held, programmes_enrolled, as_of) for each in world.transfers)
    return Credits(as_of, found, tuple(_saved(world, found, hours_per_credit)))


def _judged(
    world: World, transfer: CreditTransfer, held: tuple[Holding, ...], enrolled: Collection[str], as_of: date
) -> Transferred:
    months = transfer.max_age_months
    young = tuple(each for each in held if months is None or as_of <= add_months(each.issued, months))
    finding = meets(world, transfer.source, young, as_of)
    if not finding.is_met:
        would_be = meets(world, transfer.source, held, as_of).is_met
        return Transferred(transfer, State.TOO_OLD if would_be else State.NOT_MET)
    begun = transfer.agreement_from is None or transfer.agreement_from <= as_of
    if not begun or (transfer.agreement_until is not None and as_of > transfer.agreement_until):
        return Transferred(transfer, State.NO_AGREEMENT, finding.used)
    is_realised = transfer.on_award or transfer.programme in enrolled
    return Transferred(transfer, State.REALISED if is_realised else State.POTENTIAL, finding.used)


def _saved(world: World, found: Iterable[Transferred], hours_per_credit: Decimal | None) -> Iterable[TimeSaved]:
    credit: dict[str, dict[State, Decimal]] = {}
    for each in found:
        if each.counts and each.transfer.programme in world.programmes:
            sums = credit.setdefault(each.transfer.programme, dict.fromkeys(State, Decimal(0)))
            sums[each.state] += each.transfer.credits
    for name, sums in sorted(credit.items()):
        programme = world.programmes[name]
        realised = min(sums[State.REALISED], programme.total_credits)
        potential = min(sums[State.POTENTIAL], programme.total_credits - realised)
        hours = None if hours_per_credit is None else (realised + potential) * hours_per_credit
        yield TimeSaved(programme, realised, potential, hours)


def _share(amount: Decimal, programme: Programme) -> Fraction:
    return Fraction(amount) / Fraction(programme.total_credits) if programme.total_credits else Fraction(0)
