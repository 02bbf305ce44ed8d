"""Awards of before: what an issuer's people were awarded elsewhere, as history, and issued anew one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import past_awards
from app.issuing.issuers import Issuer
from app.issuing.past_awards import PastAward
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class PastAwardOut(Out):
    """An award that was issued elsewhere, as a file said. It is not signed here, and counts as no award.

    `award` is the award that was made of it here, by somebody's explicit act.
    """

    id: str
    achievement: str
    learner: str
    issued_by: str
    issued_by_us: bool
    issued_at: datetime
    valid_until: datetime | None
    is_withdrawn: bool
    url: str | None
    award: str | None
    created_at: datetime


@router.get("/past-awards", response_model=PageOf[PastAwardOut])
def list_past_awards(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what was issued elsewhere, newest first."""
    with service.database.read() as session:
        query = past_awards.of_issuer(caller.issuer_id)
        found = page_of(session, query, (PastAward.issued_at, PastAward.id), page)
    return respond(request, [_told(each) for each in found.rows], found.cursor)


@router.post("/past-awards/{past_id}/issue", response_model=PastAwardOut)
def issue_past_award(caller: AwardsWriter, past_id: Id, post: Posted, service: TheService) -> Response:
    """Issue it anew: an ordinary award, signed here, with the day of before and a link to the old one.

    Only what the same organisation issued, has not ended and has a published achievement.
    """

    def work(session: Session, issuer: Issuer) -> Answer:
        found = past_awards.by_id(session, past_id, issuer=issuer)
        past_awards.issue_anew(session, service.office, issuer, found, actor=caller.actor)
        return Answer(200, _told(found))

    return post.answer(caller, work)


def _told(past: PastAward) -> PastAwardOut:
    return PastAwardOut(
        id=past.id,
        achievement=past.achievement_id,
        learner=past.learner_id,
        issued_by=past.issued_by,
        issued_by_us=past.issued_by_us,
        issued_at=past.issued_at,
        valid_until=past.valid_until,
        is_withdrawn=past.is_withdrawn,
        url=past.url,
        award=past.award_id,
        created_at=past.created_at,
    )
