"""Changes of where somebody works, what as, what they want to become, and the programmes that they are in."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing import issuers, learners
from app.issuing.learners import Learner
from app.issuing.stacks import careers
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import PeopleKeeper, Staff
from app.web.staff.people.one import page

router = APIRouter(prefix="/staff/{slug}/people/{learner_id}", tags=["staff"], include_in_schema=False)


@router.post("/career")
def change_career(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Say where they work, what as, and what they want to become; left empty, nothing is said."""

    def change(session: Session, learner: Learner) -> str:
        said = {name: form.optional(name, most=80) for name in ("unit", "role", "target_role")}
        careers.put(session, staff.issuer(session), learner, **said, actor=staff.actor)
        return _("It is noted where they work.")

    return _do(request, staff, service, learner_id, change)


@router.post("/programmes")
def change_programmes(
    request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str
) -> Response:
    """Note that they are in a formal programme, or not any more: credit that was promised is realised by it."""

    def change(session: Session, learner: Learner) -> str:
        issuer = staff.issuer(session)
        if leaving := form.text("leave", most=80):
            careers.leave_programme(session, issuer, learner, leaving, actor=staff.actor)
            return _("They are not in this programme any more.")
        slug, today = form.text("programme", most=80), issuers.today(session, issuer.id)
        careers.enrol_in_programme(session, issuer, learner, slug, on=today, actor=staff.actor)
        return _("They are in this programme now.")

    return _do(request, staff, service, learner_id, change)


def _do(
    request: Request, staff: Staff, service: Service, learner_id: str, change: Callable[[Session, Learner], str]
) -> Response:
    try:
        with service.database.write() as session:
            said = change(session, learners.by_id(session, staff.issuer(session), learner_id))
    except NotFound:
        raise
    except ServiceError as error:
        return page(request, staff, service, learner_id, refused=refusal(error))
    return go(f"{staff.root}/people/{learner_id}#work", said)
