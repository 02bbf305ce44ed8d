"""Where somebody stands before a plan: what counts already, and what a new award would count as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter

from app.stacking.conditions import HasCredential, HasNode, leaves
from app.stacking.evaluate import settle
from app.stacking.holdings import Held, Holding, Standing, applies
from app.stacking.renewal import last_good_day
from app.stacking.world import Credential, Equivalence, Kind, Node, Pathway, World


class Ground:
    """One learner on one day, with the look-ups that every plan from here needs. Treat it as immutable.

    `pathways` are those that they are in: their complete stacks count as awarded. `assumed` are others, of which a
    plan may use the stacks as well, if it also meets their entry.
    """

    def __init__(
        self,
        world: World,
        holdings: Iterable[Holding],
        as_of: date,
        pathways: Iterable[Pathway] = (),
        assumed: Iterable[Pathway] = (),
    ) -> None:
        joined = {each.id: each for each in sorted(pathways, key=lambda one: one.id)}
        self.world, self.as_of = world, as_of
        self.assumed = {each.id: each for each in assumed if each.id not in joined}
        self.pathways = {**joined, **self.assumed}
        _earned, self.holdings = settle(world, joined.values(), holdings, as_of)
        self.suspended = frozenset(
            each.credential for each in self.holdings if each.standing is Standing.SUSPENDED
        ) - frozenset(each.credential for each in self.holdings if each.is_good(as_of))
        self.awarding: dict[str, list[tuple[Pathway, Node]]] = {}
        for pathway in self.pathways.values():
            for node in pathway.nodes:
                if node.awards is not None and node.awards not in self.suspended:
                    self.awarding.setdefault(node.awards, []).append((pathway, node))
        self._bottom_up: dict[str, tuple[Node, ...]] = {}
        self._held: dict[str | None, Held] = {}
        self._sources: dict[tuple[str, str | None], tuple[str, ...]] = {}
        self._counts_as = _turned(world)
        self._givers = self._who_gives()

    def held(self, scope: str | None) -> Held:
        """What counts today, seen from a pathway or from everywhere."""
        if scope not in self._held:
            self._held[scope] = Held(self.world, self.holdings, self.as_of, pathway=scope)
        return self._held[scope]

    def bottom_up(self, pathway: Pathway) -> tuple[Node, ...]:
        """The nodes of a pathway, each after those that it needs; in a circle, as they stand (none is published)."""
        if pathway.id not in self._bottom_up:
            needs = {node.id: set(_needs(pathway, node)) for node in pathway.nodes}
            try:
                names = tuple(TopologicalSorter(needs).static_order())
            except CycleError:
                names = tuple(needs)
            self._bottom_up[pathway.id] = tuple(pathway.by_id[each] for each in names if each in pathway.by_id)
        return self._bottom_up[pathway.id]

    def sources(self, credential: str, scope: str | None) -> tuple[str, ...]:
        """What would count as a credential if it were awarded today: itself first, then its equivalents."""
        key = credential, scope
        if key not in self._sources:
            others = [
                source
                for source, through in self._counts_as.get(credential, ())
                if applies(through, self._fresh(source), self.as_of, scope)
            ]
            self._sources[key] = tuple(dict.fromkeys((credential, *sorted(others))))
        return self._sources[key]

    def givers(self, skill: str, level: int) -> tuple[str, ...]:
        """What would prove a skill at a level or above if it were awarded today."""
        return tuple(credential for credential, given in self._givers.get(skill, {}).items() if given >= level)

    def level_given(self, credential: str, skill: str) -> int:
        """The level of a skill that a credential would prove if it were awarded today; 0 = none."""
        return self._givers.get(skill, {}).get(credential, 0)

    def is_plannable(self, credential: str) -> bool:
        """Whether it is a micro-credential of which an award made today would be good today."""
        known = self.world.credentials.get(credential)
        if known is None or known.kind is not Kind.MICRO:
            return False
        last = self.last_day(known, self.as_of)
        return last is None or last >= self.as_of

    def last_day(self, credential: Credential, awarded: date) -> date | None:
        """The last good day of an award made on a day; None = it never ends."""
        return last_good_day(awarded, credential.validity)

    def _fresh(self, credential: str) -> Holding:
        return Holding("", credential, self.as_of)

    def _who_gives(self) -> dict[str, dict[str, int]]:
        """Skill -> credential -> level, by what each one teaches and by what it counts as everywhere.

        A stack proves what it was built on, which counts by itself; only what a stack counts as adds anything.
        """
        found: dict[str, dict[str, int]] = {}
        for credential in sorted({*self.world.credentials, *self.world.counts_as}):
            known = self.world.credentials.get(credential)
            proved = [] if known is None or known.kind is Kind.STACK else list(known.skills)
            for target, through in self.world.counts_as.get(credential, ()):
                other = self.world.credentials.get(target)
                if other is not None and applies(through, self._fresh(credential), self.as_of, None):
                    proved += other.skills
            for each in proved:
                levels = found.setdefault(each.skill, {})
                levels[credential] = max(levels.get(credential, 0), each.level)
        return found


def _needs(pathway: Pathway, node: Node) -> Iterator[str]:
    """The nodes of the same pathway that a node names, by itself or by the stack that they award."""
    for leaf in leaves(node.condition):
        if isinstance(leaf, HasNode):
            yield leaf.node
        elif isinstance(leaf, HasCredential) and leaf.credential in pathway.awarded_by:
            yield pathway.awarded_by[leaf.credential]


def _turned(world: World) -> dict[str, list[tuple[str, Equivalence]]]:
    """Target -> what counts as it, and through which equivalence."""
    found: dict[str, list[tuple[str, Equivalence]]] = {}
    for source, leads in world.counts_as.items():
        for target, through in leads:
            found.setdefault(target, []).append((source, through))
    return found
