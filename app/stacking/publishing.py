"""What is looked at before a version of a pathway is published: problems stop it, warnings are told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

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
    can_never_hold,
    credentials_in,
    holds_for_nothing,
    leaves,
)
from app.stacking.world import Kind, Node, Pathway, StackType, World

MOST_NODES = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right. `node` = where, "" = the pathway as a whole; `path` = the closed walk of a cycle."""

    code: str
    node: str
    sentence: str
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class Verdict:
    """What was found. Without problems it may be published."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, node: str, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, node, sentence))

    def warn(self, code: str, node: str, sentence: str) -> None:
        """Note a warning."""
        self.warnings.append(Problem(code, node, sentence))


def check(world: World, pathway: Pathway) -> Verdict:
    """Look at a pathway as if it stood in the world in the place of its version before."""
    verdict = Verdict()
    _names(verdict, world, pathway)
    for node in pathway.nodes:
        _condition(verdict, world, pathway, node)
    if pathway.entry is not None:
        for leaf in leaves(pathway.entry):
            _leaf(verdict, world, None, "", leaf)
    _awards(verdict, world, pathway)
    if not verdict.problems and (walk := cycle(world, pathway)):
        shown = " needs ".join(walk)
        verdict.problems.append(Problem("cycle", "", f"This goes round in a circle: {shown}.", walk))
    _shape(verdict, pathway)
    return verdict


def cycle(world: World, *instead: Pathway) -> tuple[str, ...]:
    """A closed walk through what needs what, over the whole graph; nothing if there is none.

    Nodes need what their conditions name, a stack needs the node that awards it, a credential its prerequisites, and
    what an equivalence leads to needs what it comes from. Two that count as one another are one, unless one of them is
    a stack. Nodes of the pathways given are named by themselves, others with their pathway.
    """
    pathways = {**world.pathways, **{each.id: each for each in instead}}
    same = _same(world)
    graph: dict[str, set[str]] = {}
    for one, other in _edges(world, pathways.values(), {each.id for each in instead}):
        first, second = same.get(one, one), same.get(other, other)
        if one == other or first != second:
            graph.setdefault(first, set()).add(second)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _edges(world: World, pathways: Iterable[Pathway], own: set[str]) -> Iterator[tuple[str, str]]:
    """What needs what, one pair after the other."""
    for pathway in pathways:
        for node in pathway.nodes:
            name = _vertex(pathway, node.id, own)
            yield from ((name, each) for each in credentials_in(node.condition))
            for leaf in leaves(node.condition):
                if isinstance(leaf, HasNode):
                    yield name, _vertex(pathway, leaf.node, own)
            if node.awards:
                yield node.awards, name
    for credential in world.credentials.values():
        if credential.prerequisites is not None:
            yield from ((credential.id, each) for each in credentials_in(credential.prerequisites))
    for equivalence in world.equivalences:
        yield from ((target, source) for source, target in equivalence.directions)


def _vertex(pathway: Pathway, node: str, own: set[str]) -> str:
    return node if pathway.id in own else f"{pathway.id}/{node}"


def _same(world: World) -> dict[str, str]:
    """Credentials that count as one another in both directions -> one name for all of them."""
    found: dict[str, str] = {}
    for each in world.equivalences:
        sides = [world.credentials.get(each.source), world.credentials.get(each.target)]
        if each.both and not any(side is not None and side.kind is Kind.STACK for side in sides):
            one, other = found.get(each.source, each.source), found.get(each.target, each.target)
            name = min(one, other)
            found = {credential: name if kept in {one, other} else kept for credential, kept in found.items()}
            found |= {each.source: name, each.target: name}
    return found


def _names(verdict: Verdict, world: World, pathway: Pathway) -> None:
    if not pathway.nodes:
        verdict.refuse("no_nodes", "", "A pathway has at least one node.")
    if len(pathway.nodes) > MOST_NODES:
        verdict.refuse("too_many_nodes", "", f"A pathway has at most {MOST_NODES} nodes.")
    seen: set[str] = set()
    for node in pathway.nodes:
        if node.id in seen:
            verdict.refuse("same_node_twice", node.id, f"Two nodes are called {node.id}.")
        if node.id in world.credentials:
            verdict.refuse("node_named_as_credential", node.id, f"{node.id} is the name of a credential already.")
        seen.add(node.id)
    if pathway.nodes and pathway.completion not in seen:
        verdict.refuse("unknown_completion", "", f"There is no node {pathway.completion}, which is to complete it.")


def _condition(verdict: Verdict, world: World, pathway: Pathway, node: Node) -> None:
    if holds_for_nothing(node.condition):
        verdict.refuse("vacuous", node.id, f"{node.name}: this holds for everybody, whatever they did.")
    elif can_never_hold(node.condition):
        verdict.refuse("impossible", node.id, f"{node.name}: nobody can ever meet this.")
    for leaf in leaves(node.condition):
        _leaf(verdict, world, pathway, node.id, leaf)
    for part in _parts(node.condition):
        if isinstance(part, NOf) and part.n == 1:
            verdict.warn("one_of", node.id, f"{node.name}: at least 1 of several is the same as any of them.")


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    if isinstance(condition, AllOf | AnyOf | NOf):
        for each in condition.of:
            yield from _parts(each)


def _leaf(verdict: Verdict, world: World, pathway: Pathway | None, node: str, leaf: Leaf) -> None:
    match leaf:
        case HasCredential(credential):
            _known(verdict, world, node, credential)
        case HasNode(name):
            if pathway is None or name not in pathway.by_id:
                verdict.refuse("unknown_node", node, f"There is no node {name} in this pathway.")
        case HasSkill(skill):
            if skill not in world.skills:
                verdict.refuse("unknown_skill", node, f"There is no skill {skill}.")
        case MinSum(measure, of=of, unit=unit):
            for credential in of:
                _known(verdict, world, node, credential)
            if measure is Measure.CE and unit not in world.contact_hours:
                verdict.refuse("unknown_unit", node, f"There is no unit of continuing education {unit}.")


def _known(verdict: Verdict, world: World, node: str, credential: str) -> None:
    if credential not in world.credentials:
        verdict.refuse("unknown_credential", node, f"There is no credential {credential}.")


def _awards(verdict: Verdict, world: World, pathway: Pathway) -> None:
    elsewhere = {
        node.awards: other.name
        for other in world.pathways.values()
        if other.id != pathway.id
        for node in other.nodes
        if node.awards
    }
    here: set[str] = set()
    for node in pathway.nodes:
        if node.awards is None:
            continue
        known = world.credentials.get(node.awards)
        if known is None:
            verdict.refuse("unknown_stack", node.id, f"There is no stack {node.awards} to be awarded.")
        elif known.kind is not Kind.STACK:
            verdict.refuse("not_a_stack", node.id, f"{known.abbreviation} is not awarded by pathways: it is no stack.")
        if node.awards in here:
            verdict.refuse("awarded_twice", node.id, f"Two nodes award {world.label(node.awards)}.")
        elif node.awards in elsewhere:
            sentence = f"{world.label(node.awards)} is awarded by {elsewhere[node.awards]} already."
            verdict.refuse("awarded_twice", node.id, sentence)
        here.add(node.awards)


def _shape(verdict: Verdict, pathway: Pathway) -> None:
    """Types are labels: what does not look like its type is told and not refused."""
    named = {leaf.node for node in pathway.nodes for leaf in leaves(node.condition) if isinstance(leaf, HasNode)}
    needed = {name for node in pathway.nodes for name in credentials_in(node.condition)}
    for node in pathway.nodes:
        leads = node.id == pathway.completion or node.id in named or node.awards in needed
        if not leads and node.awards is None:
            verdict.warn("dead_end", node.id, f"{node.name} leads nowhere: nothing needs it, and it awards nothing.")
    steps = named or {node.awards for node in pathway.nodes if node.awards in needed}
    if pathway.stack_type is StackType.VERTICAL and len(pathway.nodes) > 1 and not steps:
        verdict.warn("no_order", "", "It is called vertical, and no node needs another one.")
    if pathway.stack_type is StackType.HORIZONTAL and not any(
        isinstance(part, NOf | AnyOf) for node in pathway.nodes for part in _parts(node.condition)
    ):
        verdict.warn("no_choice", "", "It is called horizontal, and leaves no choice among peers.")
