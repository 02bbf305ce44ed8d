"""My pathways: how far I am on each, what is missing, which others I could join, and newer versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing import pathways, stacks
from app.issuing.stacks import Enrolment, enrolling, versions
from app.issuing.stacks.standing import OnPathway
from app.service import Service
from app.stacking.evaluate import meets
from app.stacking.holdings import Held
from app.web import pathway_changes
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.learner.ways import places, words
from app.web.learner.ways.places import NOTHING_HERE, Place
from app.web.representations import is_id
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/pathways", tags=["learner"], include_in_schema=False)

HOME = "/me/pathways"
WHOLE = 100


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a pathway. `awards` "" = it makes no badge.

    `is_held`: that badge is there, also if something that it was built on has ended since and the step is open again.
    """

    name: str
    is_done: bool
    percent: int
    missing: Sequence[str]
    awards: str
    is_held: bool
    level: int


@dataclass(frozen=True, slots=True)
class Mine:
    """A pathway that I am on. `differences` say what the newest version changes; `newest` None = I am on it."""

    enrolment_id: str
    name: str
    description: str
    issuer_name: str
    percent: int
    done: int
    steps: Sequence[StepLine]
    next: StepLine | None
    is_complete: bool
    is_open: bool
    number: int
    newest: int | None
    differences: Sequence[str]
    plan: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A pathway that I am not on. `missing` is what one needs to begin."""

    issuer_slug: str
    issuer_name: str
    slug: str
    name: str
    description: str
    steps: int
    missing: Sequence[str]
    is_open: bool


@router.get("")
def my_pathways(request: Request, person: Person, service: TheService) -> Response:
    """Everything that I am on, with the next step first, and what I could join."""
    return _page(request, person, service)


@router.post("/join")
def join(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Come onto a pathway that is open to learners, if what it takes to begin is there."""

    def act(session: Session) -> str:
        place = places.at(session, person, form.text("issuer", most=80))
        row = pathways.by_slug(session, place.issuer, form.text("pathway", most=80))
        done = enrolling.join(session, service.office, place.learner, row, actor=person.actor)
        if done.settled.awarded:
            return _("You joined the pathway, and a part of it is complete already: look at your badges.")
        return _("You joined the pathway.")

    return _do(request, person, service, act)


@router.post("/leave")
def leave(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Go off a pathway that is open to learners. Badges stay."""

    def act(session: Session) -> str:
        enrolling.leave_own(session, _mine(session, person, form), actor=person.actor)
        return _("You left the pathway. Every badge that you have stays yours.")

    return _do(request, person, service, act)


@router.post("/move")
def move(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Go on under the newest version."""

    def act(session: Session) -> str:
        enrolment = _mine(session, person, form)
        row = pathways.by_id(session, enrolment.pathway_id)
        versions.move_now(session, enrolment, row, actor=person.actor)
        learner = places.mine(session, person, enrolment.learner_id)
        stacks.settle_learner(session, service.office, learner)
        return _("From now on the newest version counts for you.")

    return _do(request, person, service, act)


def _mine(session: Session, person: Visitor, form: Form) -> Enrolment:
    """The enrolment, if it is of whoever is signed in. Raises the same NotFound for another's as for none."""
    name = form.text("enrolment", most=80)
    found = session.get(Enrolment, name) if is_id(name) else None
    if found is None or found.ended_at is not None:
        raise NotFound(NOTHING_HERE)
    places.mine(session, person, found.learner_id)
    return found


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
        found = places.all_of(session, person)
        mine = [_mine_of(session, place, each) for place in found for each in place.stood.pathways]
        offers = [each for place in found for each in _offers(session, place)]
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/ways/pathways.html", person, refused=said, mine=mine, offers=offers)


def _mine_of(session: Session, place: Place, on: OnPathway) -> Mine:
    world, evaluation = place.world, on.evaluation
    pathway = evaluation.pathway
    held = Held(world, place.stood.holdings, place.day).itself
    steps = [
        StepLine(
            node.name,
            evaluation.nodes[node.id].is_met,
            int(WHOLE * evaluation.nodes[node.id].progress),
            words.missing(world, evaluation.nodes[node.id], pathway),
            words.badge(world, node.awards) if node.awards else "",
            node.awards in held,
            node.level,
        )
        for node in pathway.nodes
    ]
    newest = world.pathways.get(pathway.id)
    newer = newest if newest is not None and newest.number > pathway.number else None
    return Mine(
        enrolment_id=on.enrolment.id,
        name=pathway.name,
        description=pathway.description,
        issuer_name=place.issuer.name,
        percent=int(WHOLE * evaluation.progress),
        done=len(evaluation.complete),
        steps=steps,
        next=next((each for each in steps if not each.is_done), None),
        is_complete=evaluation.is_complete,
        is_open=enrolling.is_open(session, on.row),
        number=pathway.number,
        newest=None if newer is None else newer.number,
        differences=() if newer is None else pathway_changes.said(world, pathway, newer),
        plan=f"pathway:{place.issuer.slug}/{pathway.id}",
    )


def _offers(session: Session, place: Place) -> list[Offer]:
    world, on = place.world, {each.id for each in place.stood.versions}
    found = []
    for pathway in sorted(world.pathways.values(), key=lambda each: each.name.casefold()):
        if pathway.id in on:
            continue
        row = pathways.by_id(session, place.stood.known.pathway_ids[pathway.id])
        entry = pathway.entry
        finding = None if entry is None else meets(world, entry, place.stood.holdings, place.day, pathway=pathway.id)
        found.append(
            Offer(
                place.issuer.slug,
                place.issuer.name,
                pathway.id,
                pathway.name,
                pathway.description,
                len(pathway.nodes),
                [] if finding is None else words.missing(world, finding, pathway),
                enrolling.is_open(session, row),
            )
        )
    return found
