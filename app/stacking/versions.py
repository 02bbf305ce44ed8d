"""How two versions of a pathway differ, as sentences for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.stacking import wording
from app.stacking.conditions import Condition, leaves
from app.stacking.world import Node, OnLoss, Pathway, World


class What(StrEnum):
    """What is another thing. `more` and `less`: what a step names; `needs`: the same, put together otherwise."""

    NEW = "new"
    GONE = "gone"
    MORE = "more"
    LESS = "less"
    NEEDS = "needs"
    AWARDS = "awards"
    COMPLETION = "completion"
    ENTRY = "entry"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `name` is that of the step, `before` that of the step that completed it before.

    `conditions` are what is asked for, of the version that `of` names; `awards` None = nothing is awarded now.
    """

    what: What
    of: Pathway
    name: str = ""
    before: str = ""
    conditions: tuple[Condition, ...] = ()
    awards: str | None = None
    on_loss: OnLoss = OnLoss.KEEP


def changes(world: World, before: Pathway, after: Pathway) -> tuple[Change, ...]:
    """Everything that is another thing: nodes that come, go or ask for more or less."""
    return tuple(_changes(world, before, after))


def difference(world: World, before: Pathway, after: Pathway) -> tuple[str, ...]:
    """The same as English sentences."""
    return tuple(_said(world, each) for each in changes(world, before, after))


def _changes(world: World, before: Pathway, after: Pathway) -> Iterator[Change]:
    for node in after.nodes:
        if node.id not in before.by_id:
            yield Change(What.NEW, after, node.name, conditions=(node.condition,))
    for node in before.nodes:
        if node.id not in after.by_id:
            yield Change(What.GONE, before, node.name)
        else:
            yield from _of_node(world, before, after, node, after.by_id[node.id])
    if before.completion != after.completion:
        name, old = _name(after, after.completion), _name(before, before.completion)
        yield Change(What.COMPLETION, after, name, before=old)
    if before.entry != after.entry:
        yield Change(What.ENTRY, after, conditions=(after.entry,) if after.entry else ())
    if before.on_component_loss is not after.on_component_loss:
        yield Change(What.LOSS, after, on_loss=after.on_component_loss)


def _of_node(world: World, before: Pathway, after: Pathway, old: Node, new: Node) -> Iterator[Change]:
    if old.condition != new.condition:
        had, has = _phrases(world, old.condition, before), _phrases(world, new.condition, after)
        more = tuple(leaf for phrase, leaf in has.items() if phrase not in had)
        less = tuple(leaf for phrase, leaf in had.items() if phrase not in has)
        if more:
            yield Change(What.MORE, after, new.name, conditions=more)
        if less:
            yield Change(What.LESS, before, new.name, conditions=less)
        if not more and not less:
            yield Change(What.NEEDS, after, new.name, conditions=(new.condition,))
    if old.awards != new.awards:
        yield Change(What.AWARDS, after, new.name, awards=new.awards)


def _said(world: World, each: Change) -> str:
    asked = [wording.condition(world, one, each.of) for one in each.conditions]
    match each.what:
        case What.NEW:
            said = f"New: {each.name}, which needs {asked[0]}."
        case What.GONE:
            said = f"Gone: {each.name}."
        case What.MORE:
            said = f"{each.name} now also names {wording.listed(asked, 'and')}."
        case What.LESS:
            said = f"{each.name} no longer names {wording.listed(asked, 'and')}."
        case What.NEEDS:
            said = f"{each.name} now needs {asked[0]}."
        case What.AWARDS:
            said = f"{each.name} now awards {world.label(each.awards) if each.awards else 'nothing'}."
        case What.COMPLETION:
            said = f"It is complete with {each.name} now, not with {each.before}."
        case What.ENTRY:
            said = f"To begin, one needs {asked[0] if asked else 'nothing'} now."
        case What.LOSS:
            said = f"When something is lost, stacks are now {_PAST[each.on_loss]}."
    return said


def _phrases(world: World, condition: Condition, pathway: Pathway) -> dict[str, Condition]:
    """What a condition names, each phrase once, with the leaf that it says."""
    found: dict[str, Condition] = {}
    for leaf in leaves(condition):
        found.setdefault(wording.condition(world, leaf, pathway), leaf)
    return found


def _name(pathway: Pathway, node: str) -> str:
    known = pathway.by_id.get(node)
    return known.name if known else node


_PAST = {OnLoss.KEEP: "kept", OnLoss.SUSPEND: "suspended", OnLoss.REVOKE: "revoked"}
