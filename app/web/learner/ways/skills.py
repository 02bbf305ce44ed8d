"""My skills: what my badges prove and until when, what has faded, and what I think of them myself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing.stacks import SkillRating, careers
from app.service import Service
from app.stacking.gaps import proofs_from
from app.stacking.holdings import Held, Holding, Proof, Standing, is_current, shown_by
from app.stacking.renewal import add_months
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.learner.ways import places, words
from app.web.learner.ways.places import Place
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/skills", tags=["learner"], include_in_schema=False)

HOME = "/me/skills"


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill that a badge proves, or proved. `badge_path` "" = it is nobody's badge of this service."""

    name: str
    category: str
    level: int
    on: date
    until: date | None
    badge: str
    badge_path: str
    why: str  # it is not current any more; "" = it is


@dataclass(frozen=True, slots=True)
class RatingLine:
    """What somebody says of a skill of mine."""

    skill: str
    name: str
    level: int
    at: datetime
    is_own: bool
    by: str


@dataclass(frozen=True, slots=True)
class AtIssuer:
    """My skills as one issuer knows them."""

    slug: str
    name: str
    zone: ZoneInfo
    current: Sequence[SkillLine]
    faded: Sequence[SkillLine]
    ratings: Sequence[RatingLine]
    skills: Sequence[tuple[str, str]]


@router.get("")
def my_skills(request: Request, person: Person, service: TheService) -> Response:
    """Current skills, faded ones apart, and ratings apart from both."""
    return _page(request, person, service)


@router.post("/rate")
def rate(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Say what I think of a skill of mine; it proves nothing."""

    def act(session: Session) -> str:
        place = places.at(session, person, form.text("issuer", most=80))
        skill = form.text("skill", most=80)
        level = form.number("level", _("Choose a level from 1 to 5."))
        careers.rate(session, place.issuer, place.learner, skill, level, rater="self", actor=person.actor)
        return _("Your own rating was noted. It stands beside what your badges show, and never counts as proof.")

    return _do(request, person, service, act)


@router.post("/unrate")
def take_back(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Take back what I said of a skill."""

    def act(session: Session) -> str:
        place = places.at(session, person, form.text("issuer", most=80))
        careers.take_rating_back(session, place.learner, form.text("skill", most=80), actor=person.actor)
        return _("Your own rating was taken back.")

    return _do(request, person, service, act)


def _do(request: Request, person: Visitor, service: Service, act: Callable[[Session], str]) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, person, service, refused=error)
    return go(HOME, sentence)


def _page(request: Request, person: Visitor, service: Service, *, refused: ServiceError | None = None) -> Response:
    with service.database.read() as session:
        among = [
            _at_issuer(place, careers.ratings_of(session, place.learner.id)) for place in places.all_of(session, person)
        ]
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/ways/skills.html", person, refused=said, among=among)


def _at_issuer(place: Place, ratings: list[SkillRating]) -> AtIssuer:
    world = place.world
    held = Held(world, place.stood.holdings, place.day)
    current = [_line(place, each, shown_by(held, each), "") for each in held.skills.values()]
    return AtIssuer(
        slug=place.issuer.slug,
        name=place.issuer.name,
        zone=place.issuer.zone,
        current=sorted(current, key=_order),
        faded=sorted(_faded(place, held), key=_order),
        ratings=[
            RatingLine(
                each.skill, words.skill(world, each.skill), each.level, each.rated_at, each.rater == "self", _by(each)
            )
            for each in ratings
        ],
        skills=sorted(((each.id, each.name) for each in world.skills.values()), key=lambda one: one[1].casefold()),
    )


def _faded(place: Place, held: Held) -> list[SkillLine]:
    """Of each skill that nothing proves today, the newest proof of before."""
    found: dict[str, tuple[Proof, Holding]] = {}
    for holding in held.holdings:
        if holding.standing is not Standing.ACTIVE or holding.issued > place.day:
            continue
        for proof in proofs_from(held, holding):
            if proof.skill not in held.skills:
                found[proof.skill] = (proof, holding)
    return [_line(place, proof, holding, _why(place, proof, holding)) for proof, holding in found.values()]


def _why(place: Place, proof: Proof, holding: Holding) -> str:
    if not holding.is_good(place.day):
        return _("the badge has ended")
    return "" if is_current(place.world, proof, place.day) else _("it was shown too long ago")


def _line(place: Place, proof: Proof, holding: Holding | None, why: str) -> SkillLine:
    known = place.world.skills.get(proof.skill)
    fades = add_months(proof.on, known.decay_months) if known and known.decay_months is not None else None
    ends = [each for each in (fades, holding.valid_until if holding else None) if each is not None]
    credential = holding.credential if holding else ""
    return SkillLine(
        name=words.skill(place.world, proof.skill),
        category=known.category if known else "",
        level=proof.level,
        on=proof.on,
        until=min(ends, default=None),
        badge=words.badge(place.world, credential) if credential else "",
        badge_path=place.award_page(holding) if holding else "",
        why=why,
    )


def _order(line: SkillLine) -> tuple[str, str]:
    return line.category.casefold(), line.name.casefold()


def _by(rating: SkillRating) -> str:
    return {"self": _("you"), "manager": _("your manager"), "assessment": _("an assessment")}.get(rating.rater, "")
