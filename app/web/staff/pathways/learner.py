"""One learner on one pathway: every step with its reasons, what was awarded on it and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.issuing import learners
from app.issuing.stacks import awarded, enrolling, lists, standing
from app.issuing.stacks.awarded import AwardedStack, Part
from app.issuing.stacks.standing import OnPathway
from app.stacking.world import Node
from app.web.deps import TheService
from app.web.languages import gettext as _
from app.web.signed_in import Reader
from app.web.staff.awards import words as award_words
from app.web.staff.awards.words import Pill
from app.web.staff.pathways import view, words
from app.web.staff.pathways.page import Subject, at_pathway, subject
from app.web.staff.people import words as people_words

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step as somebody stands in it."""

    node: Node
    is_met: bool
    percent: int
    awards: str
    told: view.Told


@dataclass(frozen=True, slots=True)
class PartShown:
    """Something that a stack rests on, or rested on. `path` is that of its award; "" = it is none of ours."""

    name: str
    path: str
    on: date | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class StackShown:
    """A stack that was awarded on the pathway, whatever became of it."""

    award_id: str
    name: str
    pill: Pill
    step: str
    version: int
    awarded_at: datetime
    lost_at: datetime | None
    parts: tuple[PartShown, ...]


@router.get("/{pathway_id}/people/{learner_id}")
def one(staff: Reader, request: Request, pathway_id: str, learner_id: str, service: TheService) -> Response:
    """How somebody stands on the pathway today, and why."""
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        enrolment = enrolling.one(session, learner, about.row)
        (found,) = standing.of_enrolments(session, about.row, [enrolment], staff.today)
        stacks = awarded.of_learner(session, learner.id, about.row.id)
        person = lists.people(session, [learner.id])[learner.id]
    return at_pathway(
        request,
        "learner.html",
        staff,
        about,
        tab="people",
        learner=learner,
        name=people_words.name_of(person),
        enrolment=enrolment,
        standing=words.progress(enrolment, is_complete=found.evaluation.is_complete),
        percent=int(found.evaluation.progress * 100),
        number=found.evaluation.pathway.number,
        missing=view.missing(about.known.world, found.evaluation),
        drawn=view.drawn(about.known.world, found.evaluation.pathway, found.evaluation),
        steps=_steps(about, found),
        stacks=[_stack(staff.root, about, each) for each in stacks],
    )


def _steps(about: Subject, found: OnPathway) -> list[StepShown]:
    world, evaluation = about.known.world, found.evaluation
    return [
        StepShown(
            node=node,
            is_met=evaluation.nodes[node.id].is_met,
            percent=int(evaluation.nodes[node.id].progress * 100),
            awards=world.label(node.awards) if node.awards else "",
            told=view.told(world, evaluation.nodes[node.id], evaluation.pathway),
        )
        for node in evaluation.pathway.nodes
    ]


def _stack(root: str, about: Subject, found: AwardedStack) -> StackShown:
    name = about.known.slugs.get(found.award.achievement_id, "")
    node = about.drafted.by_id.get(found.stack.node)
    return StackShown(
        award_id=found.award.id,
        name=_called(about, name),
        pill=award_words.pill(found.award, now=clock.now()),
        step=node.name if node else found.stack.node,
        version=found.stack.version,
        awarded_at=found.award.awarded_at,
        lost_at=found.stack.lost_at,
        parts=tuple(_part(root, about, each) for each in found.parts),
    )


def _part(root: str, about: Subject, part: Part) -> PartShown:
    slug = about.known.slugs.get(part.of, "")
    path = f"{root}/awards/{part.award.id}" if part.award is not None else ""
    return PartShown(_called(about, slug) or _("something that is gone"), path, part.on, part.component.unbound_at)


def _called(about: Subject, slug: str) -> str:
    known = about.known.world.credentials.get(slug)
    return f"{known.name} ({known.abbreviation})" if known else slug
