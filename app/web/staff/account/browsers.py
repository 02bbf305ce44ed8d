"""Where I am signed in: end one, or all but this one."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from app.issuing.accounts import sessions
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.signed_in import Colleague
from app.web.staff.account.overview import PATH

router = APIRouter()


@router.post("/browsers/end")
def end_one(form: Sent, person: Colleague, service: TheService) -> Response:
    """Sign one browser out."""
    with service.database.write() as session:
        sessions.end_one(session, person.account_id, form.text("browser"))
    return go(PATH, _("That browser is signed out."))


@router.post("/browsers/end-others")
def end_others(form: Sent, person: Colleague, service: TheService) -> Response:
    """Sign every browser out but this one."""
    del form
    with service.database.write() as session:
        sessions.end_all(session, person.account_id, but=person.session.session_id)
    return go(PATH, _("Every other browser is signed out."))
