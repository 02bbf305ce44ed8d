"""What can matter for a target from where somebody stands: everything else is left out of the search."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, MinSum, NOf
from app.stacking.evaluate import measured
from app.stacking.plans.ground import Ground
from app.stacking.plans.scenarios import Scenarios
from app.stacking.world import Kind, Pathway


@dataclass(slots=True)
class Relevant:
    """What a target leads to, through prerequisites, nodes, stacks and equivalents; parts that hold are left out."""

    plannable: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)  # issued elsewhere, or made by a pathway that nobody planned with
    stacks: set[str] = field(default_factory=set)
    skills: set[HasSkill] = field(default_factory=set)  # not there yet
    untaught: set[HasSkill] = field(default_factory=set)  # and nothing gives them
    assumed: set[str] = field(default_factory=set)  # pathways that are not joined, and whose stacks it leads to


def relevant(ground: Ground, now: Scenarios, target: Condition, pathway: Pathway | None) -> Relevant:
    """Walk from a target to all that it may rest on. `now` judges the one set without anything new."""
    walk = _Walk(ground, now)
    walk.ahead.append((target, pathway))
    while walk.ahead:
        walk.step(*walk.ahead.pop())
    return walk.found


class _Walk:
    def __init__(self, ground: Ground, now: Scenarios) -> None:
        self._ground, self._now, self.found = ground, now, Relevant()
        self._seen: set[object] = set()
        self.ahead: list[tuple[Condition, Pathway | None]] = []

    def step(self, condition: Condition, pathway: Pathway | None) -> None:
        if self._now.of(condition, pathway):
            return
        match condition:
            case HasCredential(credential):
                for source in self._ground.sources(credential, pathway.id if pathway else None):
                    self._credential(source)
            case HasNode(name):
                self._node(name, pathway)
            case HasSkill():
                self._skill(condition)
            case AllOf(parts) | AnyOf(parts) | NOf(_, parts):
                self.ahead += [(each, pathway) for each in parts]
            case MinSum():
                self._sum(condition, pathway)

    def _node(self, name: str, pathway: Pathway | None) -> None:
        node = pathway.by_id.get(name) if pathway else None
        if pathway and node and self._is_new((pathway.id, name)):
            self.ahead.append((node.condition, pathway))

    def _skill(self, condition: HasSkill) -> None:
        self.found.skills.add(condition)
        givers = self._ground.givers(condition.skill, condition.at_least)
        if not givers:
            self.found.untaught.add(condition)
        for giver in givers:
            self._credential(giver)

    def _sum(self, condition: MinSum, pathway: Pathway | None) -> None:
        itself = self._ground.held(pathway.id if pathway else None).itself
        for name in condition.of:
            if name not in itself and measured(self._ground.world, name, condition) > 0:
                self._credential(name)

    def _credential(self, credential: str) -> None:
        if not self._is_new(credential):
            return
        known = self._ground.world.credentials.get(credential)
        if self._ground.is_plannable(credential):
            self.found.plannable.add(credential)
            if known and known.prerequisites is not None:
                self.ahead.append((known.prerequisites, None))
        elif credential in self._ground.awarding:
            self.found.stacks.add(credential)
            for pathway, node in self._ground.awarding[credential]:
                self._node(node.id, pathway)
                if pathway.id in self._ground.assumed:
                    self.found.assumed.add(pathway.id)
                    if pathway.entry is not None:
                        self.ahead.append((pathway.entry, pathway))
        elif known is None or known.kind is not Kind.MICRO:
            self.found.outside.add(credential)

    def _is_new(self, what: object) -> bool:
        if what in self._seen:
            return False
        self._seen.add(what)
        return True
