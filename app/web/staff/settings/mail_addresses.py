"""Addresses to which this issuer does not write: which entries there are, one more, and writing again.

The addresses themselves are not kept, only a keyed hash of each: a page can say why and since when, and not who.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.errors import InvalidInput
from app.issuing import mail
from app.issuing.mail import Cause, Covers, Suppression
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Connector, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import settings_page

router = APIRouter(prefix="/mail/suppressed")


@router.get("")
def list_entries(
    request: Request, staff: Connector, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """The entries, the newest first."""
    return _page(request, service, staff, page)


@router.post("")
def act(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Write to an address no more, or again."""
    email = form.text("address", most=320)
    try:
        with service.database.write() as session:
            key = mail.recipient_key(service.office, staff.issuer_id, email)
            if form.text("act") == "lift":
                count = mail.lift(session, staff.issuer_id, key, actor=staff.actor)
                said = ngettext("%(num)s entry was lifted.", "%(num)s entries were lifted.", count)
            else:
                covers = Covers.DIGESTS if form.is_ticked("digests") else Covers.ALL
                mail.suppress(session, staff.issuer_id, key, covers=covers, cause=Cause.BY_HAND, actor=staff.actor)
                said = _("Nothing is sent to %(email)s any more.", email=email)
    except InvalidInput as error:
        return _page(request, service, staff, PageQuery(), refused=refusal(error), given=email)
    return go(f"{staff.root}/settings/mail/suppressed", said)


@router.post("/{suppression_id}/lift")
def lift(suppression_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Write to the address of this entry again."""
    del form
    with service.database.write() as session:
        mail.lift_entry(session, staff.issuer_id, suppression_id, actor=staff.actor)
    return go(f"{staff.root}/settings/mail/suppressed", _("This address gets mail again."))


def _page(
    request: Request,
    service: Service,
    staff: Staff,
    page: PageQuery,
    *,
    refused: Refusal | None = None,
    given: str = "",
) -> Response:
    with service.database.read() as session:
        query = mail.suppressions_of(staff.issuer_id)
        found = page_of(session, query, (Suppression.created_at, Suppression.id), page)
    return settings_page(
        request,
        "mail_suppressed.html",
        staff,
        "mail",
        refused=refused,
        found=found.rows,
        cursor=found.cursor,
        causes={cause.value: _(says) for cause, says in words.CAUSES.items()},
        given=given,
    )
