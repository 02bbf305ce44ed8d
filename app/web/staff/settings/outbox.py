"""The outbox: messages that did not get through, with the reason; once more, or let them rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, WrongEndpointState
from app.issuing import outbox_parked
from app.issuing.endpoints.records import WEBHOOK, Endpoint
from app.issuing.outbox import OutboxMessage
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Connector, Reader, Staff
from app.web.staff.settings.frame import settings_page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Parked:
    """A message as the list shows it: to whom, about what, why it lies here. `goes_again` = sending could help."""

    id: str
    to: str
    about: str
    reason: str
    attempts: int
    created_at: datetime
    goes_again: bool


@router.get("/outbox")
def list_parked(request: Request, staff: Reader, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """What did not get through, the newest first."""
    return _page(request, service, staff, page)


@router.post("/outbox")
def act(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Send what was ticked once more, or let it rest."""
    chosen, again = form.many("message"), form.text("act") == "again"
    if not chosen:
        return go(f"{staff.root}/settings/outbox", _("Nothing was ticked, so nothing was done."))
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            work = outbox_parked.send_again if again else outbox_parked.give_up
            count = work(session, issuer, chosen, actor=staff.actor)
    except (InvalidInput, WrongEndpointState) as error:
        return _page(request, service, staff, PageQuery(), refused=refusal(error))
    if again:
        said = ngettext("%(num)s message is tried once more.", "%(num)s messages are tried once more.", count)
    else:
        said = ngettext("%(num)s message was given up.", "%(num)s messages were given up.", count)
    return go(f"{staff.root}/settings/outbox", said)


def _page(
    request: Request, service: Service, staff: Staff, page: PageQuery, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        query = outbox_parked.parked_of(staff.issuer(session))
        found = page_of(session, query, (OutboxMessage.created_at, OutboxMessage.id), page)
        shown = [_shown(session, each) for each in found.rows]
    return settings_page(request, "outbox.html", staff, "outbox", refused=refused, found=shown, cursor=found.cursor)


def _shown(session: Session, message: OutboxMessage) -> Parked:
    return Parked(
        id=message.id,
        to=_receiver(session, message),
        about=_about(message),
        reason=message.last_error or "",
        attempts=message.attempts,
        created_at=message.created_at,
        goes_again=outbox_parked.may_be_sent_again(message),
    )


def _receiver(session: Session, message: OutboxMessage) -> str:
    if message.channel == WEBHOOK:
        endpoint = session.get(Endpoint, str(message.payload.get("endpoint_id")))
        return endpoint.name if endpoint is not None else _("a webhook that is gone")
    if message.event.startswith(outbox_parked.ACCOUNT):
        return _("somebody who wants to sign in")  # they may be nobody whom this issuer knows
    return str(message.payload.get("to") or _("somebody who was erased"))


def _about(message: OutboxMessage) -> str:
    if message.channel == WEBHOOK:
        return str(message.payload.get("type", message.event))
    if message.event.startswith(outbox_parked.ACCOUNT):
        return _("A link that ends after half an hour")
    return str(message.payload.get("subject", message.event))
