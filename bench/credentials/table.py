"""What was measured, as lines to print and as values to keep: each ratio beside what it must reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.rounds import Measured


@dataclass(frozen=True, slots=True)
class Bound:
    """What a ratio must reach: Lanyard takes at `most` so many times the other's time, or the other at `least`."""

    most: float | None = None
    least: float | None = None

    def judged(self, ratio: float) -> tuple[str, bool]:
        """The ratio in words, and whether it is reached. `ratio` is Lanyard's time by the other's."""
        if self.least is not None:
            return f"{1 / ratio:6.2f} times quicker (must reach {self.least:g})", 1 / ratio >= self.least
        if self.most is not None:
            return f"{ratio:6.2f} times this (at most {self.most:g})", ratio <= self.most
        return f"{ratio:6.2f} times this", True


NO_BOUND = Bound()


def row(title: str, measured: dict[str, Measured], bounds: dict[str, Bound]) -> tuple[list[str], dict[str, Any]]:
    """The lines of one table, and the values. Ratios are of processor time, and beside it by the clock on the wall."""
    ours = measured["lanyard"]
    lines, kept = [title], {}
    for name, each in measured.items():
        wall, processor = ours.ratio_to(each), ours.processor_ratio_to(each)
        kept[name] = _values(each.median, each.processor_median, wall, processor, bounds.get(name))
        lines.append(_line(name, kept[name], bounds.get(name)))
    return lines, kept


def _values(wall_ms: float, processor_ms: float, wall: float, processor: float, bound: Bound | None) -> dict[str, Any]:
    values = {
        "ms": round(wall_ms, 4),
        "processor_ms": round(processor_ms, 4),
        "lanyard_takes_times_this": round(wall, 4),
        "lanyard_takes_times_this_processor": round(processor, 4),
    }
    if bound is not None:
        values |= {"at_most": bound.most, "at_least_times_quicker": bound.least}
        values["reached"] = bound.judged(processor)[1]
    return values


def _line(name: str, values: dict[str, Any], bound: Bound | None) -> str:
    figures = f"  {name:18} {values['processor_ms']:9.3f} ms processor  {values['ms']:9.3f} ms wall"
    if name == "lanyard":
        return figures
    words, reached = (bound or NO_BOUND).judged(values["lanyard_takes_times_this_processor"])
    on_the_wall = (bound or NO_BOUND).judged(values["lanyard_takes_times_this"])[0].split(" times")[0].strip()
    return f"{figures}  Lanyard: {words}, wall {on_the_wall}{'' if reached else '  NOT REACHED'}"
