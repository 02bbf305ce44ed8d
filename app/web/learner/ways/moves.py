"""Where I can go from here: roles and steps of pathways, up and across, the nearest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.issuing.plans import Aims
from app.issuing.stacks import careers
from app.stacking import lattice
from app.stacking.lattice import Direction, Move
from app.stacking.world import Role
from app.web import words as general
from app.web.deps import TheService
from app.web.inside import inside
from app.web.languages import gettext as _
from app.web.learner.ways import moves_drawing, places, targets, words
from app.web.learner.ways.places import Place
from app.web.signed_in import Person

router = APIRouter(prefix="/me/moves", tags=["learner"], include_in_schema=False)

MOST_SHOWN = 8  # in each direction


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One move, what it takes, and where one plans it."""

    name: str
    kind: str
    steps: Sequence[str]
    outside: Sequence[str]
    joins: Sequence[str]
    effort: str
    plan: str


@dataclass(frozen=True, slots=True)
class AtIssuer:
    """Where I am at one issuer, and where I can go."""

    name: str
    here: Sequence[str]
    up: Sequence[MoveLine]
    across: Sequence[MoveLine]
    more: int
    drawing: Markup


@router.get("")
def my_moves(request: Request, person: Person, service: TheService) -> Response:
    """The nearest moves up and across, with what is missing, hours and price."""
    with service.database.read() as session:
        among = [
            _at_issuer(session, place, f"moves-{number}") for number, place in enumerate(places.all_of(session, person))
        ]
    return inside(request, "learner/ways/moves.html", person, among=[each for each in among if each.up or each.across])


def _at_issuer(session: Session, place: Place, id_: str) -> AtIssuer:
    world = place.world
    current = world.roles.get(careers.names_of(session, place.learner.id).role or "")
    found = lattice.moves(world, place.stood.holdings, place.day, pathways=place.stood.versions, current_role=current)
    up = [each for each in found.moves if each.direction is Direction.UP]
    across = [each for each in found.moves if each.direction is Direction.ACROSS]
    here = [current.name] if current else [world.roles[each].name for each in found.roles]
    nearest = [_line(place, each) for each in up[:MOST_SHOWN]]
    beside = [_line(place, each) for each in across[:MOST_SHOWN]]
    return AtIssuer(
        name=place.issuer.name,
        here=here,
        up=nearest,
        across=beside,
        drawing=moves_drawing.drawn(here, nearest, beside, id_=id_),
        more=max(0, len(up) - MOST_SHOWN) + max(0, len(across) - MOST_SHOWN),
    )


def _line(place: Place, move: Move) -> MoveLine:
    world, target = place.world, move.target
    plan = (
        targets.value_of(place, Aims.ROLE, target.id)
        if isinstance(target, Role)
        else targets.value_of(place, Aims.PATHWAY, target.pathway.id)
    )
    return MoveLine(
        name=move.name,
        kind=_("role") if isinstance(target, Role) else _("step of “%(pathway)s”", pathway=target.pathway.name),
        steps=[words.badge(world, each) for each in move.steps],
        outside=[words.outside(world, each) for each in move.outside],
        joins=[world.pathways[each].name for each in move.joins if each in world.pathways],
        effort=", ".join([general.hours(move.hours), words.money(move.price, place.currency)]) if move.steps else "",
        plan=plan,
    )
