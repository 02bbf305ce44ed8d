"""What a plan leads to: a role, the end of a pathway, or a skill at a level; and planning for it from where one is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.errors import InvalidInput, NotFound
from app.issuing.plans.tables import Aims
from app.issuing.stacks.standing import Stood
from app.stacking import plans
from app.stacking.conditions import HIGHEST_LEVEL, Condition, HasSkill
from app.stacking.plans import Outcome, Plan, Wishes
from app.stacking.world import Mode, Pathway, Role, StackType, World


@dataclass(frozen=True, slots=True)
class Aim:
    """A target by its short name. `level` is that of a skill."""

    aims: Aims
    name: str
    level: int | None = None


def target_of(stood: Stood, aim: Aim) -> Role | Pathway | Condition:
    """What the drawing office plans for; of a pathway the version that the learner is on. Raises NotFound."""
    world = stood.known.world
    found: Role | Pathway | Condition | None
    match aim.aims:
        case Aims.ROLE:
            found = world.roles.get(aim.name)
        case Aims.PATHWAY:
            on = (each for each in stood.versions if each.id == aim.name)
            found = next(on, world.pathways.get(aim.name))
        case Aims.SKILL:
            found = _skill(world, aim)
    if found is None:
        raise NotFound(f"There is no {aim.aims} of this name to plan for")
    return found


def placeholder(aim: Aim) -> Role | Pathway | Condition:
    """What stands for a target that is not there any more, so that a plan of before can still be read."""
    match aim.aims:
        case Aims.ROLE:
            return Role(aim.name, aim.name, ())
        case Aims.PATHWAY:
            return Pathway(aim.name, 0, aim.name, StackType.HORIZONTAL, Mode.INDEPENDENT, (), "")
        case Aims.SKILL:
            return HasSkill(aim.name, aim.level or 1)


def name_of(world: World, aim: Aim) -> str:
    """How the target is called."""
    match aim.aims:
        case Aims.ROLE:
            role = world.roles.get(aim.name)
            return role.name if role else aim.name
        case Aims.PATHWAY:
            pathway = world.pathways.get(aim.name)
            return pathway.name if pathway else aim.name
        case Aims.SKILL:
            skill = world.skills.get(aim.name)
            return skill.name if skill else aim.name


def plan_for(stood: Stood, aim: Aim, wishes: Wishes, as_of: date) -> Plan:
    """The cheapest way from where somebody is, begun today at the earliest. Raises NotFound.

    If their own pathways do not get them there, they are taken to join others, which `joins` names.
    """
    start = wishes.start if wishes.start is not None and wishes.start > as_of else None
    world, target, wished = stood.known.world, target_of(stood, aim), replace(wishes, start=start)
    found = plans.plan(world, target, stood.holdings, as_of, wished, pathways=stood.versions)
    if found.is_reachable or found.outcome is Outcome.OVER_BUDGET:
        return found
    others = world.pathways.values()
    joining = plans.plan(world, target, stood.holdings, as_of, wished, pathways=stood.versions, assuming=others)
    return joining if joining.is_reachable else found


def _skill(world: World, aim: Aim) -> HasSkill | None:
    if aim.level is None or not 1 <= aim.level <= HIGHEST_LEVEL:
        raise InvalidInput(f"A level is a whole number from 1 to {HIGHEST_LEVEL}", pointer="/level")
    return HasSkill(aim.name, aim.level) if aim.name in world.skills else None
