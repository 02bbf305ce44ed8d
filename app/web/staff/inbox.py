"""The inbox: every delivery with what came of it, found by many traits, and many gone through once more."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session, defer

from app.errors import InvalidInput
from app.issuing import inbox, sources
from app.issuing.inbox import Delivery, Standing, Wanted
from app.web.api.pages_of_rows import PageQuery, Rows, page_of
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import ngettext
from app.web.signed_in import Connector, Reader, Staff
from app.web.staff import inbox_filter, inbox_words
from app.web.staff.inbox_filter import Filter
from app.web.staff.sources_times import at_work_there

router = APIRouter(prefix="/staff/{slug}/sources/inbox", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
LONGEST_CURSOR = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries stand so, of those that the rest of the filter leaves. `query` leads to them."""

    word: str
    count: int
    query: str
    is_chosen: bool


@router.get("")
def list_deliveries(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """Deliveries, newest first, by how they stand, by source, by what is searched for, and by day."""
    refused: Refusal | None = None
    try:
        asked = inbox_filter.of_request(request)
    except InvalidInput as error:
        asked, refused = Filter(), refusal(error)
    with service.database.read() as session:
        known = sources.of_issuer(session, staff.issuer(session))
        _refuse_unknown_source(session, staff, asked)
        found = _page(session, staff, asked.wanted(staff.timezone), cursor)
        brought = inbox.summaries(session, [delivery.id for delivery in found.rows])
        counted = inbox.counts(session, staff.issuer_id, asked.standing().wanted(staff.timezone))
        replaying = inbox.still_replaying(session, staff.issuer_id)
    return at_work_there(
        request,
        "staff/inbox/list.html",
        staff,
        refused=refused,
        asked=asked,
        tallies=_tallies(asked, counted),
        rows=found.rows,
        brought=brought,
        names={source.id: source.name for source in known},
        known_sources=known,
        next_query=None if found.cursor is None else asked.query(cursor=found.cursor),
        is_first=not cursor,
        replaying=replaying,
        words=inbox_words.of_standing,
    )


@router.get("/replay")
def ask_to_replay(request: Request, staff: Connector, service: TheService) -> Response:
    """How many deliveries would be gone through once more, by how they stand, and the button that does it."""
    asked = inbox_filter.of_request(request)
    with service.database.read() as session:
        _refuse_unknown_source(session, staff, asked)
        counted = inbox.would_replay(session, staff.issuer_id, asked.wanted(staff.timezone))
    return at_work_there(
        request,
        "staff/inbox/replay.html",
        staff,
        asked=asked,
        counted=[(inbox_words.of_standing(standing), count) for standing, count in counted.items()],
        total=sum(counted.values()),
    )


@router.post("/replay")
def replay_many(form: Sent, staff: Connector, service: TheService) -> Response:
    """Have the worker go through them once more. What was decided stays decided."""
    asked = inbox_filter.of_form(form)
    with service.database.write() as session:
        _refuse_unknown_source(session, staff, asked)
        counted = inbox.replay_all(session, staff.issuer_id, asked.wanted(staff.timezone), actor=staff.actor)
    said = ngettext(
        "The worker goes through %(num)s delivery once more.",
        "The worker goes through %(num)s deliveries once more.",
        sum(counted.values()),
    )
    return go(f"{staff.root}/sources/inbox{asked.query()}", said)


def _page(session: Session, staff: Staff, wanted: Wanted, cursor: str) -> Rows[Delivery]:
    # An answer may hold what came of thousands of items, and the list shows none of it.
    query = inbox.query_of(staff.issuer_id, wanted).options(defer(Delivery.answer))
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:LONGEST_CURSOR] or None)
    return page_of(session, query, (Delivery.received_at, Delivery.id), page)


def _refuse_unknown_source(session: Session, staff: Staff, asked: Filter) -> None:
    """Raise NotFound for a source that is not here, or the list would look empty."""
    if asked.source:
        sources.by_id(session, asked.source, issuer=staff.issuer(session))


def _tallies(asked: Filter, counted: dict[str, int]) -> list[Tally]:
    attention = sum(counted.get(standing, 0) for standing in inbox_words.ATTENTION)
    of_all = Tally("", sum(counted.values()), asked.standing().query(), not asked.standings)
    of_some = Tally(
        "attention",
        attention,
        asked.standing(*inbox_words.ATTENTION).query(),
        set(asked.standings) == set(inbox_words.ATTENTION),
    )
    of_each = [
        Tally(
            inbox_words.of_standing(standing).word,
            counted.get(standing, 0),
            asked.standing(standing).query(),
            asked.standings == (standing,),
        )
        for standing in Standing
        if counted.get(standing) or asked.standings == (standing,)
    ]
    return [of_all, of_some, *of_each]
