"""My gap: what a role needs, what I have of it, and why the rest is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing.plans import Aim, Aims
from app.issuing.stacks import careers
from app.stacking import gaps
from app.stacking.gaps import Gap, RatedBy, Rating, SkillStanding
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go, inside
from app.web.languages import gettext as _
from app.web.learner.ways import places, targets, words
from app.web.learner.ways.places import Place
from app.web.signed_in import Person

router = APIRouter(prefix="/me/gap", tags=["learner"], include_in_schema=False)

WHOLE = 100


@dataclass(frozen=True, slots=True)
class GapLine:
    """One skill: `have` of `need`, why, and what people say of it. `own` None = I did not rate it."""

    name: str
    have: int
    need: int
    why: str
    on: date | None
    own: int | None
    manager: int | None
    is_claimed: bool


@dataclass(frozen=True, slots=True)
class GapView:
    """A role and me."""

    role: str
    issuer_name: str
    percent: int
    lines: Sequence[GapLine]
    credentials: Sequence[tuple[str, bool, str]]  # name, whether it is there, why not
    is_closed: bool
    is_target: bool
    plan: str
    claimed: bool


@router.get("")
def my_gap(request: Request, person: Person, service: TheService, role: str = "") -> Response:
    """Choose a role; with one chosen, or wanted already, what I have of what it needs."""
    with service.database.read() as session:
        found = places.all_of(session, person)
        chosen = role or _wanted(session, found)
        shown = _view(session, *targets.role(session, person, chosen)) if chosen else None
    return inside(request, "learner/ways/gap.html", person, choices=targets.roles(found), chosen=chosen, gap=shown)


@router.post("/target")
def choose_target(form: Sent, person: Person, service: TheService) -> Response:
    """Say that this is the role that I want."""
    text = form.text("role", most=targets.MOST)
    with service.database.write() as session:
        place, aim = targets.role(session, person, text)
        careers.put(session, place.issuer, place.learner, target_role=aim.name, actor=person.actor)
    return go(f"/me/gap?role={text}", _("This is your target role from now on. Your issuer can see it."))


def _wanted(session: Session, found: Sequence[Place]) -> str:
    """The target role that was said at one of the issuers; "" = none was, or it is not there any more."""
    for place in found:
        name = careers.names_of(session, place.learner.id).target_role
        if name is not None and name in place.world.roles:
            return targets.value_of(place, Aims.ROLE, name)
    return ""


def _view(session: Session, place: Place, aim: Aim) -> GapView:
    name = aim.name
    ratings = [
        Rating(each.skill, each.level, RatedBy(each.rater), place.stood.known.day_of(each.rated_at))
        for each in careers.ratings_of(session, place.learner.id)
        if each.rater in set(RatedBy)
    ]
    found = gaps.gap(place.world, place.world.roles[name], place.stood.holdings, place.day, ratings=ratings)
    return GapView(
        role=found.role.name,
        issuer_name=place.issuer.name,
        percent=int(WHOLE * found.coverage),
        lines=[_line(place, each) for each in found.skills],
        credentials=_credentials(place, found),
        is_closed=found.is_closed,
        is_target=careers.names_of(session, place.learner.id).target_role == name,
        plan=targets.value_of(place, Aims.ROLE, name),
        claimed=any(each.is_claimed for each in found.skills),
    )


def _line(place: Place, standing: SkillStanding) -> GapLine:
    ratings = standing.ratings or {}
    own, manager = ratings.get(RatedBy.SELF), ratings.get(RatedBy.MANAGER)
    return GapLine(
        name=words.skill(place.world, standing.skill),
        have=standing.have,
        need=standing.need,
        why=words.lacks(standing),
        on=standing.proof.on if standing.proof else None,
        own=own.level if own else None,
        manager=manager.level if manager else None,
        is_claimed=standing.is_claimed,
    )


def _credentials(place: Place, found: Gap) -> list[tuple[str, bool, str]]:
    return [
        (
            words.badge(place.world, each.credential),
            each.finding.is_met,
            "; ".join(words.missing(place.world, each.finding)),
        )
        for each in found.credentials
    ]
