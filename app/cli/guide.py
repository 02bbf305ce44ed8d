"""`lanyard guide`: a few answers become roles, badges and the next thing to do. Nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import err, out, service, table
from app.issuing import issuers, learners
from app.issuing.stacks import standing
from app.stacking import lattice
from app.stacking.lattice import Answers, Do, Guide, NextAction, Wants
from app.stacking.world import World

HEADINGS = ["what", "name", "called", "direction", "hours", "price", "weeks", "badges or roles", "why"]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(guide)


def guide(
    slug: Slug,
    learner_id: Annotated[str | None, typer.Option("--learner", help="with what this learner holds")] = None,
    *,
    wants: Annotated[Wants, typer.Option(help="to start, or to move up or across")] = Wants.START,
    interest: Annotated[list[str] | None, typer.Option(help="a category of skills; may be said again")] = None,
    hours: Annotated[float | None, typer.Option(help="hours a week, for weeks", min=0.1, max=168)] = None,
    has: Annotated[list[str] | None, typer.Option(help="a credential that they say they hold; again for more")] = None,
    current: Annotated[str | None, typer.Option(help="the role that they have")] = None,
) -> None:
    """Suggest roles, badges that can be begun today, and the next action, with reasons."""
    pace = None if hours is None else Decimal(str(hours))
    answers = Answers(frozenset(interest or ()), pace, tuple(has or ()), wants, current)
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        day = issuers.today(session, issuer.id)
        if learner_id is None:
            stood = standing.of_nobody(session, issuer.id)
        else:
            learner = learners.by_id(session, issuer, learner_id)
            stood = standing.of_learner(session, issuer.id, learner.id, day)
    world = stood.known.world
    found = lattice.guided_start(world, answers, day, stood.holdings, stood.versions)
    table(HEADINGS, _rows(world, found))
    err.print("What to do next:")
    out.print(_next(world, found.next_action), markup=False)


def _rows(world: World, found: Guide) -> list[list[str]]:
    """The roles, then the badges; ids, so that other commands can be given them, and what they are called."""
    rows = [
        [
            *("role", each.role.id, each.role.name, each.move.direction.value),
            *(str(each.move.hours), str(each.move.price), _weeks(each.weeks)),
            *(", ".join(each.move.steps), ", ".join(each.reasons)),
        ]
        for each in found.roles
    ]
    for one in found.badges:
        badge = world.credentials[one.credential]
        rows.append([
            *("badge", badge.id, badge.name, ""),
            *(str(badge.hours), str(badge.price), _weeks(one.weeks)),
            *(", ".join(one.roles), ", ".join(one.reasons)),
        ])  # fmt: skip
    return rows


def _weeks(weeks: int | None) -> str:
    return "" if weeks is None else str(weeks)


def _next(world: World, action: NextAction) -> str:
    """The next action as a sentence."""
    role = world.roles[action.role].name if action.role in world.roles else action.role
    badge, skill = world.credentials.get(action.name), world.skills.get(action.name)
    name = badge.name if badge else skill.name if skill else action.name
    match action.do:
        case Do.TAKE:
            return f"Take {name}; it is on the way to {role}." if role else f"Take {name}."
        case Do.JOIN:
            pathway = world.pathways.get(action.name)
            return f"Join the pathway {pathway.name if pathway else action.name}."
        case Do.OUTSIDE:
            return f"Get {name} elsewhere, and have it recognised here."
        case Do.APPLY:
            return f"Apply for the role {role}: everything that it needs is there."
        case Do.BROWSE:
            return "Nothing fits these answers; look at all badges."
