"""Wishes for another name: what waits, and the issuer's word on each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound, ServiceError
from app.issuing.holding import names
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import PeopleKeeper, Reader
from app.web.staff.local import Local
from app.web.staff.people.one import page

router = APIRouter(prefix="/staff/{slug}/people/names", tags=["staff"], include_in_schema=False)


@router.get("")
def list_wishes(request: Request, staff: Reader, service: TheService) -> Response:
    """What waits, the oldest first; each is decided on the person's page, beside their badges."""
    with service.database.read() as session:
        found = names.waiting(session, staff.issuer(session))
    return at_work(request, "staff/people/names.html", staff, wishes=found, local=Local(staff.timezone))


@router.post("/{request_id}")
def decide_wish(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, request_id: str) -> Response:
    """Call them so from now on, or leave the name as it is and say why. Both are told to them by mail."""
    with service.database.read() as session:
        learner_id = names.by_id(session, request_id, issuer=staff.issuer(session)).learner_id
    try:
        with service.database.write() as session:
            found = names.by_id(session, request_id, issuer=staff.issuer(session))
            if form.text("decision") == "approve":
                count = names.approve(session, service.office, found, actor=staff.actor)
                signed = ngettext("%(num)s badge was signed anew.", "%(num)s badges were signed anew.", count)
                said = f"{_('The name is changed.')} {signed}"
            else:
                names.refuse(session, service.office, found, reason=form.text("reason", most=500), actor=staff.actor)
                said = _("The name stays as it is, and they are told why.")
    except NotFound:
        raise
    except ServiceError as error:
        return page(request, staff, service, learner_id, refused=refusal(error))
    return go(f"{staff.root}/people/{learner_id}", said)
