"""Many people who are put on a pathway by the worker: how far it is, who was left out and why, and an end to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.issuing import people_search
from app.issuing.learners import Learner
from app.issuing.stacks import MassEnrolment, mass_enrolling
from app.issuing.stacks.mass_enrolling import RunState
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff.pathways.page import Subject, at_pathway, subject
from app.web.staff.people import words as people_words

router = APIRouter()

MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who was not put on it; `why` "" = an error of ours."""

    learner_id: str
    name: str
    why: str


@router.get("/{pathway_id}/enrol/{run_id}")
def watch(request: Request, staff: Reader, service: TheService, pathway_id: str, run_id: str) -> Response:
    """How far it is. With `every=10` the page asks again by itself, because somebody chose that."""
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        run = _run(session, staff, about, run_id)
        counts = {str(each): number for each, number in mass_enrolling.counts(session, run).items()}
        left_out = _left_out(session, run)
    is_running = run.state == RunState.RUNNING
    return at_pathway(
        request,
        "enrolling.html",
        staff,
        about,
        tab="people",
        run=run,
        counts=counts,
        done=sum(counts.values()),
        left_out=left_out,
        is_running=is_running,
        refreshes=is_running and request.query_params.get("every") == "10",
        looked_at=clock.now(),
    )


@router.post("/{pathway_id}/enrol/{run_id}/stop")
def stop(form: Sent, staff: Awarder, service: TheService, pathway_id: str, run_id: str) -> Response:
    """End it where it is; who was put on the pathway stays on it."""
    del form
    with service.database.write() as session:
        about = subject(session, staff, pathway_id)
        mass_enrolling.stop(session, _run(session, staff, about, run_id), actor=staff.actor)
    return go(
        f"{staff.root}/pathways/{about.row.id}/enrol/{run_id}",
        _("It was stopped. Who was put on it until then stays on it."),
    )


def _run(session: Session, staff: Staff, about: Subject, run_id: str) -> MassEnrolment:
    run = mass_enrolling.by_id(session, run_id, issuer_id=staff.issuer_id)
    if run.pathway_id != about.row.id:
        raise NotFound("There is no such run")
    return run


def _left_out(session: Session, run: MassEnrolment) -> Sequence[LeftOut]:
    found = mass_enrolling.left_out(session, run, limit=MOST_TOLD)
    people = [session.get_one(Learner, each.learner_id) for each in found]
    names = {line.learner.id: people_words.name_of(line) for line in people_search.lines(session, people)}
    return [LeftOut(each.learner_id, names[each.learner_id], each.detail or "") for each in found]
