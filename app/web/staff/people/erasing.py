"""Letting somebody be forgotten, and letting back in who comes again. What cannot be called back is said before."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import erasure, learners, people_search
from app.issuing.awards import Award, AwardState
from app.issuing.completions import Completion
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Owner, Staff
from app.web.staff.people import words

router = APIRouter(prefix="/staff/{slug}/people", tags=["staff"], include_in_schema=False)

_LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


@router.get("/readmit")
def ask_who_comes_back(request: Request, staff: Owner) -> Response:
    """The form for somebody who was erased and wants to come back."""
    return at_work(request, "staff/people/readmit.html", staff, email="")


@router.post("/readmit")
def readmit(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Forget that they were erased; nothing old returns."""
    email = form.text("email", most=320)
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            count = erasure.readmit(session, service.office, issuer, actor=staff.actor, email=email)
        if not count:
            raise InvalidInput(_("Nobody with this address was erased"), pointer="/email")
    except ServiceError as error:
        return at_work(request, "staff/people/readmit.html", staff, refused=refusal(error), email=email)
    return go(f"{staff.root}/people", _("They can be awarded badges again, as somebody new."))


@router.get("/{learner_id}/erase")
def ask_to_erase(request: Request, staff: Owner, service: TheService, learner_id: str) -> Response:
    """What goes, what stays, and what nobody can call back. Asks who it is first, since it cannot be undone."""
    if not staff.visitor.is_sure:
        return go(f"/staff/confirm?next={quote(f'{staff.root}/people/{learner_id}/erase', safe='')}")
    return _page(request, staff, service, learner_id)


@router.post("/{learner_id}/erase")
def erase(request: Request, form: Sent, staff: Owner, service: TheService, learner_id: str) -> Response:
    """Erase them, once the name was typed."""
    if not staff.visitor.is_sure:
        return go(f"/staff/confirm?next={quote(f'{staff.root}/people/{learner_id}/erase', safe='')}")
    try:
        with service.database.write() as session:
            learner = learners.by_id(session, staff.issuer(session), learner_id)
            (line,) = people_search.lines(session, [learner])
            if form.text("name", most=320).casefold() != words.name_of(line).strip().casefold():
                raise InvalidInput(
                    _("Type the name as it stands above, so that nobody else is erased"), pointer="/name"
                )
            found = erasure.erase(session, service.office, learner, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, learner_id, refused=refusal(error))
    said = ngettext("Erased, with %(num)s badge.", "Erased, with %(num)s badges.", found.awards)
    return go(f"{staff.root}/people/{learner_id}", said)


def _page(
    request: Request, staff: Staff, service: Service, learner_id: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        (line,) = people_search.lines(session, [learner])
        mine = Award.learner_id == learner.id
        living = session.scalar(select(func.count()).where(mine, Award.state.in_(_LIVING))) or 0
        facts = session.scalar(select(func.count()).where(Completion.learner_id == learner.id)) or 0
    return at_work(
        request,
        "staff/people/erase.html",
        staff,
        refused=refused,
        line=line,
        name=words.name_of(line),
        living=living,
        facts=facts,
    )
