"""The guided start: a few questions become roles, badges and the next thing to do, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.issuing.plans import Aims
from app.stacking import lattice
from app.stacking.lattice import Answers, Do, Guide, Reason, Wants
from app.web import words as general
from app.web.deps import TheService
from app.web.inside import inside
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.learner.ways import places, targets, words
from app.web.learner.ways.places import Place
from app.web.signed_in import Person

router = APIRouter(prefix="/me/start", tags=["learner"], include_in_schema=False)

MOST_HOURS = 168
MOST_CHOSEN = 50
_WANTS = {
    Wants.START: (marked("I want to start"), marked("A first badge, and what it can lead to.")),
    Wants.UP: (marked("I want to move up"), marked("A role that asks for more than mine.")),
    Wants.ACROSS: (marked("I want to change"), marked("Another role, at about the same height.")),
}
_REASONS = {
    Reason.INTEREST: marked("much of it is what you like"),
    Reason.SOME_INTEREST: marked("some of it is what you like"),
    Reason.DIRECTION: marked("it leads where you want to go"),
    Reason.ON_THE_WAY: marked("it is on the way to a role below"),
    Reason.START_HERE: marked("start here: it asks for nothing before"),
    Reason.NEAREST: marked("it is the nearest"),
}


@dataclass(frozen=True, slots=True)
class Suggested:
    """A role or a badge, its effort, and why."""

    name: str
    path: str
    effort: str
    reasons: Sequence[str]
    ways: Sequence[str]  # of a role its first badges, of a badge the roles


@dataclass(frozen=True, slots=True)
class Shown:
    """What one issuer suggests."""

    issuer_name: str
    next: str
    next_path: str
    next_words: str
    roles: Sequence[Suggested]
    badges: Sequence[Suggested]


@router.get("")
def guided_start(request: Request, person: Person, service: TheService) -> Response:
    """The questions; once `wants` is answered, what is suggested. Nothing is stored."""
    given = {name: request.query_params.get(name, "").strip() for name in ("hours", "wants", "current")}
    interests = request.query_params.getlist("interest")[:MOST_CHOSEN]
    has = request.query_params.getlist("has")[:MOST_CHOSEN]
    with service.database.read() as session:
        found = places.all_of(session, person)
    pace, is_wrong = _pace(given["hours"])
    wanted = Wants(given["wants"]) if given["wants"] in set(Wants) else None
    shown = []
    if wanted is not None and not is_wrong:
        for place in found:
            role = given["current"].removeprefix(f"role:{place.issuer.slug}/")
            answers = Answers(frozenset(interests), pace, _known(place, has), wanted, role)
            guide = lattice.guided_start(place.world, answers, place.day, place.stood.holdings, place.stood.versions)
            shown.append(_shown(place, guide))
    return inside(
        request,
        "learner/ways/start.html",
        person,
        categories=sorted({each.category for place in found for each in place.world.skills.values() if each.category}),
        credentials=_credentials(found),
        roles=targets.roles(found),
        wants=[(str(each), _(short), _(long)) for each, (short, long) in _WANTS.items()],
        given=given,
        interests=interests,
        has=has,
        is_wrong=is_wrong,
        shown=shown,
        is_answered=wanted is not None and not is_wrong,
    )


def _pace(text: str) -> tuple[Decimal | None, bool]:
    """Hours a week, and whether what was typed is none."""
    if not text:
        return None, False
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None, True
    if not number.is_finite() or not 0 < number <= MOST_HOURS:
        return None, True
    return number, False


def _known(place: Place, has: Sequence[str]) -> tuple[str, ...]:
    prefix = f"{place.issuer.slug}/"
    names = (each.removeprefix(prefix) for each in has if each.startswith(prefix))
    return tuple(each for each in names if each in place.world.credentials)


def _credentials(found: Sequence[Place]) -> list[tuple[str, str]]:
    """Outside credentials that somebody may say they hold: value and name."""
    return [
        (f"{place.issuer.slug}/{each.id}", words.badge(place.world, each.id))
        for place in found
        for each in sorted(place.world.credentials.values(), key=lambda one: one.name.casefold())
        if not place.page_of(each.id)
    ]


def _shown(place: Place, guide: Guide) -> Shown:
    next_, path, said = _next(place, guide)
    return Shown(
        issuer_name=place.issuer.name,
        next=next_,
        next_path=path,
        next_words=said,
        roles=[
            Suggested(
                each.role.name,
                f"/me/plans/new?target={targets.value_of(place, Aims.ROLE, each.role.id)}",
                _effort(each.move.hours, each.weeks, words.money(each.move.price, place.currency)),
                [_(_REASONS[one]) for one in each.reasons],
                [words.badge(place.world, one) for one in each.move.steps],
            )
            for each in guide.roles
        ],
        badges=[
            Suggested(
                words.badge(place.world, each.credential),
                place.page_of(each.credential),
                _effort(
                    place.world.credentials[each.credential].hours,
                    each.weeks,
                    words.money(place.world.credentials[each.credential].price, place.currency),
                ),
                [_(_REASONS[one]) for one in each.reasons],
                [place.world.roles[one].name for one in each.roles if one in place.world.roles],
            )
            for each in guide.badges
        ],
    )


def _effort(hours: Decimal, weeks: int | None, price: str) -> str:
    found = [general.hours(hours), price]
    if weeks is not None:
        found.insert(1, ngettext("%(num)s week", "%(num)s weeks", weeks))
    return ", ".join(found)


def _next(place: Place, guide: Guide) -> tuple[str, str, str]:
    """The next thing to do: a sentence, where that leads, and the words of the link."""
    action, world = guide.next_action, place.world
    role = world.roles[action.role].name if action.role in world.roles else ""
    match action.do:
        case Do.TAKE:
            name = words.badge(world, action.name)
            said = (
                _("Take %(badge)s first. It is on the way to: %(role)s.", badge=name, role=role)
                if role
                else _("Take %(badge)s first.", badge=name)
            )
            return said, place.page_of(action.name), _("Look at this badge")
        case Do.JOIN:
            pathway = world.pathways[action.name].name if action.name in world.pathways else action.name
            return _("Join the pathway “%(pathway)s”.", pathway=pathway), "/me/pathways", _("Look at pathways")
        case Do.OUTSIDE:
            name = (
                words.badge(world, action.name) if action.name in world.credentials else words.skill(world, action.name)
            )
            said = _("Get %(badge)s elsewhere, and have it recognised here.", badge=name)
            return said, "/me/credentials", _("Have it recognised")
        case Do.APPLY:
            said = _("You match a role already: %(role)s. Apply for it.", role=role)
            return said, f"/me/gap?role={targets.value_of(place, Aims.ROLE, action.role)}", _("Look at the role")
        case Do.BROWSE:
            return _("Nothing fits these answers. Look around."), "/catalogue", _("Look at all badges")
