"""From where somebody is: every role and every node of a pathway, the nearest first, up or across."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.stacking.holdings import Holding
from app.stacking.plans.exact import MOST_CANDIDATES
from app.stacking.plans.explaining import joins
from app.stacking.plans.ground import Ground
from app.stacking.plans.model import AtNode, Outcome, Outside
from app.stacking.plans.planning import NO_WISHES
from app.stacking.plans.searching import Found, search
from app.stacking.plans.wishes import Wishes
from app.stacking.world import Node, Pathway, Role, StackType, World


class Direction(StrEnum):
    """Where a move leads.

    A role is up if it needs more levels of skill in sum than the role where somebody is; a node is up if it stands
    higher in a vertical pathway than every node of it that is complete. All else is across.
    """

    UP = "up"
    ACROSS = "across"


@dataclass(frozen=True, slots=True)
class Move:
    """A role, or a node of a pathway, and the cheapest way there. `steps` are in the order in which they are taken.

    `joins`: the pathways that the way assumes that the learner joins.
    """

    target: Role | AtNode
    direction: Direction
    outcome: Outcome
    steps: tuple[str, ...]
    hours: Decimal
    price: Decimal
    is_exact: bool
    outside: tuple[Outside, ...]
    joins: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the role or the node."""
        return self.target.name if isinstance(self.target, Role) else self.node.name

    @property
    def node(self) -> Node:
        """The node of a move to a node. Raises TypeError for a role."""
        if isinstance(self.target, Role):
            raise TypeError("A role is no node.")
        return self.target.pathway.by_id[self.target.node]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where somebody is, and where they can go."""

    as_of: date
    roles: tuple[str, ...]  # that they match
    nodes: tuple[tuple[str, str], ...]  # pathway and node, complete
    moves: tuple[Move, ...]

    def nearest(self, direction: Direction) -> tuple[Move, ...]:
        """The moves up, or across, that need nothing from outside; nearest first."""
        able = {Outcome.MET, Outcome.PLANNED}
        return tuple(each for each in self.moves if each.direction is direction and each.outcome in able)


def moves(
    world: World,
    holdings: Iterable[Holding],
    as_of: date,
    *,
    pathways: Iterable[Pathway] = (),
    current_role: Role | None = None,
    wishes: Wishes = NO_WISHES,
) -> Lattice:
    """Every move from here. It assumes that the learner joins what they are not in, and says so for each move.

    Without a current role, the one that they match and that needs the most levels is where they are.
    """
    ground = Ground(world, holdings, as_of, pathways, world.pathways.values())
    found = [(each, search(ground, each, wishes, MOST_CANDIDATES)) for each in _targets(ground)]
    here = [target for target, each in found if _is_here(target, each)]
    matched = [each for each in here if isinstance(each, Role)]
    level = level_of(current_role) if current_role else max(map(level_of, matched), default=0)
    nodes = [(each.pathway, each.pathway.by_id[each.node]) for each in here if isinstance(each, AtNode)]
    highest: dict[str, int] = {}
    for pathway, node in nodes:
        highest[pathway.id] = max(node.level, highest.get(pathway.id, 0))
    ways = [
        (_order(target, each), _move(target, each, _direction(target, level, highest)))
        for target, each in found
        if not _is_here(target, each)
    ]
    return Lattice(
        as_of,
        tuple(sorted(each.id for each in matched)),
        tuple((pathway.id, node.id) for pathway, node in nodes),
        tuple(move for _place, move in sorted(ways, key=lambda each: each[0])),
    )


def level_of(role: Role) -> int:
    """The levels of skill that a role needs in sum."""
    return sum(each.level for each in role.requires)


def _targets(ground: Ground) -> Iterator[Role | AtNode]:
    yield from (ground.world.roles[each] for each in sorted(ground.world.roles))
    for name in sorted(ground.pathways):
        pathway = ground.pathways[name]
        yield from (AtNode(pathway, node.id) for node in pathway.nodes)


def _is_here(target: Role | AtNode, found: Found) -> bool:
    """Whether somebody is there already. A node that is complete in a pathway that is not joined is only near."""
    is_elsewhere = isinstance(target, AtNode) and target.pathway.id in found.problem.ground.assumed
    return found.outcome is Outcome.MET and not is_elsewhere


def _direction(target: Role | AtNode, level: int, highest: dict[str, int]) -> Direction:
    if isinstance(target, Role):
        return Direction.UP if level_of(target) > level else Direction.ACROSS
    node, is_vertical = target.pathway.by_id[target.node], target.pathway.stack_type is StackType.VERTICAL
    return Direction.UP if is_vertical and node.level > highest.get(target.pathway.id, 0) else Direction.ACROSS


def _order(target: Role | AtNode, found: Found) -> tuple[object, ...]:
    """What can be had by badges alone first, then by its cost, then by name."""
    place = list(Outcome).index(found.outcome)
    name = ("", target.id) if isinstance(target, Role) else (target.pathway.id, target.node)
    is_near = found.outcome in {Outcome.MET, Outcome.PLANNED}
    return (0 if is_near else place, found.problem.cost(found.ids), name)


def _move(target: Role | AtNode, found: Found, direction: Direction) -> Move:
    cost = found.problem.cost(found.ids)
    return Move(
        target,
        direction,
        found.outcome,
        found.problem.in_order(found.ids),
        cost.hours,
        cost.price,
        found.is_exact,
        tuple(each for each in found.outside if each.is_needed),
        joins(found),
    )
