"""Measuring side by side: short rounds in turn, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

WARM_UP_ROUNDS = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing's milliseconds: the mean of each round, every single time, and each round's mean of processor time.

    Processor time is that of this process alone, and hardly grows when other programs want the processor too.
    """

    rounds: list[float]
    singles: list[float]
    processor: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of the rounds, in milliseconds."""
        return statistics.median(self.rounds)

    @property
    def processor_median(self) -> float:
        """The middle of the rounds, in milliseconds of processor time."""
        return statistics.median(self.processor)

    def percentile(self, share: float) -> float:
        """The time that this share of all single runs did not exceed."""
        ordered = sorted(self.singles)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def ratio_to(self, other: Measured) -> float:
        """How many times the other's time this takes: the middle of the ratios round by round."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True))

    def processor_ratio_to(self, other: Measured) -> float:
        """As `ratio_to`, of processor time."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.processor, other.processor, strict=True))


def side_by_side(subjects: dict[str, Callable[[], object]], *, rounds: int, each: int) -> dict[str, Measured]:
    """Run every subject `each` times in every round; the order turns from round to round, the first is not counted."""
    taken: dict[str, Measured] = {name: Measured([], []) for name in subjects}
    names = list(subjects)
    for number in range(rounds + WARM_UP_ROUNDS):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            begun = time.process_time()
            singles = [_milliseconds(subjects[name]) for _ in range(each)]
            processor = (time.process_time() - begun) * 1_000 / each
            if number >= WARM_UP_ROUNDS:
                taken[name].rounds.append(statistics.fmean(singles))
                taken[name].singles.extend(singles)
                taken[name].processor.append(processor)
    return taken


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1_000
