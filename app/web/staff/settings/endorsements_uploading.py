"""Handing in an endorsement that nobody asked for, such as one that came by mail: judged, kept, then decided on."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.errors import Busy, InvalidInput, RateLimited, ServiceError
from app.issuing import endorsements, received_endorsements
from app.issuing.received_endorsements import MOST_BYTES, Judged
from app.judging.desk import Desk
from app.service import Service
from app.web.deps import JudgingLane, TheDesk, TheService, rates_of
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Staff
from app.web.staff.settings.endorsements_asking import things
from app.web.staff.settings.frame import settings_page

router = APIRouter()

FIELDS = ("about", "badge", "document")
FORM_BYTES = 2 * MOST_BYTES  # of the text: what is pasted may come with blanks


@router.get("/endorsements/upload")
def form_to_upload(request: Request, staff: Owner, service: TheService) -> Response:
    """The form."""
    return _page(request, staff, service, given=dict.fromkeys(FIELDS, ""))


@router.post("/endorsements/upload")
async def upload(  # noqa: PLR0917 - each is a dependency of the route
    request: Request, form: Sent, staff: Owner, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """Judge the document, and keep it if it is good and about that thing. Nobody sees it before an owner says so."""
    try:
        about, document = _stated(form)
        await run_in_threadpool(_refuse_foreign, service, staff, about)  # before anybody is asked
        rates_of(request).look_up(request)
        return await lane.run(partial(_take, service, staff, desk, about, document))
    except ServiceError as error:
        given = {name: form.text(name, most=FORM_BYTES * 2)[:FORM_BYTES] for name in FIELDS}
        response = await run_in_threadpool(partial(_page, request, staff, service, given=given, refused=refusal(error)))
        if isinstance(error, Busy | RateLimited):
            response.headers["Retry-After"] = str(error.facts["retry_after_seconds"])
        return response


def _stated(form: Form) -> tuple[str, bytes]:
    """What it is about, and the signed document. Raises InvalidInput that names a field."""
    about = form.text("badge", most=500) or form.needed("about", _("Choose what it is about"), most=500)
    file = form.file("file")
    content = form.text("document", most=FORM_BYTES).encode() if file is None else file.content
    return about, received_endorsements.read(content)


def _refuse_foreign(service: Service, staff: Staff, about: str) -> None:
    with service.database.read() as session:
        if endorsements.whose(session, service.office, about) != staff.issuer_id:
            raise InvalidInput(_("Hand in endorsements of what is your own"), pointer="/about")


def _take(service: Service, staff: Staff, desk: Desk, about: str, document: bytes) -> Response:
    judged = Judged(document, desk.judge(document))
    with service.database.write() as session:
        issuer = staff.issuer(session)
        received_endorsements.take(session, service.office, issuer, about, judged, actor=staff.actor)
    told = _("It is good, and kept. Nobody sees it yet: decide below whether it is shown.")
    return go(f"{staff.root}/settings/endorsements#of-us", told)


def _page(
    request: Request, staff: Staff, service: Service, *, given: dict[str, str], refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        found = things(session, service.office, staff)
    return settings_page(
        request, "endorsements_upload.html", staff, "endorsements", refused=refused, given=given, things=found
    )
