"""From when until when a learner meets a whole rule: marks that count, their combination, and runs of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from app.stacking.rules.document import AllOf, AnyOf, Condition, Member, NOf, RuleDocument
from app.stacking.rules.durations import Duration
from app.stacking.rules.standing import Mark
from app.stacking.rules.truth import Learner, badges, holds, needed, of_achievement

_NO_SCORE = Decimal(-1)
_MONTHS_DIFFER = timedelta(days=4)  # 28 February and a month is 28 March; 30 March less a month is 28 February
ANY = ""  # the name of everything that matched, for a rule without a combination


class Prefer(Enum):
    """Which of several ways to meet a combination is taken."""

    EARLIEST = auto()
    BEST = auto()


@dataclass(frozen=True, slots=True)
class Good:
    """A mark that counts for `names`, from `since` on (when the last condition came true) until the mark ends."""

    mark: Mark
    since: datetime
    names: tuple[str, ...]

    def stands(self, at: datetime) -> bool:
        """Whether it counts at a moment."""
        return self.since <= at and (self.mark.until is None or self.mark.until > at)


@dataclass(frozen=True, slots=True)
class Run:
    """A time without a gap in which the rule is met: by `chosen` at its start, until `end` (None = still)."""

    start: datetime
    end: datetime | None
    chosen: tuple[Good, ...]

    def covers(self, moment: datetime) -> bool:
        """Whether the rule is met at a moment."""
        return self.start <= moment and (self.end is None or self.end > moment)


def good_marks(
    rule: RuleDocument, marks: Iterable[tuple[Mark, tuple[str, ...]]], learner: Learner, horizon: datetime
) -> tuple[Good, ...]:
    """The marks that meet `require`, each from when on it does. Badges that come later are waited for."""
    of_badges = {held.awarded_at for asked in badges(rule.require) for held in of_achievement(asked, learner.awards)}
    found = []
    for mark, names in marks:
        later = sorted(at for at in of_badges if mark.at < at <= horizon and (mark.until is None or at < mark.until))
        since = next((at for at in (mark.at, *later) if holds(rule.require, mark, learner, at) is True), None)
        if since is not None and (mark.until is None or since < mark.until):
            found.append(Good(mark, since, names if rule.combine is not None else (ANY,)))
    return tuple(sorted(found, key=_earliest_first))


def runs(rule: RuleDocument, good: Sequence[Good], since: datetime | None = None) -> list[Run]:
    """The times in which the rule is met, in order. From `since` on, only what was done anew counts."""
    usable = [item for item in good if since is None or item.mark.fresh_at >= since]
    starts: dict[datetime, list[int]] = defaultdict(list)
    ends: dict[datetime, list[int]] = defaultdict(list)
    for place, item in enumerate(usable):
        starts[item.since].append(place)
        if item.mark.until is not None:
            ends[item.mark.until].append(place)
    present, found = _Present(rule), list[Run]()
    for at in sorted(starts.keys() | ends.keys()):
        gone = [usable[place] for place in ends.get(at, ())]
        come = [usable[place] for place in starts.get(at, ())]
        run = present.step(at, gone, come)
        if run is not None:
            found.append(run)
    return found if present.run is None else [*found, present.run]


@dataclass(slots=True)
class _Present:
    """The marks that stand while time goes by; `run` is what they make, None = the rule is not met.

    More marks never end a run and fewer never begin one, so most steps cost next to nothing: thousands of completions
    of one learner are no burden.
    """

    rule: RuleDocument
    marks: dict[int, Good] = field(default_factory=dict)  # by identity
    run: Run | None = None
    support: tuple[Good, ...] = ()

    def step(self, at: datetime, gone: Sequence[Good], come: Sequence[Good]) -> Run | None:
        """Go on to a moment; the run that ends there, if one does."""
        for item in gone:
            self.marks.pop(id(item), None)
        self.marks |= {id(item): item for item in come}
        if self.run is None:
            chosen = _choose_among(self.rule, self._near(come), Prefer.EARLIEST) if self._could_begin(come) else None
            if chosen is not None:
                self.run, self.support = Run(at, None, chosen), chosen
            return None
        if all(id(item) in self.marks for item in self.support):
            return None
        chosen = _choose_among(self.rule, self.marks.values(), Prefer.EARLIEST)
        if chosen is not None:
            self.support = chosen
            return None
        ended, self.run = Run(self.run.start, at, self.run.chosen), None
        return ended

    def _could_begin(self, come: Sequence[Good]) -> bool:
        if not come:
            return False
        names = {name for item in self.marks.values() for name in item.names}
        return _is_met_by(self.rule.combine or Member(ANY), names)

    def _near(self, come: Sequence[Good]) -> Collection[Good]:
        """Of all that stands, what can be in one stretch of the allowed length with what has just come."""
        if self.rule.within is None:
            return self.marks.values()
        first = self.rule.within.before(min(item.mark.at for item in come))
        last = self.rule.within.after(max(item.mark.at for item in come)) + _MONTHS_DIFFER
        return [item for item in self.marks.values() if first <= item.mark.at <= last]


def choose(
    rule: RuleDocument, good: Iterable[Good], at: datetime, prefer: Prefer = Prefer.EARLIEST
) -> tuple[Good, ...] | None:
    """The marks by which the rule is met at a moment; None = it is not met."""
    return _choose_among(rule, [item for item in good if item.stands(at)], prefer)


def _choose_among(rule: RuleDocument, standing: Iterable[Good], prefer: Prefer) -> tuple[Good, ...] | None:
    combine = rule.combine or Member(ANY)
    if rule.within is None:
        return _choose(combine, _by_name(standing), prefer)
    ways = []
    for window in _windows(combine, rule.within, sorted(standing, key=lambda item: item.mark.at)):
        way = _choose(combine, _by_name(window), prefer)
        if way is not None:
            ways.append(way)
            if prefer is Prefer.EARLIEST:
                break
    return min(ways, key=lambda way: _rank(way, prefer), default=None)


def _windows(combine: Condition, within: Duration, by_time: list[Good]) -> Iterator[list[Good]]:
    """Every stretch of the allowed length that ends with a mark and has enough in it, the earliest first."""
    names: Counter[str] = Counter()
    first = 0
    for last, item in enumerate(by_time):
        names.update(item.names)
        earliest = within.before(item.mark.at)
        while by_time[first].mark.at < earliest:
            names.subtract(by_time[first].names)
            first += 1
        if _is_met_by(combine, {name for name in names if names[name]}):
            yield by_time[first : last + 1]


def _is_met_by(combine: Condition, names: set[str]) -> bool:
    match combine:
        case Member(name):
            return name in names
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            return sum(_is_met_by(part, names) for part in of) >= needed(combine)
        case _:  # reading puts nothing else into a combination
            return False


def lowest_score(chosen: Iterable[Good]) -> Decimal | None:
    """The lowest score among what was counted; None = no score was stated."""
    return min((item.mark.score for item in chosen if item.mark.score is not None), default=None)


def facts_of(chosen: Iterable[Good]) -> tuple[str, ...]:
    """The ids of the facts that the marks rest on."""
    return tuple(sorted({fact_id for item in chosen for fact_id in item.mark.fact_ids}))


def _choose(combine: Condition, by_name: dict[str, list[Good]], prefer: Prefer) -> tuple[Good, ...] | None:
    match combine:
        case Member(name):
            best = min(by_name.get(name, ()), key=lambda item: _rank((item,), prefer), default=None)
            return None if best is None else (best,)
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            return _some_of(needed(combine), of, by_name, prefer)
        case _:  # reading puts nothing else into a combination
            return None


def _some_of(
    n: int, of: Sequence[Condition], by_name: dict[str, list[Good]], prefer: Prefer
) -> tuple[Good, ...] | None:
    ways = [way for part in of if (way := _choose(part, by_name, prefer)) is not None]
    if len(ways) < n or n < 1:
        return None
    taken = sorted(ways, key=lambda way: _rank(way, prefer))[:n]
    return tuple(dict.fromkeys(item for way in taken for item in way))


def _by_name(good: Iterable[Good]) -> dict[str, list[Good]]:
    found: dict[str, list[Good]] = defaultdict(list)
    for item in good:
        for name in item.names:
            found[name].append(item)
    return found


def _rank(way: tuple[Good, ...], prefer: Prefer) -> tuple[Decimal, datetime, tuple[tuple[str, ...], ...]]:
    """Smaller is preferred: the better score where that is asked for, then the one that was complete earlier."""
    stated = lowest_score(way) if prefer is Prefer.BEST else None
    lowest = _NO_SCORE if stated is None else stated
    done = max(item.since for item in way)
    return (-lowest, done, tuple(item.mark.fact_ids for item in way))


def _earliest_first(item: Good) -> tuple[datetime, datetime, tuple[str, ...]]:
    return (item.since, item.mark.at, item.mark.fact_ids)
