"""Webhooks: the addresses of other systems that are told what happens; a new one, a change, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing import endpoints
from app.issuing.endpoints import Endpoint, EndpointAttempt, EndpointFormat, EndpointState, EventType
from app.outbound import webhooks
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode
from app.web.api.endpoints import EndpointChanges, NewEndpoint
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheNetwork, TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import checked, settings_page

router = APIRouter()

ATTEMPTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """A webhook as the list shows it."""

    endpoint: Endpoint
    word: str
    tone: str


@router.get("/webhooks")
def list_webhooks(request: Request, staff: Connector, service: TheService) -> Response:
    """The webhooks, in an order that never changes."""
    with service.database.read() as session:
        found = [line_of(each) for each in endpoints.of_issuer(session, staff.issuer_id)]
    return settings_page(request, "webhooks.html", staff, "webhooks", found=found)


@router.get("/webhooks/new")
def ask_for_webhook(request: Request, staff: Connector) -> Response:
    """Where to send, and what."""
    return _new_page(request, staff)


@router.post("/webhooks/new")
def make_webhook(request: Request, form: Sent, staff: Connector, service: TheService, network: TheNetwork) -> Response:
    """Add a webhook. Its secret is on the page that answers, and nowhere else."""
    try:
        stated = checked(NewEndpoint, **_stated(form), asymmetric=form.is_ticked("asymmetric"))
        check_address(stated.url, service, network)
        with service.database.write() as session:
            facts = stated.model_dump()
            made = endpoints.create(session, service.office, staff.issuer(session), actor=staff.actor, **facts)
    except InvalidInput as error:
        return _new_page(request, staff, form=form, refused=refusal(error))
    return secret_page(request, staff, made.endpoint, made.secret)


@router.get("/webhooks/{endpoint_id}")
def look(
    request: Request, endpoint_id: str, staff: Connector, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """One webhook: what it is told, what was tried, and what came of it."""
    return webhook_page(request, service, staff, endpoint_id, page=page)


@router.post("/webhooks/{endpoint_id}")
def change(
    request: Request, endpoint_id: str, *, form: Sent, staff: Connector, service: TheService, network: TheNetwork
) -> Response:
    """Change name, address, what is told and how."""
    try:
        stated = checked(EndpointChanges, **_stated(form))
        check_address(stated.url or "", service, network)
        with service.database.write() as session:
            found = endpoints.by_id(session, endpoint_id, issuer=staff.issuer(session))
            changes = stated.model_dump(exclude={"state"})
            endpoints.change(session, found, actor=staff.actor, **changes)
    except InvalidInput as error:
        return webhook_page(request, service, staff, endpoint_id, refused=refusal(error))
    return go(f"{staff.root}/settings/webhooks/{endpoint_id}", _("The webhook is changed."))


def line_of(endpoint: Endpoint) -> EndpointLine:
    """The webhook with its state in words."""
    word, tone = words.ENDPOINT_STATES[EndpointState(endpoint.state)]
    return EndpointLine(endpoint, _(word), tone)


def check_address(url: str, service: Service, network: Network | None) -> None:
    """Ask the address guard, before any transaction: it looks up a name. Raises InvalidInput."""
    webhooks.check(url, is_local_allowed=service.settings.mode is not Mode.PRODUCTION, network=network)


def secret_page(request: Request, staff: Staff, endpoint: Endpoint, secret: str) -> Response:
    """The page that shows a secret, this once."""
    return settings_page(request, "webhook_secret.html", staff, "webhooks", endpoint=endpoint, secret=secret)


def webhook_page(
    request: Request,
    service: Service,
    staff: Staff,
    endpoint_id: str,
    *,
    page: PageQuery | None = None,
    refused: Refusal | None = None,
) -> Response:
    """The page of one webhook. Raises NotFound."""
    with service.database.read() as session:
        found = endpoints.by_id(session, endpoint_id, issuer=staff.issuer(session))
        asked = page or PageQuery(limit=ATTEMPTS_SHOWN, cursor=None)
        attempts = page_of(session, endpoints.attempts_of(found), (EndpointAttempt.at, EndpointAttempt.id), asked)
        sent_states = _states(session, found, [each.message_id for each in attempts.rows])
    return settings_page(
        request,
        "webhook.html",
        staff,
        "webhooks",
        refused=refused,
        line=line_of(found),
        attempts=attempts.rows,
        cursor=attempts.cursor,
        states=sent_states,
        **_choices(),
    )


def _states(session: Session, endpoint: Endpoint, message_ids: list[str]) -> dict[str, str]:
    """How the messages of some tries stand now."""
    query = endpoints.messages_of(endpoint)
    column = query.selected_columns.id
    return {each.id: each.state for each in session.scalars(query.where(column.in_(message_ids)))}


def _stated(form: Form) -> dict[str, Any]:
    return {
        "name": form.text("name"),
        "url": form.text("url"),
        "event_types": form.many("event_type"),
        "format": form.text("format") or EndpointFormat.STANDARD.value,
        "personal_data": form.is_ticked("personal_data"),
    }


def _choices() -> dict[str, Any]:
    told = [each for each in EventType if each is not EventType.ENDPOINT_TEST]
    return {
        "events": [(each.value, _(words.EVENTS[each])) for each in told],
        "formats": [
            (EndpointFormat.STANDARD.value, _("Standard Webhooks: type, timestamp, data"), ""),
            (EndpointFormat.CLOUDEVENTS.value, _("CloudEvents 1.0, with the same signatures"), ""),
        ],
    }


def _new_page(request: Request, staff: Staff, *, form: Form | None = None, refused: Refusal | None = None) -> Response:
    given = _stated(form) if form else {"name": "", "url": "", "event_types": [], "format": "", "personal_data": False}
    return settings_page(request, "webhook_new.html", staff, "webhooks", refused=refused, given=given, **_choices())
