"""The list of employments: handed in by who keeps people, for reports of groups; nobody can be looked up in it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, ServiceError
from app.issuing import employments
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import PeopleKeeper, Staff

router = APIRouter(prefix="/staff/{slug}/desk/employments", tags=["staff"], include_in_schema=False)


@router.get("")
def show(request: Request, staff: PeopleKeeper, service: TheService) -> Response:
    """How many stays are there, and the form for a new list."""
    return _page(request, staff, service)


@router.post("")
def take(request: Request, form: Sent, staff: PeopleKeeper, service: TheService) -> Response:
    """Put a new list in the place of the one that is there, or forget it."""
    if form.text("act") == "forget":
        with service.database.write() as session:
            employments.forget(session, staff.issuer(session), actor=staff.actor)
        return go(f"{staff.root}/desk/employments", _("The list was forgotten."))
    try:
        file = form.file("file")
        if file is None:
            raise InvalidInput(_("Choose a file"), pointer="/file")
        stays = employments.read(file.content)  # before the transaction: a workbook may take seconds
        with service.database.write() as session:
            employments.take(session, service.office, staff.issuer(session), stays, actor=staff.actor)
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/desk/employments", _("The list was taken in. The report is under Reports."))


def _page(request: Request, staff: Staff, service: Service, *, refused: Refusal | None = None) -> Response:
    with service.database.read() as session:
        found = employments.counted(session, staff.issuer(session))
    return at_work(request, "staff/desk/employments.html", staff, refused=refused, found=found)
