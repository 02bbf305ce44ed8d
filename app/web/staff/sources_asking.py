"""Asking a platform for what its pushes may have lost: how, when, now, and what was found. The worker asks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, NotFound
from app.issuing import reconciling
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Reader, Staff
from app.web.staff.sources_shell import at_source, mine

router = APIRouter(prefix="/staff/{slug}/sources/{source_id}/asking", tags=["staff"], include_in_schema=False)

RUNS_SHOWN = 20


@router.get("")
def show_asking(source_id: Id, request: Request, staff: Reader, service: TheService) -> Response:
    """How the platform is asked and what was found, or the form that begins it."""
    return _page(request, staff, service, source_id)


@router.post("")
def begin_asking(source_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Have the platform asked once a day from now on, the first time at once. The token is never shown again."""
    values = {"base_url": form.text("base_url", most=1_000), "courses": form.text("courses", most=300_000)}
    try:
        with service.database.write() as session:
            reconciling.configure(
                session,
                service.office,
                mine(session, staff, source_id),
                base_url=values["base_url"],
                token=form.text("token", most=2_000),
                courses=[line.strip() for line in values["courses"].splitlines() if line.strip()],
                actor=staff.actor,
            )
    except InvalidInput as error:
        return _page(request, staff, service, source_id, refused=refusal(error), values=values)
    said = _("The platform is asked every night from now on. The worker begins at once; look again in a moment.")
    return go(f"{staff.root}/sources/{source_id}/asking", said)


@router.post("/now")
def ask_now(source_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Have the worker ask at once, and not only tonight."""
    del form
    with service.database.write() as session:
        reconciling.hurry(session, mine(session, staff, source_id))
    said = _("The worker asks the platform next. Look again in a moment: a run is added below when it began.")
    return go(f"{staff.root}/sources/{source_id}/asking", said)


@router.post("/end")
def end_asking(source_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Ask the platform no more; the token is deleted, and the reports stay."""
    del form
    with service.database.write() as session:
        reconciling.remove(session, mine(session, staff, source_id), actor=staff.actor)
    return go(f"{staff.root}/sources/{source_id}/asking", _("The platform is asked no more. Its token was deleted."))


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    source_id: str,
    *,
    refused: Refusal | None = None,
    values: dict[str, str] | None = None,
) -> Response:
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        try:
            asked = reconciling.of_source(session, source)
        except NotFound:
            asked = None
        runs = reconciling.runs(session, source, limit=RUNS_SHOWN)
    if values is None:
        values = {"base_url": "", "courses": ""}
        if asked is not None:
            values = {"base_url": asked.base_url, "courses": "\n".join(map(str, asked.courses))}
    return at_source(
        request, "asking.html", staff, source, tab="asking", refused=refused, asked=asked, runs=runs, values=values
    )
