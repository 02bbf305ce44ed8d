"""What publishing a pathway would come to, and publishing it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import AlreadyExists, NotPublishable, WrongState
from app.issuing import pathways
from app.issuing.stacks import foresight, lists
from app.issuing.stacks.foresight import Foresight
from app.service import Service
from app.stacking.publishing import Problem
from app.web import pathway_changes
from app.web.api.pathways import of_issuer
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff.pathways import words
from app.web.staff.pathways.page import Subject, at_pathway, subject
from app.web.staff.people import words as people_words

router = APIRouter()

MOST_NAMED = 12  # of those who would gain something


@dataclass(frozen=True, slots=True)
class Gaining:
    """Somebody who would be awarded stacks, by their abbreviations."""

    learner_id: str
    name: str
    stacks: tuple[str, ...]


@router.get("/{pathway_id}/publish")
def foresee(staff: Reader, request: Request, pathway_id: str, service: TheService) -> Response:
    """What is wrong, what differs, who would gain, and the button if nothing is in the way."""
    return _shown(request, service, staff, pathway_id)


@router.post("/{pathway_id}/publish")
def publish(staff: Designer, request: Request, pathway_id: str, form: Sent, service: TheService) -> Response:
    """Freeze the draft as the next version, or say why not."""
    try:
        with service.database.write() as session:
            row = of_issuer(session, staff.issuer(session), pathway_id)
            session.refresh(row, with_for_update=True)
            _refuse_changed(row, form.text("seen", most=60))
            version = pathways.publish(session, row, actor=staff.actor)
    except (NotPublishable, AlreadyExists, WrongState) as error:
        return _shown(request, service, staff, pathway_id, refused=refusal(error))
    sentence = _("Version %(number)s is published. Everybody on it is judged anew soon.", number=version.number)
    return go(f"{staff.root}/pathways/{pathway_id}", sentence)


def _refuse_changed(row: pathways.PathwayRow, seen: str) -> None:
    """Raise WrongState if what was looked at is not what would be published."""
    if seen != _stamp(row):
        raise WrongState(_("The draft was changed meanwhile. Look at what publishing would come to once more"))


def _stamp(row: pathways.PathwayRow) -> str:
    return f"{row.changed_at:%Y%m%dT%H%M%S}-{row.current_version or 0}-{row.state}"


def _shown(
    request: Request, service: Service, staff: Staff, pathway_id: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        seen = foresight.of(session, about.row, about.facts)
        gaining = _gaining(session, about, seen)
    return at_pathway(
        request,
        "publish.html",
        staff,
        about,
        tab="publish",
        refused=refused,
        seen=seen,
        differs=[pathway_changes.sentence(about.known.world, each) for each in seen.changes],
        stamp=_stamp(about.row),
        problems=[(each, _place(about, each)) for each in seen.verdict.problems],
        warnings=[(each, _place(about, each)) for each in seen.verdict.warnings],
        gaining=gaining,
        more=seen.gaining - len(gaining),
        next_number=(about.row.current_version or 0) + 1,
        on_new_version=words.on_new_version(about.facts),
        on_loss=words.on_loss(about.facts),
    )


def _place(about: Subject, problem: Problem) -> str:
    """Where a problem is put right, in the editor."""
    numbers = {node.id: number for number, node in enumerate(about.facts.nodes)}
    number = numbers.get(problem.node)
    return "edit#steps" if number is None else f"edit#node-{number}-condition"


def _gaining(session: Session, about: Subject, seen: Foresight) -> list[Gaining]:
    first = seen.gains[:MOST_NAMED]
    people = lists.people(session, [each.learner_id for each in first])
    world = about.known.world
    return [
        Gaining(
            each.learner_id,
            people_words.name_of(people[each.learner_id]),
            tuple(world.label(stack) for stack in each.stacks),
        )
        for each in first
    ]
