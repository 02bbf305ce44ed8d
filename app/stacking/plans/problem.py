"""One search: a target, the credentials that may be added, and the judging of sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.stacking.conditions import AllOf, Condition, HasSkill
from app.stacking.plans.ground import Ground
from app.stacking.plans.scenarios import Scenarios
from app.stacking.plans.wishes import Cost, Wishes, cost
from app.stacking.world import Pathway

NOTHING_NEEDED = AllOf(())


@dataclass(frozen=True, slots=True)
class Problem:
    """What is looked for. `given` and `granted` are credentials and skills that are taken as there."""

    ground: Ground
    target: Condition
    pathway: Pathway | None
    candidates: tuple[str, ...]
    stacks: frozenset[str]
    wishes: Wishes
    given: frozenset[str] = frozenset()
    granted: frozenset[HasSkill] = frozenset()

    def judge(self, added: Mapping[str, int], everywhere: int) -> Scenarios:
        """Judge sets of credentials, given as bits, together with what is taken as there."""
        whole = dict.fromkeys(self.given, everywhere) | dict(added)
        return Scenarios(self.ground, whole, everywhere, stacks=self.stacks, granted=self.granted)

    def judge_sets(self, sets: Iterable[Iterable[str]]) -> Scenarios:
        """Judge some sets of credentials: bit k answers for the k-th."""
        added: dict[str, int] = {}
        count = 0
        for place, chosen in enumerate(sets):
            count = place + 1
            for each in chosen:
                added[each] = added.get(each, 0) | 1 << place
        return self.judge(added, (1 << count) - 1)

    def is_met(self, scenarios: Scenarios) -> int:
        """The sets for which the target is met."""
        return scenarios.of(self.target, self.pathway)

    def prerequisites(self, credential: str) -> Condition:
        """What is to be met before a credential may be taken. Only what counts everywhere counts."""
        return self.ground.world.credentials[credential].prerequisites or NOTHING_NEEDED

    def may_take(self, scenarios: Scenarios, credential: str) -> int:
        """The sets with which a credential may be taken."""
        return scenarios.of(self.prerequisites(credential), None)

    def in_order(self, among: Iterable[str]) -> tuple[str, ...]:
        """Those that can be taken, one after the other: each place goes to the smallest id that may be taken then."""
        left, taken = sorted(among), list[str]()
        while left:
            scenarios = self.judge_sets([taken])
            nearest = next((each for each in left if self.may_take(scenarios, each)), None)
            if nearest is None:
                break
            left.remove(nearest)
            taken.append(nearest)
        return tuple(taken)

    def takeable(self, among: Iterable[str]) -> tuple[str, ...]:
        """Those of some credentials that can be taken, in an order in which they can; quickest if they come in one."""
        left, taken = list(among), list[str]()
        while left:
            run = self._run(taken, left)
            if not run:
                scenarios = self.judge_sets([taken])
                able = [each for each in left if self.may_take(scenarios, each)]
                left = able + [each for each in left if each not in able]
                run = self._run(taken, left) if able else []
            if not run:
                break
            taken += run
            left = left[len(run) :]
        return tuple(taken)

    def _run(self, taken: list[str], left: list[str]) -> list[str]:
        """As many of some credentials, from the first on, as can be taken just in this order."""
        scenarios = self.judge_sets([*taken, *left[:place]] for place in range(len(left)))
        refused = (place for place, each in enumerate(left) if not self.may_take(scenarios, each) >> place & 1)
        return left[: next(refused, len(left))]

    def reaches(self, among: Iterable[str]) -> bool:
        """Whether all of some credentials can be taken, and the target is met with them."""
        wanted = set(among)
        in_line = [each for each in self.candidates if each in wanted]
        return bool(self.is_met(self.judge_sets([wanted]))) and len(self.takeable(in_line)) == len(wanted)

    def within_reach(self) -> Problem:
        """The same with only those candidates that can ever be taken, in an order in which they can."""
        return replace(self, candidates=self.takeable(self.candidates))

    def needed(self) -> frozenset[str]:
        """Candidates without which the target is not reached, whatever else is taken. It may not find all of them."""
        all_but_one = ((one for one in self.candidates if one != each) for each in self.candidates)
        scenarios = self.judge_sets(all_but_one)
        found: set[str] = set()
        ahead = [self.is_met(scenarios)]
        while ahead:
            met = ahead.pop()
            fresh = {each for place, each in enumerate(self.candidates) if not met >> place & 1} - found
            found |= fresh
            ahead += [self.may_take(scenarios, each) for each in sorted(fresh)]
        return frozenset(found)

    def cost(self, ids: Iterable[str]) -> Cost:
        """What some credentials cost by the wishes."""
        return cost(self.ground.world, self.wishes, ids)
