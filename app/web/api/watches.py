"""Watches: ask the holder of a badge whether one may be told what becomes of it, see who agreed, and end it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app.issuing import verification, watches
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.watches import LONGEST_PURPOSE, WatchLine
from app.issuing.watching.tables import Watch, WatchState
from app.web.api.authentication import Reader, WatchesWriter
from app.web.api.fields import Email, Id, In, Out, Text
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/watches", route_class=StrictRoute)

LONGEST_ADDRESS = 2_000


class NewWatch(In):
    """Which badge of this service, and what the holder is told that it is for. Without `recipient`: webhooks alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"address": "https://badges.example/b/3q2-7wAbCdEfGhIjKlMnOp", "purpose": "The rota of ward 3"}
            ]
        }
    )

    address: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS, description="the badge's page")]
    purpose: Annotated[Text, Field(max_length=LONGEST_PURPOSE, description="the holder reads this and decides")]
    recipient: Annotated[Email | None, Field(description="news go to this address")] = None


class WatchOut(Out):
    """A watch. `holder` and `valid_until` are told while it is `active`: the holder agreed."""

    id: str
    state: WatchState
    credential_url: str
    achievement: str
    holder: str | None
    valid_until: datetime | None
    purpose: str
    recipient: str | None
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


class WatchQuery(PageQuery):
    """Which watches."""

    state: Annotated[WatchState | None, Field(description="only watches in this state")] = None


@router.post("", status_code=201, response_model=WatchOut)
def ask_for_watch(caller: WatchesWriter, stated: NewWatch, post: Posted, service: TheService) -> Response:
    """Ask the holder of a badge by mail whether you may be told what becomes of it. Nothing is told before they agree.

    409 while it is asked or agreed, for 30 days after it was asked, and for good once the holder said no.
    """
    office = service.office

    def work(session: Session, issuer: Issuer) -> Answer:
        award = verification.own_award(session, office, stated.address)
        purpose, recipient = stated.purpose, stated.recipient
        watch = watches.ask(session, office, issuer, award, purpose=purpose, recipient=recipient, actor=caller.actor)
        return Answer(201, _told(watches.of_watch(session, watch), office))

    return post.answer(caller, work)


@router.get("", response_model=PageOf[WatchOut])
def list_watches(
    caller: Reader, request: Request, page: Annotated[WatchQuery, Query()], service: TheService
) -> Response:
    """List what is watched or was asked, newest first, with what the holders said."""
    with service.database.read() as session:
        query = watches.asked_by(caller.issuer(session), page.state)
        found = page_of(session, query, (Watch.asked_at, Watch.id), page)
        items = [_told(each, service.office) for each in watches.lines(session, found.rows)]
    return respond(request, items, found.cursor)


@router.get("/{watch_id}", response_model=WatchOut)
def read_watch(caller: Reader, watch_id: Id, service: TheService) -> Response:
    """Read one watch."""
    with service.database.read() as session:
        watch = watches.by_id(session, watch_id, issuer=caller.issuer(session))
        told = _told(watches.of_watch(session, watch), service.office)
    return Response(told.model_dump_json(), media_type="application/json")


@router.delete("/{watch_id}", status_code=204)
def end_watch(caller: WatchesWriter, watch_id: Id, service: TheService) -> Response:
    """End a watch: nothing is told any more. It can still be read; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        watch = watches.by_id(session, watch_id, issuer=issuer)
        watches.end(session, watch, actor=caller.actor, by_holder=False)
        return Answer(204)

    return change(service, caller, work)


def _told(line: WatchLine, office: Office) -> WatchOut:
    watch = line.watch
    return WatchOut(
        id=watch.id,
        state=WatchState(watch.state),
        credential_url=office.addresses.badge(watch.award_id),
        achievement=line.achievement,
        holder=line.holder,
        valid_until=line.award.valid_until if watch.state == WatchState.ACTIVE else None,
        purpose=watch.purpose,
        recipient=watch.recipient,
        asked_at=watch.asked_at,
        answered_at=watch.answered_at,
        ended_at=watch.ended_at,
    )
