"""What a plan rests on that ends too early, or soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, MinSum, NOf
from app.stacking.evaluate import measured
from app.stacking.gaps import proofs_from
from app.stacking.holdings import Holding, applies, is_current
from app.stacking.plans.model import Ending, Step, When
from app.stacking.plans.problem import Problem
from app.stacking.renewal import add_months
from app.stacking.world import Pathway

SOON_DAYS = 90
NEVER = date.max


@dataclass(frozen=True, slots=True)
class Support:
    """One thing that a condition rests on, and its last good day."""

    name: str
    last_day: date


Supports = tuple[Support, ...]


def endings(problem: Problem, steps: Iterable[Step]) -> tuple[Ending, ...]:
    """What ends before the plan does, or within 90 days, soonest first.

    What a step asks for is needed until the step ends, what the target asks for until the last one does. A step's own
    badge begins on the day on which the step ends.
    """
    as_of, among = problem.ground.as_of, tuple(steps)
    finish = max((each.ends or as_of for each in among), default=as_of)
    lasting = _Lasting(problem, {each.credential: each.ends or as_of for each in among})
    needed = [(each, finish) for each in lasting.supports(problem.target, problem.pathway)]
    for step in among:
        before = lasting.supports(problem.prerequisites(step.credential), None)
        needed += [(each, step.ends or as_of) for each in before]
    found: dict[str, Ending] = {}
    for support, until in needed:
        is_early = support.last_day < until
        if is_early or support.last_day <= as_of + timedelta(days=SOON_DAYS):
            ending = Ending(support.name, support.last_day, When.TOO_EARLY if is_early else When.SOON)
            if is_early or support.name not in found:
                found[support.name] = ending
    return tuple(sorted(found.values(), key=lambda each: (each.last_day, each.name)))


class _Lasting:
    """How long conditions hold by what is held and what the steps add. `taken`: step -> the day of its award."""

    def __init__(self, problem: Problem, taken: Mapping[str, date]) -> None:
        self._problem, self._ground, self._taken = problem, problem.ground, taken
        self._holds = problem.judge_sets([taken])
        self._nodes: dict[tuple[str, str], Supports] = {}

    def supports(self, condition: Condition, pathway: Pathway | None) -> Supports:
        """What a condition rests on, if it holds. Where there is a choice, that which lasts longest."""
        if not self._holds.of(condition, pathway):
            return ()
        match condition:
            case HasCredential(credential, ever):
                found = () if ever else _longest(self._credential(credential, pathway))
            case HasSkill():
                found = _longest(self._skill(condition))
            case HasNode(name):
                found = self._node(name, pathway)
            case AllOf(parts):
                found = self._best(parts, len(parts), pathway)
            case AnyOf(parts):
                found = self._best(parts, 1, pathway)
            case NOf(n, parts):
                found = self._best(parts, n, pathway)
            case MinSum():
                found = self._sum(condition, pathway)
        return found

    def _best(self, parts: tuple[Condition, ...], need: int, pathway: Pathway | None) -> Supports:
        able = [self.supports(each, pathway) for each in parts if self._holds.of(each, pathway)]
        able.sort(key=_end, reverse=True)
        return tuple(dict.fromkeys(one for each in able[:need] for one in each))

    def _node(self, name: str, pathway: Pathway | None) -> Supports:
        if pathway is None or name not in pathway.by_id:
            return ()
        if (pathway.id, name) not in self._nodes:
            for each in pathway.nodes:
                self._nodes[pathway.id, each.id] = ()
            for each in self._problem.ground.bottom_up(pathway):
                self._nodes[pathway.id, each.id] = self.supports(each.condition, pathway)
        return self._nodes[pathway.id, name]

    def _credential(self, credential: str, pathway: Pathway | None) -> Iterator[Supports]:
        """Each thing that counts as a credential: what is held, given, taken, or made of others."""
        scope = pathway.id if pathway else None
        for holding in self._ground.holdings:
            if holding.is_good(self._ground.as_of) and (day := self._counts_until(holding, credential, scope)):
                yield (Support(holding.credential, day),)
        for source in self._ground.sources(credential, scope):
            if source in self._problem.given:
                yield ()
            elif source in self._taken:
                fresh = self._award(source)
                if day := self._counts_until(fresh, credential, scope):
                    yield (Support(source, day),)
            elif self._holds.has(source):
                for maker, node in self._ground.awarding.get(source, ()):
                    if self._holds.node(maker, node):
                        yield self._node(node.id, maker)

    def _skill(self, condition: HasSkill) -> Iterator[Supports]:
        """Each proof of a skill that is high enough: it ends with its award, or fades before."""
        ground, skill, need = self._ground, condition.skill, condition.at_least
        if condition in self._problem.granted or self._problem.given & set(ground.givers(skill, need)):
            yield ()
        for holding in ground.holdings:
            if holding.is_good(ground.as_of):
                for proof in proofs_from(ground.held(None), holding):
                    if proof.skill == skill and proof.level >= need and is_current(ground.world, proof, ground.as_of):
                        yield (Support(skill, min(_last(holding), self._fades(skill, proof.on))),)
        for step, day in self._taken.items():
            if ground.level_given(step, skill) >= need:
                yield (Support(skill, min(_last(self._award(step)), self._fades(skill, day))),)

    def _sum(self, condition: MinSum, pathway: Pathway | None) -> Supports:
        """The credentials that last longest, until the amount is reached."""
        rest, found = condition.at_least, list[Support]()
        for support in sorted(self._summed(condition, pathway), key=lambda each: each.last_day, reverse=True):
            if rest > 0:
                rest -= measured(self._ground.world, support.name, condition)
                found.append(support)
        return tuple(found)

    def _summed(self, condition: MinSum, pathway: Pathway | None) -> Iterator[Support]:
        itself = self._ground.held(pathway.id if pathway else None).itself
        for name in condition.of:
            own = [
                each for each in self._ground.holdings if each.credential == name and each.is_good(self._ground.as_of)
            ]
            own += [self._award(name)] if name in self._taken else []
            if own:
                yield Support(name, max(map(_last, own)))
            elif name in itself or self._holds.has(name):
                yield Support(name, NEVER)

    def _counts_until(self, holding: Holding, credential: str, scope: str | None) -> date | None:
        """The last day on which a holding counts as a credential; None = it does not."""
        if holding.credential == credential:
            return _last(holding)
        days = [
            min(
                _last(holding),
                through.valid_until or NEVER,
                NEVER if through.max_age_months is None else add_months(holding.issued, through.max_age_months),
            )
            for target, through in self._ground.world.counts_as.get(holding.credential, ())
            if target == credential and applies(through, holding, self._ground.as_of, scope)
        ]
        return max(days, default=None)

    def _award(self, step: str) -> Holding:
        """The award that a step ends with."""
        day = self._taken[step]
        return Holding("", step, day, self._ground.last_day(self._ground.world.credentials[step], day))

    def _fades(self, skill: str, on: date) -> date:
        known = self._ground.world.skills.get(skill)
        return NEVER if known is None or known.decay_months is None else add_months(on, known.decay_months)


def _last(holding: Holding) -> date:
    return holding.valid_until or NEVER


def _end(supports: Supports) -> date:
    return min((each.last_day for each in supports), default=NEVER)


def _longest(ways: Iterable[Supports]) -> Supports:
    return max(ways, key=_end, default=())
