"""A pathway as CTDL takes it: every step, and whatever its conditions name, becomes a component with an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.projections import ctdl
from app.projections.ctdl import Component, Operator, Shape
from app.stacking import wording
from app.stacking.conditions import (
    AllOf,
    AnyOf,
    Condition,
    HasCredential,
    HasNode,
    HasSkill,
    Leaf,
    Measure,
    MinSum,
    NOf,
    leaves,
)
from app.stacking.world import Kind, Mode, Node, Pathway, World

_SOURCES = {
    Measure.HOURS: "ceterms:estimatedDuration",
    Measure.ACADEMIC_CREDITS: "ceterms:creditValue",
    Measure.CE: "ceterms:creditValue",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: the pathway's version, its page, and what a credential or a skill has as its own address.

    `lasting` is the version's address under the service's first public address, whatever that is today.
    """

    version: str
    lasting: str
    page: str
    credential: Callable[[str], str | None]
    skill: Callable[[str], str | None]
    type_of: Callable[[str], str | None]  # the achievement type of a credential


def in_ctdl(world: World, pathway: Pathway, owner: ctdl.Organisation, places: Places) -> ctdl.Pathway:
    """The whole of one version: its steps in their order, then what they name, then what is asked for to begin."""
    making = _Making(world, pathway, places)
    steps = [making.step(node) for node in pathway.nodes]
    entry = [making.entry(pathway.entry)] if pathway.entry is not None else []
    return ctdl.Pathway(
        id=places.version,
        lasting_id=places.lasting,
        page=places.page,
        name=pathway.name,
        description=pathway.description or None,
        owner=owner,
        components=(*steps, *making.named.values(), *entry),
        destination=making.node_id(pathway.completion),
    )


def needed_nodes(pathway: Pathway, condition: Condition) -> frozenset[str]:
    """The steps of the pathway without which a condition cannot hold; a stack that a step awards stands for the step.

    Equivalents are left aside: with one, somebody may do without the step all the same.
    """
    match condition:
        case HasNode(node):
            found = frozenset({node})
        case HasCredential(credential):
            node_of = pathway.awarded_by.get(credential)
            found = frozenset({node_of}) if node_of else frozenset()
        case AllOf(of):
            found = _union(needed_nodes(pathway, each) for each in of)
        case AnyOf(of):
            found = _in_all(needed_nodes(pathway, each) for each in of)
        case NOf(n, of):
            parts = [needed_nodes(pathway, each) for each in of]
            # So many parts need it that too few others are left.
            found = frozenset(each for each in _union(parts) if sum(each not in part for part in parts) < n)
        case _:
            found = frozenset()
    return found


@dataclass(slots=True)
class _Making:
    world: World
    pathway: Pathway
    places: Places
    named: dict[str, Component] = field(default_factory=dict)  # what conditions name, by the id of its component

    def node_id(self, node: str) -> str:
        return f"{self.places.version}#node/{node}"

    def step(self, node: Node) -> Component:
        awards = self.world.credentials.get(node.awards) if node.awards else None
        needed = needed_nodes(self.pathway, node.condition) - {node.id}
        return Component(
            id=self.node_id(node.id),
            shape=Shape.CREDENTIAL if node.awards else Shape.BASIC,
            name=node.name,
            abbreviation=awards.abbreviation if awards else None,
            credential_type=self.places.type_of(node.awards) if node.awards else None,
            stands_for=self.places.credential(node.awards) if node.awards else None,
            condition=self.condition(node.condition),
            prerequisites=tuple(self.node_id(each.id) for each in self.pathway.nodes if each.id in needed),
            precedes=tuple(self.node_id(each) for each in self._suggested_after(node)),
        )

    def entry(self, condition: Condition) -> Component:
        lowest = min(node.level for node in self.pathway.nodes)
        return Component(
            id=f"{self.places.version}#entry",
            shape=Shape.BASIC,
            name="To begin",
            description=_sentence(wording.condition(self.world, condition, self.pathway)),
            condition=self.condition(condition),
            precedes=tuple(self.node_id(node.id) for node in self.pathway.nodes if node.level == lowest),
        )

    def condition(self, stated: Condition) -> ctdl.Condition:
        said = _sentence(wording.condition(self.world, stated, self.pathway))
        match stated:
            case AllOf(of):
                return self._joined(said, of, len(of), Operator.AND)
            case AnyOf(of):
                return self._joined(said, of, 1, Operator.OR)
            case NOf(n, of):
                return self._joined(said, of, n, None)
            case MinSum(measure, at_least, of):
                constraint = ctdl.Constraint(_SOURCES[measure], at_least, said)
                targets = tuple(self._credential(each) for each in of)
                return ctdl.Condition(said, targets, constraint=constraint)
            case HasCredential() | HasNode() | HasSkill():
                return ctdl.Condition(said, (self._leaf(stated),), required=1)

    def _joined(self, said: str, of: tuple[Condition, ...], required: int, operator: Operator | None) -> ctdl.Condition:
        """Leaves are targets; what joins others, sums, or names a target once more is a condition within."""
        targets: list[str] = []
        inner: list[ctdl.Condition] = []
        for each in of:
            is_plain = isinstance(each, HasNode | HasSkill) or (isinstance(each, HasCredential) and not each.ever)
            if is_plain and (target := self._leaf(each)) not in targets:  # type: ignore[arg-type]  # a leaf, as asked
                targets.append(target)
            else:
                inner.append(self.condition(each))
        return ctdl.Condition(said, tuple(targets), tuple(inner), required, operator)

    def _leaf(self, leaf: Leaf) -> str:
        match leaf:
            case HasCredential(credential):
                return self._credential(credential)
            case HasSkill(skill, at_least):
                return self._skill(skill, at_least)
            case HasNode(node):
                return self.node_id(node)
            case MinSum():
                raise ValueError("a sum is no single component")

    def _credential(self, name: str) -> str:
        if (node := self.pathway.awarded_by.get(name)) is not None:
            return self.node_id(node)
        known = self.world.credentials.get(name)
        component = Component(
            id=f"{self.places.version}#credential/{name}",
            shape=Shape.CREDENTIAL,
            name=known.name if known else name,
            description=f"Issued by {known.issuer}." if known and known.kind in OF_OTHERS else None,
            abbreviation=known.abbreviation if known else None,
            credential_type=self.places.type_of(name),
            stands_for=self.places.credential(name),
        )
        return self.named.setdefault(component.id, component).id

    def _skill(self, name: str, level: int) -> str:
        said = wording.condition(self.world, HasSkill(name, level), self.pathway)
        component = Component(
            id=f"{self.places.version}#skill/{name}/{level}",
            shape=Shape.COMPETENCY,
            name=said,
            stands_for=self.places.skill(name),
        )
        return self.named.setdefault(component.id, component).id

    def _suggested_after(self, node: Node) -> Iterable[str]:
        """In a pathway with an order: the steps of the next level, which do not already need this one."""
        higher = [each.level for each in self.pathway.nodes if each.level > node.level]
        if self.pathway.mode is not Mode.PROGRESSIVE or not higher:
            return ()
        return (each.id for each in self.pathway.nodes if each.level == min(higher))


def named_credentials(condition: Condition) -> tuple[str, ...]:
    """The credentials that a condition names, in its order, each once."""
    found: dict[str, None] = {}
    for leaf in leaves(condition):
        if isinstance(leaf, HasCredential):
            found[leaf.credential] = None
        elif isinstance(leaf, MinSum):
            found |= dict.fromkeys(leaf.of)
    return tuple(found)


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:] + "."


def _union(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*parts)


def _in_all(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    found = list(parts)
    return frozenset.intersection(*found) if found else frozenset()


OF_OTHERS = {Kind.EXTERNAL, Kind.PARTNER}
