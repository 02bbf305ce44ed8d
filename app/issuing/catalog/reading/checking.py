"""A plan is looked at whole before anything is written: what conditions name, and whether they go in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from app.issuing.catalog.lines import Entry
from app.issuing.catalog.plan import PlannedAchievement, PlannedDefinition, PlannedPathway
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.definitions.kinds import CreditTransferFacts
from app.issuing.pathways import worlds
from app.stacking import conditions, publishing
from app.stacking.conditions import Condition, HasCredential, HasNode, HasSkill, Measure, MinSum, leaves
from app.stacking.world import Credential, Kind, Skill, World


@dataclass(frozen=True, slots=True)
class Everything:
    """What one issuer would have."""

    slug: str
    achievements: list[PlannedAchievement]
    definitions: list[PlannedDefinition]
    pathways: list[PlannedPathway]


def check(file: CatalogFile, whole: Everything) -> None:
    """Note everything for which a pathway could not be published, or a condition could not be met."""
    world = _world(file, whole)
    for planned in whole.achievements:
        if planned.facts.prerequisites is not None:
            entry = file.tables["credentials"][planned.slug]
            _check_names(file, world, conditions.read(planned.facts.prerequisites), entry, "prerequisites")
    for each in whole.definitions:
        if isinstance(each.facts, CreditTransferFacts):
            entry = file.tables["credit_transfers"][each.slug]
            _check_names(file, world, conditions.read(each.facts.source), entry, "from")
    _break_circles(file, world)
    for planned_pathway in whole.pathways:
        _check_pathway(file, world, planned_pathway)


def _world(file: CatalogFile, whole: Everything) -> World:
    """The world without its pathways. What has problems of its own is in it all the same, by its name."""
    world = worlds.world_of(
        whole.slug,
        [(each.slug, each.facts) for each in whole.achievements],
        [(each.kind, each.slug, each.facts) for each in whole.definitions],
        [],
    )
    elsewhere = {each.slug for each in whole.achievements}
    for name, entry in file.tables["credentials"].items():
        if name not in elsewhere and name not in world.credentials and _failed(file, entry):
            kind = Kind.STACK if entry.get("kind") == "stack" else Kind.MICRO
            world.credentials[name] = Credential(name, kind, name, name)
    for name in file.tables["skills"]:
        world.skills.setdefault(name, Skill(name, name))
    for name in file.tables["ce_units"]:
        world.contact_hours.setdefault(name, Decimal(1))
    return world


def _failed(file: CatalogFile, entry: Entry) -> bool:
    """Whether something is wrong with an entry, wherever in it."""
    about = f"{entry.get('id')}: "
    return any(problem.sentence.startswith(about) for problem in file.problems)


def _check_names(file: CatalogFile, world: World, condition: Condition, entry: Entry, key: str) -> None:
    for sentence in _unknown(world, condition):
        file.note(entry.line_of(key), f"{entry.get('id')}: {key}: {sentence}")


def _unknown(world: World, condition: Condition) -> Iterator[str]:
    for leaf in leaves(condition):
        match leaf:
            case HasNode():
                yield "Only pathways have nodes."
            case HasSkill(skill) if skill not in world.skills:
                yield f"There is no skill {skill}."
            case MinSum(measure=Measure.CE, unit=str(unit)) if unit not in world.contact_hours:
                yield f"There is no unit of continuing education {unit}."
            case _:
                pass
        if isinstance(leaf, HasCredential | MinSum):
            for name in sorted(conditions.credentials_in(leaf) - set(world.credentials)):
                yield f"There is no credential {name}."


def _break_circles(file: CatalogFile, world: World) -> None:
    """Note each circle of prerequisites and equivalences, and take it apart, so that it is told once."""
    while walk := publishing.cycle(world):
        name = next((each for each in walk if each in world.credentials and _asks(world, each)), None)
        entry = file.tables["credentials"].get(name or walk[0])
        line = 1 if entry is None else entry.line_of("prerequisites")
        file.note(line, f"{walk[0]}: This goes round in a circle: {' needs '.join(walk)}.")
        if name is None:
            world.equivalences = ()
        else:
            world.credentials[name] = replace(world.credentials[name], prerequisites=None)


def _asks(world: World, credential: str) -> bool:
    return world.credentials[credential].prerequisites is not None


def _check_pathway(file: CatalogFile, world: World, planned: PlannedPathway) -> None:
    pathway = planned.facts.pathway(planned.slug, planned.number)
    found = publishing.check(world, pathway).problems
    for problem in found:
        told = f"{planned.slug}: {problem.node}: " if problem.node else f"{planned.slug}: "
        line = _line(file.tables["pathways"][planned.slug], problem)
        file.note(line, told + problem.sentence)
    if not any(problem.code == "cycle" for problem in found):
        world.pathways[planned.slug] = pathway


def _line(entry: Entry, problem: publishing.Problem) -> int:
    nodes = {str(node.get("id")): Entry(node).line for node in entry.get("nodes") or ()}
    place = problem.node or next((each for each in problem.path if each in nodes), "")
    if place in nodes:
        return nodes[place]
    if problem.code == "unknown_completion":
        return entry.line_of("completion")
    return entry.line_of("entry") if problem.code.startswith("unknown") else entry.line_of("nodes")
