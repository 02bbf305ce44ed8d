"""How two versions of a pathway differ, as sentences for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.stacking import wording
from app.stacking.conditions import Condition, leaves
from app.stacking.world import Node, Pathway, World


def difference(world: World, before: Pathway, after: Pathway) -> tuple[str, ...]:
    """A sentence for each thing that is another one: nodes that come, go or ask for more or less."""
    return tuple(_sentences(world, before, after))


def _sentences(world: World, before: Pathway, after: Pathway) -> Iterator[str]:
    for node in after.nodes:
        if node.id not in before.by_id:
            yield f"New: {node.name}, which needs {wording.condition(world, node.condition, after)}."
    for node in before.nodes:
        if node.id not in after.by_id:
            yield f"Gone: {node.name}."
        else:
            yield from _of_node(world, before, after, node, after.by_id[node.id])
    if before.completion != after.completion:
        yield f"It is complete with {_name(after, after.completion)} now, not with {_name(before, before.completion)}."
    if before.entry != after.entry:
        asks = wording.condition(world, after.entry, after) if after.entry else "nothing"
        yield f"To begin, one needs {asks} now."
    if before.on_component_loss is not after.on_component_loss:
        yield f"When something is lost, stacks are now {_PAST[after.on_component_loss]}."


def _of_node(world: World, before: Pathway, after: Pathway, old: Node, new: Node) -> Iterator[str]:
    if old.condition != new.condition:
        had = _phrases(world, old.condition, before)
        has = _phrases(world, new.condition, after)
        more = [each for each in has if each not in had]
        less = [each for each in had if each not in has]
        if more:
            yield f"{new.name} now also names {wording.listed(more, 'and')}."
        if less:
            yield f"{new.name} no longer names {wording.listed(less, 'and')}."
        if not more and not less:
            yield f"{new.name} now needs {wording.condition(world, new.condition, after)}."
    if old.awards != new.awards:
        awards = world.label(new.awards) if new.awards else "nothing"
        yield f"{new.name} now awards {awards}."


def _phrases(world: World, condition: Condition, pathway: Pathway) -> list[str]:
    return list(dict.fromkeys(wording.condition(world, leaf, pathway) for leaf in leaves(condition)))


def _name(pathway: Pathway, node: str) -> str:
    known = pathway.by_id.get(node)
    return known.name if known else node


_PAST = {"keep": "kept", "suspend": "suspended", "revoke": "revoked"}
