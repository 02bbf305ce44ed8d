"""Sources: the list of them, one at a glance, and its switch."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.issuing import inbox, key_sets, sources
from app.issuing.inbox import Delivery, Traffic, Wanted
from app.issuing.sources import SourceState
from app.lms import ADAPTERS
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Reader
from app.web.staff import inbox_words
from app.web.staff.sources_platforms import LTI
from app.web.staff.sources_shell import address_of, at_source, mine
from app.web.staff.sources_times import at_work_there

router = APIRouter(prefix="/staff/{slug}/sources", tags=["staff"], include_in_schema=False)

LATELY_DAYS = 7
NEWEST = 5


@router.get("")
def list_sources(request: Request, staff: Reader, service: TheService) -> Response:
    """Every source with what came lately; the way to the first one where there is none."""
    with service.database.read() as session:
        found = sources.of_issuer(session, staff.issuer(session))
        lately = _lately(session, staff.issuer_id)
    lines = [(source, ADAPTERS[source.type].title, lately.get(source.id, Traffic())) for source in found]
    return at_work_there(request, "staff/sources/list.html", staff, lines=lines, days=LATELY_DAYS)


@router.get("/{source_id}")
def show_source(source_id: Id, request: Request, staff: Reader, service: TheService) -> Response:
    """One source at a glance: does it work, where does it send to, what came, and what was refused."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        lately = _lately(session, staff.issuer_id).get(source.id, Traffic())
        newest = inbox.newest(session, source_id=source.id, limit=NEWEST)
        brought = inbox.summaries(session, [each.id for each in newest])
        keys = key_sets.of_source(session, source)
    return at_source(
        request,
        "overview.html",
        staff,
        source,
        tab="overview",
        lately=lately,
        days=LATELY_DAYS,
        newest=newest,
        brought=brought,
        words=inbox_words.of_standing,
        keys=keys,
        address=address_of(service.office, source),
    )


@router.get("/{source_id}/waiting")
def wait_for_first(source_id: Id, request: Request, staff: Reader, service: TheService, every: str = "") -> Response:
    """Whether anything came yet: what the first delivery brought, or why it was refused.

    With `every=10` the page asks again by itself, because somebody chose that.
    """
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        first = _first(session, staff.issuer_id, source.id)
        items = [] if first is None else inbox.items_of(session, first)[:NEWEST]
    is_refreshing = every == "10" and first is None
    return at_source(
        request,
        "waiting.html",
        staff,
        source,
        tab="overview",
        first=first,
        items=items,
        words=inbox_words.of_standing,
        outcome_of=inbox_words.of_outcome,
        refreshes=is_refreshing,
        address=address_of(service.office, source),
        looked_at=clock.now(),
    )


@router.post("/{source_id}/state")
def switch_source(source_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Switch a source on, or off: then its sender is answered that it should stop."""
    is_on = form.text("state") == SourceState.ACTIVE
    with service.database.write() as session:
        source = mine(session, staff, source_id)
        if source.type == LTI:  # what can be launched from is switched with it
            return go(f"{staff.root}/lti")
        state = SourceState.ACTIVE if is_on else SourceState.DISABLED
        sources.set_state(session, source, state, actor=staff.actor)
    said = _("The source is on. What is sent to it is taken.") if is_on else _("The source is off.")
    return go(f"{staff.root}/sources/{source_id}", said)


def _lately(session: Session, issuer_id: str) -> dict[str, Traffic]:
    return inbox.traffic(session, issuer_id, since=clock.now() - timedelta(days=LATELY_DAYS))


def _first(session: Session, issuer_id: str, source_id: str) -> Delivery | None:
    query = inbox.query_of(issuer_id, Wanted(source_id=source_id))
    return session.scalars(query.order_by(Delivery.received_at, Delivery.id).limit(1)).one_or_none()
