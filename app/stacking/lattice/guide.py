"""The guided start: a few answers become roles, badges and the next thing to do, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import ceil

from app.stacking.evaluate import meets
from app.stacking.holdings import Held, Holding, proofs_of
from app.stacking.lattice.leads import asks_nothing, leads_to
from app.stacking.lattice.moves import Direction, Lattice, Move, moves
from app.stacking.plans.model import Outcome
from app.stacking.world import Credential, Kind, Pathway, Role, World

MOST_SUGGESTED = 5


class Wants(StrEnum):
    """What somebody is looking for."""

    START = "start"
    UP = "up"
    ACROSS = "across"


@dataclass(frozen=True, slots=True)
class Answers:
    """The few questions. `interests`: categories of skills, none = anything; `has`: what they say that they hold."""

    interests: frozenset[str] = frozenset()
    hours_per_week: Decimal | None = None
    has: tuple[str, ...] = ()
    wants: Wants = Wants.START
    current_role: str | None = None


class Reason(StrEnum):
    """Why something is suggested."""

    INTEREST = "interest"  # half or more of it is in the categories that were named
    SOME_INTEREST = "some_interest"
    DIRECTION = "direction"  # it leads up, or across, as they want
    ON_THE_WAY = "on_the_way"  # to a role that is suggested
    START_HERE = "start_here"  # it asks for nothing before
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class RoleSuggestion:
    """A role, the way there, and why it is suggested. `weeks` None = no hours a week were given."""

    role: Role
    move: Move
    reasons: tuple[Reason, ...]
    weeks: int | None


@dataclass(frozen=True, slots=True)
class BadgeSuggestion:
    """A badge that can be begun today, and why it is suggested. `roles`: those to which it is on the way."""

    credential: str
    roles: tuple[str, ...]
    reasons: tuple[Reason, ...]
    weeks: int | None


class Do(StrEnum):
    """The next thing to do."""

    TAKE = "take"  # a badge
    JOIN = "join"  # a pathway
    OUTSIDE = "outside"  # something that is issued elsewhere
    APPLY = "apply"  # for a role that they match
    BROWSE = "browse"  # nothing can be suggested


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do next, with what, and for which role; "" = nothing in particular."""

    do: Do
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """What is suggested, best first."""

    roles: tuple[RoleSuggestion, ...]
    badges: tuple[BadgeSuggestion, ...]
    next_action: NextAction


def guided_start(
    world: World, answers: Answers, as_of: date, holdings: Iterable[Holding] = (), pathways: Iterable[Pathway] = ()
) -> Guide:
    """Suggest roles, badges and the next action. What somebody says that they have is taken as if awarded today."""
    claimed = (Holding(f"claimed:{each}", each, as_of, proofs=proofs_of(world, each, as_of)) for each in answers.has)
    held = (*holdings, *claimed)
    current = world.roles.get(answers.current_role or "")
    lattice = moves(world, held, as_of, pathways=pathways, current_role=current)
    roles = _roles(world, answers, lattice)
    badges = _badges(world, answers, Held(world, held, as_of), roles)
    return Guide(roles, badges, _next(roles, badges, lattice))


def _roles(world: World, answers: Answers, lattice: Lattice) -> tuple[RoleSuggestion, ...]:
    """Roles of interest first, then in the direction that is wanted, then the nearest."""
    ways = [
        (each.target, each)
        for each in lattice.moves
        if isinstance(each.target, Role) and each.outcome in {Outcome.MET, Outcome.PLANNED, Outcome.PARTLY}
    ]
    found = []
    for place, (role, move) in enumerate(ways):
        interest = _interest(world, answers, [each.skill for each in role.requires])
        fits = answers.wants is not Wants.START and move.direction == Direction(answers.wants)
        reasons = (interest, Reason.DIRECTION if fits else None, None if place else Reason.NEAREST)
        suggestion = RoleSuggestion(role, move, tuple(filter(None, reasons)), _weeks(answers, move.hours))
        found.append(((_ORDER.index(interest), not fits, place), suggestion))
    found.sort(key=lambda each: each[0])
    of_interest = [each for _place, each in found if {Reason.INTEREST, Reason.SOME_INTEREST} & set(each.reasons)]
    return tuple((of_interest or [each for _place, each in found])[:MOST_SUGGESTED])


_ORDER = [Reason.INTEREST, Reason.SOME_INTEREST, None]


def _interest(world: World, answers: Answers, skills: list[str]) -> Reason | None:
    """Whether at least half of some skills, or any of them, are of a category that was named."""
    known = [world.skills[each] for each in skills if each in world.skills]
    liked = sum(each.category in answers.interests for each in known)
    if not liked:
        return None
    return Reason.INTEREST if 2 * liked >= len(skills) else Reason.SOME_INTEREST


def _badges(
    world: World, answers: Answers, held: Held, roles: tuple[RoleSuggestion, ...]
) -> tuple[BadgeSuggestion, ...]:
    """Badges that can be begun today: those on the way to most of the roles first, then those of interest."""
    found = []
    for each in world.credentials.values():
        if each.kind is not Kind.MICRO or each.id in held.now or not _may_begin(held, each):
            continue
        ahead = tuple(one.role.id for one in roles if each.id in one.move.steps)
        interest = _interest(world, answers, [one.skill for one in each.skills])
        starts = asks_nothing(each) and leads_to(world, each.id).is_somewhere
        if not ahead and (interest is None or not starts):
            continue
        reasons = (Reason.ON_THE_WAY if ahead else None, interest, Reason.START_HERE if starts else None)
        suggestion = BadgeSuggestion(each.id, ahead, tuple(filter(None, reasons)), _weeks(answers, each.hours))
        found.append(((-len(ahead), _ORDER.index(interest), each.hours, each.price, each.id), suggestion))
    return tuple(each for _place, each in sorted(found, key=lambda one: one[0])[:MOST_SUGGESTED])


def _may_begin(held: Held, credential: Credential) -> bool:
    asked = credential.prerequisites
    return asked is None or meets(held.world, asked, held.holdings, held.as_of).is_met


def _next(roles: tuple[RoleSuggestion, ...], badges: tuple[BadgeSuggestion, ...], lattice: Lattice) -> NextAction:
    """The first thing on the way to the first role; without one, the first badge, or a role that they match."""
    if roles:
        role, move = roles[0].role.id, roles[0].move
        if move.steps:
            return NextAction(Do.TAKE, move.steps[0], role)
        if move.joins:
            return NextAction(Do.JOIN, move.joins[0], role)
        if move.outside:
            return NextAction(Do.OUTSIDE, move.outside[0].name, role)
    if badges:
        return NextAction(Do.TAKE, badges[0].credential)
    return NextAction(Do.APPLY, role=lattice.roles[0]) if lattice.roles else NextAction(Do.BROWSE)


def _weeks(answers: Answers, hours: Decimal) -> int | None:
    """Whole weeks at the pace that was given."""
    return ceil(hours / answers.hours_per_week) if answers.hours_per_week else None
