"""Where a badge leads: what is built on it, and which badges lead nowhere or are a good start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.stacking.conditions import Condition, HasCredential, HasNode, HasSkill, MinSum, holds_for_nothing, leaves
from app.stacking.evaluate import measured
from app.stacking.world import Credential, Kind, Pathway, World

NodeName = tuple[str, str]  # a pathway and its node


@dataclass(frozen=True, slots=True)
class LeadsTo:
    """What a credential is needed for, or of use for; itself, or as what it counts. All by id, in their order."""

    credentials: tuple[str, ...]  # of which it is a prerequisite
    nodes: tuple[NodeName, ...]  # that name it or a skill of it
    stacks: tuple[str, ...]  # that are built on those nodes, or on one another
    roles: tuple[str, ...]
    transfers: tuple[str, ...]

    @property
    def is_somewhere(self) -> bool:
        """Whether it leads anywhere."""
        return bool(self.credentials or self.nodes or self.roles or self.transfers)


def leads_to(world: World, credential: str) -> LeadsTo:
    """Where a credential leads, whatever the day: dates of equivalences and agreements are not looked at."""
    return _Look(world).leads_to(credential)


def start_here(world: World) -> tuple[str, ...]:
    """The micro-credentials that ask for nothing before and lead somewhere."""
    look = _Look(world)
    return tuple(
        each.id for each in _of_kinds(world, {Kind.MICRO}) if asks_nothing(each) and look.leads_to(each.id).is_somewhere
    )


def dead_ends(world: World, kinds: Iterable[Kind] = (Kind.MICRO,)) -> tuple[str, ...]:
    """The credentials that lead nowhere. Stacks are left out unless they are asked for: a ladder has a top."""
    look = _Look(world)
    return tuple(each.id for each in _of_kinds(world, set(kinds)) if not look.leads_to(each.id).is_somewhere)


def asks_nothing(credential: Credential) -> bool:
    """Whether there are no prerequisites, or only such as everybody meets."""
    return credential.prerequisites is None or holds_for_nothing(credential.prerequisites)


def _of_kinds(world: World, kinds: set[Kind]) -> Iterator[Credential]:
    yield from (world.credentials[each] for each in sorted(world.credentials) if world.credentials[each].kind in kinds)


class _Look:
    def __init__(self, world: World) -> None:
        self._world = world

    def leads_to(self, credential: str) -> LeadsTo:
        world = self._world
        levels = self._levels(credential)
        nodes, stacks = self._nodes(credential, levels)
        names = self._counts_as(credential, None) | stacks
        return LeadsTo(
            tuple(
                sorted(
                    each.id
                    for each in world.credentials.values()
                    if each.id != credential and each.prerequisites and self._serves(each.prerequisites, names, levels)
                )
            ),
            tuple(sorted(nodes)),
            tuple(sorted(stacks)),
            tuple(
                sorted(
                    role.id
                    for role in world.roles.values()
                    if names & set(role.requires_credentials)
                    or any(0 < each.level <= levels.get(each.skill, 0) for each in role.requires)
                )
            ),
            tuple(each.id for each in world.transfers if self._serves(each.source, names, levels)),
        )

    def _nodes(self, credential: str, levels: dict[str, int]) -> tuple[set[NodeName], set[str]]:
        """The nodes that name it, and the stacks to which those lead, in this and in other pathways."""
        direct: set[NodeName] = set()
        reached: set[NodeName] = set()
        stacks: set[str] = set()
        found_one = True
        while found_one:
            found_one = False
            for pathway, node_id, condition, awards in self._all_nodes():
                if (pathway.id, node_id) in reached:
                    continue
                is_direct = self._serves(condition, self._counts_as(credential, pathway.id), levels)
                names = {one for each in stacks for one in self._counts_as(each, pathway.id)}
                if is_direct or self._serves(condition, names, {}) or self._rests_on(condition, pathway, reached):
                    reached.add((pathway.id, node_id))
                    direct |= {(pathway.id, node_id)} if is_direct else set()
                    stacks |= {awards} if awards else set()
                    found_one = True
        return direct, stacks

    def _all_nodes(self) -> Iterator[tuple[Pathway, str, Condition, str | None]]:
        for pathway in self._world.pathways.values():
            yield from ((pathway, node.id, node.condition, node.awards) for node in pathway.nodes)

    def _rests_on(self, condition: Condition, pathway: Pathway, reached: set[NodeName]) -> bool:
        return any(isinstance(leaf, HasNode) and (pathway.id, leaf.node) in reached for leaf in leaves(condition))

    def _serves(self, condition: Condition, names: set[str], levels: dict[str, int]) -> bool:
        """Whether a condition has a leaf that one of these credentials, or a skill at its level, meets or adds to."""
        for leaf in leaves(condition):
            match leaf:
                case HasCredential(credential):
                    found = credential in names
                case HasSkill(skill, at_least):
                    found = levels.get(skill, 0) >= at_least
                case MinSum(of=of):
                    found = any(each in names and measured(self._world, each, leaf) > 0 for each in of)
                case HasNode():
                    found = False
            if found:
                return True
        return False

    def _counts_as(self, credential: str, pathway: str | None) -> set[str]:
        """A credential, and what it counts as in a pathway; None = everywhere."""
        return {
            credential,
            *(
                target
                for target, through in self._world.counts_as.get(credential, ())
                if through.pathways is None or pathway in through.pathways
            ),
        }

    def _levels(self, credential: str) -> dict[str, int]:
        """The skills that it proves, by itself and as what it counts everywhere."""
        found: dict[str, int] = {}
        for name in self._counts_as(credential, None):
            known = self._world.credentials.get(name)
            for each in known.skills if known else ():
                found[each.skill] = max(each.level, found.get(each.skill, 0))
        return found
